use proptest::prelude::*;
use serde_json::{Value, json};

use super::{DoesNotApply, JsonPatch, MAX_OPERATIONS, NotAPatch};

fn apply(target: &Value, patch: Value) -> Result<Value, DoesNotApply> {
    let mut target = target.clone();
    JsonPatch::read(patch).expect("a patch").apply(&mut target)?;
    Ok(target)
}

#[test]
fn does_the_examples_of_the_rfc() {
    for (target, patch, wanted) in [
        (
            json!({"foo": "bar"}),
            json!([{"op": "add", "path": "/baz", "value": "qux"}]),
            json!({"baz": "qux", "foo": "bar"}),
        ),
        (
            json!({"foo": ["bar", "baz"]}),
            json!([{"op": "add", "path": "/foo/1", "value": "qux"}]),
            json!({"foo": ["bar", "qux", "baz"]}),
        ),
        (json!({"baz": "qux", "foo": "bar"}), json!([{"op": "remove", "path": "/baz"}]), json!({"foo": "bar"})),
        (
            json!({"foo": ["bar", "qux", "baz"]}),
            json!([{"op": "remove", "path": "/foo/1"}]),
            json!({"foo": ["bar", "baz"]}),
        ),
        (
            json!({"baz": "qux", "foo": "bar"}),
            json!([{"op": "replace", "path": "/baz", "value": "boo"}]),
            json!({"baz": "boo", "foo": "bar"}),
        ),
        (
            json!({"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}}),
            json!([{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}]),
            json!({"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}}),
        ),
        (
            json!({"foo": ["all", "grass", "cows", "eat"]}),
            json!([{"op": "move", "from": "/foo/1", "path": "/foo/3"}]),
            json!({"foo": ["all", "cows", "eat", "grass"]}),
        ),
        (
            json!({"baz": "qux", "foo": ["a", 2, "c"]}),
            json!([{"op": "test", "path": "/baz", "value": "qux"}, {"op": "test", "path": "/foo/1", "value": 2}]),
            json!({"baz": "qux", "foo": ["a", 2, "c"]}),
        ),
        (
            json!({"foo": "bar"}),
            json!([{"op": "add", "path": "/child", "value": {"grandchild": {}}}]),
            json!({"foo": "bar", "child": {"grandchild": {}}}),
        ),
        (
            json!({"foo": "bar"}),
            json!([{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}]),
            json!({"foo": "bar", "baz": "qux"}),
        ),
        (json!({"/": 9, "~1": 10}), json!([{"op": "test", "path": "/~01", "value": 10}]), json!({"/": 9, "~1": 10})),
        (
            json!({"foo": ["bar"]}),
            json!([{"op": "add", "path": "/foo/-", "value": ["abc"]}]),
            json!({"foo": ["bar", ["abc"]]}),
        ),
        (json!({"a": [1, 2]}), json!([{"op": "copy", "from": "/a/-1", "path": "/a/0"}]), json!({"a": [2, 1, 2]})),
        (json!({"a": 1}), json!([{"op": "replace", "path": "", "value": {"b": 2}}]), json!({"b": 2})),
        (json!({"a": 1}), json!([{"op": "test", "path": "/none", "value": null}]), json!({"a": 1})),
        (json!({"a": 1}), json!(null), json!({"a": 1})),
    ] {
        assert_eq!(apply(&target, patch.clone()), Ok(wanted), "{target} by {patch}");
    }
}

#[test]
fn refuses_what_does_not_fit() {
    let target = json!({"foo": ["bar"], "baz": "qux"});
    for operation in [
        json!({"op": "test", "path": "/baz", "value": "bar"}),
        json!({"op": "add", "path": "/nope/bat", "value": "qux"}),
        json!({"op": "remove", "path": "/nope"}),
        json!({"op": "remove", "path": ""}),
        json!({"op": "remove", "path": "/foo/1"}),
        json!({"op": "remove", "path": "/foo/-"}),
        json!({"op": "replace", "path": "/nope", "value": 1}),
        json!({"op": "add", "path": "/foo/2", "value": 1}),
        json!({"op": "add", "path": "/foo/-3", "value": 1}),
        json!({"op": "add", "path": "/foo/9223372036854775808", "value": 1}),
        json!({"op": "add", "path": "/foo/x", "value": 1}),
        json!({"op": "add", "path": "baz", "value": 1}),
        json!({"op": "add", "path": "/baz/x", "value": 1}),
        json!({"op": "add", "value": 1}),
        json!({"op": "move", "path": "/a"}),
        json!({"op": "move", "from": "/foo", "path": "/foo/0"}),
        json!({"op": "copy", "from": "/nope", "path": "/a"}),
        json!({"op": "nope", "path": "/baz"}),
        json!({"path": "/baz"}),
    ] {
        assert_eq!(apply(&target, json!([operation.clone()])), Err(DoesNotApply), "{operation}");
    }
}

#[test]
fn says_in_gos_words_what_is_no_patch() {
    for (patch, wanted) in [
        (json!({"op": "add"}), "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"),
        (json!([1]), "json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"),
        (json!([{"op": 1}]), "json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string"),
    ] {
        assert_eq!(JsonPatch::read(patch).expect_err("no patch").to_string(), wanted);
    }
    let many = |count: usize| Value::from(vec![json!({"op": "test", "path": "/a", "value": null}); count]);
    assert_eq!(JsonPatch::read(many(MAX_OPERATIONS + 1)).err(), Some(NotAPatch::TooMany(MAX_OPERATIONS + 1)));
    assert_eq!(apply(&json!({}), many(MAX_OPERATIONS)), Ok(json!({})));
}

#[test]
fn copies_that_double_and_paths_that_deepen_end_in_an_error() {
    let double = json!({"op": "copy", "from": "", "path": "/a"});
    assert_eq!(apply(&json!({"x": "y"}), Value::from(vec![double; 500])), Err(DoesNotApply));
    let deepen: Vec<Value> =
        (1..1000).map(|depth| json!({"op": "add", "path": "/a".repeat(depth), "value": {}})).collect();
    assert_eq!(apply(&json!({}), Value::from(deepen)), Err(DoesNotApply));
}

/// A tree as the set of its leaves, on which an operation is a change of paths. Lists are left to the examples.
mod naive {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    pub(super) type Leaves = BTreeMap<Vec<String>, Value>;

    pub(super) fn leaves(value: &Value) -> Leaves {
        fn walk(value: &Value, path: &mut Vec<String>, out: &mut Leaves) {
            let Some(members) = value.as_object() else {
                out.insert(path.clone(), value.clone());
                return;
            };
            out.insert(path.clone(), json!({}));
            for (name, member) in members {
                path.push(name.clone());
                walk(member, path, out);
                path.pop();
            }
        }
        let mut out = Leaves::new();
        walk(value, &mut Vec::new(), &mut out);
        out
    }

    fn cut(leaves: &mut Leaves, path: &[String]) -> Leaves {
        let (gone, stay) = std::mem::take(leaves).into_iter().partition(|(at, _)| at.starts_with(path));
        *leaves = stay;
        Leaves::into_iter(gone).map(|(at, value)| (at[path.len()..].to_vec(), value)).collect()
    }

    fn put(leaves: &mut Leaves, path: &[String], what: Leaves) -> Option<()> {
        if let Some((_, parent)) = path.split_last() {
            leaves.get(parent).filter(|parent| parent.is_object())?;
        }
        cut(leaves, path);
        leaves.extend(what.into_iter().map(|(at, value)| ([path, &at].concat(), value)));
        Some(())
    }

    pub(super) fn apply(leaves: &mut Leaves, operation: &Value) -> Option<()> {
        let path = |name: &str| -> Option<Vec<String>> {
            Some(operation[name].as_str()?.split('/').skip(1).map(String::from).collect())
        };
        let at = path("path")?;
        match operation["op"].as_str()? {
            "add" => put(leaves, &at, self::leaves(&operation["value"])),
            "replace" => {
                leaves.get(&at)?;
                put(leaves, &at, self::leaves(&operation["value"]))
            }
            "remove" => {
                leaves.get(&at).filter(|_| !at.is_empty())?;
                cut(leaves, &at);
                Some(())
            }
            "move" | "copy" => {
                let from = path("from")?;
                leaves.get(&from)?;
                let copy = operation["op"] == "copy";
                if from.is_empty() && !copy {
                    return None;
                }
                let kept = leaves.clone();
                let what = cut(leaves, &from);
                if copy {
                    *leaves = kept;
                }
                put(leaves, &at, what)
            }
            "test" => {
                let mut rest = leaves.clone();
                let found = cut(&mut rest, &at);
                let wanted = self::leaves(&operation["value"]);
                (found == wanted || (found.is_empty() && operation["value"].is_null())).then_some(())
            }
            _ => None,
        }
    }
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), (0..3).prop_map(|n| json!(n))];
    leaf.prop_recursive(3, 20, 3, |inner| {
        prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|members| json!(members))
    })
}

fn operation() -> impl Strategy<Value = Value> {
    let path = || "(/[a-c]){0,3}";
    let op = prop::sample::select(vec!["add", "remove", "replace", "move", "copy", "test"]);
    (op, path(), path(), tree())
        .prop_map(|(op, path, from, value)| json!({"op": op, "path": path, "from": from, "value": value}))
}

proptest! {
    #[test]
    fn agrees_with_operations_on_leaves(target in tree(), patch in prop::collection::vec(operation(), 0..6)) {
        let mut leaves = naive::leaves(&target);
        let wanted = patch.iter().try_for_each(|operation| naive::apply(&mut leaves, operation)).map(|()| leaves);
        let found = apply(&target, Value::from(patch)).ok();
        prop_assert_eq!(found.as_ref().map(naive::leaves), wanted);
    }

    #[test]
    fn never_panics(target in tree(), patch in prop::collection::vec(("[a-z]{0,7}", "[/~0-9a-c-]{0,8}", "[/~0-9a-c-]{0,8}", tree()), 0..5)) {
        let patch = patch.into_iter().map(|(op, path, from, value)| json!({"op": op, "path": path, "from": from, "value": value}));
        let _outcome = apply(&target, Value::from(patch.collect::<Vec<_>>()));
    }
}
