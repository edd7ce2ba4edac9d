//! One informer, its lister, its subscribers.

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::ApiServer;
use lookglass_informer::{Event, Index, SharedInformer};
use lookglass_object::Retention;

use crate::support::{Diary, PATIENCE, builder, config, server, until};

async fn filled() -> (ApiServer, SharedInformer<ConfigMap>) {
    let api = server().await;
    for (namespace, name, app) in [("a", "one", "web"), ("a", "two", "db"), ("b", "three", "web")] {
        api.create(&config(namespace, name, app, 0)).await.expect("created");
    }
    let informer = builder(&api).build();
    (api, informer)
}

#[tokio::test(start_paused = true)]
async fn it_tells_what_exists_and_what_changes_and_lists_by_key_namespace_label_and_index() {
    let (api, configs) = filled().await;
    let by_at = configs.add_index(Index::path("data.at")).unwrap();
    let diary = Diary::default();
    let noted = diary.clone();
    let subscription = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
    configs.start().synced(PATIENCE).await.unwrap();
    subscription.synced().await.unwrap();
    let mut told = diary.take();
    told.sort();
    assert_eq!(told, ["+ a/one initial", "+ a/two initial", "+ b/three initial"]);

    let lister = configs.lister();
    assert_eq!(lister.len(), 3);
    assert_eq!(lister.get("a/one").unwrap().typed().unwrap().data.as_ref().unwrap()["app"], "web");
    assert!(lister.get("a/three").is_none());
    assert!(lister.require("a/three").unwrap_err().is_not_found());
    assert_eq!(lister.namespace("a").get("two").unwrap().name(), "two");
    assert_eq!(lister.namespace("a").list(&"app=web".parse().unwrap()).len(), 1);
    assert_eq!(lister.list(&"app!=web".parse().unwrap())[0].key().to_string(), "a/two");
    assert_eq!(by_at.keys("0").len(), 3);

    let version = api.update(&config("a", "one", "web", 7)).await.unwrap().metadata.resource_version.unwrap();
    lister.wait_until(&version.as_str().into(), PATIENCE).await.unwrap();
    assert_eq!(by_at.keys("7")[0].to_string(), "a/one");
    api.delete::<ConfigMap>("b/three").await.unwrap();
    until("the deletion is told", || !diary.state().contains_key("b/three")).await;
    assert_eq!(diary.take(), ["~ a/one", "- b/three"]);

    configs.shutdown().await;
    assert_eq!((lister.len(), by_at.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn never_is_a_time_for_everything() {
    let (api, configs) = filled().await;
    drop(configs);
    let never = Duration::MAX;
    let configs = builder(&api).resync(never).cooling(never).retention(Retention::Packed).start();
    let subscriber = configs.subscriber().resync(never).on_event(|_: &Event<ConfigMap>| {});
    configs.synced(never).await.unwrap();
    subscriber.synced().await.unwrap();
    let version = api.update(&config("a", "one", "web", 7)).await.unwrap().metadata.resource_version.unwrap();
    configs.lister().wait_until(&version.as_str().into(), never).await.unwrap();
    configs.shutdown().await;
}
