//! The recordings of this crate against the embedded API server.

use std::path::Path;

use lookglass_wire::{Known, Way, files, own_recordings, replay_file};

/// What must be equal whatever else happens; see `differences.json` for what is not.
const FLOORS: [(&str, usize); 4] =
    [("01-discovery.json", 33), ("02-list.json", 49), ("03-watch.json", 20), ("13-expired.json", 7)];

#[test]
fn answers_differ_from_the_recorded_ones_only_where_the_list_says_why() {
    let known = Known::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("differences.json")).unwrap();
    let mut found = Vec::new();
    let mut floors = Vec::new();
    for path in files(&own_recordings()).unwrap() {
        let report = replay_file(&path, Way::Call).unwrap().expect("the files here hold exchanges");
        found.extend(known.disagreements(&report));
        let floor = FLOORS.iter().find(|(file, _)| *file == report.file);
        floors.extend(floor.filter(|(_, least)| report.equal() < *least).map(|(file, _)| *file));
    }
    assert!(found.is_empty(), "{}\n(cargo xtask wire --update writes the list anew)", found.join("\n"));
    assert_eq!(floors, Vec::<&str>::new(), "fewer exchanges are equal than there were");
}

#[test]
fn watches_and_lists_are_the_same_over_a_socket() {
    let path = own_recordings().join("13-expired.json");
    let report = replay_file(&path, Way::Socket).unwrap().unwrap();
    let differing: Vec<_> = report.outcomes.iter().filter(|outcome| outcome.difference.is_some()).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}
