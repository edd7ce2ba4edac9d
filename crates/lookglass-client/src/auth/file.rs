//! A file that may change: [`Watched`].

use std::{
    fs::Metadata,
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
    /// Where there is one: times are coarse, and a file that was moved here is another one whatever its time.
    number: u64,
}

impl Stamp {
    fn of(about: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(about);
        #[cfg(not(unix))]
        let number = 0;
        Self { length: about.len(), modified: about.modified().ok(), number }
    }
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
        let stamp = Stamp::of(&fs::metadata(&self.path).await?);
        if self.stamp == Some(stamp) && !always {
            return Ok(None);
        }
        let content = fs::read(&self.path).await?;
        // The stamp is older than the content: what is written in between is seen the next time.
        self.stamp = Some(stamp);
        Ok(Some(content.into()))
    }
}
