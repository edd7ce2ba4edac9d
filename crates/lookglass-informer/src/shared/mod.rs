//! The informer that everybody shares: [`SharedInformer`].

mod builder;
mod source;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use lookglass_cache::{IndexValue, StoreError};
use lookglass_client::ListWatch;
use lookglass_object::{Dynamic, Gvr, Object};
use lookglass_workqueue::WorkQueue;

pub use self::builder::SharedInformerBuilder;
use crate::core::{Core, NAMESPACE_INDEX};
use crate::error::{IndexAddError, IndexRemoveError, SyncError};
use crate::processor::HandlerOutcome;
use crate::reflector::Freshness;
use crate::{
    DebugView, Event, EventHandler, EventStream, Index, IndexHandle, Inspector, Lister, Snapshot, Subscriber,
    Subscription,
};

/// A live view of one resource: what the API server has, in memory, with indexes, and with every change told to whoever
/// subscribed. client-go's `SharedIndexInformer`.
///
/// A handle: clones are the same informer. When the last one is dropped it stops at once;
/// [`shutdown`](Self::shutdown) stops it and waits.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_client::ListWatch;
/// use lookglass_informer::{Event, Index, SharedInformer};
///
/// let pods = SharedInformer::builder(ListWatch::<Pod>::typed(&client)).namespaces(["default", "prod"]).build();
/// let by_node = pods.add_index(Index::path("spec.nodeName"))?;
/// let _subscription = pods.on_event(|event: &Event<Pod>| match event {
///     Event::Added { object, initial } => println!("+ {} {initial}", object.key()),
///     Event::Updated { old, new } => println!("~ {} {} -> {}", new.key(), old.version(), new.version()),
///     Event::Deleted { last, certain } => println!("- {} {certain}", last.key()),
/// });
/// pods.start().synced(Duration::from_secs(30)).await?;
///
/// for pod in by_node.get("node-7") {
///     println!("{}", pod.key());
/// }
/// pods.shutdown().await;
/// # Ok(()) }
/// ```
///
/// # What it promises
///
/// * What it holds is what the server has, whatever breaks in between; each subscriber's events replay to it.
/// * It is at least as new as every event that is told: the store is written first.
/// * Nobody harms anybody else: a bad object, a failing index function, a slow or panicking handler, a missing right end
///   nothing. They are told to the [error hook](SharedInformerBuilder::on_error), and counted.
/// * [`synced`](Self::synced) has a deadline, and says what is missing and why; [`freshness`](Self::freshness) tells at any time how old
///   the knowledge is.
/// * Stopped means gone: its memory is free at once, and it can be [started](Self::start) anew. Only snapshots, events and
///   objects that somebody still holds stay.
///
/// # Cost
///
/// Objects are cells of bytes (see [`Object`]); a change costs one write to the store under one lock per batch, and for all
/// subscribers together one allocation per batch. Objects that are kept packed are packed beside the way of events.
pub struct SharedInformer<K> {
    life: Arc<Life>,
    view: PhantomData<fn() -> K>,
}

/// Ends the informer with its last handle.
pub(crate) struct Life {
    core: Arc<Core>,
}

#[cfg(feature = "prometheus")]
impl Life {
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.core.stop();
    }
}

/// One watch of an informer: how fresh what it tells is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WatchFreshness {
    /// Its namespace, if it has one.
    pub namespace: Option<Arc<str>>,
    /// How fresh it is. A handle, good for the present run of the informer.
    pub freshness: Freshness,
}

impl<K: 'static> SharedInformer<K> {
    /// Starts building one from what it is to list and watch.
    pub fn builder(list_watch: ListWatch<K>) -> SharedInformerBuilder<K> {
        SharedInformerBuilder::new(list_watch)
    }

    fn of_core(core: Arc<Core>) -> Self {
        Self { life: Arc::new(Life { core }), view: PhantomData }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.life.core
    }

    #[cfg(feature = "prometheus")]
    pub(crate) fn life(&self) -> &Arc<Life> {
        &self.life
    }

    // === running ===

    /// Starts listing and watching, unless it does already. One that was shut down starts anew, with nothing known and without
    /// subscribers; its indexes are still there.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, as `tokio::spawn` does.
    pub fn start(&self) -> &Self {
        self.core().start();
        self
    }

    /// Whether it has been started and not stopped.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.core().is_running()
    }

    /// Whether the initial state is there. (A handler may not have seen it yet: see [`Subscription::has_synced`].)
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.core().progress.is_synced()
    }

    /// Waits until the initial state is there, for at most `patience`. One that is not started yet is waited for as well.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Errors
    ///
    /// [`SyncError`] lists each watch whose state is missing, with what it is doing and what went wrong last: a missing right or a
    /// kind that does not exist is told here, not merely a timeout.
    pub async fn synced(&self, patience: Duration) -> Result<(), SyncError> {
        self.core().synced(patience).await
    }

    /// How fresh what it holds is: phase, last event or bookmark, last error; for each of its watches.
    #[must_use]
    pub fn freshness(&self) -> Vec<WatchFreshness> {
        self.core().freshness()
    }

    /// What it looks like inside: queue, indexes, subscribers and their lag, last version and error, memory.
    #[must_use]
    pub fn debug_view(&self) -> DebugView {
        self.core().debug_view()
    }

    /// A handle that shows how it does, of no type, which does not keep it running: for health checks.
    #[must_use]
    pub fn inspector(&self) -> Inspector {
        Inspector::new(self.core())
    }

    /// What it is called in [metrics](crate::metrics).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.core().settings.name
    }

    /// All its numbers at this moment, for monitoring. See [`metrics`](crate::metrics).
    #[must_use]
    pub fn metrics(&self) -> Vec<crate::metrics::MetricSample> {
        self.core().metrics()
    }

    /// Stops: connections are closed and memory is freed at once. Handlers are given what they have not been told yet; waits for
    /// them, and for everything else that ran. From within a handler it does not wait for that handler.
    ///
    /// A handler that never returns is waited for without end: put a timeout around this, and drop the last handle then.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the informer is stopped; dropping the future only ends the waiting.
    pub async fn shutdown(&self) {
        self.core().shut_down().await;
    }

    // === reading ===

    /// What it lists and watches.
    #[must_use]
    pub fn resource(&self) -> &Gvr {
        &self.core().gvr
    }

    /// Reads what it holds.
    #[must_use]
    pub fn lister(&self) -> Lister<K> {
        Lister::new(Arc::clone(self.core()))
    }

    /// Everything at this moment, objects and indexes consistent with each other, for as long as it is kept.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<K> {
        self.lister().snapshot()
    }

    /// Adds an index, also to an informer that runs: when this returns, it is complete.
    ///
    /// The function is asked about all objects on this thread, with nothing locked.
    ///
    /// # Errors
    ///
    /// When there is an index of that name, or the path of the index is none.
    pub fn add_index<I: IndexValue>(&self, index: Index<K, I>) -> Result<IndexHandle<K, I>, IndexAddError> {
        let (name, label) = (Arc::clone(index.shared_name()), index.label.clone());
        let index = index.into_cache()?;
        let core = self.core();
        core.with_label_index(name, label, || Ok(IndexHandle::new(core.store.add_index(index)?)))
    }

    /// Another handle to the index of this name.
    ///
    /// # Errors
    ///
    /// When there is no index of that name, or its values are of another type.
    pub fn index<I: IndexValue>(&self, name: &str) -> Result<IndexHandle<K, I>, StoreError> {
        self.core().store.index_handle(name).map(IndexHandle::new)
    }

    /// The objects under a value of an index over text, by the index's name.
    ///
    /// # Errors
    ///
    /// When there is no index of that name, or its values are no text.
    pub fn by_index(&self, name: &str, value: &str) -> Result<Vec<Object<K>>, StoreError> {
        Ok(self.core().store.by_index(name, value)?.into_iter().map(Object::into_cast).collect())
    }

    /// The keys of the objects under a value of an index over text, sorted.
    ///
    /// # Errors
    ///
    /// As for [`by_index`](Self::by_index).
    pub fn index_keys(&self, name: &str, value: &str) -> Result<Vec<lookglass_object::Key>, StoreError> {
        self.core().store.index_keys(name, value)
    }

    /// All values of an index over text, sorted.
    ///
    /// # Errors
    ///
    /// As for [`by_index`](Self::by_index).
    pub fn index_values(&self, name: &str) -> Result<Vec<String>, StoreError> {
        self.core().store.index_values(name)
    }

    /// The names of the indexes, in the order they were added; `namespace` is the first.
    #[must_use]
    pub fn index_names(&self) -> Vec<Arc<str>> {
        self.core().store.index_names()
    }

    /// Removes an index, whoever has handles to it.
    ///
    /// # Errors
    ///
    /// When there is no index of that name, or it is `namespace`, which is always there.
    pub fn remove_index(&self, name: &str) -> Result<(), IndexRemoveError> {
        if name == NAMESPACE_INDEX {
            return Err(IndexRemoveError::AlwaysThere);
        }
        Ok(self.core().store.remove_index(name)?)
    }

    // === being told ===

    /// A subscriber with choices: name, filter, resync, policy, a thread of its own.
    pub fn subscriber(&self) -> Subscriber<K> {
        Subscriber::new(Arc::clone(self.core()))
    }

    /// Subscribes a function, which is told of what exists and then of every change. See [`Subscriber`].
    pub fn on_event<R: HandlerOutcome>(&self, handler: impl FnMut(&Event<K>) -> R + Send + 'static) -> Subscription {
        self.subscriber().on_event(handler)
    }

    /// Subscribes a handler with a method for each kind of event. See [`Subscriber`].
    pub fn add_handler(&self, handler: impl EventHandler<K>) -> Subscription {
        self.subscriber().add_handler(handler)
    }

    /// A subscriber to the objects that `chosen` is true for. See [`Subscriber::filter`].
    pub fn filter(&self, chosen: impl FnMut(&Object<K>) -> bool + Send + 'static) -> Subscriber<K> {
        self.subscriber().filter(chosen)
    }

    /// Subscribes, and gives the events as a stream. See [`Subscriber`].
    #[must_use]
    pub fn subscribe(&self) -> EventStream<K> {
        self.subscriber().subscribe()
    }

    /// Puts into a queue, for each event, the keys that `keys` gives for it. See [`Subscriber`].
    pub fn enqueue_into<Q, I>(&self, queue: &Q, keys: impl FnMut(&Event<K>) -> I + Send + 'static) -> Subscription
    where
        Q: WorkQueue,
        I: IntoIterator<Item = Q::Item>,
    {
        self.subscriber().enqueue_into(queue, keys)
    }
}

impl<K> Clone for SharedInformer<K> {
    fn clone(&self) -> Self {
        Self { life: Arc::clone(&self.life), view: PhantomData }
    }
}

impl<K> fmt::Debug for SharedInformer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let core = &self.life.core;
        f.debug_struct("SharedInformer")
            .field("resource", &core.gvr)
            .field("objects", &core.store.len())
            .field("synced", &core.progress.is_synced())
            .field("running", &core.is_running())
            .finish_non_exhaustive()
    }
}

/// Of cells: what every informer's core is fed.
type Cells = ListWatch<Dynamic>;
