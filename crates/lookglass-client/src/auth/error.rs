//! Why there are no credentials: [`AuthError`].

use std::{io, path::PathBuf, sync::Arc};

use thiserror::Error;

/// Why there are no credentials, and what to do about it. None shows a secret.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum AuthError {
    /// A file that the config names cannot be read.
    #[error("{what} {}: cannot be read; check that it is there, and who may read it", path.display())]
    Read {
        /// What it is: `token file`, `client key`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// A file, or what the config holds itself, is not what it has to be.
    #[error("{what}{}: {problem}", path.as_ref().map(|path| format!(" {}", path.display())).unwrap_or_default())]
    Content {
        /// What it is: `token file`, `client key`.
        what: &'static str,
        /// Where, if it is a file.
        path: Option<PathBuf>,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// It holds characters that no header can carry, such as a line's end.
    #[error("{what} holds characters that no header can carry, such as a line's end; was the right thing copied?")]
    Header {
        /// Which.
        what: &'static str,
    },
}
