//! What subscribers are told, how they come and go, and what they may do wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_informer::{
    BacklogPolicy, Event, EventExt as _, EventHandler, HandlerError, Informer, InformerError, SharedInformer,
};
use lookglass_object::{Key, Object};
use lookglass_workqueue::Queue;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::support::{Diary, PATIENCE, builder, config, relists, server, unseen, until};

fn noting(diary: &Diary) -> impl FnMut(&Event<ConfigMap>) + Send + use<> {
    let diary = diary.clone();
    move |event| diary.note(event)
}

#[tokio::test(start_paused = true)]
async fn who_comes_late_is_told_what_exists_and_then_what_changes() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    api.create(&config("a", "two", "web", 0)).await.unwrap();
    until("two is there", || configs.lister().len() == 2).await;

    let (function, stream, handler) = (Diary::default(), Diary::default(), Diary::default());
    let subscription = configs.on_event(noting(&function));
    let mut events = configs.subscribe();
    let handled = configs.add_handler(Methods(handler.clone()));
    subscription.synced().await.unwrap();
    handled.synced().await.unwrap();
    for event in events.next_batch(10).await.unwrap() {
        stream.note(&event);
    }
    assert!(!events.has_synced(), "they have not been handled before the next ones are asked for");
    api.update(&config("a", "one", "web", 1)).await.unwrap();
    stream.note(&events.next().await.unwrap());
    assert!(events.has_synced());
    until("told", || function.state() == stream.state() && handler.state() == stream.state()).await;
    for diary in [function, stream, handler] {
        let mut told = diary.take();
        told[..2].sort();
        assert_eq!(told, ["+ a/one initial", "+ a/two initial", "~ a/one"]);
    }
}

struct Methods(Diary);

impl EventHandler<ConfigMap> for Methods {
    fn on_add(&mut self, object: &Object<ConfigMap>, initial: bool) {
        self.0.note(&Event::Added { object: object.clone(), initial });
    }

    fn on_update(&mut self, old: &Object<ConfigMap>, new: &Object<ConfigMap>) {
        self.0.note(&Event::Updated { old: old.clone(), new: new.clone() });
    }

    fn on_delete(&mut self, last: &Object<ConfigMap>, certain: bool) {
        self.0.note(&Event::Deleted { last: last.clone(), certain });
    }
}

#[tokio::test(start_paused = true)]
async fn a_filter_tells_of_objects_that_come_in_and_go_out_by_an_update() {
    let api = server().await;
    api.create(&config("a", "web", "web", 0)).await.unwrap();
    api.create(&config("a", "db", "db", 0)).await.unwrap();
    let configs = builder(&api).start();
    let diary = Diary::default();
    let last = Arc::new(Mutex::new(String::new()));
    let (noted, kept) = (diary.clone(), Arc::clone(&last));
    let is_web = |object: &Object<ConfigMap>| object.labels().get("app") == Some("web");
    let subscription = configs.filter(is_web).filter(|object| object.namespace() == Some("a")).on_event(move |event| {
        noted.note(event);
        if let Event::Deleted { last, .. } = event {
            *kept.lock() = last.labels().get("app").unwrap_or_default().to_owned();
        }
    });
    subscription.synced().await.unwrap();
    assert_eq!(diary.take(), ["+ a/web initial"]);
    api.update(&config("a", "web", "web", 1)).await.unwrap();
    api.update(&config("a", "db", "web", 1)).await.unwrap();
    api.update(&config("a", "web", "db", 2)).await.unwrap();
    api.update(&config("a", "web", "db", 3)).await.unwrap();
    until("out", || diary.state().len() == 1 && diary.state().contains_key("a/db")).await;
    assert_eq!(diary.take(), ["~ a/web", "+ a/db", "- a/web"]);
    assert_eq!(*last.lock(), "web", "the old object, which was chosen");
    api.delete::<ConfigMap>("a/db").await.unwrap();
    api.delete::<ConfigMap>("a/web").await.unwrap();
    api.create(&config("b", "web", "web", 3)).await.unwrap();
    until("gone", || diary.state().is_empty() && configs.lister().len() == 1).await;
    assert_eq!(diary.take(), ["- a/db"]);
}

#[tokio::test(start_paused = true)]
async fn keys_go_into_a_queue_and_owners_are_found_before_and_after_a_change() {
    let api = server().await;
    let owned = |owner: &str| {
        let mut config = config("a", "one", "web", 0);
        config.metadata.owner_references = serde_json::from_value(serde_json::json!([
            { "apiVersion": "apps/v1", "kind": "Deployment", "name": owner, "uid": owner, "controller": true },
            { "apiVersion": "v1", "kind": "Node", "name": "node", "uid": "node" },
        ]))
        .unwrap();
        config
    };
    api.create(&owned("web")).await.unwrap();
    let configs = builder(&api).start();
    let (keys, owners) = (Queue::<Key>::new("keys"), Queue::<Key>::new("owners"));
    let to_keys = configs.enqueue_into(&keys, |event| Some(event.key().clone()));
    let to_owners = configs.enqueue_into(&owners, |event| event.controller_owner("Deployment"));
    to_keys.synced().await.unwrap();
    to_owners.synced().await.unwrap();
    assert_eq!(keys.get().await.unwrap().as_str(), "a/one");
    assert_eq!(owners.get().await.unwrap().as_str(), "a/web");
    api.update(&owned("shop")).await.unwrap();
    let (new, old) = (owners.get().await.unwrap(), owners.get().await.unwrap());
    assert_eq!((new.as_str(), old.as_str()), ("a/shop", "a/web"));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_fails_or_panics_is_reported_and_told_the_next_event() {
    let api = server().await;
    for name in ["fails", "panics", "works"] {
        api.create(&config("a", name, "web", 0)).await.unwrap();
    }
    let problems = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&problems);
    let configs = builder(&api)
        .on_error(move |error| {
            let InformerError::Handler { subscriber, key, error: failed } = error else { panic!("{error}") };
            assert!(matches!(failed, HandlerError::Failed(_)) == (key.name() == "fails"));
            noted.lock().push(format!("{subscriber} {key}"));
            panic!("whoever is told may panic as well");
        })
        .start();
    let subscription = configs.subscriber().name("clumsy").on_event(|event| match event.key().name() {
        "fails" => Err("on purpose"),
        "panics" => panic!("on purpose"),
        _ => Ok(()),
    });
    subscription.synced().await.unwrap();
    let mut problems = std::mem::take(&mut *problems.lock());
    problems.sort();
    assert_eq!(problems, ["clumsy a/fails", "clumsy a/panics"]);
    let view = subscription.view();
    assert_eq!((view.handled, view.errors, view.panics), (3, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn removal_waits_for_the_handler_but_not_from_within_it() {
    let api = server().await;
    for at in 0..3 {
        api.create(&config("a", &format!("c{at}"), "web", 0)).await.unwrap();
    }
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();

    // On a thread of its own, which waits to be let go on in the first event.
    let (entered, go_on) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (began, allowed) = (Arc::clone(&entered), Arc::clone(&go_on));
    let slow = configs.subscriber().blocking().on_event(move |_: &Event<ConfigMap>| {
        began.fetch_add(1, Ordering::SeqCst);
        while !allowed.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
    });
    while entered.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let mut removal = Box::pin(slow.remove());
    assert!(futures_poll(&mut removal).await.is_none(), "the handler is running");
    go_on.store(true, Ordering::SeqCst);
    removal.await;
    assert_eq!(entered.load(Ordering::SeqCst), 1, "nothing more is told to who was removed");

    // From within.
    let (give, take) = oneshot::channel();
    let own = Arc::new(Mutex::new(None::<lookglass_informer::Subscription>));
    let (held, mut give) = (Arc::clone(&own), Some(give));
    let subscription = configs.subscriber().blocking().on_event(move |_: &Event<ConfigMap>| {
        let subscription = loop {
            if let Some(subscription) = held.lock().take() {
                break subscription;
            }
            std::thread::yield_now();
        };
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(subscription.remove());
        give.take().unwrap().send(()).unwrap();
    });
    *own.lock() = Some(subscription);
    take.await.unwrap();
    until("nobody is left", || configs.debug_view().subscribers.is_empty()).await;
}

/// What a future gives when it is polled once.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let once = std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context)));
    match once.await {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_resync_repeats_everything_to_who_asked_for_it_and_a_relist_to_nobody() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let configs = builder(&api).start();
    let (often, never) = (Diary::default(), Diary::default());
    let resynced = configs.subscriber().resync(Duration::from_secs(30)).on_event(noting(&often));
    let silent = configs.on_event(noting(&never));
    resynced.synced().await.unwrap();
    silent.synced().await.unwrap();
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(often.take(), ["+ a/one initial", "~ a/one", "~ a/one", "~ a/one"]);
    unseen(&api, async { drop(api.create(&config("a", "two", "web", 0)).await.unwrap()) }).await;
    until("two is told", || never.state().len() == 2).await;
    assert_eq!(relists(&configs), 1);
    assert_eq!(never.take(), ["+ a/one initial", "+ a/two"], "what has not changed is not told");
}

#[tokio::test(start_paused = true)]
async fn a_slow_subscriber_is_told_less_or_holds_the_others_up_as_it_wishes() {
    let api = server().await;
    let configs = builder(&api).start();
    configs.synced(PATIENCE).await.unwrap();
    let fast = Diary::default();
    let _fast = configs.on_event(noting(&fast));
    let mut merged = configs.subscriber().policy(BacklogPolicy::Coalesce { bound: 2 }).subscribe();
    let mut blocking = configs.subscriber().policy(BacklogPolicy::Block { bound: 2 }).subscribe();
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    for at in 1..50 {
        api.update(&config("a", "one", "web", at)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(fast.take().len() < 10, "the one that blocks holds it up");
    let mut versions = 0;
    while configs.lister().get("a/one").unwrap().at("data.at").unwrap().as_str() != Some("49")
        || blocking.lag().events > 0
    {
        let event = tokio::time::timeout(PATIENCE, blocking.next()).await.unwrap().unwrap();
        assert_eq!(event.key().name(), "one");
        versions += 1;
    }
    assert_eq!(versions, 50, "it is told every version");
    let diary = Diary::default();
    for event in merged.next_batch(100).await.unwrap() {
        diary.note(&event);
    }
    while merged.lag().events > 0 {
        diary.note(&merged.next().await.unwrap());
    }
    assert!(diary.take().len() < 10, "it is told less");
    until("the fast one as well", || diary.state() == fast.state()).await;
}

#[tokio::test(start_paused = true)]
async fn subscribers_may_come_before_the_start_and_outside_a_runtime() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let diary = Diary::default();
    let (configs, note) = (builder(&api).build(), noting(&diary));
    let (configs, subscription) = std::thread::spawn(move || {
        let subscription = configs.on_event(note);
        (configs, subscription)
    })
    .join()
    .unwrap();
    configs.start();
    subscription.synced().await.unwrap();
    assert_eq!(diary.take(), ["+ a/one initial"]);
    assert!(diary.state().contains_key("a/one"));
}

#[tokio::test(start_paused = true)]
async fn shutting_down_delivers_what_is_pending_and_dropping_does_not() {
    let api = server().await;
    for at in 0..1000 {
        api.create(&config("a", &format!("c{at:04}"), "web", 0)).await.unwrap();
    }
    for gracefully in [true, false] {
        let diary = Diary::default();
        let configs: SharedInformer<ConfigMap> = builder(&api).start();
        configs.synced(PATIENCE).await.unwrap();
        let mut events = configs.subscribe();
        let subscription = configs.on_event(noting(&diary));
        if gracefully {
            configs.shutdown().await;
            assert_eq!(diary.take().len(), 1000);
            assert!(subscription.has_synced());
            let mut streamed = 0;
            while events.next().await.is_some() {
                streamed += 1;
            }
            assert_eq!(streamed, 1000);
        } else {
            drop(configs);
            assert_eq!(diary.take().len(), 0);
            assert!(subscription.synced().await.is_err());
            assert!(events.next().await.is_none());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_small_informer_is_one_future_and_gone_when_that_is() {
    let api = server().await;
    api.create(&config("a", "one", "web", 0)).await.unwrap();
    let diary = Diary::default();
    let informer = Informer::new(builder(&api), noting(&diary));
    let (lister, synced, inspector) = (informer.lister(), informer.sync_checker(), informer.inspector());
    let (stop, stopped) = oneshot::channel::<()>();
    let run = informer.run(async move { drop(stopped.await) });
    let others = async {
        inspector.synced(PATIENCE).await.unwrap();
        synced.synced().await.unwrap();
        assert_eq!(diary.take(), ["+ a/one initial"]);
        assert_eq!((inspector.debug_view().known_objects, inspector.freshness().len()), (1, 1));
        api.update(&config("a", "one", "web", 1)).await.unwrap();
        until("told", || diary.take() == ["~ a/one"]).await;
        assert_eq!(lister.len(), 1);
        stop.send(()).unwrap();
    };
    tokio::join!(run, others);
    assert!(lister.is_empty() && !inspector.is_running());
    assert!(inspector.synced(PATIENCE).await.unwrap_err().to_string().contains("was stopped"));
}
