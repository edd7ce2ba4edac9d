//! What is behind every handle of an informer, whatever its type of object: [`Core`].
//!
//! Everything here works on [`Cell`]s, whose type is looked at only where a user's function begins. So it is compiled
//! once, in this crate, and an informer of another kind costs a program next to nothing to build.

mod apply;
mod failures;
mod guarded;
mod housekeeping;
mod inlet;
mod progress;
mod run;
#[cfg(test)]
mod tests;
mod told;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use lookglass_cache::{DeltaQueue, Index, IndexHandle, Store};
use lookglass_object::{Cooler, Dynamic, Family, Gvr, Key, Object, ResourceVersion, Retention};
use parking_lot::{Mutex, RwLock};

use self::failures::IndexFailures;
pub(crate) use self::inlet::Inlet;
pub(crate) use self::progress::{PartProgress, Progress, Stopped};
use self::run::Run;
pub(crate) use self::run::{Source, Work};
use crate::error::{ErrorHook, InformerError};
use crate::processor::{ListenerOptions, Processor};

/// An object whose type does not matter here.
pub(crate) type Cell = Object<Dynamic>;
pub(crate) type Cells = Store<Key, Cell, ResourceVersion>;
pub(crate) type CellQueue = DeltaQueue<Key, Cell, ResourceVersion>;
pub(crate) type CellIndex<I> = IndexHandle<Key, Cell, I, ResourceVersion>;

/// The name of the index that is always there, as in client-go.
pub(crate) const NAMESPACE_INDEX: &str = "namespace";

pub(crate) struct Core {
    pub(crate) gvr: Gvr,
    pub(crate) family: Arc<Family>,
    pub(crate) store: Cells,
    pub(crate) by_namespace: CellIndex<String>,
    /// The labels that there are indexes on, and the names of those.
    pub(crate) label_indexes: RwLock<Vec<(Box<str>, Arc<str>)>>,
    pub(crate) processor: Processor<Key, Cell>,
    pub(crate) progress: Progress,
    pub(crate) counters: Counters,
    index_failures: IndexFailures,
    pub(crate) settings: Settings,
    parts: Box<[Part]>,
    /// Held while it is started or stopped, which happens one after the other.
    lifecycle: Mutex<()>,
    run: Mutex<Run>,
    /// Which run may write to the store. Changed, and read before each write, while the processor is held.
    generation: AtomicU64,
    /// Several watches write to one store, one after the other.
    turn: tokio::sync::Mutex<()>,
    cooling: Mutex<Cooling>,
    /// Says that housekeeping has something new to look at.
    chores: tokio::sync::Notify,
}

/// One watch of an informer: all namespaces, or one.
pub(crate) struct Part {
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) source: Box<dyn Source>,
}

/// What a builder decides.
pub(crate) struct Settings {
    /// What it is called in metrics.
    pub(crate) name: Arc<str>,
    pub(crate) retention: Retention,
    /// How long a changed object stays raw.
    pub(crate) cooling: std::time::Duration,
    pub(crate) queue_capacity: usize,
    pub(crate) convert: Option<Convert>,
    /// What subscribers get that choose nothing else.
    pub(crate) subscriber: ListenerOptions,
    pub(crate) hash_seed: Option<u64>,
    pub(crate) errors: ErrorHook,
}

/// Makes what is kept out of what has come.
pub(crate) type Convert = Arc<dyn Fn(Cell) -> Cell + Send + Sync>;

/// What has happened since the informer was made. All accesses are relaxed: numbers for people.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) batches: AtomicU64,
    pub(crate) added: AtomicU64,
    pub(crate) updated: AtomicU64,
    pub(crate) deleted: AtomicU64,
    pub(crate) lists: AtomicU64,
    pub(crate) unchanged: AtomicU64,
}

struct Cooling {
    cooler: Cooler,
    /// Something was not noted because too much was cooling; the store has to be gone through.
    overlooked: bool,
}

impl Core {
    pub(crate) fn new(gvr: Gvr, family: Arc<Family>, parts: Vec<Part>, settings: Settings) -> Arc<Self> {
        let index_failures = IndexFailures::new(settings.errors.clone());
        let failed = index_failures.clone();
        let mut builder = Store::builder().same(told::is_unchanged).on_index_error(move |failure| failed.note(failure));
        if let Some(seed) = settings.hash_seed {
            builder = builder.hash_seed(seed);
        }
        let store: Cells = builder.build_by_ref(|object: &Cell| object.key());
        let by_namespace = Index::by_ref(NAMESPACE_INDEX, |object: &Cell| object.namespace());
        let by_namespace = store.add_index(by_namespace).expect("the store is new, so there is no other of that name");
        let cooler = Cooler::new(settings.retention, settings.cooling);
        Arc::new(Self {
            gvr,
            family,
            store,
            by_namespace,
            label_indexes: RwLock::default(),
            processor: Processor::new(|object: &Cell| object.key().clone()),
            progress: Progress::new(parts.len()),
            counters: Counters::default(),
            index_failures,
            settings,
            parts: parts.into(),
            lifecycle: Mutex::default(),
            run: Mutex::default(),
            generation: AtomicU64::new(0),
            turn: tokio::sync::Mutex::new(()),
            cooling: Mutex::new(Cooling { cooler, overlooked: false }),
            chores: tokio::sync::Notify::new(),
        })
    }

    /// Whether this run has not ended yet.
    fn is_of(&self, generation: u64) -> bool {
        self.generation.load(Ordering::Relaxed) == generation
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Keeps in mind, while an index is added under a name, which label it is on.
    pub(crate) fn with_label_index<T, E>(
        &self,
        name: Arc<str>,
        label: Option<Box<str>>,
        add: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        // An index that was on a label may be gone, and its name be free for something else: it is forgotten first.
        let mut before: Vec<_> = self.label_indexes.write().extract_if(.., |(_, of)| *of == name).collect();
        let added = add();
        if added.is_ok() {
            before = label.map(|label| (label, name)).into_iter().collect();
        }
        self.label_indexes.write().append(&mut before);
        added
    }

    pub(crate) fn tell(&self, error: &InformerError) {
        self.settings.errors.tell(error);
    }
}

/// The door through which time comes in: the runtime's clock, which tests can hold.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
