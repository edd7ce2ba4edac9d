//! Reflections put together by hand, of a reflector, a queue and a store.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_cache::{Change, DeltaFifo, DeltaKind, DeltaQueue, Store};
use lookglass_client::ListWatch;
use lookglass_informer::{
    Cause, Failure, Freshness, ObjectChange, Reflector, ReflectorError, ReflectorOptions, Remedy, Sink,
};
use lookglass_object::{Key, Object, ResourceVersion};
use parking_lot::Mutex;
use tokio::{task::JoinHandle, time::Instant};

use crate::{chance::Chance, ledger::Ledger, run::Trace, spoiler::Spoiler, stream::Stream};

type Queue = DeltaQueue<Key, Object<ConfigMap>, ResourceVersion>;
pub(crate) type ConfigStore = Store<Key, Object<ConfigMap>, ResourceVersion>;

/// A reflector, and the store at the end of its queue.
pub(crate) struct ByHand {
    pub(crate) name: &'static str,
    pub(crate) store: ConfigStore,
    pub(crate) freshness: Freshness,
    pub(crate) failures: Arc<Failures>,
    consumer: JoinHandle<()>,
}

/// What an error hook was told.
#[derive(Default)]
pub(crate) struct Failures {
    all: AtomicU64,
    /// Those that led to a list.
    lists: AtomicU64,
    /// Those of them that were more than a watch that was cut off.
    reasons: AtomicU64,
    /// Those that said that versions went back.
    back: AtomicU64,
    /// When the last list is due that is to repair what could not be read.
    repair: Mutex<Option<Instant>>,
}

impl Failures {
    pub(crate) fn note(&self, failure: &Failure) {
        self.all.fetch_add(1, Ordering::Relaxed);
        let lists = matches!(failure.remedy, Remedy::List | Remedy::Pages | Remedy::Repair);
        self.lists.fetch_add(u64::from(lists), Ordering::Relaxed);
        let reason = lists && failure.cause() != Cause::CutOff;
        self.reasons.fetch_add(u64::from(reason), Ordering::Relaxed);
        let back = matches!(&*failure.error, ReflectorError::WentBack { .. });
        self.back.fetch_add(u64::from(back), Ordering::Relaxed);
        if failure.remedy == Remedy::Repair {
            *self.repair.lock() = Some(Instant::from_std(failure.next));
        }
    }

    pub(crate) fn repair(&self) -> Option<Instant> {
        *self.repair.lock()
    }

    pub(crate) fn all(&self) -> u64 {
        self.all.load(Ordering::Relaxed)
    }

    pub(crate) fn lists(&self) -> u64 {
        self.lists.load(Ordering::Relaxed)
    }

    pub(crate) fn reasons(&self) -> u64 {
        self.reasons.load(Ordering::Relaxed)
    }

    pub(crate) fn back(&self) -> u64 {
        self.back.load(Ordering::Relaxed)
    }
}

/// What reflections by hand are made of.
pub(crate) struct Making<'a> {
    pub(crate) list_watch: &'a dyn Fn(&Spoiler) -> ListWatch<ConfigMap>,
    pub(crate) spoiler: &'a dyn Fn() -> Spoiler,
    pub(crate) options: &'a ReflectorOptions,
    pub(crate) seed: u64,
    pub(crate) trace: &'a Trace,
    pub(crate) ledger: &'a Ledger,
}

impl Making<'_> {
    /// With the queue that informers use. Each change is compared with what happened on the server; the consumer is slow at times.
    pub(crate) fn with_delta_queue(&self, chance: &mut Chance) -> ByHand {
        let store = self.store();
        let capacity = chance.size(1..30);
        let queue = Queue::builder(|object: &Object<ConfigMap>| object.key().clone()).capacity(capacity).build();
        let spoiler = (self.spoiler)();
        let mut stream = Stream::new(self.ledger.clone(), spoiler.clone());
        let (into, trace, mut chance) = (store.clone(), self.trace.clone(), Chance::new(chance.number()));
        let (freshness, failures) = self.reflect("queue", queue.clone(), &store, &spoiler);
        let (excuses, plan) = (Arc::clone(&failures), spoiler.plan());
        let consumer = tokio::spawn(async move {
            while let Ok(batch) = queue.pop_batch(100).await {
                if chance.one_in(10) {
                    plan.nap(chance.pause()).await;
                }
                for change in batch {
                    stream.take(&change);
                    assert!(stream.lists <= 1 + excuses.lists(), "there was no reason to list");
                    apply(&into, change, &trace);
                }
            }
        });
        ByHand { name: "queue", store, freshness, failures, consumer }
    }

    /// With the classic queue.
    pub(crate) fn with_delta_fifo(&self, chance: &mut Chance) -> ByHand {
        let store = self.store();
        let fifo = DeltaFifo::builder(|object: &Object<ConfigMap>| object.key().clone());
        let fifo = fifo.known_objects(store.clone()).build();
        let (into, trace, mut chance) = (store.clone(), self.trace.clone(), Chance::new(chance.number()));
        let spoiler = (self.spoiler)();
        let plan = spoiler.plan();
        let (freshness, failures) = self.reflect("fifo", fifo.clone(), &store, &spoiler);
        let consumer = tokio::spawn(async move {
            while let Ok(mut popped) = fifo.pop().await {
                if chance.one_in(10) {
                    plan.nap(chance.pause()).await;
                }
                let key = popped.key().clone();
                for delta in popped.take_deltas() {
                    trace.note(&format!("f{:?} {key}", delta.kind()));
                    match (delta.kind(), delta.object()) {
                        (DeltaKind::Deleted, _) | (_, None) => drop(into.remove(&key)),
                        (_, Some(object)) => drop(into.add(object.clone()).expect("it has a key")),
                    }
                }
                // Only now may the queue compare with the store.
                drop(popped);
            }
        });
        ByHand { name: "fifo", store, freshness, failures, consumer }
    }

    fn store(&self) -> ConfigStore {
        Store::builder().hash_seed(self.seed).build(|object: &Object<ConfigMap>| object.key().clone())
    }

    fn reflect(
        &self,
        name: &'static str,
        sink: impl Sink<ConfigMap> + 'static,
        store: &ConfigStore,
        spoiler: &Spoiler,
    ) -> (Freshness, Arc<Failures>) {
        let failures = Arc::<Failures>::default();
        let (told, trace) = (Arc::clone(&failures), self.trace.clone());
        let reflector = Reflector::builder((self.list_watch)(spoiler)).options(self.options.clone()).seed(self.seed);
        let reflector = reflector.known_objects(store.clone()).on_error(move |failure| {
            told.note(failure);
            trace.note(&format!("{name}! {} {:?}", failure.cause(), failure.remedy));
        });
        let reflector = reflector.build();
        let freshness = reflector.freshness();
        drop(tokio::spawn(reflector.run(sink, pending())));
        (freshness, failures)
    }
}

impl ByHand {
    /// What the consumer panicked with, if it did.
    pub(crate) async fn check(&mut self) {
        assert_eq!(
            self.freshness.counters().failures,
            self.failures.all(),
            "{}: the hook is told everything",
            self.name
        );
        if self.consumer.is_finished() {
            (&mut self.consumer).await.expect("nothing contradicts");
        }
    }
}

fn apply(store: &ConfigStore, change: ObjectChange<ConfigMap>, trace: &Trace) {
    match change {
        Change::Added(object) | Change::Updated(object) => {
            trace.note(&format!("q{}@{}", object.key(), object.version()));
            store.add(object).expect("it has a key");
        }
        Change::Deleted(object) => {
            trace.note(&format!("q-{}@{}", object.key(), object.version()));
            store.delete(&object).expect("it has a key");
        }
        Change::Tombstone(tombstone) => drop(store.remove(&tombstone.key)),
        Change::ReplacedAll { revision, mut objects, unreadable } => {
            trace.note(&format!("q={revision} {} {}", objects.len(), unreadable.len()));
            objects.extend(unreadable.iter().filter_map(|key| store.get_by_key(key)));
            store.replace(objects, revision).expect("they have keys");
        }
        Change::SyncAll => trace.note("qsync"),
        Change::Bookmark(revision) => store.bookmark(revision),
    }
}
