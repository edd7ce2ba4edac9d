//! Reflector, informers, and what they are made of.

use crate::support::output_of;

#[test]
fn debug_view() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_debug_view")), @r#"
    DebugView {
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
                    "watch pods in default: the server is currently unable to handle the request: the server is currently unable to handle the request; watching on in 1.6 s",
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
        memory: MemoryView {
            total_bytes: 2214,
            objects: 6,
            header_bytes: 1056,
            raw_objects: 6,
            raw_bytes: 1158,
            packed_objects: 0,
            packed_bytes: 0,
            unpacked_bytes: 0,
            typed_objects: 0,
            typed_bytes: 0,
            dictionary_bytes: 0,
        },
    }
    "#);
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
