//! The shell: reflectors over the embedded server, in process, in paused time.

use std::{future::pending, sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{ApiServer, Fault, Verb};
use lookglass_cache::{Change, DeltaQueue, Store};
use lookglass_client::{Client, ListWatch};
use lookglass_object::{Key, Object, ResourceVersion};
use parking_lot::Mutex;
use tokio::{task::JoinHandle, time::timeout};

use super::*;

type Queue = DeltaQueue<Key, Object<ConfigMap>, ResourceVersion>;
type ConfigStore = Store<Key, Object<ConfigMap>, ResourceVersion>;

fn config(name: &str, at: usize) -> ConfigMap {
    serde_json::from_value(serde_json::json!({
        "metadata": { "name": name, "namespace": "w" },
        "data": { "at": at.to_string() },
    }))
    .unwrap()
}

/// A server with the namespace `w`, a reflector of its ConfigMaps, and a store that is kept by it.
struct World {
    api: ApiServer,
    store: ConfigStore,
    freshness: Freshness,
    failures: Arc<Mutex<Vec<(Cause, Remedy)>>>,
    reflector: JoinHandle<ReflectorEnd>,
    keeper: JoinHandle<()>,
}

impl World {
    async fn new(options: ReflectorOptions, prepare: impl AsyncFnOnce(&ApiServer)) -> Self {
        let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
        prepare(&api).await;
        let client = Client::from(api.kube_client());
        let list_watch = ListWatch::<ConfigMap>::typed(&client).namespace("w");
        let store = Store::builder().build(|object: &Object<ConfigMap>| object.key().clone());
        let failures = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&failures);
        let reflector = Reflector::builder(list_watch)
            .options(options)
            .known_objects(store.clone())
            .on_error(move |failure| seen.lock().push((failure.cause(), failure.remedy)))
            .seed(1)
            .build();
        let freshness = reflector.freshness();
        let queue = Queue::new(|object: &Object<ConfigMap>| object.key().clone());
        let keeper = tokio::spawn(keep(queue.clone(), store.clone()));
        let reflector = tokio::spawn(reflector.run(queue, pending()));
        Self { api, store, freshness, failures, reflector, keeper }
    }

    /// Names and contents, as the server has them.
    async fn served(&self) -> Vec<(String, String)> {
        let all = self.api.list::<ConfigMap>().await.unwrap().into_iter();
        let ours = all.filter(|config| config.metadata.namespace.as_deref() == Some("w"));
        let mut served: Vec<_> =
            ours.map(|config| (config.metadata.name.unwrap(), config.metadata.resource_version.unwrap())).collect();
        served.sort();
        served
    }

    fn stored(&self) -> Vec<(String, String)> {
        let mut stored: Vec<_> =
            (self.store.list().iter()).map(|object| (object.name().to_owned(), object.version().to_string())).collect();
        stored.sort();
        stored
    }

    /// Waits until the store is as the server is.
    async fn settled(&self) {
        let settled = async {
            while self.stored() != self.served().await {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let in_time = timeout(Duration::from_secs(1200), settled).await;
        assert!(in_time.is_ok(), "{:?}\n{:?}\n{:?}", self.freshness, self.stored(), self.served().await);
    }

    fn failures(&self) -> Vec<(Cause, Remedy)> {
        std::mem::take(&mut *self.failures.lock())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.reflector.abort();
        self.keeper.abort();
    }
}

async fn keep(queue: Queue, store: ConfigStore) {
    while let Ok(batch) = queue.pop_batch(100).await {
        for change in batch {
            match change {
                Change::Added(object) | Change::Updated(object) => drop(store.add(object).unwrap()),
                Change::Deleted(object) => drop(store.delete(&object).unwrap()),
                Change::Tombstone(tombstone) => drop(store.remove(&tombstone.key)),
                Change::ReplacedAll { revision, objects } => drop(store.replace(objects, revision).unwrap()),
                Change::SyncAll => {}
                Change::Bookmark(version) => store.bookmark(version),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_follows_the_server() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        for at in 0..3 {
            api.create(&config(&format!("c{at}"), at)).await.unwrap();
        }
    })
    .await;
    world.settled().await;
    world.api.update(&config("c1", 7)).await.unwrap();
    world.api.delete::<ConfigMap>("w/c0").await.unwrap();
    world.api.create(&config("new", 1)).await.unwrap();
    world.settled().await;
    let health = world.freshness.health();
    assert_eq!(health.phase, Phase::Watching);
    assert_eq!((health.counters.streaming_lists, health.counters.lists, health.counters.events), (1, 0, 3));
    assert_eq!(health.version.to_string(), world.api.version().to_string());
    assert_eq!(world.failures(), []);
}

#[tokio::test(start_paused = true)]
async fn watches_that_are_cut_go_on_without_a_list() {
    let world = World::new(ReflectorOptions::default(), async |_: &ApiServer| {}).await;
    world.settled().await;
    for at in 0..5 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        world.api.fault(Fault::cut_watches());
        world.api.create(&config(&format!("c{at}"), at)).await.unwrap();
        world.settled().await;
    }
    let counters = world.freshness.counters();
    assert_eq!((counters.streaming_lists, counters.lists, counters.watches), (1, 0, 5));
    assert_eq!(world.failures(), [], "a watch may end");
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_whose_bookmark_never_comes_is_given_up_for_pages() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.create(&config("c", 0)).await.unwrap();
        api.fault(Fault::withhold_bookmarks());
    })
    .await;
    world.settled().await;
    assert_eq!(world.failures(), [(Cause::Silent, Remedy::Pages)]);
    let counters = world.freshness.counters();
    assert_eq!((counters.streaming_lists, counters.lists), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_is_a_phase_and_not_a_hang() {
    let forbidden = || lookglass_object::Status::forbidden(None, "", "no such right");
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.fault(Fault::status(forbidden()).verb(Verb::List));
        api.fault(Fault::status(forbidden()).verb(Verb::Watch));
    })
    .await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    let health = world.freshness.health();
    assert!(!health.complete);
    assert!(matches!(health.phase, Phase::BackingOff { why: Cause::Forbidden, .. }), "{}", health.phase);
    assert!(health.last_failure.unwrap().to_string().contains("forbidden"));
    assert!(world.api.requests().len() < 40, "patiently: {}", world.api.requests().len());
    world.api.clear_faults();
    world.settled().await;
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_does_not_exist_yet_is_a_phase_and_is_picked_up() {
    let missing = lookglass_object::Status::failure(lookglass_object::Reason::NotFound, "could not find the resource");
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.fault(Fault::status(missing).resource("configmaps"));
    })
    .await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(matches!(world.freshness.phase(), Phase::BackingOff { why: Cause::Missing, .. }));
    assert!(world.failures().iter().all(|seen| *seen == (Cause::Missing, Remedy::List)));
    world.api.clear_faults();
    world.settled().await;
    assert_eq!(world.freshness.phase(), Phase::Watching);
}

#[tokio::test(start_paused = true)]
async fn an_expired_version_in_the_stream_is_told_to_the_hook_and_listed_anew() {
    let world = World::new(ReflectorOptions::default(), async |_: &ApiServer| {}).await;
    world.settled().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.api.create(&config("gone", 0)).await.unwrap();
    world.settled().await;
    // What happens while the watch is cut off falls out of the window.
    world.api.fault(Fault::unavailable().verb(Verb::Watch).lasting(Duration::from_secs(10)));
    world.api.fault(Fault::cut_watches());
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.api.delete::<ConfigMap>("w/gone").await.unwrap();
    world.api.create(&config("came", 0)).await.unwrap();
    world.api.expire_before(world.api.version());
    world.settled().await;
    let failures = world.failures();
    assert_eq!(failures.last(), Some(&(Cause::Expired, Remedy::List)), "{failures:?}");
    assert_eq!(world.freshness.counters().relists, 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_restored_from_a_backup_is_found_out() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        for at in 0..50 {
            api.create(&config(&format!("c{at}"), at)).await.unwrap();
        }
    })
    .await;
    world.settled().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.api.restart(lookglass_apiserver::Restart::Rewind).await.unwrap();
    // Its versions begin anew, and stay behind for now: a watch after the old version is silent.
    world.api.create(&config("restored", 0)).await.unwrap();
    world.settled().await;
    assert!(world.failures().contains(&(Cause::TooLargeVersion, Remedy::List)));
    assert_eq!(world.freshness.phase(), Phase::Watching);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_died_without_a_word_is_noticed() {
    let world = World::new(ReflectorOptions::default(), async |_: &ApiServer| {}).await;
    world.settled().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Only the watch that is open now.
    world.api.fault(Fault::stall_watches().times(1).lasting(Duration::from_secs(3600)));
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.api.create(&config("unseen", 0)).await.unwrap();
    world.api.clear_faults();
    world.api.fault(Fault::stall_watches().nth(usize::MAX));
    world.settled().await;
    assert!(world.freshness.age().unwrap() < Duration::from_secs(95));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_never_answered_is_given_up() {
    let world = World::new(ReflectorOptions::default(), async |api: &ApiServer| {
        api.fault(Fault::hang().verb(Verb::Watch).lasting(Duration::from_secs(400)));
    })
    .await;
    tokio::time::sleep(Duration::from_secs(200)).await;
    // The list in pages gave the state; the watch is still asked for.
    assert_eq!(world.stored(), world.served().await);
    assert!(world.failures().contains(&(Cause::Silent, Remedy::Watch)));
    world.api.create(&config("later", 0)).await.unwrap();
    world.settled().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_holds_the_reflector_up_and_nothing_is_lost_or_suspected() {
    let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
    let client = Client::from(api.kube_client());
    let queue = Queue::builder(|object: &Object<ConfigMap>| object.key().clone()).capacity(1).build();
    let reflector = Reflector::builder(ListWatch::typed(&client).namespace("w")).seed(1).build();
    let freshness = reflector.freshness();
    let running = tokio::spawn(reflector.run(queue.clone(), pending()));
    assert!(matches!(queue.pop().await.unwrap()[..], [Change::ReplacedAll { .. }]));
    for at in 0..5 {
        api.create(&config(&format!("c{at}"), at)).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(7200)).await;
    assert_eq!(queue.len(), 1);
    let mut told = Vec::new();
    while told.len() < 5 {
        for change in queue.pop().await.unwrap() {
            let Change::Added(object) = change else { panic!("{change:?}") };
            told.push(object.name().to_owned());
        }
    }
    assert_eq!(told, ["c0", "c1", "c2", "c3", "c4"]);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(freshness.counters().failures, 0, "{freshness:?}");
    queue.close();
    api.create(&config("last", 0)).await.unwrap();
    assert_eq!(running.await.unwrap(), ReflectorEnd::SinkClosed);
    assert_eq!(freshness.phase(), Phase::Stopped);
}

#[tokio::test(start_paused = true)]
async fn what_stops_closes_its_watch() {
    for drops in [true, false] {
        let api = ApiServer::builder().namespace("w").start().await.unwrap();
        let client = Client::from(api.kube_client());
        let queue = Queue::new(|object: &Object<ConfigMap>| object.key().clone());
        let reflector = Reflector::new(ListWatch::<ConfigMap>::typed(&client).namespace("w"));
        let freshness = reflector.freshness();
        assert_eq!(freshness.phase(), Phase::Waiting);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let until = async move { drop(stopped.await) };
        let running = tokio::spawn(reflector.run(queue.clone(), until));
        drop(queue.pop().await.unwrap());
        if drops {
            running.abort();
            assert!(running.await.unwrap_err().is_cancelled());
        } else {
            stop.send(()).unwrap();
            assert_eq!(running.await.unwrap(), ReflectorEnd::Until);
        }
        assert_eq!(freshness.phase(), Phase::Stopped);
        api.create(&config("unheard", 0)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(queue.is_empty());
    }
}

mod by_hand {
    //! With the classic queue, as in client-go's own examples.

    use lookglass_cache::{DeltaFifo, DeltaKind};

    use super::*;

    /// Kinds and names in the order in which they come out.
    async fn popped(fifo: &DeltaFifo<Key, Object<ConfigMap>>, store: &ConfigStore, keys: usize) -> Vec<String> {
        let mut told = Vec::new();
        for _ in 0..keys {
            let mut popped = timeout(Duration::from_secs(60), fifo.pop()).await.unwrap().unwrap();
            let key = popped.key().clone();
            for delta in popped.take_deltas() {
                told.push(format!("{:?} {}", delta.kind(), key.name()));
                match (delta.kind(), delta.object()) {
                    (DeltaKind::Deleted, _) => drop(store.remove(&key)),
                    (_, Some(object)) => drop(store.add(object.clone()).unwrap()),
                    (_, None) => {}
                }
            }
        }
        told
    }

    #[tokio::test(start_paused = true)]
    async fn a_reflector_feeds_a_delta_fifo_with_a_store_as_known_objects() {
        let api = ApiServer::builder().seed(1).start().await.unwrap();
        let client = Client::from(api.kube_client());
        let store: ConfigStore = Store::builder().build(|object: &Object<ConfigMap>| object.key().clone());
        let fifo =
            DeltaFifo::builder(|object: &Object<ConfigMap>| object.key().clone()).known_objects(store.clone()).build();
        api.apply_yaml("{apiVersion: v1, kind: Namespace, metadata: {name: w}}").await.unwrap();
        for name in ["a", "b"] {
            api.create(&config(name, 0)).await.unwrap();
        }
        let options = ReflectorOptions::default().fields("metadata.name!=kube-root-ca.crt".parse().unwrap());
        let list_watch = ListWatch::<ConfigMap>::typed(&client).namespace("w");
        let reflector = Reflector::builder(list_watch).options(options.resync(Duration::from_secs(3600))).build();
        let running = tokio::spawn(reflector.run(fifo.clone(), pending()));
        assert_eq!(popped(&fifo, &store, 2).await, ["Sync a", "Sync b"]);
        api.create(&config("c", 0)).await.unwrap();
        assert_eq!(popped(&fifo, &store, 1).await, ["Added c"]);
        api.update(&config("c", 1)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        api.delete::<ConfigMap>("w/c").await.unwrap();
        api.delete::<ConfigMap>("w/a").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(popped(&fifo, &store, 2).await, ["Updated c", "Deleted c", "Deleted a"]);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(popped(&fifo, &store, 1).await, ["Sync b"]);
        running.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_refuses_a_change_loses_only_that_and_gets_it_with_the_next_list() {
        let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
        let client = Client::from(api.kube_client());
        let refused = std::sync::atomic::AtomicUsize::new(0);
        let fifo = DeltaFifo::builder(|object: &Object<ConfigMap>| object.key().clone())
            .transformer(move |object: Object<ConfigMap>| {
                let first = object.name() == "bad" && refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
                if first { Err("not this time") } else { Ok(object) }
            })
            .build();
        let options = ReflectorOptions::default().fields("metadata.name!=kube-root-ca.crt".parse().unwrap());
        let list_watch = ListWatch::<ConfigMap>::typed(&client).namespace("w");
        let reflector = Reflector::builder(list_watch).options(options).seed(3).build();
        let freshness = reflector.freshness();
        let running = tokio::spawn(reflector.run(fifo.clone(), pending()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        for name in ["bad", "good"] {
            api.create(&config(name, 0)).await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(fifo.list_keys().iter().map(Key::name).collect::<Vec<_>>(), ["good"]);
        assert_eq!(freshness.last_failure().unwrap().cause(), Cause::Rejected);
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(fifo.list_keys().iter().map(Key::name).collect::<Vec<_>>(), ["good", "bad"]);
        running.abort();
    }
}

mod resuming {
    //! A watch alone.

    use super::*;

    fn told(change: Option<ObjectChange<ConfigMap>>) -> String {
        match change {
            Some(Change::Added(object)) => format!("+{}", object.name()),
            Some(Change::Updated(object)) => format!("~{}", object.name()),
            Some(Change::Deleted(object)) => format!("-{}", object.name()),
            Some(Change::ReplacedAll { objects, .. }) => format!("={}", objects.len()),
            other => format!("{other:?}"),
        }
    }

    async fn begun() -> (ApiServer, ListWatch<ConfigMap>, ResourceVersion) {
        let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
        let client = Client::from(api.kube_client());
        let version = api.version().into();
        (api, ListWatch::typed(&client).namespace("w"), version)
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_resumes_over_errors_and_cuts_and_tells_everything_once() {
        let (api, list_watch, version) = begun().await;
        let mut watch = resuming_watch(&list_watch, version).seed(1);
        for at in 0..20 {
            match at % 5 {
                0 => drop(api.fault(Fault::cut_watches())),
                1 => drop(api.fault(Fault::cut_mid_frame().once())),
                2 => drop(api.fault(Fault::internal_error().verb(Verb::Watch).once())),
                3 => drop(api.fault(Fault::reset().verb(Verb::Watch).times(2))),
                _ => {}
            }
            api.create(&config(&format!("c{at}"), at)).await.unwrap();
            assert_eq!(told(watch.next().await), format!("+c{at}"));
        }
        assert_eq!(watch.freshness().version().to_string(), api.version().to_string());
    }

    #[tokio::test(start_paused = true)]
    async fn an_expired_version_ends_it_with_an_error() {
        let (api, list_watch, version) = begun().await;
        api.create(&config("unseen", 0)).await.unwrap();
        api.expire_before(api.version());
        let mut watch = resuming_watch(&list_watch, version);
        assert_eq!(told(watch.next().await), "None");
        let failure = watch.failure().unwrap();
        assert_eq!((failure.cause(), failure.remedy), (Cause::Expired, Remedy::End));
        assert_eq!(told(watch.next().await), "None", "for good");
    }

    #[tokio::test(start_paused = true)]
    async fn it_survives_an_expired_version_if_it_may_list() {
        let (api, list_watch, version) = begun().await;
        api.create(&config("unseen", 0)).await.unwrap();
        api.expire_before(api.version());
        let mut watch = resuming_watch(&list_watch, version).relist(true);
        // With the one that every namespace has.
        assert_eq!(told(watch.next().await), "=2");
        api.delete::<ConfigMap>("w/unseen").await.unwrap();
        assert_eq!(told(watch.next().await), "-unseen");
    }
}
