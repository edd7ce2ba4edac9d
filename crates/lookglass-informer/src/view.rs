//! The inside of an informer, for people: [`DebugView`].

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use lookglass_cache::QueueView;
use lookglass_object::Memory;
use serde::Serialize;

use crate::core::{Core, now};
use crate::processor::ListenerView;
use crate::reflector::Phase;

/// The inside of an informer at one moment, as `Debug` and as JSON (it is `Serialize`). It holds names, numbers and error
/// messages; no keys and nothing of an object.
///
/// Field names are stable; more may come.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DebugView {
    /// What it is called in [metrics](crate::metrics).
    pub name: String,
    /// The resource, such as `deployments.apps`.
    pub resource: String,
    /// Its version, such as `apps/v1`.
    pub api_version: String,
    /// The kind of the objects.
    pub kind: String,
    /// Whether it was started and not stopped.
    pub running: bool,
    /// Whether the initial state is there.
    pub synced: bool,
    /// How many objects there are.
    pub known_objects: usize,
    /// The version that everything is at; `None` before the first list, and with several watches.
    pub last_resource_version: Option<String>,
    /// How many changes are between the watches and the store; a list counts as one.
    pub queue_depth: usize,
    /// How often subscribers that choose nothing else are told everything once more.
    pub resync_seconds: Option<f64>,
    /// Its watches.
    pub watches: Vec<WatchView>,
    /// Its indexes; `namespace` is the first.
    pub indexes: Vec<IndexView>,
    /// Its subscribers.
    pub subscribers: Vec<SubscriberView>,
    /// What has happened since it was made.
    pub counts: Counts,
    /// What the objects of this kind take in the whole process.
    pub memory: MemoryView,
}

/// One watch: all namespaces, or one.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WatchView {
    /// Its namespace, if it has one.
    pub namespace: Option<String>,
    /// What it is doing.
    pub phase: String,
    /// Whether its initial state is there.
    pub synced: bool,
    /// The version that its part of the store is at.
    pub version: String,
    /// How long ago something last came: an event, a bookmark, a complete list.
    pub age_seconds: Option<f64>,
    /// Its queue.
    pub queue: QueueCounts,
    /// What went wrong last. It stays when things go well again.
    pub last_error: Option<String>,
    /// How long ago that was.
    pub last_error_age_seconds: Option<f64>,
    /// Lists that were begun, of either form.
    pub lists: u64,
    /// Lists that were completed after the first.
    pub relists: u64,
    /// Watches that were asked for.
    pub watches: u64,
    /// Objects that lists gave.
    pub items: u64,
    /// Changes that watches told.
    pub events: u64,
    /// Bookmarks that came.
    pub bookmarks: u64,
    /// Bytes of lists and watches that came, unpacked, since the informer was made.
    pub received_bytes: u64,
    /// Objects that could not be read.
    pub unreadable: u64,
    /// Everything that went wrong.
    pub failures: u64,
}

/// The queue between a watch and the store.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QueueCounts {
    /// Changes in it; a list counts as one.
    pub changes: usize,
    /// Objects in it.
    pub objects: usize,
    /// How many objects it takes before the watch has to wait.
    pub capacity: usize,
    /// Whether the watch waits now.
    pub full: bool,
    /// Changes that went in since it was started.
    pub pushed: u64,
    /// Changes that came out.
    pub popped: u64,
}

/// One index.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct IndexView {
    /// Its name.
    pub name: String,
    /// How many different values it has.
    pub values: usize,
    /// How many pairs of a value and an object.
    pub entries: usize,
    /// How often its function failed or panicked.
    pub errors: u64,
    /// The last such failure.
    pub last_error: Option<String>,
}

/// One subscriber.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriberView {
    /// Its name.
    pub name: String,
    /// Whether it has handled the initial state.
    pub synced: bool,
    /// Events that it has not been given yet.
    pub pending: usize,
    /// How long the oldest of them has been pending.
    pub lag_seconds: f64,
    /// Its policy, with the bound if it has one.
    pub policy: String,
    /// Events that merging has saved it.
    pub merged: u64,
    /// Events that it was given.
    pub handled: u64,
    /// How often its handler returned an error.
    pub errors: u64,
    /// How often its handler panicked.
    pub panics: u64,
    /// How often it is told everything once more.
    pub resync_seconds: Option<f64>,
}

/// What has happened since an informer was made, over all its runs.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Counts {
    /// Batches that were written to the store.
    pub batches: u64,
    /// Objects added.
    pub added: u64,
    /// Objects changed.
    pub updated: u64,
    /// Objects deleted.
    pub deleted: u64,
    /// Complete lists that were written to the store.
    pub lists: u64,
    /// Objects of those that were the same version as before.
    pub unchanged: u64,
    /// Whatever went wrong in handlers, indexes and conversions. (What went wrong with the server is counted by the watches.)
    pub errors: u64,
}

/// What the objects of a kind take: bytes as they are kept, without the overhead of the allocator.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MemoryView {
    /// All together.
    pub total_bytes: usize,
    /// Objects alive, whoever holds them.
    pub objects: usize,
    /// Cells and keys.
    pub header_bytes: usize,
    /// Objects held as they came, and their bytes.
    pub raw_objects: usize,
    /// Bytes of those.
    pub raw_bytes: usize,
    /// Objects held packed.
    pub packed_objects: usize,
    /// Bytes of those.
    pub packed_bytes: usize,
    /// Bytes that those would have unpacked.
    pub unpacked_bytes: usize,
    /// Packed bytes of objects that are gone, kept because others are told by what differs from them.
    pub kept_bytes: usize,
    /// Objects held decoded.
    pub typed_objects: usize,
    /// About what those take.
    pub typed_bytes: usize,
    /// Bytes of dictionaries.
    pub dictionary_bytes: usize,
}

impl Core {
    pub(crate) fn debug_view(&self) -> DebugView {
        let (now, store) = (now(), self.store.debug_view());
        let queues = self.queues();
        let watches: Vec<WatchView> = (self.parts().iter().zip(self.progress.parts()).enumerate())
            .map(|(number, (part, progress))| {
                let queue = queues.get(number).map(|queue| QueueCounts::from(queue.view())).unwrap_or_default();
                WatchView::new(part, &progress, queue, self.is_running(), now)
            })
            .collect();
        DebugView {
            name: self.settings.name.to_string(),
            resource: self.gvr.group_resource(),
            api_version: self.gvr.api_version().into_owned(),
            kind: self.family.gvk().kind().to_owned(),
            running: self.is_running(),
            synced: self.progress.is_synced(),
            known_objects: store.len,
            last_resource_version: store.revision.map(|version| version.to_string()),
            queue_depth: watches.iter().map(|watch| watch.queue.changes).sum(),
            resync_seconds: self.settings.subscriber.resync_period().map(|period| period.as_secs_f64()),
            watches,
            indexes: store.indexes.into_iter().map(IndexView::from).collect(),
            subscribers: self.processor.listeners(now).into_iter().map(SubscriberView::from).collect(),
            counts: self.counts(),
            memory: self.family.memory().into(),
        }
    }

    fn counts(&self) -> Counts {
        let counters = &self.counters;
        Counts {
            batches: counters.batches.load(Ordering::Relaxed),
            added: counters.added.load(Ordering::Relaxed),
            updated: counters.updated.load(Ordering::Relaxed),
            deleted: counters.deleted.load(Ordering::Relaxed),
            lists: counters.lists.load(Ordering::Relaxed),
            unchanged: counters.unchanged.load(Ordering::Relaxed),
            errors: self.settings.errors.told(),
        }
    }
}

impl WatchView {
    fn new(
        part: &crate::core::Part,
        progress: &crate::core::PartProgress,
        queue: QueueCounts,
        running: bool,
        now: Instant,
    ) -> Self {
        let health = part.source.freshness().health();
        let age = |at: Instant| now.saturating_duration_since(at).as_secs_f64();
        let phase = if running || matches!(health.phase, Phase::Waiting) { health.phase } else { Phase::Stopped };
        let counters = health.counters;
        Self {
            namespace: part.namespace.as_deref().map(str::to_owned),
            phase: phase.to_string(),
            synced: progress.synced,
            version: progress.version.to_string(),
            age_seconds: health.heard.map(age),
            queue,
            last_error: health.last_failure.as_ref().map(ToString::to_string),
            last_error_age_seconds: health.last_failure.as_ref().map(|failure| age(failure.at)),
            lists: counters.lists + counters.streaming_lists,
            relists: counters.relists,
            watches: counters.watches,
            items: counters.items,
            events: counters.events,
            bookmarks: counters.bookmarks,
            received_bytes: part.source.received_bytes(),
            unreadable: counters.unreadable,
            failures: counters.failures,
        }
    }
}

impl From<QueueView> for QueueCounts {
    fn from(view: QueueView) -> Self {
        let QueueView { changes, objects, capacity, pushed, popped, waiting_producers, .. } = view;
        Self { changes, objects, capacity, full: waiting_producers > 0, pushed, popped }
    }
}

impl From<lookglass_cache::IndexView> for IndexView {
    fn from(view: lookglass_cache::IndexView) -> Self {
        let lookglass_cache::IndexView { name, values, entries, errors, last_error, .. } = view;
        let last_error = last_error.as_deref().map(str::to_owned);
        Self { name: name.to_string(), values, entries, errors, last_error }
    }
}

impl From<ListenerView> for SubscriberView {
    fn from(view: ListenerView) -> Self {
        let ListenerView { name, named: _, backlog, lag, resync, handled, errors, panics } = view;
        Self {
            name: name.to_string(),
            synced: backlog.synced,
            pending: backlog.pending(),
            lag_seconds: lag.age.unwrap_or_default().as_secs_f64(),
            policy: format!("{:?}", backlog.policy),
            merged: backlog.saved,
            handled,
            errors,
            panics,
            resync_seconds: resync.as_ref().map(Duration::as_secs_f64),
        }
    }
}

impl From<Memory> for MemoryView {
    fn from(memory: Memory) -> Self {
        Self {
            total_bytes: memory.total_bytes(),
            objects: memory.objects,
            header_bytes: memory.header_bytes,
            raw_objects: memory.raw_objects,
            raw_bytes: memory.raw_bytes,
            packed_objects: memory.packed_objects,
            packed_bytes: memory.packed_bytes,
            unpacked_bytes: memory.unpacked_bytes,
            typed_objects: memory.typed_objects,
            typed_bytes: memory.typed_bytes,
            kept_bytes: memory.kept_bytes,
            dictionary_bytes: memory.dictionary_bytes,
        }
    }
}
