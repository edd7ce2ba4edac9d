//! Several namespaces in one informer, and waiting for versions.

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{Fault, Verb};
use lookglass_client::ALL_NAMESPACES;
use lookglass_informer::{Event, WaitError};
use lookglass_object::ResourceVersion;

use crate::support::{Diary, PATIENCE, builder, config, relists, server, unseen, until};

fn version(config: &ConfigMap) -> ResourceVersion {
    config.metadata.resource_version.as_deref().unwrap_or_default().into()
}

#[tokio::test(start_paused = true)]
async fn each_namespace_has_a_watch_and_a_list_replaces_only_its_own() {
    let api = server().await;
    for (namespace, name) in [("a", "one"), ("a", "two"), ("b", "one"), ("default", "other")] {
        api.create(&config(namespace, name, "web", 0)).await.unwrap();
    }
    let configs = builder(&api).namespaces(["a", "b", "a"]).start();
    let diary = Diary::default();
    let noted = diary.clone();
    let subscription = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
    subscription.synced().await.unwrap();
    assert_eq!(diary.state().keys().collect::<Vec<_>>(), ["a/one", "a/two", "b/one"]);
    assert_eq!(configs.freshness().len(), 2);
    drop(diary.take());

    let unseen_changes = async {
        api.delete::<ConfigMap>("a/two").await.unwrap();
        api.create(&config("a", "three", "web", 0)).await.unwrap();
        api.update(&config("b", "one", "web", 1)).await.unwrap();
    };
    unseen(&api, unseen_changes).await;
    until("both are listed anew", || relists(&configs) == 2).await;
    until("told", || diary.state().contains_key("a/three")).await;
    let mut told = diary.take();
    told.sort();
    assert_eq!(told, ["+ a/three", "- a/two uncertain", "~ b/one"]);
    assert_eq!(configs.lister().namespace("a").len(), 2);
    assert_eq!(configs.debug_view().counts.unchanged, 1);
}

#[tokio::test(start_paused = true)]
async fn the_empty_namespace_stands_for_all_in_one_watch() {
    let api = server().await;
    for namespace in ["a", "b"] {
        api.create(&config(namespace, "one", "web", 0)).await.unwrap();
    }
    let configs = builder(&api).namespaces(["a", ALL_NAMESPACES]).start();
    configs.synced(PATIENCE).await.unwrap();
    let lister = configs.lister();
    assert!(lister.get("a/one").is_some() && lister.get("b/one").is_some());
    assert_eq!(configs.freshness().iter().map(|one| one.namespace.as_deref()).collect::<Vec<_>>(), [None]);
    let written = version(&api.update(&config("b", "one", "web", 1)).await.unwrap());
    lister.namespace("b").wait_until(&written, PATIENCE).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn ones_own_write_is_read_after_waiting_for_its_version() {
    let api = server().await;
    let configs = builder(&api).namespaces(["a", "b"]).start();
    configs.synced(PATIENCE).await.unwrap();
    let written = version(&api.create(&config("a", "one", "web", 0)).await.unwrap());
    let lister = configs.lister();
    lister.namespace("a").wait_until(&written, Duration::from_secs(5)).await.unwrap();
    assert_eq!(lister.get("a/one").unwrap().version(), &written);

    // In the other namespace nothing happens, so that only a bookmark brings it there.
    let error = lister.wait_until(&written, Duration::from_secs(5)).await.unwrap_err();
    let WaitError::TimedOut { wanted, reached, .. } = &error else { panic!("{error}") };
    assert_eq!((wanted, reached.len()), (&written, 2));
    lister.wait_until(&written, Duration::from_secs(120)).await.unwrap();

    let error = lister.namespace("c").wait_until(&written, PATIENCE).await.unwrap_err();
    assert!(matches!(error, WaitError::NotWatched { .. }), "{error}");
    for none in ["", "0", "v7"] {
        let error = lister.wait_until(&none.into(), PATIENCE).await.unwrap_err();
        assert!(matches!(error, WaitError::Incomparable { .. }), "{error}");
    }
    let far: ResourceVersion = (api.version() + 1000).into();
    let (waiting, stopping) = (configs.lister(), configs.clone());
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stopping.shutdown().await;
    };
    let (waited, ()) = tokio::join!(waiting.wait_until(&far, PATIENCE), stop);
    assert!(matches!(waited, Err(WaitError::Stopped)));

    // Started anew, it is at the version of its new list.
    configs.start().synced(PATIENCE).await.unwrap();
    configs.lister().wait_until(&written, PATIENCE).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_version_is_reached_through_cuts_and_relists() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    let lister = configs.lister();
    for at in 1..6 {
        let hanging = api.fault(Fault::hang().verb(Verb::Watch));
        let cut = api.fault(Fault::cut_watches());
        tokio::time::sleep(Duration::from_millis(5)).await;
        cut.remove();
        let written = version(&api.update(&config("a", "one", "web", at)).await.unwrap());
        assert!(lister.wait_until(&written, Duration::from_secs(1)).await.is_err());
        if at % 2 == 0 {
            api.expire_before(api.version());
        }
        hanging.remove();
        lister.wait_until(&written, PATIENCE).await.unwrap();
        assert_eq!(lister.get("a/one").unwrap().version(), &written);
        assert_eq!(lister.snapshot().version(), Some(&written));
    }
    assert!(relists(&configs) >= 2);
}
