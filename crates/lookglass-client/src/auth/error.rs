//! Why there are no credentials: [`AuthError`].

use std::{io, path::PathBuf, sync::Arc, time::Duration};

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
    /// The policy does not let a plugin run.
    #[error("credential plugin `{command}`: not run: {why}")]
    Denied {
        /// Which.
        command: String,
        /// Why not.
        why: String,
    },
    /// A plugin has to ask a person, and there is none.
    #[error("credential plugin `{command}`: not run: it has to ask somebody, and standard input is no terminal")]
    NoTerminal {
        /// Which.
        command: String,
    },
    /// There is no such plugin.
    #[error("credential plugin `{command}`: not found; install it{}", hint.as_ref().map(|hint| format!(": {hint}")).unwrap_or_default())]
    NotFound {
        /// Which.
        command: String,
        /// What its config says about that.
        hint: Option<String>,
    },
    /// A plugin cannot be started, or not be listened to.
    #[error("credential plugin `{command}`: cannot be run")]
    Start {
        /// Which.
        command: String,
        /// Why.
        source: Arc<io::Error>,
    },
    /// A plugin gave up.
    #[error("credential plugin `{command}`: failed{}{}", exit(*code), if said.is_empty() { String::new() } else { format!(": {said}") })]
    Failed {
        /// Which.
        command: String,
        /// Its exit code, unless a signal ended it.
        code: Option<i32>,
        /// The last that it said; long words and values of its configured environment are left out.
        said: String,
    },
    /// A plugin took too long.
    #[error("credential plugin `{command}`: gave nothing for {after:?} and was ended; does it wait for somebody?")]
    TimedOut {
        /// Which.
        command: String,
        /// How long it had.
        after: Duration,
    },
    /// A plugin gave something else than a credential.
    #[error("credential plugin `{command}`: {problem}; is it made for this?")]
    Answer {
        /// Which.
        command: String,
        /// What is wrong.
        problem: String,
    },
}

fn exit(code: Option<i32>) -> String {
    code.map_or_else(|| " by a signal".to_owned(), |code| format!(" with code {code}"))
}
