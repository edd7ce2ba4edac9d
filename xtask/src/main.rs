//! Development tasks of lookglass. `cargo xtask` lists them.
#![forbid(unsafe_code)]

mod check;
mod clientset;
mod codecs;
mod features;
mod golden;
mod openapi;
mod readme;
mod table;
mod traits;
mod wire;
mod workspace;

use std::process::ExitCode;

/// A task: its name, what it does, and the function that does it.
type Task = (&'static str, &'static str, fn(&[String]) -> anyhow::Result<()>);

const TASKS: &[Task] = &[
    ("check", "the workspace keeps its rules: nevers, licences, minimum Rust version", |_| check::run()),
    ("clientset", "[--check] write the table of the typed clients from the sources of k8s-openapi", clientset::run),
    ("codecs", "[--check] write the list of the kinds of k8s-openapi from its sources", codecs::run),
    ("features", "print the features that lints and docs turn on", |_| features::run()),
    ("golden", "[SEED] write Go's bytes, or with a seed compare with Go's bytes of that seed; needs Go", golden::run),
    (
        "openapi",
        "FILE reduce the schemas of xtask/go-openapi to what the table and the descriptions do not know",
        openapi::run,
    ),
    ("schemas", "MINOR FILE reduce a _definitions.json to list types and descriptions", table::schemas),
    ("table", "[--check] write the table of the built-in kinds from the facts under xtask/data", table::run),
    ("traits", "[--check] write the traits of the built-in resources from the facts under xtask/data", traits::run),
    ("wire", "[--verbose] [--socket] [FILE]... play the recorded exchanges against the embedded API server", wire::run),
    ("readme", "print the commands of README.md, one a line, as its reader would type them", |_| readme::run()),
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    let Some((_, _, task)) = TASKS.iter().find(|(known, _, _)| *known == name) else {
        eprintln!("usage: cargo xtask TASK\n");
        for (known, what, _) in TASKS {
            eprintln!("  {known:<8} {what}");
        }
        return ExitCode::from(2);
    };
    match task(&rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
