use std::sync::Arc;

use lookglass_object::{Gvk, LabelSet};
use lookglass_protocol::{builtin, canonical::canonical};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn resource(group: &str, version: &str, plural: &str) -> Arc<Resource> {
    builtin::catalog().resource(group, version, plural).expect("a built-in resource").clone()
}

/// What has no table: as if somebody had defined it.
fn custom() -> Resource {
    let mut custom = (*resource("", "v1", "configmaps")).clone();
    custom.kind = Gvk::new("example.com", "v1", "Gizmo");
    custom.entry = None;
    custom
}

fn tree(json: &[u8]) -> Tree {
    serde_json::from_slice(json).expect("an object")
}

fn encoded(resource: &Resource, tree: &Tree, version: u64) -> String {
    let stored = Encoded::new(resource, tree).stored(
        resource,
        Key::new("n", "x"),
        LabelSet::default(),
        ChangeKind::Added,
        version,
    );
    assert_eq!(stored.version(), version);
    String::from_utf8(stored.json().to_vec()).expect("text")
}

#[test]
fn built_in_objects_are_written_as_their_canonical_form() {
    let deployment = json!({
        "metadata": {
            "name": "d", "namespace": "n", "uid": "u", "resourceVersion": "5", "generation": 2,
            "creationTimestamp": "2026-11-21T02:46:32Z", "labels": {"b": "\"quoted\"", "a": "\u{1}é\\"},
            "ownerReferences": [{"uid": "u", "name": "o", "kind": "K", "apiVersion": "v1", "controller": true}],
            "managedFields": [{"manager": "m", "operation": "Update", "fieldsV1": {"f:z": {}, "f:a": {}}}],
        },
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {
                    "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}],
                    "containers": [{
                        "name": "c", "image": "i", "env": [{"name": "A", "value": "1"}],
                        "ports": [{"containerPort": 80, "protocol": "TCP"}],
                        "resources": {"limits": {"memory": "1Gi", "cpu": "100m"}},
                        "livenessProbe": {"httpGet": {"port": "http", "path": "/"}, "periodSeconds": 3},
                    }],
                },
            },
            "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}, "type": "RollingUpdate"},
        },
        "status": {"conditions": [{"type": "Available", "status": "True"}]},
    });
    let definition = json!({
        "metadata": {"name": "gizmos.example.com", "resourceVersion": "5"},
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"plural": "gizmos", "kind": "Gizmo"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": {"type": "object", "properties": {
                    "size": {"type": "number", "minimum": 0.5, "maximum": 1e20, "default": 1.25},
                    "list": {"type": "array", "items": {"type": "string", "enum": ["b", "a"]}},
                }, "additionalProperties": false}},
            }}}],
        },
    });
    for (group, version, plural, object) in [
        ("apps", "v1", "deployments", &deployment),
        ("apiextensions.k8s.io", "v1", "customresourcedefinitions", &definition),
        (
            "",
            "v1",
            "configmaps",
            &json!({"metadata": {"name": "m", "resourceVersion": "5"}, "data": {"b": "<&>", "a": ""}}),
        ),
    ] {
        let resource = resource(group, version, plural);
        let canonical = canonical(&resource, object.to_string().as_bytes()).expect("an object").json;
        assert_eq!(encoded(&resource, &tree(&canonical), 5), String::from_utf8_lossy(&canonical), "{plural}");
    }
}

#[test]
fn the_version_gets_a_place_where_there_was_none() {
    let maps = resource("", "v1", "configmaps");
    let wanted = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","uid":"u","resourceVersion":"7","generation":1}}"#;
    for version in [json!("3"), Value::Null] {
        let object = json!({"metadata": {"name": "m", "uid": "u", "generation": 1, "resourceVersion": version}});
        assert_eq!(encoded(&maps, &tree(object.to_string().as_bytes()), 7), wanted);
    }
    let bare = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"7"}}"#;
    assert_eq!(encoded(&maps, &Tree::new(), 7), bare);
}

#[test]
fn what_is_only_answered_says_no_version_but_its_own() {
    let maps = resource("", "v1", "configmaps");
    let without = json!({"metadata": {"name": "m"}});
    let text = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m"}}"#;
    assert_eq!(answered(&maps, &tree(without.to_string().as_bytes())).json(), text);
    let with = json!({"metadata": {"name": "m", "resourceVersion": "9"}});
    let stored = answered(&maps, &tree(with.to_string().as_bytes()));
    assert_eq!(stored.version(), 9);
}

fn json_tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 30, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
        }
        // A whole double is written as Go writes it, and reads as an integer then.
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn whatever_a_custom_resource_holds_is_there_again(
        members in prop::collection::btree_map("[a-z]{1,9}|resourceVersion", json_tree(), 0..5),
        metadata in prop::collection::btree_map("[a-z]{1,3}|resourceVersion|namespace|zone", json_tree(), 0..5),
    ) {
        let custom = custom();
        let mut object: Tree = members.into_iter().filter(|(name, _)| name != "kind").collect();
        object.insert("metadata".into(), json!(metadata));
        let text = encoded(&custom, &object, 12);
        let found: Value = serde_json::from_str(&text).expect("JSON");
        object.insert("kind".into(), json!("Gizmo"));
        object.insert("apiVersion".into(), json!("example.com/v1"));
        object.set_meta("resourceVersion", Some(json!("12")));
        prop_assert!(text.starts_with(r#"{"kind":"Gizmo","apiVersion":"example.com/v1","#), "{}", text);
        prop_assert!(same(&found, &Value::Object(object.clone())), "{} is not {}", found, Value::Object(object));
    }
}
