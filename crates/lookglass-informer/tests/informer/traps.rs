//! Traps that other informers have fallen into, each by its symptom.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{Fault, Verb};
use lookglass_client::{Client, ListWatch};
use lookglass_informer::{Event, Phase, SharedInformer};
use lookglass_object::{Gvk, Gvr, Status};

use crate::support::{Diary, PATIENCE, builder, config, relists, server, unseen, until};

#[tokio::test(start_paused = true)]
async fn a_shared_subscriber_does_not_hang_when_an_object_vanishes_before_it_is_polled() {
    let api = server().await;
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    let mut events = configs.subscribe();
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    api.delete::<ConfigMap>("a/one").await.unwrap();
    api.create(&config("a", "two", "web", 0)).await.unwrap();
    until("two is there", || configs.lister().get("a/two").is_some()).await;
    let diary = Diary::default();
    while !diary.state().contains_key("a/two") {
        let event = tokio::time::timeout(PATIENCE, events.next()).await.expect("it does not hang").unwrap();
        diary.note(&event);
    }
    assert_eq!(diary.take(), ["+ a/one", "- a/one", "+ a/two"]);
}

#[tokio::test(start_paused = true)]
async fn every_handler_is_told_of_deletions_that_only_a_relist_shows() {
    let api = server().await;
    for name in ["gone", "stays", "remade"] {
        api.create(&config("a", name, "web", 0)).await.unwrap();
    }
    let configs = builder(&api).start();
    let (diaries, mut subscriptions) = ([Diary::default(), Diary::default(), Diary::default()], Vec::new());
    for diary in &diaries {
        let noted = diary.clone();
        let subscription = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
        subscription.synced().await.unwrap();
        subscriptions.push(subscription);
        drop(diary.take());
    }
    let unseen_changes = async {
        api.delete::<ConfigMap>("a/gone").await.unwrap();
        api.delete::<ConfigMap>("a/remade").await.unwrap();
        api.create(&config("a", "remade", "web", 1)).await.unwrap();
        api.update(&config("a", "stays", "web", 1)).await.unwrap();
        api.create(&config("a", "new", "web", 1)).await.unwrap();
    };
    unseen(&api, unseen_changes).await;
    until("relisted", || relists(&configs) == 1).await;
    for diary in &diaries {
        until("told", || diary.state().contains_key("a/new")).await;
        let mut told = diary.take();
        told[..2].sort();
        told[3..].sort();
        // Deletions, then updates, then additions; and what was made anew is another object.
        assert_eq!(told, ["- a/gone uncertain", "- a/remade uncertain", "~ a/stays", "+ a/new", "+ a/remade"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sync_that_cannot_complete_says_why() {
    let api = server().await;
    let forbidden = Status::forbidden(None, "", "no right to list configmaps");
    let refusal = api.fault(Fault::status(forbidden).resource("configmaps").namespace("b"));
    let configs = builder(&api).namespaces(["a", "b"]).build();
    let never_started = configs.synced(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(never_started.missing().len(), 2);
    assert_eq!(never_started.missing()[0].phase, Phase::Waiting);

    let error = configs.start().synced(Duration::from_secs(20)).await.unwrap_err();
    let [missing] = error.missing() else { panic!("only one of the namespaces is missing: {error}") };
    assert_eq!(missing.namespace.as_deref(), Some("b"));
    let text = error.to_string();
    assert!(
        text.starts_with("configmaps not synced after 20s: namespace b: backing off (forbidden), last error: "),
        "{text}"
    );
    assert!(text.contains("no right to list configmaps"), "{text}");
    assert!(!configs.is_synced());

    refusal.remove();
    configs.synced(Duration::from_secs(120)).await.unwrap();
    let waiting = configs.clone();
    configs.shutdown().await;
    assert!(waiting.synced(PATIENCE).await.unwrap_err().to_string().contains("was stopped"));
}

#[tokio::test(start_paused = true)]
async fn a_sync_of_a_kind_that_does_not_exist_says_so() {
    let api = server().await;
    let (gvr, gvk) = (Gvr::new("example.com", "v1", "foos"), Gvk::new("example.com", "v1", "Foo"));
    let foos = SharedInformer::builder(ListWatch::dynamic(&Client::from(api.kube_client()), gvr, &gvk)).start();
    let error = foos.synced(Duration::from_secs(5)).await.unwrap_err().to_string();
    assert!(error.starts_with("foos.example.com not synced after 5s: backing off (missing), last error: "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_whose_bookmark_never_comes_is_not_waited_for_for_ever() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    api.fault(Fault::withhold_bookmarks());
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    assert_eq!(configs.lister().len(), 1);
    let health = configs.freshness()[0].freshness.health();
    assert_eq!((health.counters.streaming_lists, health.counters.lists), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_come_and_go_each_second_while_one_is_slow_and_one_panics() {
    let api = server().await;
    let configs = builder(&api).on_error(|_| {}).start();
    configs.synced(PATIENCE).await.unwrap();
    let (slow, fast, panics) = (Diary::default(), Diary::default(), Arc::new(AtomicU64::new(0)));
    let mut slowly = configs.subscriber().name("slow").subscribe();
    let slow_one = {
        let slow = slow.clone();
        tokio::spawn(async move {
            while let Some(event) = slowly.next().await {
                slow.note(&event);
                tokio::time::sleep(Duration::from_millis(70)).await;
            }
        })
    };
    let (noted, counted) = (fast.clone(), Arc::clone(&panics));
    let fast_one = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
    let panicking = configs.subscriber().name("panics").on_event(move |_: &Event<ConfigMap>| {
        counted.fetch_add(1, Ordering::Relaxed);
        fail();
    });
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));

    let mut visitors = Vec::new();
    for at in 0..500_usize {
        let name = format!("c{}", at * 7 % 40);
        match at % 5 {
            0 => drop(api.delete::<ConfigMap>(&format!("a/{name}")).await),
            _ if configs.lister().get(("a", &name)).is_some() => drop(api.update(&config("a", &name, "web", at)).await),
            _ => drop(api.create(&config("a", &name, "web", at)).await),
        }
        let diary = Diary::default();
        let noted = diary.clone();
        let visitor = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
        visitors.push((visitor, diary));
        if visitors.len() > 10 {
            let (visitor, diary) = visitors.remove(at % 10);
            if at % 3 == 0 {
                visitor.remove().await;
            } else {
                drop(visitor);
            }
            // It has been told nothing that contradicts itself.
            drop(diary.state());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let server: std::collections::BTreeMap<String, String> = (api.list::<ConfigMap>().await.unwrap().into_iter())
        .filter(|config| {
            config.metadata.namespace.as_deref() == Some("a")
                && config.data.as_ref().is_some_and(|data| data.contains_key("app"))
        })
        .map(|config| (format!("a/{}", config.metadata.name.unwrap()), config.metadata.resource_version.unwrap()))
        .collect();
    until("the fast one is up to date", || fast.state() == server).await;
    for (_visitor, diary) in &visitors {
        until("who stays is up to date", || diary.state() == server).await;
    }
    until("the slow one too, in the end", || slow.state() == server).await;
    std::panic::set_hook(quiet);
    assert_eq!(panicking.view().panics, panics.load(Ordering::Relaxed));
    assert!(panicking.view().panics >= 400, "it was told every single event");
    drop(visitors);
    until("who has left is gone", || configs.debug_view().subscribers.len() == 3).await;
    drop((fast_one, panicking, configs));
    slow_one.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_cut_again_and_again_tells_everything_once() {
    let api = server().await;
    let configs = builder(&api).start();
    let diary = Diary::default();
    let noted = diary.clone();
    let _subscription = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
    configs.synced(PATIENCE).await.unwrap();
    for at in 0..20 {
        api.create(&config("a", &format!("c{at:02}"), "web", at)).await.unwrap();
        let cut = api.fault(Fault::cut_watches().verb(Verb::Watch));
        tokio::time::sleep(Duration::from_millis(5)).await;
        cut.remove();
    }
    until("all are told", || diary.state().len() == 20).await;
    assert_eq!(diary.take(), (0..20).map(|at| format!("+ a/c{at:02}")).collect::<Vec<_>>());
}

fn fail() {
    panic!("on purpose");
}
