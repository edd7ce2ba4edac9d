//! The life of namespaces.

use std::thread;

use serde_json::{Value, json};

use super::support::{Server, background};

const SPACES: &str = "/api/v1/namespaces";

fn conditions(namespace: &Value) -> Vec<(String, String)> {
    let conditions = namespace["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let text = |condition: &Value, name: &str| condition[name].as_str().unwrap_or_default().to_owned();
    conditions.iter().map(|condition| (text(condition, "type"), text(condition, "status"))).collect()
}

#[test]
fn every_cluster_has_four_and_each_is_furnished() {
    let server = Server::empty();
    assert_eq!(server.names(SPACES), ["default", "kube-node-lease", "kube-public", "kube-system"]);
    for name in server.names(SPACES) {
        let (_, account) = server.get(&format!("{SPACES}/{name}/serviceaccounts/default"));
        assert_eq!(account["metadata"]["namespace"], json!(name));
        let (_, authority) = server.get(&format!("{SPACES}/{name}/configmaps/kube-root-ca.crt"));
        assert_eq!(authority["data"], json!({"ca.crt": "PEM"}));
    }
    for name in ["default", "kube-system", "kube-public"] {
        let (code, refused) = server.delete(&format!("{SPACES}/{name}"));
        let message = format!("namespaces \"{name}\" is forbidden: this namespace may not be deleted");
        assert_eq!((code, &refused["message"]), (403, &json!(message)));
    }
}

#[test]
fn objects_need_one() {
    let server = Server::empty();
    let (code, refused) = server.post(&format!("{SPACES}/nope/configmaps"), json!({"metadata": {"name": "m"}}));
    assert_eq!((code, &refused["message"]), (404, &json!("namespaces \"nope\" not found")));
    assert_eq!(refused["details"], json!({"name": "nope", "kind": "namespaces"}));
}

#[test]
fn an_empty_one_goes_with_its_deletion() {
    let server = Server::start();
    server.post(&format!("{SPACES}/w2/configmaps"), json!({"metadata": {"name": "m"}}));
    let before = server.version();
    let (code, answer) = server.delete(&format!("{SPACES}/w2"));
    assert_eq!((code, &answer["status"]), (200, &json!({"phase": "Terminating"})));
    assert_eq!(answer["metadata"]["deletionGracePeriodSeconds"], Value::Null);
    assert_eq!(server.get(&format!("{SPACES}/w2")).0, 404);
    let told: Vec<_> =
        server.frames(SPACES, before).into_iter().map(|(kind, object)| (kind, conditions(&object).len())).collect();
    assert_eq!(told, [("MODIFIED", 0), ("MODIFIED", 5), ("DELETED", 5)]);
    assert_eq!(server.names("/api/v1/configmaps").len(), 4, "those of the other namespaces");
    assert_eq!(server.post(SPACES, json!({"metadata": {"name": "w2"}})).0, 201);
}

#[test]
fn a_held_one_waits_and_tells_why() {
    let server = Server::start();
    let pods = format!("{SPACES}/w2/pods");
    for (path, object) in [
        (format!("{SPACES}/w2/configmaps"), json!({"metadata": {"name": "m", "finalizers": ["a.io/x", "b.io/y"]}})),
        (format!("{SPACES}/w2/secrets"), json!({"metadata": {"name": "s", "finalizers": ["a.io/x"]}})),
        (pods.clone(), json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}})),
    ] {
        assert_eq!(server.post(&path, object).0, 201);
    }
    server.delete(&format!("{SPACES}/w2"));
    let (_, held) = server.get(&format!("{SPACES}/w2"));
    let message = |kind: &str| {
        let all = held["status"]["conditions"].as_array().expect("conditions");
        all.iter().find(|condition| condition["type"] == kind).map(|condition| condition["message"].clone())
    };
    assert_eq!(
        message("NamespaceContentRemaining"),
        Some(json!(
            "Some resources are remaining: configmaps. has 1 resource instances, secrets. has 1 resource instances"
        ))
    );
    assert_eq!(
        message("NamespaceFinalizersRemaining"),
        Some(json!(
            "Some content in the namespace has finalizers remaining: a.io/x in 2 resource instances, b.io/y in 1 resource instances"
        ))
    );
    assert_eq!(server.names(&pods), [""; 0]);
    let (code, refused) = server.post(&pods, json!({"metadata": {"generateName": "late-"}}));
    let why =
        "pods \"late-\" is forbidden: unable to create new content in namespace w2 because it is being terminated";
    assert_eq!((code, &refused["message"]), (403, &json!(why)));
    let version = server.version();
    assert_eq!(server.delete(&format!("{SPACES}/w2")), (200, held.clone()), "a second time nothing happens");
    assert_eq!(server.version(), version);
    server.pass(5);
    assert_eq!(server.merge(&format!("{SPACES}/w2/secrets/s"), json!({"metadata": {"finalizers": null}})).0, 200);
    let (_, held) = server.get(&format!("{SPACES}/w2"));
    let since = |kind: usize| held["status"]["conditions"][kind]["lastTransitionTime"].clone();
    assert_eq!(since(3), since(0), "still true, since the same time");
    assert_eq!(server.merge(&format!("{SPACES}/w2/configmaps/m"), json!({"metadata": {"finalizers": []}})).0, 200);
    assert_eq!(server.get(&format!("{SPACES}/w2")).0, 404);
}

#[test]
fn finalizers_of_the_namespace_itself_hold_it() {
    let server = Server::start();
    let path = format!("{SPACES}/w2");
    let (_, mut held) = server.get(&path);
    held["spec"]["finalizers"] = json!(["kubernetes", "example.com/own"]);
    assert_eq!(server.put(&path, held.clone()).1["spec"], json!({"finalizers": ["kubernetes"]}), "not by this door");
    let (code, held) = server.put(&format!("{path}/finalize"), held);
    assert_eq!((code, &held["spec"]["finalizers"]), (200, &json!(["kubernetes", "example.com/own"])));
    server.delete(&path);
    let (code, mut left) = server.get(&path);
    assert_eq!((code, &left["spec"]["finalizers"]), (200, &json!(["example.com/own"])));
    left["spec"] = json!({});
    let (code, last) = server.put(&format!("{path}/finalize"), left);
    assert_eq!(code, 200, "{last}");
    assert_eq!(server.get(&path).0, 404);
}

#[test]
fn preconditions_of_a_namespace_have_words_of_their_own() {
    let server = Server::start();
    let mut params = background();
    params.uid = Some("other".into());
    let (code, refused) = server.delete_with(&format!("{SPACES}/w2"), params);
    let message = refused["message"].as_str().expect("a message");
    assert_eq!(code, 409);
    let start = "Operation cannot be fulfilled on namespaces \"w2\": Precondition failed: UID in precondition: other, UID in object meta: ";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn nothing_is_left_behind_by_creations_during_a_deletion() {
    for _ in 0..20 {
        let server = Server::start();
        thread::scope(|scope| {
            for thread in 0..2 {
                let server = &server;
                scope.spawn(move || {
                    for count in 0..30 {
                        let map = json!({"metadata": {"name": format!("m{thread}-{count}")}});
                        let (code, answer) = server.post(&format!("{SPACES}/w2/configmaps"), map);
                        assert!(matches!(code, 201 | 403 | 404), "{answer}");
                    }
                });
            }
            scope.spawn(|| server.delete(&format!("{SPACES}/w2")));
        });
        assert_eq!(server.get(&format!("{SPACES}/w2")).0, 404);
        assert_eq!(server.names(&format!("{SPACES}/w2/configmaps")), [""; 0]);
    }
}
