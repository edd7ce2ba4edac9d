//! `cargo xtask wire`: the replay of recorded exchanges, a program of its own so that the other tasks need no API server built.

use std::process::Command;

use anyhow::Context as _;

/// Runs it with these words.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--package", "lookglass-wire", "--"]).args(words);
    let status = command.status().context("cannot run cargo")?;
    anyhow::ensure!(status.success(), "the replay failed: {status}");
    Ok(())
}
