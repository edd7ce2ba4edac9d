//! Clients, lists and watches.

use crate::support::output_of;

#[test]
fn config_maps() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_config_maps")), @r"
    empty
    kube-root-ca.crt
      ca.crt: 
    web
      colour: green
      motd: Good morning.
        The coffee is ready.
    ");
}

#[test]
fn count_pods() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_count_pods")), @r"
    There are 3 pods in the cluster
    Pod example-xxxxx in namespace default not found
    There are 3 pods in the cluster
    Pod example-xxxxx in namespace default not found
    There are 3 pods in the cluster
    Pod example-xxxxx in namespace default not found
    ");
}

#[test]
fn deployment() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_deployment")), @r#"
    Creating deployment...
    Created deployment "demo-deployment".
    Updating deployment...
    Updated deployment...
    Listing deployments in namespace "default":
     * demo-deployment (1 replicas)
    Deleting deployment...
    Deleted deployment.
    "#);
}

#[test]
fn dynamic() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_dynamic")), @r#"
    Creating deployment...
    Created deployment "demo-deployment".
    Updating deployment...
    Updated deployment...
    Listing deployments in namespace "default":
     * demo-deployment (1 replicas)
    Deleting deployment...
    Deleted deployment.
    "#);
}

#[test]
fn rest() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_rest")), @r#"
    GET /api/v1/namespaces/default/pods
    200 OK "application/json"
    web-0 Running
    "#);
}

#[test]
fn watch_anything() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_watch_anything")), @r"
    ADDED Namespace default 2026-01-01T00:00:00Z 2
    ADDED Namespace kube-node-lease 2026-01-01T00:00:00Z 5
    ADDED Namespace kube-public 2026-01-01T00:00:00Z 8
    ADDED Namespace kube-system 2026-01-01T00:00:00Z 11
    ADDED Namespace lookglass-demo 2026-01-01T00:00:03Z 16
    # the server closes the watch
    MODIFIED Namespace lookglass-demo 2026-01-01T00:00:03Z 19
    MODIFIED Namespace lookglass-demo 2026-01-01T00:00:03Z 22
    DELETED Namespace lookglass-demo 2026-01-01T00:00:03Z 23
    # the server closes the watch, and when we are back it no longer knows what happened meanwhile
    # watch: too old resource version: 23 (26); from the beginning
    ADDED Namespace default 2026-01-01T00:00:00Z 2
    ADDED Namespace kube-node-lease 2026-01-01T00:00:00Z 5
    ADDED Namespace kube-public 2026-01-01T00:00:00Z 8
    ADDED Namespace kube-system 2026-01-01T00:00:00Z 11
    ADDED Namespace lookglass-demo 2026-01-01T00:00:09Z 24
    ");
}

#[test]
fn watch_pods() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_watch_pods")), @r"
    # a list alone
    LISTED : web-0 - Running
    LISTED : web-1 - Running
    # a watch alone: as it is given no version to start from, it begins with what exists
    ADDED : web-0 - Running
    ADDED : web-1 - Running
    # a list, and a watch of what happened since
    ADDED : web-0 - Running
    ADDED : web-1 - Running
    ADDED : db-0 - Pending
    MODIFIED : db-0 - Running
    MODIFIED : web-0 - Running
    DELETED : web-0 - Running
    ");
}
