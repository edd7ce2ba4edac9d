//! Handles by name.

use lookglass_object::{Gvk, Gvr};
use serde_json::json;

use super::{Dynamic, Metadata};
use crate::{Error, ListOptions, recorder::Recorder};

const GROUPS: &str = r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
    {"metadata":{"name":"example.org"},"versions":[{"version":"v1","resources":[
        {"resource":"widgets","responseKind":{"group":"","version":"","kind":"Widget"},"scope":"Namespaced","singularResource":"widget","verbs":["get","list"]}]}]}]}"#;
const NONE: &str = r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[]}"#;
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

#[tokio::test(start_paused = true)]
async fn what_is_built_in_is_known_and_what_is_not_is_asked_for_once() {
    let recorder = Recorder::default();
    let dynamic = Dynamic::new(&recorder.client());
    let leases = dynamic.kind(&Gvk::new("coordination.k8s.io", "v1", "Lease")).await.unwrap();
    assert_eq!(leases.resource(), &Gvr::new("coordination.k8s.io", "v1", "leases"));
    assert_eq!(dynamic.resource(&Gvr::core("v1", "nodes")).await.unwrap().gvk(), &Gvk::core("v1", "Node"));
    assert!(recorder.seen().is_empty(), "nobody need be asked for that");

    // Both halves of discovery, whichever is asked for first.
    recorder.answer_at("/api", AGGREGATED, NONE);
    recorder.answer_at("/apis", AGGREGATED, GROUPS);
    let (gvr, gvk) = (Gvr::new("example.org", "v1", "widgets"), Gvk::new("example.org", "v1", "Widget"));
    let widgets = dynamic.resource(&gvr).await.unwrap();
    assert_eq!(widgets.gvk(), &gvk);
    assert_eq!(dynamic.kind(&gvk).await.unwrap().resource(), &gvr);
    assert_eq!(recorder.seen().len(), 2);
    // That its objects live in namespaces is known, too.
    assert!(matches!(widgets.get("a").await, Err(Error::Request { .. })));
    recorder.answer(json!({"kind": "Widget", "apiVersion": "example.org/v1", "metadata": {"name": "a", "namespace": "w"}, "size": 1}).to_string());
    assert_eq!(widgets.namespace("w").get("a").await.unwrap().at("size").unwrap().as_i64(), Some(1));
    assert_eq!(recorder.one().line(), "GET /apis/example.org/v1/namespaces/w/widgets/a");
}

#[tokio::test(start_paused = true)]
async fn lists_of_what_nobody_knows_keep_all_their_fields() {
    let recorder = Recorder::default();
    let (gvr, gvk) = (Gvr::new("example.org", "v1", "widgets"), Gvk::new("example.org", "v1", "Widget"));
    let list = r#"{"kind":"WidgetList","apiVersion":"example.org/v1","metadata":{"resourceVersion":"4"},"items":[
        {"metadata":{"name":"a"},"deep":{"er":[1,2.5]}}]}"#;
    recorder.answer(list);
    let widgets =
        Dynamic::new(&recorder.client()).known(gvr.clone(), &gvk).list(&ListOptions::default()).await.unwrap();
    let tree = widgets.items[0].to_value().unwrap();
    assert_eq!(
        tree,
        json!({"kind": "Widget", "apiVersion": "example.org/v1", "metadata": {"name": "a"}, "deep": {"er": [1, 2.5]}})
    );
    recorder.seen();
    recorder.answer(list);
    let metadata = Metadata::new(&recorder.client()).known(gvr, &gvk);
    let widgets = metadata.list(&ListOptions::default()).await.unwrap();
    assert_eq!(widgets.items[0].typed().unwrap().kind, "Widget");
    let partial = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    assert!(recorder.one().header("accept").contains(partial));
}
