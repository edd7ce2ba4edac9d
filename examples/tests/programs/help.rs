//! Every program says what it shows, and all are run alike.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::support::{output_with, program};

/// Those to which a cluster has no meaning; they take the arguments and say so.
const ALONE: &[&str] = &[
    "delaying_queue",
    "delta_queue",
    "embedded_server",
    "listeners",
    "rate_limiting_queue",
    "store_and_indexer",
    "work_queue",
];

/// Each file and each folder of `src/bin`.
fn programs() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let entries = fs::read_dir(folder).expect("the folder of the programs");
    let name = |entry: fs::DirEntry| entry.path().file_stem().and_then(|name| name.to_str().map(str::to_owned));
    entries.filter_map(|entry| name(entry.expect("an entry"))).collect()
}

#[test]
fn every_program_has_a_help_text_and_takes_what_names_a_cluster() {
    for name in programs() {
        let help = output_with(&program(&name), &["--help"]);
        let about = help.lines().next().unwrap_or_default();
        assert!(about.len() > 30 && about.contains(' '), "{name} --help does not say what it shows:\n{help}");
        for argument in ["--kubeconfig <PATH>", "--context <NAME>", "--server <URL>"] {
            assert!(help.contains(argument), "{name} does not take {argument}:\n{help}");
        }
        assert_eq!(help.contains("this one asks none"), ALONE.contains(&&*name), "{name} --help:\n{help}");
    }
}

#[test]
fn every_program_is_in_the_table_of_the_readme() {
    let readme = include_str!("../../README.md");
    for name in programs() {
        let row = |line: &&str| line.starts_with('|') && line.contains(&format!("`cargo run --bin {name}`"));
        assert_eq!(readme.lines().filter(row).count(), 1, "examples/README.md does not have {name} in its table");
    }
}

#[test]
fn whoever_closes_the_pipe_has_seen_enough() {
    for name in ["delta_queue", "discovery", "informer"] {
        let (reader, writer) = std::io::pipe().expect("there are pipes");
        drop(reader);
        let output = Command::new(program(name)).env_remove("KUBECONFIG").stdout(writer).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("panicked"), "{name}: {said}");
    }
}
