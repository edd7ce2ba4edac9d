//! Who may know whom. The rooms are described in ARCHITECTURE.md; data flows one way, so imports do too.

use std::collections::{BTreeMap, BTreeSet};

use super::GROUND;
use crate::workspace::Edge;

/// Pairs that must not meet, however long the way: the first never reaches the second.
const NEVER_REACHES: &[(&str, &str)] = &[
    ("lookglass-protocol", "lookglass-client"),
    ("lookglass-protocol", "lookglass-informer"),
    ("lookglass-mirror", "lookglass-apiserver"),
    ("lookglass-apiserver", "lookglass-client"),
    ("lookglass-cache", "kube-core"),
    ("lookglass-cache", "k8s-openapi"),
    ("lookglass-workqueue", "kube-core"),
    ("lookglass-workqueue", "k8s-openapi"),
    ("lookglass-object", "kube-client"),
];

/// What a library leaves to the binary: loggers, allocators, other people's global state.
const BINARY_ONLY: &[&str] =
    &["env_logger", "log4rs", "mimalloc", "simplelog", "tikv-jemallocator", "tracing-subscriber"];

/// The binary, which may do what libraries may not.
const PROGRAM: &str = "lookglass-cli";

/// One line for each rule that the graph breaks.
pub(super) fn violations(edges: &[Edge], libraries: &[String]) -> Vec<String> {
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in edges {
        graph.entry(&edge.from).or_default().insert(&edge.to);
    }
    let mut found = Vec::new();
    for ground in GROUND {
        let ours = graph.get(ground).into_iter().flatten().filter(|to| to.starts_with("lookglass"));
        found.extend(ours.map(|to| format!("{ground} is on the ground floor and must not depend on {to}")));
    }
    for (from, to) in NEVER_REACHES {
        if let Some(way) = way(&graph, from, to) {
            found.push(format!("{from} must never reach {to}, but does: {}", way.join(" -> ")));
        }
    }
    for library in libraries.iter().filter(|library| *library != PROGRAM) {
        let direct = graph.get(library.as_str()).into_iter().flatten();
        let banned = direct.filter(|to| BINARY_ONLY.contains(to));
        found.extend(banned.map(|to| format!("{library} must leave {to} to the binary")));
    }
    found
}

/// The shortest chain of dependencies between two packages, if there is one.
fn way<'g>(graph: &BTreeMap<&'g str, BTreeSet<&'g str>>, from: &'g str, to: &str) -> Option<Vec<&'g str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([from]);
    while let Some(here) = queue.pop_front() {
        if here == to {
            let mut way = vec![here];
            while let Some(before) = came_from.get(way[way.len() - 1]) {
                way.push(before);
            }
            way.reverse();
            return Some(way);
        }
        for next in graph.get(here).into_iter().flatten() {
            if *next != from && !came_from.contains_key(next) {
                came_from.insert(next, here);
                queue.push_back(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(&str, &str)]) -> Vec<String> {
        let edges: Vec<Edge> = edges.iter().map(|(from, to)| Edge { from: (*from).into(), to: (*to).into() }).collect();
        violations(&edges, &["lookglass-cache".into(), "lookglass-mirror".into(), "lookglass-cli".into()])
    }

    #[test]
    fn the_graph_of_the_design_keeps_every_rule() {
        let edges = [
            ("lookglass-informer", "lookglass-cache"),
            ("lookglass-informer", "lookglass-client"),
            ("lookglass-mirror", "lookglass-informer"),
            ("lookglass-mirror", "lookglass-protocol"),
            ("lookglass-cli", "lookglass-apiserver"),
            ("lookglass-cli", "tikv-jemallocator"),
        ];
        assert_eq!(check(&edges), Vec::<String>::new());
    }

    #[test]
    fn a_ground_floor_crate_that_imports_a_neighbour_is_reported() {
        let found = check(&[("lookglass-cache", "lookglass-object")]);
        assert_eq!(found, ["lookglass-cache is on the ground floor and must not depend on lookglass-object"]);
    }

    #[test]
    fn a_forbidden_room_is_found_behind_others() {
        let found =
            check(&[("lookglass-mirror", "helper"), ("helper", "lookglass-mirror"), ("helper", "lookglass-apiserver")]);
        assert_eq!(
            found,
            ["lookglass-mirror must never reach lookglass-apiserver, but does: \
              lookglass-mirror -> helper -> lookglass-apiserver"]
        );
    }

    #[test]
    fn a_library_that_picks_an_allocator_is_reported() {
        assert_eq!(check(&[("lookglass-cache", "mimalloc")]), ["lookglass-cache must leave mimalloc to the binary"]);
    }
}
