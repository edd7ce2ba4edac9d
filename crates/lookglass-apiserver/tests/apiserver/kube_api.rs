//! kube's own `Api` against the server, unchanged.

use std::{collections::BTreeMap, future::poll_fn, pin::Pin};

use futures_core::Stream;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::{
    Api, Client, ResourceExt as _,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, Preconditions, WatchEvent, WatchParams},
    core::{Expression, Selector},
};
use lookglass_apiserver::ApiServer;
use serde_json::json;

/// What a stream yields next.
pub(crate) async fn next<S: Stream + ?Sized>(stream: &mut Pin<Box<S>>) -> Option<S::Item> {
    poll_fn(|cx| stream.as_mut().poll_next(cx)).await
}

pub(crate) fn config_map(name: &str, value: &str) -> ConfigMap {
    let mut object = ConfigMap { data: Some(BTreeMap::from([("k".into(), value.into())])), ..ConfigMap::default() };
    object.metadata.name = Some(name.into());
    object
}

async fn start() -> (ApiServer, Api<ConfigMap>) {
    let api = ApiServer::builder().seed(1).start().await.expect("nothing can be wrong with it");
    let client = api.kube_client();
    (api, Api::default_namespaced(client))
}

fn names(items: &[ConfigMap]) -> Vec<String> {
    items.iter().map(|item| item.name_any()).collect()
}

#[tokio::test(start_paused = true)]
async fn objects_are_created_read_changed_and_deleted() {
    let (_server, api) = start().await;
    let made = api.create(&PostParams::default(), &config_map("a", "1")).await.unwrap();
    assert!(made.uid().is_some() && made.creation_timestamp().is_some());
    assert_eq!(api.get("a").await.unwrap(), made);
    assert_eq!(api.get_opt("b").await.unwrap(), None);
    assert_eq!(api.get_metadata("a").await.unwrap().uid(), made.uid());

    let taken = api.create(&PostParams::default(), &config_map("a", "1")).await.unwrap_err();
    assert!(matches!(&taken, kube::Error::Api(status) if status.is_already_exists()), "{taken}");

    let patch = Patch::Merge(json!({"data": {"k": null, "n": "2"}, "metadata": {"labels": {"x": "y"}}}));
    let patched = api.patch("a", &PatchParams::default(), &patch).await.unwrap();
    assert_eq!(patched.data, Some(BTreeMap::from([("n".into(), "2".into())])));
    let stale = api.replace("a", &PostParams::default(), &made).await.unwrap_err();
    assert!(matches!(&stale, kube::Error::Api(status) if status.is_conflict()), "{stale}");
    let mut next = patched.clone();
    next.labels_mut().insert("x".into(), "z".into());
    let replaced = api.replace("a", &PostParams::default(), &next).await.unwrap();
    assert_eq!(replaced.labels()["x"], "z");
    assert_ne!(replaced.resource_version(), patched.resource_version());
    let unchanged = api.replace("a", &PostParams::default(), &replaced).await.unwrap();
    assert_eq!(unchanged.resource_version(), replaced.resource_version(), "nothing changed");

    let elsewhere = Preconditions { uid: Some("another".into()), ..Preconditions::default() };
    let refused = api.delete("a", &DeleteParams::default().preconditions(elsewhere)).await.unwrap_err();
    assert!(matches!(&refused, kube::Error::Api(status) if status.is_conflict()), "{refused}");
    let done = api.delete("a", &DeleteParams::default()).await.unwrap();
    assert!(done.right().is_some_and(|status| status.is_success()), "a ConfigMap is gone at once");
    let gone = api.delete("a", &DeleteParams::default()).await.unwrap_err();
    assert!(matches!(&gone, kube::Error::Api(status) if status.is_not_found()), "{gone}");
}

#[tokio::test(start_paused = true)]
async fn what_is_held_by_a_finalizer_comes_back_from_its_deletion() {
    let (_server, api) = start().await;
    let mut held = config_map("held", "1");
    held.metadata.finalizers = Some(vec!["example.com/hold".into()]);
    api.create(&PostParams::default(), &held).await.unwrap();
    let answer = api.delete("held", &DeleteParams::default()).await.unwrap();
    assert!(answer.left().is_some_and(|object| object.metadata.deletion_timestamp.is_some()));
    let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    api.patch("held", &PatchParams::default(), &free).await.unwrap();
    assert_eq!(api.get_opt("held").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn lists_are_selected_paged_and_of_one_version() {
    let (server, api) = start().await;
    for at in 0..7 {
        let mut object = config_map(&format!("c{at}"), "v");
        object.labels_mut().insert("parity".into(), (at % 2).to_string());
        api.create(&PostParams::default(), &object).await.unwrap();
    }
    let odd = Selector::from(Expression::Equal("parity".into(), "1".into()));
    let found = api.list(&ListParams::default().labels_from(&odd)).await.unwrap();
    assert_eq!(names(&found.items), ["c1", "c3", "c5"]);
    let found = api.list(&ListParams::default().fields("metadata.name=c2")).await.unwrap();
    assert_eq!(names(&found.items), ["c2"]);

    let first = api.list(&ListParams::default().fields("metadata.name!=kube-root-ca.crt").limit(3)).await.unwrap();
    assert_eq!(names(&first.items), ["c0", "c1", "c2"]);
    let token = first.metadata.continue_.clone().expect("there is more");
    api.delete("c4", &DeleteParams::default()).await.unwrap();
    let params = ListParams::default().fields("metadata.name!=kube-root-ca.crt").limit(9);
    let rest = api.list(&params.clone().continue_token(&token)).await.unwrap();
    assert_eq!(names(&rest.items), ["c3", "c4", "c5", "c6"], "as it was on the first page");
    assert_eq!(rest.metadata.resource_version, first.metadata.resource_version);

    server.expire_before(server.version());
    let expired = api.list(&params.continue_token(&token)).await.unwrap_err();
    assert!(matches!(&expired, kube::Error::Api(status) if status.code == 410), "{expired}");

    let metadata = api.list_metadata(&ListParams::default().fields("metadata.name=c0")).await.unwrap();
    assert_eq!(metadata.items.len(), 1);
    let collection = ListParams::default().labels_from(&odd);
    api.delete_collection(&DeleteParams::default(), &collection).await.unwrap();
    assert_eq!(api.list(&collection).await.unwrap().items, []);
}

#[tokio::test(start_paused = true)]
async fn a_watch_tells_of_changes_in_order() {
    let (server, api) = start().await;
    let version = server.version().to_string();
    api.create(&PostParams::default(), &config_map("a", "1")).await.unwrap();
    let mut watch = Box::pin(api.watch(&WatchParams::default(), &version).await.unwrap());
    let touch = Patch::Merge(json!({"data": {"k": "2"}}));
    let touched = api.patch("a", &PatchParams::default(), &touch).await.unwrap();
    api.delete("a", &DeleteParams::default()).await.unwrap();
    let mut told = Vec::new();
    while told.len() < 3 {
        told.push(match next(&mut watch).await.expect("it goes on").unwrap() {
            WatchEvent::Added(object) => ("added", object.data),
            WatchEvent::Modified(object) => ("modified", object.data),
            WatchEvent::Deleted(object) => ("deleted", object.data),
            other => panic!("{other:?}"),
        });
    }
    let data = |value: &str| Some(BTreeMap::from([("k".to_owned(), value.to_owned())]));
    assert_eq!(told, [("added", data("1")), ("modified", data("2")), ("deleted", touched.data)]);
}

#[tokio::test(start_paused = true)]
async fn namespaces_and_kinds_are_kept_apart() {
    let (server, api) = start().await;
    let client: Client = server.kube_client();
    let mut space = Namespace::default();
    space.metadata.name = Some("other".into());
    Api::<Namespace>::all(client.clone()).create(&PostParams::default(), &space).await.unwrap();
    let other: Api<ConfigMap> = Api::namespaced(client.clone(), "other");
    api.create(&PostParams::default(), &config_map("same", "here")).await.unwrap();
    other.create(&PostParams::default(), &config_map("same", "there")).await.unwrap();
    let all = Api::<ConfigMap>::all(client.clone());
    let everywhere = all.list(&ListParams::default().fields("metadata.name=same")).await.unwrap();
    let values: Vec<_> = everywhere.items.iter().map(|object| object.data.as_ref().unwrap()["k"].as_str()).collect();
    assert_eq!(values, ["here", "there"]);
    assert_eq!(Api::<Secret>::all(client.clone()).list(&ListParams::default()).await.unwrap().items, []);
    let missing = Api::<ConfigMap>::namespaced(client, "nowhere");
    let refused = missing.create(&PostParams::default(), &config_map("lost", "v")).await.unwrap_err();
    assert!(matches!(&refused, kube::Error::Api(status) if status.is_not_found()), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn discovery_and_version_are_read() {
    let (server, _) = start().await;
    let client = server.kube_client();
    assert_eq!(client.apiserver_version().await.unwrap().major, "1");
    let groups = client.list_api_groups().await.unwrap();
    assert!(groups.groups.iter().any(|group| group.name == "apps"));
    let core = client.list_core_api_resources("v1").await.unwrap();
    assert!(core.resources.iter().any(|resource| resource.name == "pods/status"));
}
