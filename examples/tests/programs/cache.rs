//! The parts of the cache.

use crate::support::output_of;

#[test]
fn delta_queue() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_delta_queue")), @r"
    the newest of each:
      pod-1 11
      pod-2 2
      pod-3 3
    popped:
      pod-1
        Added 1
        Updated 11
        Deleted 11
      pod-2
        Added 2
      pod-3
        Added 3
    popped, from lists:
      pod-1 (initial)
        Sync 1
        Deleted, last known 1
      pod-2 (initial)
        Sync 2
        Sync 2
      pod-3
        Added 3
        Sync 3
    popped, from lists:
      pod-1 (initial)
        Replaced 1
        Deleted, last known 1
      pod-2 (initial)
        Replaced 2
        Replaced 2
      pod-3
        Added 3
        Replaced 3
    ");
}

#[test]
fn store_and_indexer() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_store_and_indexer")), @r##"
    # a store
    keys: ["ns1/pod1", "ns1/pod2", "ns2/pod1"]
    list: 3 pods
    updated: Some(1) -> Some(11)
    by key: Some("ns2/pod1")
    deleted: Some("ns1/pod2")
    deleted again: None
    # the namespace index is always there
    namespaces: ["ns1", "ns2"]
    in ns1: ["ns1/pod1"]
    # an index added to a filled store
    indexes: ["namespace", "app"]
    index_keys(app, l1): ["ns1/pod1"]
    by_index(app, l2): ["ns2/pod1"]
    index_values(app): ["l1", "l2"]
    again: indexer conflict: index with name app exists already; drop its handles or choose another name
    unknown: index with name owner does not exist; `index_names` lists those that do
    # replace
    changes: 4, revision: Some("1042")
    like pod1 by app: ["ns1/pod1", "ns1/pod3"]
    like pod1 by namespace: ["ns1/pod1", "ns1/pod3"]
    after resync: 3 pods
    # a snapshot stays
    l1 then: ["ns1/pod1", "ns1/pod3"], now: ["ns1/pod1"]
    # an index goes with its last handle
    indexes: ["namespace"]
    Store { len: 2, slots: 4, revision: Some("1042"), indexes: [IndexView { name: "namespace", values: 2, entries: 2, errors: 0, last_error: None }], .. }
    "##);
}
