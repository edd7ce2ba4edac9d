//! Rows as a real API server shows them, of objects in every state that a printer tells apart.

mod pods;
mod rows;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// The resource of this plural, in `group/version` or `version`.
fn resource(group_version: &str, plural: &str) -> &'static Resource {
    let (group, version) = group_version.split_once('/').unwrap_or(("", group_version));
    builtin::catalog().resource(group, version, plural).expect("a built-in resource")
}

fn now() -> Timestamp {
    "2026-11-21T02:55:23.5Z".parse().expect("a time")
}

/// The cells of an object that was made four seconds ago.
fn shown(group_version: &str, plural: &str, mut object: Value) -> Value {
    if object["metadata"]["creationTimestamp"].is_null() {
        object["metadata"]["creationTimestamp"] = "2026-11-21T02:55:19Z".into();
    }
    if object["metadata"]["name"].is_null() {
        object["metadata"]["name"] = "x".into();
    }
    let row = row(resource(group_version, plural), object.to_string().as_bytes(), now());
    assert_eq!(row.cells.len(), columns(resource(group_version, plural)).len(), "{plural}");
    serde_json::to_value(row.cells).expect("cells serialise")
}

#[test]
fn every_kind_shows_an_empty_object_in_all_its_columns() {
    for resource in builtin::catalog().resources() {
        for json in ["{}", "", "null", "[]", r#"{"metadata":null,"spec":[],"status":7}"#] {
            let row = row(resource, json.as_bytes(), now());
            assert_eq!(row.cells.len(), columns(resource).len(), "{} of {json:?}", resource.kind);
        }
    }
}

#[test]
fn a_bookmark_has_the_recorded_row() {
    let bookmark = br#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"1077"}}"#;
    let row = row(resource("v1", "configmaps"), bookmark, now());
    assert_eq!(serde_json::to_value(row.cells).expect("cells"), json!(["", 0, "<unknown>"]));
}

#[test]
fn a_resource_without_columns_shows_names_and_times() {
    let mut custom = resource("v1", "pods").clone();
    custom.kind = lookglass_object::Gvk::new("demo.example.com", "v1", "Gizmo");
    custom.columns.clear();
    let names: Vec<_> = columns(&custom).iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["Name", "Created At"]);
    let gizmo = br#"{"metadata":{"name":"g","creationTimestamp":"2026-11-21T02:55:19Z"}}"#;
    let row = row(&custom, gizmo, now());
    assert_eq!(serde_json::to_value(row.cells).expect("cells"), json!(["g", "2026-11-21T02:55:19Z"]));
}

#[test]
fn ages_are_told_in_two_units_at_most() {
    let cases = [
        (-2, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (186, "3m6s"),
        (599, "9m59s"),
        (600, "10m"),
        (6_900, "115m"),
        (10_799, "179m"),
        (10_800, "3h"),
        (14_399, "3h59m"),
        (28_800, "8h"),
        (172_799, "47h"),
        (172_800, "2d"),
        (691_199, "7d23h"),
        (691_200, "8d"),
        (63_071_999, "729d"),
        (63_072_000, "2y"),
        (63_158_400, "2y1d"),
        (252_288_000, "8y"),
    ];
    for (seconds, text) in cases {
        assert_eq!(age::human(seconds), text, "{seconds}");
    }
}

proptest! {
    /// Whatever lies in a cache or comes from another server is shown, and nothing is read beyond its end.
    #[test]
    fn no_object_breaks_a_row(text in ".{0,60}", cut in 0_usize..2_000, at in 0_usize..2_000) {
        let pod = pods::everything().to_string();
        let cut = &pod[..cut.min(pod.len())];
        let at = at.min(pod.len());
        let stuffed = format!("{}{text}{}", &pod[..at], &pod[at..]);
        for resource in builtin::catalog().resources() {
            for json in [&text, cut, &stuffed] {
                prop_assert_eq!(row(resource, json.as_bytes(), now()).cells.len(), columns(resource).len());
            }
        }
    }
}
