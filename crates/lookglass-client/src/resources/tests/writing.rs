//! Creating, changing and deleting, against the embedded API server.

use std::borrow::Cow;

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Namespace},
};
use lookglass_apiserver::{ApiServer, Fault, Verb};
use lookglass_object::{Dynamic, Gvk, Gvr};
use serde_json::json;

use crate::{
    Clientset, DeleteOptions, Deletion, Error, JsonPatch, ListOptions, ObjectList, Patch, Resources, WriteOptions,
};

async fn server() -> (ApiServer, Clientset) {
    let api = ApiServer::start().await.unwrap();
    let clientset = Clientset::from(api.kube_client());
    (api, clientset)
}

fn config(name: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"a": "1"}})).unwrap()
}

fn demo() -> Deployment {
    serde_json::from_value(json!({
        "metadata": {"name": "demo"},
        "spec": {
            "replicas": 2, "selector": {"matchLabels": {"app": "demo"}},
            "template": {"metadata": {"labels": {"app": "demo"}}, "spec": {"containers": [{"name": "web", "image": "nginx:1.12"}]}},
        },
    }))
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_object_is_created_read_changed_written_back_and_deleted() {
    let (_api, clientset) = server().await;
    let deployments = clientset.apps_v1().deployments("default");
    let created = deployments.create(&demo()).await.unwrap();
    assert_eq!(
        (created.kind(), &*created.api_version(), created.namespace()),
        ("Deployment", "apps/v1", Some("default"))
    );

    let mut object = deployments.get("demo").await.unwrap().into_owned().unwrap();
    assert_eq!(object.metadata.uid.as_deref(), Some(created.uid().to_string().as_str()));
    object.spec.replicas = Some(1);
    let updated = deployments.update(&object).await.unwrap();
    assert_eq!(updated.typed().unwrap().spec.replicas, Some(1));
    assert_ne!(updated.version(), created.version());

    let stale = deployments.update(&object).await.unwrap_err();
    assert!(stale.status().unwrap().is_conflict(), "{stale:?}");

    deployments.delete("demo").await.unwrap();
    assert!(deployments.find("demo").await.unwrap().is_none());
    let gone = deployments.get("demo").await.unwrap_err();
    assert!(gone.status().unwrap().is_not_found());
    assert!(gone.to_string().starts_with("get deployments.apps demo in default: "), "{gone}");
}

#[tokio::test(start_paused = true)]
async fn a_change_wins_against_others_or_says_that_it_did_not() {
    let (api, clientset) = server().await;
    let maps = clientset.core_v1().config_maps("default");
    maps.create(&config("a")).await.unwrap();
    // The first two writes of the change come too late.
    let fault = api.fault(Fault::conflict().verb(Verb::Update).times(2));
    let changed = maps.edit("a", |map| drop(map.data.get_or_insert_default().insert("b".into(), "2".into()))).await;
    assert_eq!(changed.unwrap().at("data.b").unwrap().as_str(), Some("2"));
    fault.remove();
    let _fault = api.fault(Fault::conflict().verb(Verb::Update));
    let error = maps.edit("a", |_| {}).await.unwrap_err();
    assert!(error.status().unwrap().is_conflict());
}

#[tokio::test(start_paused = true)]
async fn patches_of_both_standard_forms_change_one_field() {
    let (_api, clientset) = server().await;
    let maps = clientset.core_v1().config_maps("default");
    maps.create(&config("a")).await.unwrap();
    let merged = maps.patch("a", &Patch::Merge(json!({"data": {"a": null, "b": "2"}}))).await.unwrap();
    assert_eq!(merged.typed().unwrap().data.as_ref().unwrap().get("b").map(String::as_str), Some("2"));
    assert!(merged.at("data.a").is_none());
    let operations = JsonPatch::new().test("/data/b", "2").replace("/data/b", "3").add("/data/c", "4");
    let patched = maps.patch("a", &operations.clone().into()).await.unwrap();
    assert_eq!(patched.to_value().unwrap()["data"], json!({"b": "3", "c": "4"}));
    let error = maps.patch("a", &operations.into()).await.unwrap_err();
    assert!(error.status().is_some(), "the test of the value must fail: {error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_status_is_written_apart_from_the_rest() {
    let (_api, clientset) = server().await;
    let deployments = clientset.apps_v1().deployments("default");
    let mut object = deployments.create(&demo()).await.unwrap().into_owned().unwrap();
    object.spec.replicas = Some(7);
    object.status.get_or_insert_default().observed_generation = Some(1);
    let written = deployments.update_status(&object).await.unwrap().into_owned().unwrap();
    assert_eq!(written.spec.replicas, Some(2));
    assert_eq!(written.status.unwrap().observed_generation, Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_holds_for_everything_that_writes() {
    let (_api, clientset) = server().await;
    let maps = clientset.core_v1().config_maps("default");
    maps.create(&config("a")).await.unwrap();
    let dry = maps.clone().write_options(WriteOptions::new().dry_run(true));
    dry.create(&config("b")).await.unwrap();
    dry.patch("a", &Patch::Merge(json!({"data": {"a": "2"}}))).await.unwrap();
    dry.delete("a").await.unwrap();
    dry.delete_collection(&DeleteOptions::new(), &ListOptions::default()).await.unwrap();
    let there = maps.list(&ListOptions::default()).await.unwrap();
    let there: Vec<_> =
        there.iter().map(|map| (map.name(), map.at("data.a").map(|at| at.as_str().map(str::to_owned)))).collect();
    assert!(there.contains(&("a", Some(Some("1".to_owned())))) && there.len() == 2, "{there:?}");
}

#[tokio::test(start_paused = true)]
async fn preconditions_keep_another_object_of_the_name_from_being_deleted() {
    let (_api, clientset) = server().await;
    let maps = clientset.core_v1().config_maps("default");
    let first = maps.create(&config("a")).await.unwrap();
    assert!(matches!(maps.delete("a").await.unwrap(), Deletion::Status(status) if status.is_success()));
    let second = maps.create(&config("a")).await.unwrap();
    let error = maps.delete_with("a", &DeleteOptions::new().only_if_uid(first.uid())).await.unwrap_err();
    assert!(error.status().unwrap().is_conflict(), "{error:?}");
    maps.patch("a", &Patch::Merge(json!({"data": {"a": "2"}}))).await.unwrap();
    let error = maps.delete_with("a", &DeleteOptions::new().only_if_unchanged(&second)).await.unwrap_err();
    assert!(error.status().unwrap().is_conflict(), "{error:?}");
    maps.delete_with("a", &DeleteOptions::new().only_if_uid(second.uid())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_finalizers_comes_back_from_its_deletion() {
    let (_api, clientset) = server().await;
    let maps = clientset.core_v1().config_maps("default");
    let mut held = config("held");
    held.metadata.finalizers = Some(vec!["example.org/hold".into()]);
    maps.create(&held).await.unwrap();
    let waiting = maps.delete("held").await.unwrap().object().unwrap();
    assert!(waiting.deletion_timestamp().unwrap().is_some());
    maps.patch("held", &Patch::Merge(json!({"metadata": {"finalizers": null}}))).await.unwrap();
    assert!(maps.find("held").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn all_that_have_a_label_are_deleted() {
    let (_api, clientset) = server().await;
    let maps = clientset.core_v1().config_maps("default");
    for (name, app) in [("a", "web"), ("b", "web"), ("c", "db")] {
        let mut map = config(name);
        map.metadata.labels = Some([("app".to_owned(), app.to_owned())].into());
        maps.create(&map).await.unwrap();
    }
    let web = ListOptions::default().labels("app=web".parse().unwrap());
    maps.delete_collection(&DeleteOptions::new(), &web).await.unwrap();
    let left = maps.list(&ListOptions::default().labels("app".parse().unwrap())).await.unwrap();
    assert_eq!(left.iter().map(|map| map.name()).collect::<Vec<_>>(), ["c"]);
}

#[tokio::test(start_paused = true)]
async fn all_are_deleted_even_if_they_are_more_than_a_page() {
    let (_api, clientset) = server().await;
    let maps = clientset.core_v1().config_maps("default");
    for which in [ListOptions::default(), ListOptions::default().page_size(7)] {
        for at in 0..501 {
            maps.create(&config(&format!("many-{at}"))).await.unwrap();
        }
        let deleted = maps.delete_collection(&DeleteOptions::new(), &which).await.unwrap();
        let many = |list: &ObjectList<_>| list.iter().filter(|map| map.name().starts_with("many-")).count();
        assert_eq!(many(&deleted), 501);
        assert_eq!(many(&maps.list(&ListOptions::default()).await.unwrap()), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_says_its_namespace_to_a_handle_over_all() {
    let (_api, clientset) = server().await;
    clientset
        .core_v1()
        .namespaces()
        .create(&serde_json::from_value::<Namespace>(json!({"metadata": {"name": "w"}})).unwrap())
        .await
        .unwrap();
    let maps = clientset.core_v1().config_maps("");
    let mut map = config("a");
    let error = maps.create(&map).await.unwrap_err();
    assert!(matches!(&error, Error::Request { .. }), "{error:?}");
    map.metadata.namespace = Some("w".into());
    assert_eq!(maps.create(&map).await.unwrap().key().to_string(), "w/a");
    maps.update(&map).await.unwrap();
    assert!(matches!(maps.get("a").await, Err(Error::Request { .. })));
    assert!(matches!(maps.delete("a").await, Err(Error::Request { .. })));
    let error = clientset.core_v1().config_maps("default").update(&map).await.unwrap_err();
    assert!(
        error.to_string().contains(r#"the object is of the namespace "w", and this handle of "default""#),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_tree_is_an_object_like_any_other() {
    let (_api, clientset) = server().await;
    let client = clientset.client();
    let (gvr, kind) = (Gvr::new("apps", "v1", "deployments"), Gvk::new("apps", "v1", "Deployment"));
    let deployments = crate::Dynamic::new(client).known(gvr, &kind).namespace("default");
    let template = "
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: demo-deployment}
        spec:
          replicas: 2
          selector: {matchLabels: {app: demo}}
          template:
            metadata: {labels: {app: demo}}
            spec: {containers: [{name: web, image: 'nginx:1.12'}]}";
    let template: Dynamic = deployments.parse(template).unwrap();
    let mut demo = deployments.create(&template).await.unwrap().into_owned().unwrap();
    demo["spec"]["replicas"] = 1.into();
    demo["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.13".into();
    let demo = deployments.update(&demo).await.unwrap();
    assert_eq!(demo.at("spec.replicas").unwrap().as_i64(), Some(1));
    assert_eq!(demo.at("spec.template.spec.containers[0].image").unwrap().as_str(), Some("nginx:1.13"));
    let all = deployments.list(&ListOptions::default()).await.unwrap();
    assert_eq!(all.iter().map(|one| one.name()).collect::<Vec<_>>(), ["demo-deployment"]);
    deployments.delete("demo-deployment").await.unwrap();

    let error = deployments.parse("{apiVersion: v1, kind: Pod, metadata: {name: a}}").unwrap_err();
    assert!(error.to_string().contains("Pod of v1, not Deployment of apps/v1"), "{error}");
    let error = deployments.create(&json!({"apiVersion": "v1", "kind": "Pod"}).into()).await.unwrap_err();
    assert!(matches!(error, Error::Request { .. }), "{error:?}");
    // A kind that is not said is added.
    let config =
        Resources::<Dynamic>::dynamic(client, Gvr::core("v1", "configmaps"), &Gvk::core("v1", "ConfigMap"), Some(true));
    let created = config.namespace("default").create(&json!({"metadata": {"name": "bare"}}).into()).await.unwrap();
    assert_eq!((created.kind(), created.name()), ("ConfigMap", "bare"));
}

/// What a program of its own knows of ConfigMaps: no apiVersion, no kind, and a field that must be there.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Config {
    metadata: kube_core::ObjectMeta,
    data: std::collections::BTreeMap<String, String>,
}

impl kube_core::Resource for Config {
    type DynamicType = ();
    type Scope = kube_core::NamespaceResourceScope;
    fn kind((): &()) -> Cow<'_, str> {
        "ConfigMap".into()
    }
    fn group((): &()) -> Cow<'_, str> {
        "".into()
    }
    fn version((): &()) -> Cow<'_, str> {
        "v1".into()
    }
    fn plural((): &()) -> Cow<'_, str> {
        "configmaps".into()
    }
    fn meta(&self) -> &kube_core::ObjectMeta {
        &self.metadata
    }
    fn meta_mut(&mut self) -> &mut kube_core::ObjectMeta {
        &mut self.metadata
    }
}

#[tokio::test(start_paused = true)]
async fn a_type_of_ones_own_is_as_good_as_a_built_in_one() {
    let (_api, clientset) = server().await;
    let client = clientset.client();
    let configs = Resources::<Config>::namespaced(client, "default");
    let data = [("a".to_owned(), "1".to_owned())].into();
    let config = Config { metadata: kube_core::ObjectMeta { name: Some("own".into()), ..Default::default() }, data };
    configs.create(&config).await.unwrap();
    let changed = configs.edit("own", |config| drop(config.data.insert("b".into(), "2".into()))).await.unwrap();
    assert_eq!((changed.typed().unwrap().data.len(), changed.kind()), (2, "ConfigMap"));
    let all = Resources::<Config>::all(client);
    let own = ListOptions::default().fields("metadata.name=own".parse().unwrap());
    assert_eq!(all.list(&own).await.unwrap().len(), 1);
    assert!(matches!(all.get("own").await, Err(Error::Request { .. })), "what lives in namespaces needs one");
}
