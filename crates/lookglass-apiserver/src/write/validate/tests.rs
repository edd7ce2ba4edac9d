use std::sync::Arc;

use lookglass_protocol::builtin;
use serde_json::{Value, json};

use super::*;

fn resource(group: &str, version: &str, plural: &str) -> Arc<Resource> {
    builtin::catalog().resource(group, version, plural).expect("a built-in resource").clone()
}

fn tree(object: Value) -> Tree {
    serde_json::from_value(object).expect("an object")
}

fn texts(causes: &[StatusCause]) -> Vec<String> {
    causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect()
}

/// What is wrong with a ConfigMap of this metadata.
fn metadata(more: &Value) -> Vec<String> {
    let mut object = json!({"metadata": {"name": "m", "namespace": "n"}});
    for (name, value) in more.as_object().expect("members") {
        object["metadata"][name] = value.clone();
    }
    texts(&create(&resource("", "v1", "configmaps"), &tree(object)))
}

#[test]
fn metadata_is_held_to_the_rules() {
    let owner = |name: &str| json!({"apiVersion": "v1", "kind": "K", "name": name, "uid": "u", "controller": true});
    for (more, wanted) in [
        (json!({}), vec![]),
        (json!({"annotations": {"A/b": "fine, but for the case"}}), vec![]),
        (json!({"finalizers": ["orphan", "a.io/b"], "ownerReferences": [owner("a")]}), vec![]),
        (json!({"generation": -1}), vec!["metadata.generation: Invalid value: -1: must be greater than or equal to 0"]),
        (
            json!({"annotations": {"a": "x".repeat(256 << 10)}}),
            vec!["metadata.annotations: Too long: may not be more than 262144 bytes"],
        ),
        (
            json!({"finalizers": ["orphan", "foregroundDeletion"]}),
            vec![
                "metadata.finalizers: Invalid value: [\"orphan\",\"foregroundDeletion\"]: finalizer orphan and foregroundDeletion cannot be \
                 both set",
            ],
        ),
        (
            json!({"ownerReferences": [{"apiVersion": "v1", "kind": "K", "name": ""}]}),
            vec![
                "metadata.ownerReferences.name: Invalid value: \"\": must not be empty",
                "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty",
            ],
        ),
        (
            json!({"ownerReferences": [{"apiVersion": "v1", "kind": "Event", "name": "e", "uid": "u"}]}),
            vec![
                "metadata.ownerReferences: Invalid value: {\"apiVersion\":\"v1\",\"kind\":\"Event\",\"name\":\"e\",\"uid\":\"u\"}: /v1, \
                 Kind=Event is disallowed from being an owner",
            ],
        ),
    ] {
        assert_eq!(metadata(&more), wanted, "{more}");
    }
    let two = metadata(&json!({"ownerReferences": [owner("a"), owner("b")]}));
    assert!(two[0].ends_with("Found \"true\" in references for K/a and K/b"), "{two:?}");
}

#[test]
fn the_scope_decides_on_the_namespace() {
    let maps = resource("", "v1", "configmaps");
    assert_eq!(
        texts(&create(&maps, &tree(json!({"metadata": {"name": "m"}})))),
        ["metadata.namespace: Required value"]
    );
    let nodes = resource("", "v1", "nodes");
    let node = tree(json!({"metadata": {"name": "m", "namespace": "n"}}));
    assert_eq!(texts(&create(&nodes, &node)), ["metadata.namespace: Forbidden: not allowed on this type"]);
}

#[test]
fn kinds_have_their_own_names() {
    let named = |group: &str, version: &str, plural: &str, name: &str| {
        let resource = resource(group, version, plural);
        let mut object = json!({"metadata": {"name": name}});
        if resource.is_namespaced() {
            object["metadata"]["namespace"] = json!("n");
        }
        create(&resource, &tree(object)).iter().filter(|cause| cause.field == "metadata.name").count()
    };
    assert_eq!(named("rbac.authorization.k8s.io", "v1", "clusterroles", "system:node"), 0);
    assert_eq!(named("rbac.authorization.k8s.io", "v1", "clusterroles", "a/b"), 1);
    assert_eq!(named("", "v1", "namespaces", "a.b"), 1);
    assert_eq!(named("", "v1", "services", "1a"), 1);
    assert_eq!(named("batch", "v1", "cronjobs", &"c".repeat(52)), 0);
    assert_eq!(named("batch", "v1", "cronjobs", &"c".repeat(53)), 1);
}

#[test]
fn data_have_names_that_can_be_files_and_may_be_fixed() {
    let maps = resource("", "v1", "configmaps");
    let map = |more: Value| {
        let mut object = tree(json!({"metadata": {"name": "m", "namespace": "n"}}));
        object.extend(tree(more));
        object
    };
    let causes = create(&maps, &map(json!({"data": {"a/b": "", "..x": "", "k": ""}, "binaryData": {"k": ""}})));
    let fields: Vec<&str> = causes.iter().map(|cause| &*cause.field).collect();
    assert_eq!(fields, ["data[..x]", "data[a/b]", "binaryData[k]"]);
    let large = create(&maps, &map(json!({"data": {"k": "x".repeat((1 << 20) + 1)}})));
    assert_eq!(texts(&large), [": Too long: may not be more than 1048576 bytes"]);
    let fixed = map(json!({"immutable": true, "data": {"k": "v"}}));
    let changed = update(&maps, Door::Main, &map(json!({"data": {"k": "w"}})), &fixed);
    assert_eq!(
        texts(&changed),
        [
            "immutable: Forbidden: field is immutable when `immutable` is set",
            "data: Forbidden: field is immutable when `immutable` is set"
        ]
    );
}

#[test]
fn a_workload_selects_its_own_pods_for_good() {
    let sets = resource("apps", "v1", "replicasets");
    let set = |selector: Value, labels: Value| {
        tree(json!({
            "metadata": {"name": "r", "namespace": "n"},
            "spec": {
                "selector": selector,
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}},
            },
        }))
    };
    let labels = json!({"a": "b", "c": "d"});
    for (selector, wanted) in [
        (json!({"matchLabels": {"a": "b"}}), &[][..]),
        (json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "b"]}]}), &[]),
        (
            json!({"matchExpressions": [{"key": "z", "operator": "NotIn", "values": ["x"]}, {"key": "c", "operator": "Exists"}]}),
            &[],
        ),
        (json!({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}), &["spec.template.metadata.labels"]),
        (json!({"matchLabels": {"a": "z"}}), &["spec.template.metadata.labels"]),
        (json!({}), &["spec.selector"]),
        (Value::Null, &["spec.selector", "spec.template.metadata.labels"]),
    ] {
        let causes = create(&sets, &set(selector.clone(), labels.clone()));
        let fields: Vec<&str> = causes.iter().map(|cause| &*cause.field).collect();
        assert_eq!(fields, wanted, "{selector}");
    }
    let (one, other) = (json!({"matchLabels": {"a": "b"}}), json!({"matchLabels": {"c": "d"}}));
    let causes = update(&sets, Door::Main, &set(other, labels.clone()), &set(one, labels));
    assert_eq!(texts(&causes), ["spec.selector: Invalid value: {\"matchLabels\":{\"c\":\"d\"}}: field is immutable"]);
}

#[test]
fn pods_have_containers_with_names_and_images() {
    let pods = resource("", "v1", "pods");
    let causes = create(
        &pods,
        &tree(json!({
            "metadata": {"name": "p", "namespace": "n"},
            "spec": {"containers": [{"name": "c", "image": "i"}, {"name": "c"}, {"image": "i"}, {"name": "C_", "image": "i"}]},
        })),
    );
    let short: Vec<String> = texts(&causes).iter().map(|text| text.chars().take(70).collect()).collect();
    assert_eq!(
        short,
        [
            "spec.containers[1].name: Duplicate value: \"c\"",
            "spec.containers[1].image: Required value",
            "spec.containers[2].name: Required value",
            "spec.containers[3].name: Invalid value: \"C_\": a lowercase RFC 1123 lab",
        ]
    );
}

#[test]
fn tolerations_may_only_be_added() {
    let pods = resource("", "v1", "pods");
    let pod = |tolerations: Value, more: Value| {
        let mut pod = tree(json!({
            "metadata": {"name": "p", "namespace": "n"},
            "spec": {"containers": [{"name": "c", "image": "i"}], "tolerations": tolerations},
        }));
        pod.get_mut("spec").and_then(Value::as_object_mut).expect("a spec").extend(tree(more));
        pod
    };
    let one = json!([{"key": "a"}]);
    let two = json!([{"key": "a"}, {"key": "b"}]);
    let fields = |new: &Tree, old: &Tree| -> Vec<String> {
        update(&pods, Door::Main, new, old).into_iter().map(|cause| cause.field).collect()
    };
    assert_eq!(fields(&pod(two.clone(), json!({})), &pod(one.clone(), json!({}))), [""; 0]);
    assert_eq!(fields(&pod(one.clone(), json!({})), &pod(two, json!({}))), ["spec.tolerations"]);
    let negative = pod(one.clone(), json!({"terminationGracePeriodSeconds": -1}));
    assert_eq!(fields(&pod(one.clone(), json!({"terminationGracePeriodSeconds": 1})), &negative), [""; 0]);
    assert_eq!(fields(&pod(one, json!({"terminationGracePeriodSeconds": 2})), &negative), ["spec"]);
}
