//! Development tasks: `cargo xtask <task>`; see `xtask/README.md`.

mod codecs;
mod table;

use std::path::Path;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["table", minor] => table::table(minor, false),
        ["table", minor, "--check"] => table::table(minor, true),
        ["schemas", minor, definitions] => table::schemas(minor, Path::new(definitions)),
        ["codecs"] => codecs::codecs(),
        _ => bail!("tasks: codecs, table <minor> [--check], schemas <minor> <path of _definitions.json>"),
    }
}
