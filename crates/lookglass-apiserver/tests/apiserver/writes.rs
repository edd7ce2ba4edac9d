//! What a write does to an object, beyond what the recordings show.

use std::thread;

use lookglass_protocol::{Patch, Write, params::DeleteParams};
use serde_json::{Value, json};

use super::support::{Server, background, bytes, params, reply};

const MAPS: &str = "/api/v1/namespaces/w2/configmaps";
const PODS: &str = "/api/v1/namespaces/w2/pods";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/w2/deployments";

fn deployment(name: &str) -> Value {
    json!({
        "metadata": {"name": name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "c", "image": "nginx:1"}]},
            },
        },
    })
}

fn pod(name: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {"terminationGracePeriodSeconds": 30, "containers": [{"name": "c", "image": "i"}]}})
}

fn generation(object: &Value) -> i64 {
    object["metadata"]["generation"].as_i64().unwrap_or_default()
}

#[test]
fn generation_counts_what_is_wanted_and_nothing_else() {
    let server = Server::start();
    let (code, made) = server.post(DEPLOYMENTS, deployment("d"));
    assert_eq!((code, generation(&made)), (201, 1), "{made}");
    assert_eq!(made["status"], json!({}), "a new one has no status");
    let path = format!("{DEPLOYMENTS}/d");
    for (patch, wanted) in [
        (json!({"metadata": {"labels": {"q": "1"}}}), 1),
        (json!({"spec": {"replicas": 3}}), 2),
        (json!({"status": {"replicas": 77}}), 2),
        (json!({"metadata": {"generation": 50}}), 2),
        (json!({"metadata": {"annotations": {"a": "b"}}}), 3),
        (json!({"spec": {"template": {"spec": {"containers": [{"name": "m", "image": "m"}]}}}}), 4),
    ] {
        let (code, patched) = server.merge(&path, patch.clone());
        assert_eq!((code, generation(&patched)), (200, wanted), "{patch}: {patched}");
        assert_eq!(patched["status"], json!({}), "{patch}");
    }
    let (_, map) = server.post(MAPS, json!({"metadata": {"name": "m", "generation": 7}}));
    assert_eq!(generation(&map), 7, "kinds without generations keep what is sent");
}

#[test]
fn status_is_written_through_its_own_door() {
    let server = Server::start();
    server.post(DEPLOYMENTS, deployment("d"));
    let path = format!("{DEPLOYMENTS}/d");
    let patch = json!({
        "spec": {"replicas": 50},
        "metadata": {"labels": {"l": "1"}, "annotations": {"a": "b"}},
        "status": {"observedGeneration": 1, "replicas": 5},
    });
    let (code, patched) = server.merge(&format!("{path}/status"), patch);
    assert_eq!(code, 200, "{patched}");
    assert_eq!(patched["status"], json!({"observedGeneration": 1, "replicas": 5}));
    assert_eq!((&patched["spec"]["replicas"], generation(&patched)), (&json!(1), 1));
    assert_eq!(
        (&patched["metadata"]["labels"], &patched["metadata"]["annotations"]),
        (&Value::Null, &json!({"a": "b"}))
    );
    let mut stale = patched.clone();
    stale["metadata"]["resourceVersion"] = json!("1");
    assert_eq!(server.put(&format!("{path}/status"), stale).0, 409);
    let mut update = patched;
    update["status"]["replicas"] = json!(6);
    update["spec"]["replicas"] = json!(9);
    let (code, updated) = server.put(&format!("{path}/status"), update);
    assert_eq!((code, &updated["status"]["replicas"], &updated["spec"]["replicas"]), (200, &json!(6), &json!(1)));
    assert_eq!(server.get(&path).1, updated);
    assert_eq!(server.merge(&format!("{DEPLOYMENTS}/none/status"), json!({})).0, 404);
}

#[test]
fn a_write_that_changes_nothing_is_not_told() {
    let server = Server::start();
    let (_, made) = server.post(MAPS, json!({"metadata": {"name": "m", "labels": {"a": "b"}}, "data": {"k": "v"}}));
    let (path, version) = (format!("{MAPS}/m"), server.version());
    let same = [
        server.put(&path, made.clone()),
        server.put(&path, json!({"metadata": {"name": "m", "labels": {"a": "b"}}, "data": {"k": "v"}})),
        server.merge(&path, json!({})),
        server.merge(&path, json!({"data": {"k": "v", "none": null}})),
        server.json_patch(&path, json!([{"op": "replace", "path": "/data/k", "value": "v"}])),
        server.merge(&path, json!({"metadata": {"creationTimestamp": "2001-01-01T00:00:00Z", "selfLink": "/x"}})),
    ];
    for (index, answer) in same.iter().enumerate() {
        assert_eq!(*answer, (200, made.clone()), "{index}");
    }
    assert_eq!(server.version(), version);
    assert_eq!(server.frames(MAPS, version), []);
}

#[test]
fn a_dry_run_answers_and_leaves_nothing() {
    let server = Server::start();
    server.post(MAPS, json!({"metadata": {"name": "m", "finalizers": ["a.io/b"]}, "data": {"k": "v"}}));
    let (version, path) = (server.version(), format!("{MAPS}/m"));
    let mut dry = params();
    dry.dry_run = true;
    let create = Write::Create { body: bytes(&json!({"metadata": {"name": "new"}})), params: dry.clone() };
    let (code, made) = reply(server.write(MAPS, create));
    assert_eq!((code, &made["metadata"]["resourceVersion"]), (201, &Value::Null));
    assert!(made["metadata"]["uid"].is_string());
    let create = Write::Create { body: bytes(&json!({"metadata": {"name": "m"}})), params: dry.clone() };
    assert_eq!(reply(server.write(MAPS, create)).0, 409);
    let patch = Write::Patch { patch: Patch::Merge(bytes(&json!({"data": {"k": "w"}}))), params: dry };
    let (code, patched) = reply(server.write(&path, patch));
    assert_eq!((code, &patched["data"]["k"]), (200, &json!("w")));
    let mut delete = DeleteParams::default();
    delete.dry_run = true;
    let (code, deleted) = server.delete_with(&path, delete);
    assert_eq!(code, 200);
    assert!(deleted["metadata"]["deletionTimestamp"].is_string(), "{deleted}");
    assert_eq!(server.version(), version);
    assert!(server.get(&path).1["metadata"]["deletionTimestamp"].is_null());
}

#[test]
fn patches_from_many_sides_lose_nothing() {
    let server = Server::start();
    server.post(MAPS, json!({"metadata": {"name": "m"}}));
    thread::scope(|scope| {
        for writer in 0..4 {
            let server = &server;
            scope.spawn(move || {
                for count in 0..50 {
                    let patch = json!({"data": {format!("{writer}-{count}"): "x"}});
                    assert_eq!(server.merge(&format!("{MAPS}/m"), patch).0, 200);
                }
            });
        }
    });
    let (_, map) = server.get(&format!("{MAPS}/m"));
    assert_eq!(map["data"].as_object().map(|data| data.len()), Some(200));
}

#[test]
fn of_many_creates_of_a_name_one_wins() {
    let server = Server::start();
    let before = server.version();
    let created: usize = thread::scope(|scope| {
        let make = || usize::from(server.post(MAPS, json!({"metadata": {"name": "m"}})).0 == 201);
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(created, 1);
    assert_eq!(server.frames(MAPS, before).len(), 1);
}

#[test]
fn names_are_made_of_what_fits_and_differ() {
    let server = Server::start();
    let base = "a".repeat(70);
    for _ in 0..20 {
        let (code, made) = server.post(MAPS, json!({"metadata": {"generateName": base}}));
        let name = made["metadata"]["name"].as_str().expect("a name");
        assert_eq!((code, name.len(), &name[..58]), (201, 63, &base[..58]));
        assert_eq!(made["metadata"]["generateName"], json!(base));
    }
    assert_eq!(server.names(MAPS).len(), 21, "twenty, and the one of the namespace");
    let (code, refused) = server.post(MAPS, json!({"metadata": {"generateName": "Bad_"}}));
    assert_eq!((code, &refused["details"]["causes"][0]["field"]), (422, &json!("metadata.generateName")));
}

#[test]
fn what_some_kinds_need_or_allow() {
    let server = Server::start();
    let leases = "/apis/coordination.k8s.io/v1/namespaces/w2/leases";
    let lease = json!({"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}});
    let (code, made) = server.put(&format!("{leases}/l"), lease.clone());
    assert_eq!(code, 201, "created by an update: {made}");
    let (code, refused) = server.put(&format!("{leases}/l"), lease);
    assert_eq!(code, 422);
    assert_eq!(
        refused["message"],
        "leases.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"
    );
    assert_eq!(refused["details"]["kind"], "leases");
    assert_eq!(server.put(&format!("{leases}/l"), made).0, 200);
    let (code, refused) = server.put(&format!("{MAPS}/none"), json!({"metadata": {"name": "none", "uid": "u"}}));
    assert_eq!(code, 409, "{refused}");
    let (code, refused) = server.put(&format!("{MAPS}/x"), json!({"metadata": {}}));
    assert_eq!(code, 400);
    assert_eq!(refused["message"], "the name of the object (x based on URL) was undeterminable: name must be provided");
}

#[test]
fn managed_fields_stay_unless_they_are_cleared() {
    let server = Server::start();
    let entry = json!([{
        "manager": "m", "operation": "Apply", "apiVersion": "v1", "time": "2026-11-21T02:46:32Z",
        "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:k": {}}},
    }]);
    server.post(MAPS, json!({"metadata": {"name": "m"}, "data": {"k": "v"}}));
    let path = format!("{MAPS}/m");
    let (_, patched) =
        server.json_patch(&path, json!([{"op": "add", "path": "/metadata/managedFields", "value": entry}]));
    assert_eq!(patched["metadata"]["managedFields"], entry);
    let (_, updated) = server.put(&path, json!({"metadata": {"name": "m"}, "data": {"k": "w"}}));
    assert_eq!(updated["metadata"]["managedFields"], entry, "who does not know of them keeps them");
    let (_, cleared) = server.merge(&path, json!({"metadata": {"managedFields": [{}]}}));
    assert_eq!(cleared["metadata"]["managedFields"], Value::Null);
    let (code, refused) = server.merge(&path, json!({"metadata": {"managedFields": [{"operation": "Nope"}]}}));
    assert_eq!(code, 422);
    let message = refused["message"].as_str().expect("a message");
    assert!(
        message.contains("metadata.managedFields[0].operation: Invalid value: \"Nope\": must be `Apply` or `Update`"),
        "{message}"
    );
}

#[test]
fn a_pod_that_runs_is_given_time_and_one_that_does_not_goes_at_once() {
    let server = Server::start();
    server.post(PODS, pod("idle"));
    let before = server.version();
    let (code, gone) = server.delete(&format!("{PODS}/idle"));
    assert_eq!((code, generation(&gone), &gone["metadata"]["deletionGracePeriodSeconds"]), (200, 2, &json!(0)));
    let kinds: Vec<&str> = server.frames(PODS, before).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["MODIFIED", "DELETED"]);

    server.post(PODS, pod("runs"));
    let path = format!("{PODS}/runs");
    let binding = json!({"metadata": {"name": "runs"}, "target": {"kind": "Node", "name": "n1"}});
    assert_eq!(server.post(&format!("{path}/binding"), binding).0, 201);
    assert_eq!(server.get(&path).1["status"]["conditions"][0]["type"], "PodScheduled");
    let (code, going) = server.delete(&path);
    assert_eq!((code, &going["metadata"]["deletionGracePeriodSeconds"]), (200, &json!(30)));
    let version = server.version();
    assert_eq!(server.delete(&path), (200, going.clone()), "no more time is given, and no less");
    let grace = |seconds| {
        let mut params = background();
        params.grace_period_seconds = Some(seconds);
        params
    };
    assert_eq!(server.delete_with(&path, grace(40)), (200, going.clone()));
    assert_eq!(server.version(), version);
    let (_, sooner) = server.delete_with(&path, grace(10));
    assert_eq!(sooner["metadata"]["deletionGracePeriodSeconds"], json!(10));
    assert!(sooner["metadata"]["deletionTimestamp"].as_str() < going["metadata"]["deletionTimestamp"].as_str());
    assert_eq!(server.delete_with(&path, grace(0)).0, 200);
    assert_eq!(server.get(&path).0, 404);
}

#[test]
fn a_pods_spec_stays_but_for_images() {
    let server = Server::start();
    server.post(PODS, pod("p"));
    let path = format!("{PODS}/p");
    let (code, patched) =
        server.json_patch(&path, json!([{"op": "replace", "path": "/spec/containers/0/image", "value": "j"}]));
    assert_eq!((code, generation(&patched)), (200, 2));
    let (code, refused) = server.merge(&path, json!({"spec": {"nodeName": "x"}}));
    assert_eq!(code, 422);
    let message = refused["message"].as_str().expect("a message");
    assert!(
        message.starts_with("Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than"),
        "{message}"
    );
}

#[test]
fn scale_is_a_view_of_the_object() {
    let server = Server::start();
    let (_, made) = server.post(DEPLOYMENTS, deployment("d"));
    let path = format!("{DEPLOYMENTS}/d/scale");
    let (code, scale) = server.merge(&path, json!({"spec": {"replicas": 4}}));
    assert_eq!(code, 200, "{scale}");
    assert_eq!((&scale["kind"], &scale["apiVersion"]), (&json!("Scale"), &json!("autoscaling/v1")));
    assert_eq!(
        (&scale["spec"], &scale["status"]),
        (&json!({"replicas": 4}), &json!({"replicas": 0, "selector": "app=d"}))
    );
    assert_eq!(scale["metadata"]["uid"], made["metadata"]["uid"]);
    assert_eq!(server.get(&path), (200, scale.clone()));
    let (_, object) = server.get(&format!("{DEPLOYMENTS}/d"));
    assert_eq!((&object["spec"]["replicas"], generation(&object)), (&json!(4), 2));
    let mut wanted = scale;
    wanted["spec"]["replicas"] = json!(0);
    let (code, zero) = server.put(&path, wanted.clone());
    assert_eq!((code, &zero["spec"]), (200, &json!({})));
    assert_eq!(server.put(&path, wanted).0, 409, "the version is the object's");
}

#[test]
fn a_collection_is_deleted_as_it_was_listed() {
    let server = Server::start();
    for (name, label) in [("a", "x"), ("b", "y"), ("c", "x")] {
        server.post(PODS, json!({"metadata": {"name": name, "labels": {"l": label}}, "spec": pod(name)["spec"]}));
    }
    let mut list = lookglass_protocol::params::ListParams::default();
    list.labels = "l=x".parse().expect("a selector");
    let write = Write::DeleteCollection { list, params: DeleteParams::default() };
    let (code, deleted) = reply(server.write(PODS, write));
    let names: Vec<&str> =
        deleted.as_array().into_iter().flatten().filter_map(|pod| pod["metadata"]["name"].as_str()).collect();
    assert_eq!((code, &*names), (200, &["a", "c"][..]));
    assert!(deleted[0]["metadata"]["deletionTimestamp"].is_null(), "as it was before");
    assert_eq!(server.names(PODS), ["b"]);
}

#[test]
fn jobs_leave_their_pods_unless_told_otherwise() {
    let server = Server::start();
    let jobs = "/apis/batch/v1/namespaces/w2/jobs";
    let job = json!({"metadata": {"name": "j"}, "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    assert_eq!(server.post(jobs, job).0, 201);
    let answer =
        server.write(&format!("{jobs}/j"), Write::Delete { params: DeleteParams::default() }).expect("deleted");
    assert_eq!(answer.warnings.len(), 1);
    let (code, object) = reply(Ok(answer));
    assert_eq!((code, &object["metadata"]["finalizers"]), (200, &json!(["orphan"])));
    assert_eq!(generation(&object), 2);
    let (_, done) = server.delete_with(&format!("{jobs}/j"), background());
    assert_eq!(done["status"], "Success", "{done}");
}

#[test]
fn questions_are_answered_and_not_kept() {
    let server = Server::start();
    let version = server.version();
    let review = json!({"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}});
    let (code, answer) = server.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
    assert_eq!((code, &answer["status"]), (201, &json!({"allowed": true})));
    assert_eq!(answer["spec"]["resourceAttributes"]["verb"], "list");
    let (code, refused) = server.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", json!({"spec": {}}));
    assert_eq!((code, &refused["details"]["causes"][0]["field"]), (422, &json!("spec.resourceAttributes")));
    let (code, answer) = server.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", json!({}));
    let user = json!({"userInfo": {"username": "tester", "groups": ["system:masters", "system:authenticated"]}});
    assert_eq!((code, &answer["status"]), (201, &user));
    assert_eq!(server.version(), version);
}

#[test]
fn what_is_not_done_yet_says_so() {
    let server = Server::start();
    server.post(MAPS, json!({"metadata": {"name": "m"}}));
    server.post(PODS, pod("p"));
    for patch in [Patch::Strategic(bytes(&json!({}))), Patch::Apply(bytes(&json!({})))] {
        let (code, refused) = reply(server.write(&format!("{MAPS}/m"), Write::Patch { patch, params: params() }));
        assert_eq!((code, &refused["reason"]), (415, &json!("UnsupportedMediaType")));
    }
    assert_eq!(server.get(&format!("{PODS}/p/ephemeralcontainers")), server.get(&format!("{PODS}/p")));
    assert_eq!(server.get(&format!("{PODS}/p/log")).0, 501);
    let (code, refused) = server.post(&format!("{PODS}/p/eviction"), json!({}));
    assert_eq!((code, &refused["message"]), (501, &json!("this server does not implement pods/eviction")));
}

#[test]
fn versions_that_are_none_are_refused() {
    let server = Server::start();
    server.post(MAPS, json!({"metadata": {"name": "m"}}));
    let (code, refused) =
        server.put(&format!("{MAPS}/m"), json!({"metadata": {"name": "m", "resourceVersion": "abc"}}));
    let message = "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax";
    assert_eq!((code, &refused["message"]), (500, &json!(message)));
    assert_eq!(refused["reason"], Value::Null);
}

#[test]
fn owners_that_are_named_twice_are_named_once() {
    let server = Server::start();
    let owner = json!({"apiVersion": "v1", "kind": "K", "name": "o", "uid": "u"});
    let body = bytes(&json!({"metadata": {"name": "m", "ownerReferences": [owner, owner]}}));
    let answer = server.write(MAPS, Write::Create { body, params: params() }).expect("created");
    let warning = ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such \
                   requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u";
    assert_eq!(answer.warnings, [warning]);
    assert_eq!(reply(Ok(answer)).1["metadata"]["ownerReferences"], json!([owner]));
}

#[test]
fn secrets_keep_plain_text_encoded() {
    let server = Server::start();
    let secret = json!({"metadata": {"name": "s"}, "data": {"a": "YQ=="}, "stringData": {"b": "b"}});
    let (code, made) = server.post("/api/v1/namespaces/w2/secrets", secret);
    assert_eq!(
        (code, &made["data"], &made["stringData"]),
        (201, &json!({"a": "YQ==", "b": "Yg=="}), &Value::Null),
        "{made}"
    );
    assert_eq!(made["type"], "Opaque");
}

#[test]
fn pods_begin_pending_and_are_served_by_what_they_ask_for() {
    let server = Server::start();
    for (count, (resources, wanted)) in [
        (json!({}), "BestEffort"),
        (json!({"limits": {"cpu": "0"}}), "BestEffort"),
        (json!({"requests": {"cpu": "1"}}), "Burstable"),
        (json!({"limits": {"cpu": "1", "memory": "1Gi"}}), "Guaranteed"),
        (json!({"limits": {"cpu": "1000m", "memory": "1Gi"}, "requests": {"cpu": "1"}}), "Guaranteed"),
        (json!({"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "1"}}), "Burstable"),
    ]
    .into_iter()
    .enumerate()
    {
        let spec = json!({"containers": [{"name": "c", "image": "i", "resources": resources}]});
        let pod = json!({"metadata": {"name": format!("p{count}")}, "spec": spec, "status": {"phase": "Running"}});
        let (_, made) = server.post(PODS, pod);
        assert_eq!(made["status"], json!({"phase": "Pending", "qosClass": wanted}), "{resources}");
    }
}

#[test]
fn what_a_kind_does_not_have_is_told_dropped_or_refused() {
    use lookglass_protocol::params::FieldValidation;

    let server = Server::start();
    let map = json!({"metadata": {"name": "m"}, "data": {"k": "v"}, "bogus": 1});
    let create = |validation, map: &Value| {
        let mut params = params();
        (params.field_validation, params.dry_run) = (validation, true);
        let answer = server.write(MAPS, Write::Create { body: bytes(map), params });
        let warnings = answer.as_ref().map_or(0, |answer| answer.warnings.len());
        (reply(answer), warnings)
    };
    let ((code, made), warnings) = create(FieldValidation::Warn, &map);
    assert_eq!((code, &made["bogus"], warnings), (201, &Value::Null, 1));
    assert_eq!(create(FieldValidation::Ignore, &map).1, 0);
    let ((code, refused), _) = create(FieldValidation::Strict, &map);
    let message =
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"bogus\"";
    assert_eq!((code, &refused["message"]), (400, &json!(message)));

    server.post(MAPS, json!({"metadata": {"name": "m"}}));
    let patch = |validation, patch: Value| {
        let mut params = params();
        params.field_validation = validation;
        reply(server.write(&format!("{MAPS}/m"), Write::Patch { patch: Patch::Merge(bytes(&patch)), params }))
    };
    let (code, refused) = patch(FieldValidation::Strict, json!({"bogus": 1}));
    assert_eq!((code, &refused["details"]["causes"][0]["field"]), (422, &json!("patch")));
    let message = refused["message"].as_str().expect("a message");
    assert!(message.starts_with(" \"\" is invalid: patch: Invalid value: \"{"), "{message}");
    assert!(message.ends_with(": strict decoding error: unknown field \"bogus\""), "{message}");
    let (code, refused) = patch(FieldValidation::Warn, json!({"data": {"k": 1}}));
    let message = refused["message"].as_str().expect("a message");
    assert!(
        code == 422
            && message.ends_with(": json: cannot unmarshal number into Go struct field ConfigMap.data of type string"),
        "{message}"
    );
}

#[test]
fn what_does_not_go_at_once_is_accepted_where_that_was_asked_for_in_the_old_way() {
    let server = Server::start();
    server.post(MAPS, json!({"metadata": {"name": "held", "finalizers": ["a.io/b"]}}));
    server.post(MAPS, json!({"metadata": {"name": "free"}}));
    let mut params = background();
    params.accepted_while_pending = true;
    assert_eq!(server.delete_with(&format!("{MAPS}/held"), params.clone()).0, 202);
    assert_eq!(server.delete_with(&format!("{MAPS}/free"), params).0, 200);
}
