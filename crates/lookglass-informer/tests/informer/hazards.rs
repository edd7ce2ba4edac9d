//! What users' functions may do with the informer that calls them, and what happens at the same moment elsewhere.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::Fault;
use lookglass_client::{Answered, Client, ListWatch, RequestLabels, RequestObserver};
use lookglass_informer::{
    BacklogPolicy, Event, EventExt as _, Index, InformerError, SharedInformer, Subscription, SyncChecker,
};
use lookglass_object::Object;
use parking_lot::Mutex;

use crate::support::{Diary, PATIENCE, builder, config, server, until};

/// Runs a scenario in paused time on a thread of its own, so that one that locks up is a failure and not a test without end.
fn without_locking_up(scenario: impl AsyncFnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(scenario());
        done.send(()).expect("somebody waits");
    });
    wait.recv_timeout(Duration::from_secs(30)).expect("it panicked, or locked up");
}

#[test]
fn the_error_hook_may_look_into_the_informer_and_subscribe_while_an_index_fails() {
    without_locking_up(async || {
        let api = server().await;
        let own = Arc::new(OnceLock::<SharedInformer<ConfigMap>>::new());
        let told = Arc::new(AtomicUsize::new(0));
        let (informer, count) = (Arc::clone(&own), Arc::clone(&told));
        let configs = builder(&api)
            .on_error(move |error| {
                assert!(matches!(error, InformerError::Index { .. }), "{error}");
                let informer = informer.get().expect("it is there");
                assert_eq!(informer.debug_view().indexes.len(), 2);
                informer.on_event(|_| {}).forever();
                count.fetch_add(1, Ordering::SeqCst);
            })
            .build();
        own.set(configs.clone()).expect("once");
        let fails = |_: &Object<ConfigMap>| Err::<Option<String>, _>("on purpose");
        let _index = configs.add_index(Index::new("fails", fails)).unwrap();
        configs.start().synced(PATIENCE).await.unwrap();
        api.create(&config("a", "one", "web", 0)).await.unwrap();
        until("told", || told.load(Ordering::SeqCst) == 1).await;
        let view = configs.debug_view();
        assert_eq!((view.counts.errors, view.indexes[1].errors, view.subscribers.len()), (1, 1, 1));
        configs.shutdown().await;
        assert!(!configs.is_running());
    });
}

#[tokio::test(start_paused = true)]
async fn a_panic_below_the_informer_stops_it_and_is_told_instead_of_leaving_it_stale() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let broken = Arc::new(AtomicBool::new(false));
    let breaks = Arc::clone(&broken);
    let client = Client::builder(api.kube_client()).observer(Arc::new(Clumsy(breaks))).build().unwrap();
    let problems = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&problems);
    let configs = SharedInformer::builder(ListWatch::<ConfigMap>::typed(&client))
        .labels("app".parse().unwrap())
        .on_error(move |error| noted.lock().push(error.to_string()))
        .start();
    configs.synced(PATIENCE).await.unwrap();
    let mut events = configs.subscribe();
    let lister = configs.lister();
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    broken.store(true, Ordering::SeqCst);
    api.fault(Fault::cut_watches().once());
    until("it is stopped", || !configs.is_running()).await;
    std::panic::set_hook(quiet);
    assert!(lister.is_empty() && configs.synced(PATIENCE).await.is_err());
    assert!(events.next().await.is_none());
    assert_eq!(problems.lock().last().unwrap(), "the informer panicked and has stopped: on purpose");
    broken.store(false, Ordering::SeqCst);
    configs.start().synced(PATIENCE).await.unwrap();
    assert_eq!(lister.len(), 1);
}

/// Told of answers, it panics.
struct Clumsy(Arc<AtomicBool>);

impl RequestObserver for Clumsy {
    fn answered(&self, _: &RequestLabels, _: &Answered) {
        assert!(!self.0.load(Ordering::SeqCst), "on purpose");
    }
}

#[test]
fn a_handler_may_read_subscribe_unsubscribe_itself_and_stop_the_informer() {
    without_locking_up(async || {
        let api = server().await;
        for name in ["one", "two", "three"] {
            api.create(&config("a", name, "web", 0)).await.unwrap();
        }
        let configs = builder(&api).start();
        configs.synced(PATIENCE).await.unwrap();

        // It drops its own subscription in the first event, and is given no other.
        let own = Arc::new(Mutex::new(None::<Subscription>));
        let (held, times) = (Arc::clone(&own), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&times);
        *own.lock() = Some(configs.on_event(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            let subscription = held.lock().take();
            drop(subscription);
        }));
        until("it has left", || configs.debug_view().subscribers.is_empty()).await;
        assert_eq!(times.load(Ordering::SeqCst), 1);

        // It reads, adds an index, subscribes others, waits for nobody; and stops the informer with the last handle.
        let last = Arc::new(Mutex::new(None::<SharedInformer<ConfigMap>>));
        let (held, found) = (Arc::clone(&last), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&found);
        let subscription = configs.on_event(move |event: &Event<ConfigMap>| {
            let Some(configs) = held.lock().take() else { return };
            assert_eq!(configs.lister().get(event.key().clone()).as_ref(), Some(event.object()));
            assert_eq!(configs.snapshot().len(), configs.lister().namespace("a").len());
            configs.add_index(Index::label("app")).unwrap().forever();
            configs.filter(|_| true).on_event(|_| {}).forever();
            seen.store(configs.debug_view().subscribers.len(), Ordering::SeqCst);
        });
        let lister = configs.lister();
        *last.lock() = Some(configs);
        until("it is stopped", || lister.is_empty()).await;
        assert_eq!(found.load(Ordering::SeqCst), 2);
        assert!(subscription.synced().await.is_err());
    });
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_blocks_has_synced_after_the_lists_of_all_namespaces() {
    let api = server().await;
    for namespace in ["a", "b"] {
        api.create(&config(namespace, "one", "web", 0)).await.unwrap();
    }
    let configs = builder(&api).namespaces(["a", "b"]).build();
    let checker = Arc::new(OnceLock::<SyncChecker>::new());
    let (own, early) = (Arc::clone(&checker), Arc::new(AtomicBool::new(false)));
    let noted = Arc::clone(&early);
    let times = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&times);
    let subscription = configs.subscriber().policy(BacklogPolicy::Block { bound: 1 }).on_event(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        noted.fetch_or(own.get().is_some_and(SyncChecker::is_synced), Ordering::SeqCst);
    });
    checker.set(subscription.sync_checker()).expect("once");
    configs.start();
    subscription.synced().await.unwrap();
    assert_eq!(times.load(Ordering::SeqCst), 2);
    assert!(!early.load(Ordering::SeqCst), "it counted as synced while there was more of the initial state");
}

#[tokio::test(start_paused = true)]
async fn shutting_down_gives_a_subscriber_that_blocks_what_waits_for_room_as_well() {
    let api = server().await;
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    let mut events = configs.subscriber().policy(BacklogPolicy::Block { bound: 1 }).subscribe();
    for name in ["one", "two"] {
        api.create(&config("a", name, "web", 0)).await.unwrap();
        until("it is in the store", || configs.lister().get(("a", name)).is_some()).await;
    }
    configs.shutdown().await;
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        told.push(event.key().to_string());
    }
    assert_eq!(told, ["a/one", "a/two"]);
}

#[test]
fn who_subscribes_while_the_informer_is_stopped_is_never_told_of_its_old_life() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let api = server().await;
        for at in 0..200 {
            api.create(&config("a", &format!("c{at}"), "web", at)).await.unwrap();
        }
        let configs = builder(&api).build();
        let over = Arc::new(AtomicBool::new(false));
        let (others, ended) = (configs.clone(), Arc::clone(&over));
        let subscribing = std::thread::spawn(move || {
            let mut subscribed = Vec::new();
            while !ended.load(Ordering::SeqCst) {
                let diary = Diary::default();
                let noted = diary.clone();
                subscribed.push((others.on_event(move |event: &Event<ConfigMap>| noted.note(event)), diary));
                std::thread::yield_now();
                if subscribed.len() > 20 {
                    let (_, diary) = subscribed.remove(0);
                    drop(diary.state());
                }
            }
            subscribed
        });
        for _ in 0..60 {
            // What is not read makes the stop take its time.
            let unread = configs.subscribe();
            configs.start().synced(PATIENCE).await.unwrap();
            configs.shutdown().await;
            drop(unread);
        }
        configs.start().synced(PATIENCE).await.unwrap();
        over.store(true, Ordering::SeqCst);
        for (subscription, diary) in subscribing.join().expect("nobody was told a contradiction") {
            // Those of an earlier life have ended; the others are told all of this one.
            if subscription.synced().await.is_ok() && configs.debug_view().subscribers.len() > 20 {
                drop(diary.state());
            }
        }
    });
}

#[tokio::test(start_paused = true)]
async fn the_namespace_index_is_always_there() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    let refused = configs.remove_index("namespace").unwrap_err();
    assert!(refused.to_string().contains("is always there"), "{refused}");
    assert_eq!(configs.lister().namespace("a").len(), 1);
    configs.add_index(Index::label("app")).unwrap().forever();
    configs.remove_index("app").unwrap();
    assert_eq!(configs.index_names().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_panics_skips_the_event_and_is_reported_also_in_a_stream() {
    let api = server().await;
    for name in ["bad", "good"] {
        api.create(&config("a", name, "web", 0)).await.unwrap();
    }
    let problems = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&problems);
    let configs = builder(&api).on_error(move |error| noted.lock().push(error.to_string())).start();
    let clumsy = |object: &Object<ConfigMap>| {
        assert!(object.name() != "bad", "on purpose");
        true
    };
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut events = configs.subscriber().name("stream").filter(clumsy).subscribe();
    let diary = Diary::default();
    let handled = diary.clone();
    let handler = configs
        .subscriber()
        .name("handler")
        .filter(clumsy)
        .on_event(move |event: &Event<ConfigMap>| handled.note(event));
    configs.synced(PATIENCE).await.unwrap();
    handler.synced().await.unwrap();
    assert_eq!(events.next().await.unwrap().key().as_str(), "a/good");
    api.update(&config("a", "good", "web", 1)).await.unwrap();
    assert!(matches!(events.next().await.unwrap(), Event::Updated { .. }));
    std::panic::set_hook(quiet);
    assert_eq!((events.view().panics, handler.view().panics), (1, 1));
    let mut problems = std::mem::take(&mut *problems.lock());
    problems.sort();
    assert_eq!(
        problems,
        ["handler", "stream"].map(|name| format!("subscriber {name}, a/bad: the handler panicked: on purpose"))
    );
    assert_eq!(diary.state().len(), 1);
}
