//! Reflector, informers, and what they are made of.

use crate::support::{output_of, output_with};

#[test]
fn debug_view() {
    let view = output_of(env!("CARGO_BIN_EXE_debug_view"));
    // How many bytes a cell has is for the cell's own tests to say.
    let (view, memory) = view.split_once("    memory: MemoryView {\n").expect("memory comes last");
    assert!(memory.contains("        objects: 6,\n"), "{memory}");
    // Nor how long the server's answers are.
    let (before, after) = view.split_once("received_bytes: ").expect("bytes came");
    let view = format!("{before}received_bytes: #{}", after.trim_start_matches(|c: char| c.is_ascii_digit()));
    insta::assert_snapshot!(view, @r#"
    DebugView {
        name: "pods",
        resource: "pods",
        api_version: "v1",
        kind: "Pod",
        running: true,
        synced: true,
        known_objects: 3,
        last_resource_version: Some(
            "23",
        ),
        queue_depth: 0,
        resync_seconds: Some(
            600.0,
        ),
        watches: [
            WatchView {
                namespace: Some(
                    "default",
                ),
                phase: "watching",
                synced: true,
                version: "23",
                age_seconds: Some(
                    3.003,
                ),
                queue: QueueCounts {
                    changes: 0,
                    objects: 0,
                    capacity: 2000,
                    full: false,
                    pushed: 5,
                    popped: 5,
                },
                last_error: Some(
                    "watch pods in default: the server is currently unable to handle the request; watching on in 1.6 s",
                ),
                last_error_age_seconds: Some(
                    2.002,
                ),
                lists: 1,
                relists: 0,
                watches: 2,
                items: 2,
                events: 4,
                bookmarks: 1,
                received_bytes: #,
                unreadable: 0,
                failures: 1,
            },
        ],
        indexes: [
            IndexView {
                name: "namespace",
                values: 1,
                entries: 3,
                errors: 0,
                last_error: None,
            },
            IndexView {
                name: "app",
                values: 2,
                entries: 3,
                errors: 0,
                last_error: None,
            },
        ],
        subscribers: [
            SubscriberView {
                name: "audit",
                synced: true,
                pending: 0,
                lag_seconds: 0.0,
                policy: "Coalesce { bound: 8192 }",
                merged: 0,
                handled: 6,
                errors: 0,
                panics: 0,
                resync_seconds: Some(
                    600.0,
                ),
            },
            SubscriberView {
                name: "lazy",
                synced: false,
                pending: 6,
                lag_seconds: 4.004,
                policy: "Coalesce { bound: 8192 }",
                merged: 0,
                handled: 0,
                errors: 0,
                panics: 0,
                resync_seconds: Some(
                    600.0,
                ),
            },
        ],
        counts: Counts {
            batches: 3,
            added: 4,
            updated: 1,
            deleted: 1,
            lists: 1,
            unchanged: 0,
            errors: 0,
        },
    "#);
}

/// The fields of client-go's dump and more, under names that programs can rely on.
#[test]
fn debug_view_as_json() {
    let view: serde_json::Value =
        serde_json::from_str(&output_with(env!("CARGO_BIN_EXE_debug_view"), &["--json"])).expect("it is JSON");
    assert_eq!(view["resource"], "pods");
    assert_eq!(view["queueDepth"], 0);
    assert_eq!(view["knownObjects"], 3);
    assert_eq!(
        view["indexes"][1],
        serde_json::json!({"name": "app", "values": 2, "entries": 3, "errors": 0, "lastError": null})
    );
    assert_eq!(view["resyncSeconds"], 600.0);
    assert_eq!(view["lastResourceVersion"], "23");
    assert_eq!(view["subscribers"][1]["name"], "lazy");
    assert_eq!(view["subscribers"][1]["pending"], 6);
    assert!(
        view["watches"][0]["lastError"].as_str().is_some_and(|error| error.contains("unable to handle the request"))
    );
}

#[test]
fn indexer_informer() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_indexer_informer")), @r#"
    apps: ["mysqltest", "web"]
    app=mysqltest: default/db-0, default/db-1
    on node-1: default/db-0, default/web-0
    by name: 2 in ["namespace", "app", "spec.nodeName"]
    with image mysql: default/db-0, default/db-1
    2 of 3 pods have the image
    indexes: ["namespace", "app", "spec.nodeName", "image"]
    indexes: ["namespace", "app", "spec.nodeName"]
    "#);
}

#[test]
fn informer() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_informer")), @r"
    + default/db (was there)
    + default/kube-root-ca.crt (was there)
    + default/web (was there)
    3 in the store:
      default/db with 2 entries
      default/kube-root-ca.crt with 1 entries
      default/web with 1 entries
    # changes:
    + default/cache
    ~ default/web 16 -> 19
    - default/db
    ");
}

#[test]
fn kinds() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_kinds")), @r#"
    # from a lister: always, although the server leaves them out of the items of a list
    typed: apps/v1 Deployment default/db
    typed: apps/v1 Deployment default/web
    dynamic: apps/v1 Deployment default/db
    dynamic: apps/v1 Deployment default/web
    # metadata from elsewhere says that it is metadata; a scheme tells of what
    before: meta.k8s.io/v1 PartialObjectMetadata, meta.k8s.io/v1 PartialObjectMetadata
    after: apps/v1 Deployment, apps/v1 Deployment
    # what cannot be told is said
    no kind is registered for the type kinds::Unknown; call Scheme::register
    several kinds are registered for the type kinds::Twofold: example.com/v1, Kind=Web; example.com/v2, Kind=Web
    the type kinds::Unversioned is registered as unversioned and has no kind of its own
    object has no kind: a dynamic or metadata-only object must carry its own
    object "web" has no apiVersion: a dynamic or metadata-only object must carry its own
    "#);
}

#[test]
fn own_shared_informer() {
    let said = output_of(env!("CARGO_BIN_EXE_own_shared_informer"));
    let (address, said) = said.split_once('\n').expect("where it answers, and then what happens");
    // The port is the system's.
    assert!(address.starts_with("http://127.0.0.1:") && address.ends_with("/pods?index=app&value=web"), "{address}");
    insta::assert_snapshot!(said, @r"
    audit: listing of default/db-0
    audit: listing of default/web-0
    names: db-0
    names: web-0
    audit: addition of default/web-1
    audit: addition of default/db-1
    audit: update of default/web-0
    audit: deletion of default/web-0
    names: web-1
    names: db-1
    names: web-0
    names: web-0
    GET /pods
    default/db-0
    default/db-1
    default/web-1
    GET /pods?index=app&value=web
    default/web-1
    GET /pods?index=owner&value=web
    index with name owner does not exist; `index_names` lists those that do
    ");
}

#[test]
fn listeners() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_listeners")), @r#"
    # a listener alone: whoever adds does not wait for whoever handles
    added three, handled none
    popped pod-1
    handled pod-2
    handled pod-3
    # a processor: each event to both, neither slowing the other
    quick: pod-1 after 0ns
    quick: pod-2 after 1s
    quick: 0 pending
    slow: 1 pending
    # one that comes late is told what exists before it is told what changes
    late: Added { object: "pod-1", initial: true }
    late: Added { object: "pod-2", initial: true }
    late: Deleted { last: "pod-1", certain: true }
    quick: pod-1 after 2s
    slow: pod-1 after 10s
    slow: pod-2 after 20s
    slow: pod-1 after 30s
    "#);
}

#[test]
fn reflector() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_reflector")), @r"
    # the queue knows no objects: it forgets a deletion of what it does not hold
    Sync default/kube-root-ca.crt (initial); 1 in the store
    Sync default/web-0 (initial); 2 in the store
    Sync default/web-1 (initial); 3 in the store
    Added default/db-0; 4 in the store
    Updated default/db-0; 4 in the store
    # the queue knows the objects of the store, and every deletion is told
    Replaced default/db-0 (initial); 1 in the store
    Replaced default/kube-root-ca.crt (initial); 2 in the store
    Replaced default/web-1 (initial); 3 in the store
    Added default/db-1; 4 in the store
    Updated default/db-1; 4 in the store
    Deleted default/web-1; 3 in the store
    ");
}

#[test]
fn shared_informer() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_shared_informer")), @r"
    audit: default/db-0 is there already
    audit: default/web-0 is there already
    databases: default/db-0
    # changes:
    audit: default/db-1 is there
    databases: default/db-1
    audit: default/web-0 changed from 19 to 21
    audit: default/web-0 is gone
    2 pods, 2 of them databases; ReplicaSets to look at: 1
    requests for pods: 1
    ");
}

#[test]
fn stop_and_restart() {
    let said = output_of(env!("CARGO_BIN_EXE_stop_and_restart"));
    let (mut heap, mut shown) = (Vec::new(), String::new());
    for line in said.lines() {
        let (text, kib) = line.split_once("; heap ").map_or((line, None), |(text, kib)| (text, Some(kib)));
        shown = shown + text + "\n";
        heap.extend(kib.map(|kib| kib.trim_end_matches(" KiB").parse::<i64>().expect("a number of KiB")));
    }
    insta::assert_snapshot!(shown, @r"
    # two informers, to fill what is kept for the next time
    configmaps: 204 known, 204 held
    secrets: 200 known, 200 held
    # one is stopped, the other is not affected; what somebody still holds is still there, and nothing else
    configmaps: 0 known, 1 held
    configmaps: 0 known, 0 held
    secrets: 200 known, 200 held
    # all are stopped
    secrets: 0 known, 0 held
    # two informers, measured
    configmaps: 204 known, 204 held
    secrets: 200 known, 200 held
    # one is stopped, the other is not affected; what somebody still holds is still there, and nothing else
    configmaps: 0 known, 1 held
    configmaps: 0 known, 0 held
    secrets: 200 known, 200 held
    # all are stopped
    secrets: 0 known, 0 held
    # the config is loaded again, and the program goes on with other resources, possibly elsewhere
    configmaps: 1 known, 1 held
    ");
    let measured = &heap[6..12];
    assert!(measured[0] > 800, "two informers of 400 KiB of objects each: {heap:?}");
    assert!(measured[0] - measured[3] > 400, "one of them is gone: {heap:?}");
    assert!(measured[5].abs() <= 16, "all of it is gone: {heap:?}");
    assert!(heap[12] < 64, "elsewhere there is little: {heap:?}");
}

#[test]
fn watchdog() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_watchdog")), @r#"
    added default/db, in the initial list: true
    added default/kube-root-ca.crt, in the initial list: true
    added default/web, in the initial list: true
    added default/cache, in the initial list: false
    updated default/web from 16 to 19
    deleted default/db, last seen at Some("20")
    "#);
}
