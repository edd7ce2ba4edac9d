//! What a replay found: [`FileReport`].

use std::path::Path;

use crate::{
    recording::Recording,
    replay::{self, Outcome},
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
pub fn replay_file(path: &Path) -> anyhow::Result<Option<FileReport>> {
    let Some(recording) = Recording::read(path)? else { return Ok(None) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let (outcomes, remarks) = runtime.block_on(replay::play(&recording))?;
    Ok(Some(FileReport { file: recording.file, outcomes, remarks }))
}

/// Replays every recording of a folder, in the order of names.
///
/// # Errors
///
/// The folder or a file cannot be read, or no server could be started.
pub fn replay_dir(dir: &Path) -> anyhow::Result<Vec<FileReport>> {
    let entries = std::fs::read_dir(dir).map_err(|error| anyhow::anyhow!("cannot read {}: {error}", dir.display()))?;
    let mut files: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort_unstable();
    files.iter().filter_map(|path| replay_file(path).transpose()).collect()
}
