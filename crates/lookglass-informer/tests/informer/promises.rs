//! The promises of the project, by number, as far as informers keep them. Random faults are in the simulation and in `oracle`; the
//! known traps in `traps` and `hazards`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{ApiServer, Fault};
use lookglass_client::{Client, ListWatch};
use lookglass_informer::{BacklogPolicy, Event, EventHandler, Index, Phase, SharedInformer, Subscription};
use lookglass_object::{Gvk, Gvr, Object, Retention};
use parking_lot::Mutex;

use crate::support::{Diary, PATIENCE, builder, config, configs, relists, server, unseen, until};

/// The last state of an object that was deleted, and whether that is certain.
type Gone = Arc<Mutex<Vec<(String, String, bool)>>>;

fn note_gone<K>(gone: &Gone, event: &Event<K>) {
    if let Event::Deleted { last, certain } = event {
        let at = last.at("data.at").and_then(|at| at.as_str().map(str::to_owned)).unwrap_or_default();
        gone.lock().push((last.name().to_owned(), at, *certain));
    }
}

struct Handler(Gone);

impl EventHandler<ConfigMap> for Handler {
    fn on_delete(&mut self, last: &Object<ConfigMap>, certain: bool) {
        note_gone(&self.0, &Event::Deleted { last: last.clone(), certain });
    }
}

#[tokio::test(start_paused = true)]
async fn promise_1_everybody_is_told_of_a_deletion_with_the_last_state_and_whether_it_is_certain() {
    let api = server().await;
    for name in ["seen", "unseen"] {
        api.create(&config("a", name, "web", 0)).await.unwrap();
    }
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    let all: Vec<Gone> = (0..6).map(|_| Gone::default()).collect();
    let note = |number: usize| {
        let gone = Arc::clone(&all[number]);
        move |event: &Event<ConfigMap>| note_gone(&gone, event)
    };
    let subscriptions = [
        configs.on_event(note(0)),
        configs.add_handler(Handler(Arc::clone(&all[1]))),
        configs.filter(|object| object.name() != "seen" || object.at("data.at").is_some()).on_event(note(2)),
        configs.subscriber().policy(BacklogPolicy::Coalesce { bound: 1 }).on_event(note(3)),
        configs.subscriber().policy(BacklogPolicy::Block { bound: 1 }).blocking().on_event(note(4)),
    ];
    let mut stream = configs.subscribe();
    let (streamed, streaming) = (
        Arc::clone(&all[5]),
        tokio::spawn(async move {
            let mut events = Vec::new();
            while let Some(event) = stream.next().await {
                events.push(event);
            }
            events
        }),
    );
    for subscription in &subscriptions {
        subscription.synced().await.unwrap();
    }
    api.update(&config("a", "seen", "web", 7)).await.unwrap();
    api.delete::<ConfigMap>("a/seen").await.unwrap();
    until("it is told", || all[..5].iter().all(|gone| gone.lock().len() == 1)).await;
    unseen(&api, async {
        api.update(&config("a", "unseen", "web", 8)).await.unwrap();
        api.delete::<ConfigMap>("a/unseen").await.unwrap();
    })
    .await;
    until("relisted", || relists(&configs) == 1).await;
    configs.shutdown().await;
    for event in streaming.await.unwrap() {
        note_gone(&streamed, &event);
    }
    let wanted = [("seen".to_owned(), "7".to_owned(), true), ("unseen".to_owned(), "0".to_owned(), false)];
    for (number, gone) in all.iter().enumerate() {
        assert_eq!(*gone.lock(), wanted, "subscriber {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn promise_2_how_fresh_it_is_can_be_read_in_every_phase() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let configs = builder(&api).on_error(|_| {}).build();
    let health = || configs.freshness()[0].freshness.health();
    assert_eq!(configs.freshness()[0].freshness.phase(), Phase::Waiting);
    let slow = api.fault(Fault::delay(Duration::from_secs(3)));
    configs.start();
    assert!(
        configs.synced(Duration::from_secs(1)).await.unwrap_err().to_string().contains("streaming list (0 so far)")
    );
    slow.remove();
    configs.synced(PATIENCE).await.unwrap();
    until("it watches", || health().phase == Phase::Watching).await;

    let refused = api.fault(Fault::unavailable());
    api.fault(Fault::cut_watches().once());
    until("it backs off", || matches!(health().phase, Phase::BackingOff { .. })).await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    let view = &configs.debug_view().watches[0];
    assert!(view.age_seconds.unwrap() >= 90.0, "{view:?}");
    assert!(view.last_error.as_ref().unwrap().contains("unable to handle the request"), "{view:?}");
    assert!(configs.is_synced() && configs.lister().len() == 1, "what was known can be read");

    refused.remove();
    let version = api.update(&config("a", "one", "web", 1)).await.unwrap().metadata.resource_version.unwrap();
    configs.lister().wait_until(&version.as_str().into(), PATIENCE).await.unwrap();
    assert_eq!(health().phase, Phase::Watching);
    assert!(configs.freshness()[0].freshness.age().unwrap() < Duration::from_secs(1));
    assert!(health().last_failure.is_some(), "it stays to be read");
}

#[tokio::test(start_paused = true)]
async fn promise_3_a_bad_index_handler_subscriber_and_namespace_harm_nobody_else() {
    let api = server().await;
    let forbidden = lookglass_object::Status::forbidden(None, "", "not yours");
    api.fault(Fault::status(forbidden).resource("configmaps").namespace("b"));
    let configs = builder(&api).namespaces(["a", "b"]).on_error(|_| panic!("the hook, too")).build();
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let fails = configs.add_index(Index::new("fails", |_| -> Option<String> { panic!("on purpose") })).unwrap();
    let works = configs.add_index(Index::label("app")).unwrap();
    let bad = configs.on_event(|event: &Event<ConfigMap>| assert!(event.object().name().is_empty(), "on purpose"));
    let unread = configs.subscriber().policy(BacklogPolicy::Coalesce { bound: 4 }).subscribe();
    let diary = Diary::default();
    let noted = diary.clone();
    let good = configs.on_event(move |event: &Event<ConfigMap>| noted.note(event));
    configs.start();
    for at in 0..200 {
        let name = format!("c{}", at % 20);
        if at < 20 {
            api.create(&config("a", &name, "web", at)).await.unwrap();
        } else {
            api.update(&config("a", &name, "web", at)).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let last = api.version().to_string();
    until("all is told", || diary.state().values().any(|version| *version == last)).await;
    std::panic::set_hook(quiet);
    assert_eq!((diary.state().len(), works.count("web"), fails.len()), (20, 20, 0));
    assert!(good.view().panics == 0 && bad.view().panics >= 200 && fails.errors() >= 200);
    assert!(unread.view().backlog.pending() <= 4 + 2 * 20, "what is not read is bounded");
    assert!(
        !configs.is_synced() && configs.debug_view().watches[0].synced,
        "one namespace has no rights, the other works"
    );
}

/// Kinds as they are seen in a lister, and in events of a list and of a watch.
async fn kinds<K: 'static>(api: &ApiServer, informer: SharedInformer<K>) -> Vec<(String, String, String)> {
    let kinds = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&kinds);
    let see = |what: &str, object: &Object<K>| {
        let gvk = object.gvk();
        (what.to_owned(), gvk.api_version().into_owned(), gvk.kind().to_owned())
    };
    let subscription: Subscription = informer.on_event(move |event: &Event<K>| {
        if event.object().name() == "one" {
            let what = match event {
                Event::Added { .. } => "added",
                Event::Updated { .. } => "updated",
                Event::Deleted { .. } => "deleted",
            };
            noted.lock().push(see(what, event.object()));
        }
    });
    informer.start().synced(PATIENCE).await.expect("it works");
    subscription.synced().await.expect("it works");
    let listed = informer.lister().require("a/one").unwrap_or_else(|status| panic!("{status}"));
    api.update(&config("a", "one", "web", 1)).await.expect("it works");
    until("updated", || kinds.lock().len() == 2).await;
    api.delete::<ConfigMap>("a/one").await.expect("it works");
    until("deleted", || kinds.lock().len() == 3).await;
    let mut kinds = std::mem::take(&mut *kinds.lock());
    kinds.push(see("listed", &listed));
    kinds
}

#[tokio::test(start_paused = true)]
async fn promise_5_objects_know_what_they_are_typed_dynamic_as_metadata_and_projected() {
    let api = server().await;
    let client = Client::from(api.kube_client());
    let (gvr, gvk) = (Gvr::core("v1", "configmaps"), Gvk::core("v1", "ConfigMap"));
    let wanted = ["added", "updated", "deleted", "listed"]
        .map(|what| (what.to_owned(), "v1".to_owned(), "ConfigMap".to_owned()));
    for number in 0..5 {
        api.create(&config("a", "one", "web", 0)).await.unwrap();
        let seen = match number {
            0 => kinds(&api, SharedInformer::builder(configs(&api)).build()).await,
            1 => kinds(&api, SharedInformer::builder(ListWatch::dynamic(&client, gvr.clone(), &gvk)).build()).await,
            2 => kinds(&api, SharedInformer::builder(ListWatch::metadata(&client, gvr.clone(), &gvk)).build()).await,
            3 => kinds(&api, SharedInformer::builder(configs(&api)).typed().build()).await,
            _ => kinds(&api, SharedInformer::builder(configs(&api)).project(|_| Ok(((), 0))).build()).await,
        };
        assert_eq!(seen, wanted, "case {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_retention_keeps_what_it_says_and_reads_the_same() {
    let api = server().await;
    for at in 0..3 {
        let mut config = config("a", &format!("c{at}"), "web", at);
        config
            .data
            .get_or_insert_default()
            .insert("text".to_owned(), "worth packing, since it says the same ".repeat(50));
        api.create(&config).await.unwrap();
    }
    let client = Client::from(api.kube_client());
    for retention in [Retention::Auto, Retention::Raw, Retention::Packed] {
        let configs = builder(&api).retention(retention).cooling(Duration::from_millis(10)).start();
        configs.synced(PATIENCE).await.unwrap();
        let object = configs.lister().get("a/c1").unwrap();
        assert_eq!(object.is_raw(), retention != Retention::Packed, "{retention:?}");
        assert_eq!(object.at("data.at").unwrap().as_str(), Some("1"));
        assert_eq!(object.typed().unwrap().data.as_ref().unwrap()["at"], "1");
        configs.shutdown().await;
    }
    let metadata = ListWatch::metadata(&client, Gvr::core("v1", "configmaps"), &Gvk::core("v1", "ConfigMap"));
    let metadata = SharedInformer::builder(metadata).labels("app".parse().unwrap()).start();
    metadata.synced(PATIENCE).await.unwrap();
    let object = metadata.lister().get("a/c1").unwrap();
    assert_eq!(object.labels().get("app"), Some("web"));
    assert!(object.at("data.at").is_none(), "only metadata was asked for");
    assert_eq!(object.typed().unwrap().metadata.name.as_deref(), Some("c1"));
}

#[tokio::test(start_paused = true)]
async fn each_subscriber_has_its_own_sync_resync_and_policy() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let configs = builder(&api).resync(Duration::from_secs(60)).policy(BacklogPolicy::Unbounded).build();
    let times = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&times);
    let fast = configs.subscriber().name("fast").resync(Duration::from_secs(10)).on_event(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let slow =
        configs.subscriber().name("slow").resync(Duration::ZERO).policy(BacklogPolicy::Block { bound: 9 }).subscribe();
    let plain = configs.on_event(|_| {});
    configs.start().synced(PATIENCE).await.unwrap();
    fast.synced().await.unwrap();
    assert!(configs.is_synced() && fast.has_synced() && !slow.has_synced());
    assert_eq!(slow.lag().events, 1);
    tokio::time::sleep(Duration::from_secs(65)).await;
    assert_eq!(times.load(Ordering::Relaxed), 1 + 6);
    assert_eq!(slow.lag().events, 1, "it asked for no resync");
    assert_eq!(plain.view().handled, 2, "the informer's own period");
    let seen = |name: &str| {
        let view = configs.debug_view();
        let subscriber = view.subscribers.into_iter().find(|subscriber| subscriber.name == name).unwrap();
        (subscriber.synced, subscriber.policy, subscriber.resync_seconds)
    };
    assert_eq!(seen("fast"), (true, "Unbounded".to_owned(), Some(10.0)));
    assert_eq!(seen("slow"), (false, "Block { bound: 9 }".to_owned(), None));
    assert_eq!(plain.view().resync, Some(Duration::from_secs(60)));
    assert!(plain.synced().await.is_ok());
    drop(slow);
}
