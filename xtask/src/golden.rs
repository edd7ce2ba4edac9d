//! `cargo xtask golden`: the objects in both encodings as Go's own serialisers write them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

/// Without words: writes the golden file of the tests. With a seed: asks Go for the objects of that seed and runs the tests
/// over them instead.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let seed = match words {
        [] => "1",
        [seed] => seed,
        _ => bail!("usage: cargo xtask golden [SEED]"),
    };
    let bytes = Command::new("go")
        .args(["run", ".", "golden", seed])
        .current_dir(root.join("xtask/go-fields"))
        .output()
        .context("running Go; only this task needs it")?;
    ensure!(bytes.status.success(), "{}", String::from_utf8_lossy(&bytes.stderr));
    let file = root.join("crates/lookglass-object/tests/data/golden.bin.zst");
    let before = std::fs::read(&file)?;
    std::fs::write(&file, zstd::encode_all(bytes.stdout.as_slice(), 19)?)?;
    if words.is_empty() {
        return Ok(());
    }
    let tests = Command::new("cargo")
        .args(["test", "-p", "lookglass-object", "--lib", "protobuf::tests"])
        .current_dir(&root)
        .status();
    std::fs::write(&file, before)?;
    ensure!(tests?.success(), "the tests fail with the objects of seed {seed}");
    Ok(())
}
