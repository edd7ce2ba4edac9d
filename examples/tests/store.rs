//! Runs the program about the store as a user would and compares what it prints.

use std::process::Command;

#[test]
fn store_and_indexer() {
    let output = Command::new(env!("CARGO_BIN_EXE_store_and_indexer")).output().expect("the program starts");
    assert!(output.status.success(), "it failed: {}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout), @r##"
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
