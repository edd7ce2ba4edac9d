//! Development tasks of lookglass. `cargo xtask` lists them.
#![forbid(unsafe_code)]

mod check;
mod readme;
mod workspace;

use std::process::ExitCode;

/// A task: its name, what it does, and the function that does it.
type Task = (&'static str, &'static str, fn(&[String]) -> anyhow::Result<()>);

const TASKS: &[Task] = &[
    ("check", "the workspace keeps its rules: nevers, licences, minimum Rust version", |_| check::run()),
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
