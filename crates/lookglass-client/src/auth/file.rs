//! A file that may change: [`Watched`].

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use tokio::fs;

/// What tells cheaply that a file is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

/// A file, and what it held when it was last read.
#[derive(Debug)]
pub(super) struct Watched {
    path: PathBuf,
    stamp: Option<Stamp>,
}

impl Watched {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), stamp: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The content, if the file looks different from when it was last looked at, or if `always`.
    pub(super) async fn changed(&mut self, always: bool) -> io::Result<Option<Arc<[u8]>>> {
        let about = fs::metadata(&self.path).await?;
        let stamp = Stamp { length: about.len(), modified: about.modified().ok() };
        if self.stamp == Some(stamp) && !always {
            return Ok(None);
        }
        let content = fs::read(&self.path).await?;
        // The stamp is older than the content: what is written in between is seen the next time.
        self.stamp = Some(stamp);
        Ok(Some(content.into()))
    }
}
