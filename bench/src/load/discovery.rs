//! As much of discovery as clients want before they list.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fleet::Kind;

/// The answer to a path of discovery, if it is one.
pub(super) fn answer(path: &str) -> Option<Value> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match *segments.as_slice() {
        ["version"] => Some(json!({ "major": "1", "minor": "35", "gitVersion": "v1.35.0", "platform": "linux/amd64" })),
        ["healthz" | "livez" | "readyz"] => Some(Value::from("ok")),
        ["api"] => Some(json!({ "kind": "APIVersions", "versions": ["v1"] })),
        ["apis"] => Some(json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups() })),
        ["api", "v1"] => resources("", "v1"),
        ["apis", group, version] => resources(group, version),
        _ => None,
    }
}

fn groups() -> Vec<Value> {
    let names: BTreeSet<(String, String)> = Kind::ALL
        .iter()
        .map(|kind| (kind.gvk().group().to_owned(), kind.gvk().version().to_owned()))
        .filter(|(group, _)| !group.is_empty())
        .collect();
    let version =
        |group: &str, version: &str| json!({ "groupVersion": format!("{group}/{version}"), "version": version });
    names
        .iter()
        .map(|(group, v)| json!({ "name": group, "versions": [version(group, v)], "preferredVersion": version(group, v) }))
        .collect()
}

fn resources(group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<Value> = Kind::ALL
        .iter()
        .filter(|kind| kind.gvk().group() == group && kind.gvk().version() == version)
        .map(|kind| {
            let (gvk, gvr) = (kind.gvk(), kind.gvr());
            json!({ "name": gvr.resource(), "singularName": gvk.kind().to_lowercase(), "namespaced": kind.is_namespaced(), "kind": gvk.kind(), "verbs": ["get", "list", "watch"] })
        })
        .collect();
    let name = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    (!kinds.is_empty())
        .then(|| json!({ "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": kinds }))
}
