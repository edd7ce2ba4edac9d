use proptest::prelude::*;
use serde_json::{Value, json};

use super::merge;

fn merged(target: &Value, patch: &Value) -> Value {
    let mut target = target.clone();
    merge(&mut target, patch);
    target
}

#[test]
fn does_the_examples_of_the_rfc() {
    for (target, patch, wanted) in [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
        (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"a": "b"}), json!(["c"]), json!(["c"])),
        (json!({"a": "foo"}), json!(null), json!(null)),
        (json!({"a": "foo"}), json!("bar"), json!("bar")),
        (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
        (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
        (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
    ] {
        assert_eq!(merged(&target, &patch), wanted, "{target} by {patch}");
    }
}

/// The RFC's own pseudo code, over sorted lists of leaves: a leaf of the target stays unless the patch says something on the way to it.
fn leaves(value: &Value, path: &str, out: &mut Vec<(String, Value)>) {
    match value.as_object() {
        Some(members) => {
            out.push((path.to_owned(), json!({})));
            for (name, member) in members {
                leaves(member, &format!("{path}/{name}"), out);
            }
        }
        None => out.push((path.to_owned(), value.clone())),
    }
}

fn naive(target: &Value, patch: &Value) -> Vec<(String, Value)> {
    let (mut old, mut changes) = (Vec::new(), Vec::new());
    leaves(target, "", &mut old);
    leaves(patch, "", &mut changes);
    let is_object = |value: &Value| value.is_object();
    let below = |path: &str, above: &str| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'));
    let stays = |(path, value): &(String, Value)| {
        !changes.iter().any(|(changed, by)| {
            (path == changed && !(is_object(value) && is_object(by))) || (below(path, changed) && !is_object(by))
                // An object takes the place of what is none.
                || (path == changed && is_object(by) && !is_object(value))
        })
    };
    let mut new: Vec<_> = old.iter().filter(|leaf| stays(leaf)).cloned().collect();
    for (path, value) in changes {
        if (!value.is_null() || path.is_empty()) && !new.iter().any(|(had, _)| *had == path) {
            new.push((path, value));
        }
    }
    new.sort_by(|a, b| a.0.cmp(&b.0));
    new
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), (0..3).prop_map(|n| json!(n)), Just(json!([1, null]))];
    leaf.prop_recursive(3, 20, 3, |inner| {
        prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|members| json!(members))
    })
}

proptest! {
    #[test]
    fn agrees_with_a_merge_of_leaves(target in tree(), patch in tree()) {
        let mut found = Vec::new();
        leaves(&merged(&target, &patch), "", &mut found);
        found.sort_by(|a, b| a.0.cmp(&b.0));
        prop_assert_eq!(found, naive(&target, &patch));
    }

    #[test]
    fn a_second_time_changes_nothing(target in tree(), patch in tree()) {
        let once = merged(&target, &patch);
        prop_assert_eq!(merged(&once, &patch), once);
    }
}
