//! Field selectors read what Kubernetes reads.

use lookglass_apiserver::storage::Limits;
use lookglass_protocol::params::ListVersion;

use crate::support::{Desk, list_params};

/// Whether an object with `rest` behind its metadata is selected.
async fn selects(path: (&str, &str, &str), rest: &str, fields: &str) -> bool {
    let desk = Desk::of(path, Limits::default());
    let key = if desk.resource.is_namespaced() { "ns/x" } else { "x" };
    desk.put_with(key, "", rest);
    let page = desk.list(None, &list_params(ListVersion::Latest, None, "", fields)).await.expect("a list");
    page.items.len() == 1
}

const PODS: (&str, &str, &str) = ("", "v1", "pods");
const EVENTS: (&str, &str, &str) = ("", "v1", "events");

#[tokio::test]
async fn fields_are_read_by_their_paths() {
    let cases = [
        (PODS, "", "metadata.name=x", true),
        (PODS, "", "metadata.name=y", false),
        (PODS, "", "metadata.namespace=ns", true),
        (PODS, "", "metadata.namespace!=ns", false),
        (("", "v1", "nodes"), "", "metadata.namespace=", true),
        (PODS, r#","spec":{"nodeName":"n1"}"#, "spec.nodeName=n1", true),
        (PODS, r#","spec":{"nodeName":"n1"}"#, "spec.nodeName=n1,metadata.name=x", true),
        (PODS, r#","spec":{"nodeName":"n1"}"#, "spec.nodeName=n1,metadata.name=y", false),
        (PODS, r#","spec":{}"#, "spec.nodeName=", true),
        (PODS, "", "spec.nodeName=", true),
        (PODS, "", "spec.nodeName!=n1", true),
        (PODS, r#","spec":"broken""#, "spec.nodeName=", true),
        (PODS, r#","spec":{"nodeName":null}"#, "spec.nodeName=", true),
        (PODS, r#","spec":{"nodeName":"a\u0041"}"#, "spec.nodeName=aA", true),
        (PODS, r#","status":{"phase":"Running"}"#, "status.phase=Running", true),
        (("", "v1", "namespaces"), r#","status":{"phase":"Active"}"#, "status.phase=Active", true),
        (("", "v1", "secrets"), r#","type":"Opaque""#, "type=Opaque", true),
        (("", "v1", "services"), r#","spec":{"clusterIP":"None","type":"ClusterIP"}"#, "spec.clusterIP=None", true),
        (
            ("certificates.k8s.io", "v1", "certificatesigningrequests"),
            r#","spec":{"signerName":"a/b"}"#,
            "spec.signerName=a/b",
            true,
        ),
        (
            ("resource.k8s.io", "v1", "resourceslices"),
            r#","spec":{"driver":"d"}"#,
            "spec.driver=d,spec.nodeName=",
            true,
        ),
    ];
    for (path, rest, fields, selected) in cases {
        assert_eq!(selects(path, rest, fields).await, selected, "{rest} by {fields}");
    }
}

#[tokio::test]
async fn zeros_are_written_as_go_writes_them() {
    const NODES: (&str, &str, &str) = ("", "v1", "nodes");
    const JOBS: (&str, &str, &str) = ("batch", "v1", "jobs");
    const CONTROLLERS: (&str, &str, &str) = ("", "v1", "replicationcontrollers");
    let cases = [
        (NODES, "", "spec.unschedulable=false", true),
        (NODES, "", "spec.unschedulable=", false),
        (NODES, r#","spec":{"unschedulable":true}"#, "spec.unschedulable=true", true),
        (NODES, r#","spec":{"unschedulable":true}"#, "spec.unschedulable!=false", true),
        (PODS, "", "spec.hostNetwork=false", true),
        (PODS, r#","spec":{"hostNetwork":true}"#, "spec.hostNetwork=true", true),
        (JOBS, "", "status.successful=0", true),
        (JOBS, r#","status":{"succeeded":3}"#, "status.successful=3", true),
        (CONTROLLERS, r#","status":{}"#, "status.replicas=0", true),
        (CONTROLLERS, r#","status":{"replicas":2}"#, "status.replicas=2", true),
    ];
    for (path, rest, fields, selected) in cases {
        assert_eq!(selects(path, rest, fields).await, selected, "{rest} by {fields}");
    }
}

#[tokio::test]
async fn a_pod_is_found_by_its_first_address() {
    let pod = r#","status":{"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}"#;
    for (rest, fields, selected) in [
        (pod, "status.podIP=10.0.0.1", true),
        (pod, "status.podIP=fd00::1", false),
        // The real server takes the field and never fills it.
        (pod, "status.podIPs=10.0.0.1", false),
        (pod, "status.podIPs=", true),
        (r#","status":{"podIP":"10.0.0.1"}"#, "status.podIP=10.0.0.1", true),
        // Where they differ the single one counts, for old kubelets' sake.
        (r#","status":{"podIP":"10.0.0.9","podIPs":[{"ip":"10.0.0.1"}]}"#, "status.podIP=10.0.0.9", true),
        (r#","status":{"podIPs":[{"ip":"10.0.0.1"}]}"#, "status.podIP=10.0.0.1", true),
        (r#","status":{"podIPs":[]}"#, "status.podIP=", true),
        ("", "status.podIP=", true),
    ] {
        assert_eq!(selects(PODS, rest, fields).await, selected, "{rest} by {fields}");
    }
}

#[tokio::test]
async fn events_are_found_by_what_they_are_about() {
    let about = r#","involvedObject":{"kind":"Pod","namespace":"ns","name":"web","uid":"u1","apiVersion":"v1","resourceVersion":"7","fieldPath":"f"}"#;
    let described = "involvedObject.name=web,involvedObject.namespace=ns,involvedObject.kind=Pod,involvedObject.uid=u1";
    for (rest, fields, selected) in [
        (about, described, true),
        (about, "involvedObject.apiVersion=v1,involvedObject.resourceVersion=7,involvedObject.fieldPath=f", true),
        (about, "involvedObject.uid=u2", false),
        (r#","reason":"Killing","type":"Normal""#, "reason=Killing,type!=Warning", true),
        (r#","source":{"component":"kubelet"},"reportingComponent":"other""#, "source=kubelet", true),
        (r#","source":{"component":"kubelet"},"reportingComponent":"other""#, "reportingComponent=other", true),
        (r#","source":{},"reportingComponent":"kubelet""#, "source=kubelet", true),
        (r#","reportingComponent":"kubelet""#, "source=kubelet", true),
    ] {
        assert_eq!(selects(EVENTS, rest, fields).await, selected, "{rest} by {fields}");
    }
    let regarding = r#","regarding":{"name":"web"},"reportingController":"c""#;
    assert!(selects(("events.k8s.io", "v1", "events"), regarding, "regarding.name=web,reportingController=c").await);
}
