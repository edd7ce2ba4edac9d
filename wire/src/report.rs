//! What a replay found: [`FileReport`].

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::{
    recording::Recording,
    replay::{self, Outcome},
    stage::Way,
};

/// What became of a recording.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileReport {
    /// The file's name.
    pub file: String,
    /// One of each exchange, in order.
    pub outcomes: Vec<Outcome>,
    /// What the replay could not do as it should have been.
    pub remarks: Vec<String>,
}

impl FileReport {
    /// How many exchanges are equal.
    #[must_use]
    pub fn equal(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.difference.is_none()).count()
    }
}

/// Replays a file; `None` if it holds no exchanges.
///
/// # Errors
///
/// It cannot be read, or no server could be started.
pub fn replay_file(path: &Path, way: Way) -> anyhow::Result<Option<FileReport>> {
    let Some(recording) = Recording::read(path)? else { return Ok(None) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(way == Way::Call).build()?;
    let (outcomes, remarks) = runtime.block_on(replay::play(&recording, way))?;
    Ok(Some(FileReport { file: recording.file, outcomes, remarks }))
}

/// The files of a folder that may be recordings, in the order of names.
///
/// # Errors
///
/// The folder cannot be read.
pub fn files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort_unstable();
    Ok(files)
}

/// The recordings that come with the project.
#[must_use]
pub fn own_recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}
