//! Bodies that mean no good: each ends in an answer or a refusal, and leaves a server that works.

use lookglass_protocol::{Patch, Write};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{Server, bytes, params, reply};

const COLLECTIONS: [&str; 12] = [
    "/api/v1/namespaces/w2/configmaps",
    "/api/v1/namespaces/w2/secrets",
    "/api/v1/namespaces/w2/pods",
    "/api/v1/namespaces/w2/bindings",
    "/api/v1/namespaces/w2/services",
    "/api/v1/nodes",
    "/api/v1/namespaces",
    "/apis/apps/v1/namespaces/w2/deployments",
    "/apis/batch/v1/namespaces/w2/jobs",
    "/apis/coordination.k8s.io/v1/namespaces/w2/leases",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
];
const NAMES: [&str; 26] = [
    "metadata",
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
    "managedFields",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "spec",
    "status",
    "data",
    "stringData",
    "selector",
    "template",
    "containers",
    "replicas",
    "conditions",
    "target",
    "kind",
    "apiVersion",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "m",
            "",
            "w2",
            "kubernetes",
            "orphan",
            "a.io/b",
            "2026-11-21T02:46:32Z",
            "é\u{0}",
            "7"
        ])
        .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), inner, 0..6)
                .prop_map(|members| json!(members)),
        ]
    })
}

/// Anything, in a frame that lets some of it come far.
fn body() -> impl Strategy<Value = Value> {
    (any_json(), any_json(), any_json(), any::<bool>()).prop_map(|(metadata, spec, status, framed)| {
        let mut object = json!({"metadata": metadata, "spec": spec, "status": status});
        if framed {
            if !object["metadata"].is_object() {
                object["metadata"] = json!({});
            }
            object["metadata"]["name"] = json!("m");
            object["metadata"]["namespace"] = json!("w2");
        }
        object
    })
}

/// What a server answers has a code that can be sent and says what it is.
fn check(path: &str, (code, answer): (u16, Value)) -> Result<(), TestCaseError> {
    prop_assert!((200..600).contains(&code), "{} {} {}", path, code, answer);
    prop_assert!(answer["kind"].is_string() || answer.is_array(), "{} {}", path, answer);
    if code >= 400 {
        prop_assert!(answer["message"].as_str().is_some_and(|message| !message.is_empty()), "{} {}", path, answer);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_object_is_taken_or_refused(object in body(), patch in any_json(), text in any::<String>()) {
        let server = Server::start();
        for collection in COLLECTIONS {
            let path = format!("{collection}/m");
            check(&path, server.post(collection, object.clone()))?;
            check(&path, server.post(collection, json!({"text": text})))?;
            if collection.contains("review") || collection.contains("bindings") {
                continue;
            }
            check(&path, server.put(&path, object.clone()))?;
            for patch in [&patch, &object] {
                check(&path, server.merge(&path, patch.clone()))?;
                check(&path, server.merge(&format!("{path}/status"), patch.clone()))?;
            }
            let operations = json!([{"op": "add", "path": "/metadata", "value": patch}, {"op": "add", "path": "/spec", "value": patch}]);
            check(&path, server.json_patch(&path, operations))?;
            let patch = Patch::Json(bytes(&json!({"text": text})));
            check(&path, reply(server.write(&path, Write::Patch { patch, params: params() })))?;
            check(&path, server.delete(&path))?;
        }
        let deployment = "/apis/apps/v1/namespaces/w2/deployments/m/scale";
        check(deployment, server.put(deployment, object.clone()))?;
        check(deployment, server.merge(deployment, object))?;
        prop_assert_eq!(server.post("/api/v1/namespaces/default/configmaps", json!({"metadata": {"name": "after"}})).0, 201);
    }
}

#[test]
fn what_nests_too_deep_is_refused() {
    let server = Server::start();
    let deep = format!("{}{}", "{\"a\":".repeat(5000), "1".to_owned() + &"}".repeat(5000));
    let maps = "/api/v1/namespaces/w2/configmaps";
    assert_eq!(server.post(maps, json!({"metadata": {"name": "m"}})).0, 201);
    assert_eq!(server.merge(&format!("{maps}/m"), json!({"text": deep})).0, 400);
    let patch = format!("[{{\"op\":\"add\",\"path\":\"/data\",\"value\":{deep}}}]");
    assert_eq!(server.json_patch(&format!("{maps}/m"), json!({"text": patch})).0, 400);
}
