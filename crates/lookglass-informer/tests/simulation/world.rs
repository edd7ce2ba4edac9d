//! The server, who writes to it, and the caches that follow it.

use std::{collections::BTreeMap, future::pending, time::Duration};

use k8s_openapi::{api::core::v1::ConfigMap, jiff::Timestamp};
use lookglass_apiserver::{ApiServer, Restart};
use lookglass_cache::{Change, DeltaQueue, Store};
use lookglass_client::{Client, ListWatch};
use lookglass_informer::{Freshness, Reflector, ReflectorOptions, SharedInformer};
use lookglass_object::{Encoding, Key, Object, ResourceVersion};
use tokio::time::{sleep, timeout};

use crate::{
    chance::Chance,
    ledger::{Ledger, State, key_of},
    misfortune,
    run::Trace,
    subscribers::Subscribers,
};

type Queue = DeltaQueue<Key, Object<ConfigMap>, ResourceVersion>;
pub(crate) type ConfigStore = Store<Key, Object<ConfigMap>, ResourceVersion>;

const NAMESPACES: [&str; 2] = ["a", "b"];
const NAMES: [&str; 5] = ["v", "w", "x", "y", "z"];

/// In which everything must have come right once the faults are over: longer than any wait, and than any watch lasts.
const PATIENCE: Duration = Duration::from_secs(2 * 3600);

pub(crate) struct World {
    pub(crate) api: ApiServer,
    pub(crate) trace: Trace,
    ledger: Ledger,
    written: u64,
    /// A reflector by hand, its queue's consumer and its store.
    store: ConfigStore,
    by_hand: Freshness,
    pub(crate) informer: SharedInformer<ConfigMap>,
    pub(crate) subscribers: Subscribers,
}

impl World {
    pub(crate) async fn new(seed: u64, chance: &mut Chance) -> Self {
        let trace = Trace::new();
        let events = chance.size(4..60);
        let api = NAMESPACES.iter().fold(ApiServer::builder(), |api, name| api.namespace(*name)).seed(seed);
        let api = api.starting_at(Timestamp::UNIX_EPOCH).history(events, Duration::from_secs(300)).request_log(50);
        let api = api.start().await.expect("it starts");
        let client = Client::from(api.kube_client());
        let encoding = chance.of(&[Encoding::Json, Encoding::Protobuf]);
        let list_watch = ListWatch::<ConfigMap>::typed(&client).encoding(encoding);
        let mut options = ReflectorOptions::default().streaming(!chance.one_in(4));
        options = options.labels("sim".parse().expect("a selector"));
        if chance.one_in(3) {
            options = options.page_size(u32::try_from(chance.within(1..5)).expect("it is small"));
        }
        if chance.one_in(3) {
            options = options.resync(chance.millis(5_000..120_000));
        }
        let (store, by_hand) = by_hand(&list_watch, options.clone(), seed, &trace, chance);
        let mut informer = SharedInformer::builder(list_watch).seed(seed).queue_capacity(chance.size(1..30));
        if chance.one_in(3) {
            informer = informer.namespaces(NAMESPACES);
        }
        let told = trace.clone();
        let informer = informer.reflector(|_| options).on_error(move |error| told.note_kind(error)).build();
        informer.start();
        let subscribers = Subscribers::new(trace.clone());
        Self { api, trace, ledger: Ledger::default(), written: 0, store, by_hand, informer, subscribers }
    }

    // === what happens ===

    pub(crate) async fn write(&mut self, chance: &mut Chance) {
        for _ in 0..chance.within(1..6) {
            let (namespace, name) = (chance.of(&NAMESPACES), chance.of(&NAMES));
            let key = format!("{namespace}/{name}");
            let exists = self.ledger.present().contains_key(&key);
            match chance.within(0..4) {
                0 | 1 if exists => self.update(namespace, name).await,
                2 if exists => self.delete(&key).await,
                // While somebody may not be looking.
                3 if exists => {
                    self.delete(&key).await;
                    self.create(namespace, name).await;
                }
                _ if exists => {}
                _ => self.create(namespace, name).await,
            }
        }
        self.trace.note(&format!("wrote up to {}", self.api.version()));
    }

    async fn create(&mut self, namespace: &str, name: &str) {
        let object = self.config(namespace, name);
        let created = self.api.create(&object).await.expect("it is not there");
        self.ledger.written(&created);
    }

    async fn update(&mut self, namespace: &str, name: &str) {
        let object = self.config(namespace, name);
        let updated = self.api.update(&object).await.expect("it is there");
        self.ledger.written(&updated);
    }

    async fn delete(&mut self, key: &str) {
        self.api.delete::<ConfigMap>(key).await.expect("it is there");
        self.ledger.deleted(key);
    }

    fn config(&mut self, namespace: &str, name: &str) -> ConfigMap {
        self.written += 1;
        // Some are large, so that cuts find them in the middle.
        let filler = "x".repeat(if self.written.is_multiple_of(7) { 3_000 } else { 20 });
        serde_json::from_value(serde_json::json!({
            "metadata": { "namespace": namespace, "name": name, "labels": { "sim": "yes" } },
            "data": { "at": self.written.to_string(), "filler": filler },
        }))
        .expect("a ConfigMap")
    }

    pub(crate) async fn strike(&mut self, chance: &mut Chance) {
        let (what, lost) = misfortune::strike(&self.api, chance).await;
        if lost {
            self.ledger.lost_everything();
        }
        self.trace.note(&what);
    }

    /// The server is restored from a backup: its versions begin anew. Nobody can find out once they have reached what was seen before, so
    /// they are kept from that until everybody has found out.
    pub(crate) async fn rewind(&mut self) {
        let low = 40;
        let seen = self.freshness().iter().all(|freshness| freshness.version().as_u64().is_some_and(|it| it > low));
        if !seen || self.ledger.present().is_empty() {
            return;
        }
        self.api.clear_faults();
        self.settle().await;
        if self.freshness().iter().any(|freshness| freshness.version().as_u64().is_none_or(|it| it <= low)) {
            return;
        }
        self.trace.note("rewind");
        self.api.restart(Restart::Rewind).await.expect("nobody else writes");
        assert!(self.api.version() < low, "{}", self.api.version());
        self.ledger.lost_everything();
        self.settle().await;
    }

    fn freshness(&self) -> Vec<Freshness> {
        let watches = self.informer.freshness().into_iter().map(|watch| watch.freshness);
        watches.chain([self.by_hand.clone()]).collect()
    }

    // === what must be ===

    /// The faults stop; then everything must come right.
    pub(crate) async fn settle(&self) {
        self.api.clear_faults();
        let all = async {
            let mut wait = Duration::from_millis(100);
            while !self.is_settled() {
                sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(20));
            }
        };
        if timeout(PATIENCE, all).await.is_err() {
            panic!(
                "not settled:\nserver   {:?}\nby hand  {:?}\ninformer {:?}\nsubscribers {:?}\n{:#?}\nrequests {:#?}",
                self.ledger.present(),
                states(self.store.list()),
                states(self.informer.lister().all()),
                self.subscribers.states(),
                self.freshness(),
                self.api.requests().iter().rev().take(5).collect::<Vec<_>>(),
            );
        }
    }

    fn is_settled(&self) -> bool {
        let present = self.ledger.present();
        present == states(self.store.list())
            && present == states(self.informer.lister().all())
            && self.subscribers.states().iter().all(|(_, state)| *state == present)
    }

    /// Everything is as it should be, and stays so.
    pub(crate) async fn check(&self) {
        self.settle().await;
        sleep(Duration::from_secs(200)).await;
        assert!(self.is_settled(), "it came right and went wrong again");
        self.subscribers.check(&self.ledger);
        assert!(self.informer.is_synced());
        let mut served = BTreeMap::new();
        for mut object in self.api.list::<ConfigMap>().await.expect("it can be listed") {
            object.metadata.managed_fields = None;
            if object.metadata.labels.is_some() {
                served.insert(key_of(&object), object);
            }
        }
        for (whose, kept) in [("by hand", self.store.list()), ("informer", self.informer.lister().all())] {
            let decoded =
                kept.iter().map(|object| (object.key().to_string(), (*object.typed().expect("readable")).clone()));
            assert_eq!(decoded.collect::<BTreeMap<_, _>>(), served, "{whose}");
        }
    }
}

fn states(objects: Vec<Object<ConfigMap>>) -> BTreeMap<String, State> {
    let state = |object: Object<ConfigMap>| {
        (object.key().to_string(), (object.uid().to_string(), object.version().to_string()))
    };
    objects.into_iter().map(state).collect()
}

/// Reflector, queue and store, put together by hand; the consumer is slow at times.
fn by_hand(
    list_watch: &ListWatch<ConfigMap>,
    options: ReflectorOptions,
    seed: u64,
    trace: &Trace,
    chance: &mut Chance,
) -> (ConfigStore, Freshness) {
    let store: ConfigStore = Store::builder().build(|object: &Object<ConfigMap>| object.key().clone());
    let capacity = chance.size(1..30);
    let queue = Queue::builder(|object: &Object<ConfigMap>| object.key().clone()).capacity(capacity).build();
    let told = trace.clone();
    let reflector = Reflector::builder(list_watch.clone()).options(options).known_objects(store.clone()).seed(seed);
    let reflector = reflector.on_error(move |failure| told.note(failure.cause().as_str())).build();
    let freshness = reflector.freshness();
    drop(tokio::spawn(reflector.run(queue.clone(), pending())));
    let (into, trace, mut chance) = (store.clone(), trace.clone(), Chance::new(chance.number()));
    drop(tokio::spawn(async move {
        while let Ok(batch) = queue.pop_batch(100).await {
            if chance.one_in(10) {
                sleep(chance.pause()).await;
            }
            for change in batch {
                apply(&into, change, &trace);
            }
        }
    }));
    (store, freshness)
}

fn apply(store: &ConfigStore, change: Change<Key, Object<ConfigMap>, ResourceVersion>, trace: &Trace) {
    match change {
        Change::Added(object) | Change::Updated(object) => {
            trace.note(&format!("h{}@{}", object.key(), object.version()));
            store.add(object).expect("it has a key");
        }
        Change::Deleted(object) => {
            trace.note(&format!("h-{}@{}", object.key(), object.version()));
            store.delete(&object).expect("it has a key");
        }
        Change::Tombstone(tombstone) => drop(store.remove(&tombstone.key)),
        Change::ReplacedAll { revision, objects } => {
            trace.note(&format!("h={revision} {}", objects.len()));
            store.replace(objects, revision).expect("they have keys");
        }
        Change::SyncAll => trace.note("hsync"),
        Change::Bookmark(revision) => store.bookmark(revision),
    }
}
