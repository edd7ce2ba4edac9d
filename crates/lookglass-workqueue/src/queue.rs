use crate::{
    builder::Builder,
    drain::{Drain, Goal},
    get::Get,
    item::Item,
    shared::Shared,
    stats::Stats,
};
use std::{fmt, hash::Hash, sync::Arc};

/// A line of distinct items for workers.
///
/// - An item that waits is not lined up again.
/// - One item is in one worker at a time. Added while it is worked on, it lines up again when the worker is done.
/// - First in, first out. Getters are woken in the order in which they began to wait; one that comes while an item is ready
///   takes it at once.
///
/// A handle: clones are the same queue, and dropping the last one drops what waits.
///
/// ```
/// use lookglass_workqueue::Queue;
///
/// let queue = Queue::new("web");
/// for key in ["a", "b", "a"] {
///     queue.add(key);
/// }
/// queue.shut_down();
/// let mut seen = Vec::new();
/// while let Some(item) = queue.get_blocking() {
///     seen.push(*item);
/// } // dropped: done
/// assert_eq!(seen, ["a", "b"]);
/// ```
pub struct Queue<T> {
    pub(crate) shared: Arc<Shared<T>>,
}

impl<T> Queue<T> {
    /// A queue with every default of [`Builder`]. The name is for people: it shows in `Debug`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::builder(name).build()
    }

    /// A queue to be set up.
    pub fn builder(name: impl Into<String>) -> Builder<Self> {
        Builder::start(name.into(), None)
    }

    /// The name given at build.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Lines the item up, unless it waits already. If a worker has it, it lines up when that worker is done. After shut down
    /// nothing is added.
    #[inline]
    pub fn add(&self, item: T)
    where
        T: Eq + Hash,
    {
        self.shared.add(item);
    }

    /// The next item, as soon as there is one; `None` when the queue is shut down and empty. A timed queue's delayed items
    /// arrive here when due: the future waits for them itself.
    ///
    /// Does nothing until polled. The future belongs to no lifetime and is `Unpin`.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: see [`Get`].
    ///
    /// ```
    /// # use lookglass_workqueue::Queue;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let queue = Queue::new("web");
    /// queue.add("a");
    /// queue.shut_down();
    /// while let Some(item) = queue.get().await {
    ///     assert_eq!(*item, "a");
    /// }
    /// # }
    /// ```
    #[inline]
    pub fn get(&self) -> Get<T> {
        Get::new(self.clone(), None)
    }

    /// The same for a thread: parks it until there is an item. It needs no async runtime, also not for delayed items; with a
    /// timer that does not follow real time, wake-ups for those come at real durations.
    #[must_use = "dropping an item at once means to be done with it"]
    #[inline]
    pub fn get_blocking(&self) -> Option<Item<T>>
    where
        T: Clone,
    {
        self.get().wait_blocking()
    }

    /// Says that the worker which has this item is done, for items taken out of their [`Item`]. Says nothing about an item
    /// that no worker has.
    pub fn done(&self, item: &T)
    where
        T: Eq + Hash,
    {
        self.shared.finish_item(item);
    }

    /// The number of items that are ready: not those in processing, not those delayed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.look(|state| state.core.counts().ready)
    }

    /// Whether no item is ready.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes no more additions and drops delayed items. Workers are given what is ready, then `None`. Does not wait, and ends
    /// the wait of every drain.
    ///
    /// An item that was added again while a worker had it still lines up when that worker is done.
    pub fn shut_down(&self) {
        self.shared.shut(|state| state.drains.interrupt());
    }

    /// Shuts down at once; the result waits until **no worker has an item**, as client-go's `ShutDownWithDrain` does. What is
    /// ready and not taken yet does not count.
    ///
    /// ```
    /// # use lookglass_workqueue::{DrainOutcome, Queue};
    /// let queue = Queue::new("web");
    /// queue.add("a");
    /// assert_eq!(queue.shut_down_with_drain().wait_blocking(), DrainOutcome::Drained); // `a` is still there
    /// assert_eq!(queue.len(), 1);
    /// ```
    pub fn shut_down_with_drain(&self) -> Drain<T> {
        Drain::start(self, Goal::ProcessingDone)
    }

    /// Shuts down at once; the result waits until **everything is done**: what workers have and what is ready. Somebody must
    /// go on calling `get` for that, or a `shut_down` end the wait.
    ///
    /// ```
    /// # use lookglass_workqueue::{DrainOutcome, Queue};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let queue = Queue::new("web");
    /// queue.add("a");
    /// let worker = tokio::spawn({
    ///     let queue = queue.clone();
    ///     async move { while let Some(item) = queue.get().await { item.done() } }
    /// });
    /// assert_eq!(queue.shut_down_with_full_drain().await, DrainOutcome::Drained);
    /// assert!(queue.is_empty());
    /// # worker.await.unwrap();
    /// # }
    /// ```
    pub fn shut_down_with_full_drain(&self) -> Drain<T> {
        Drain::start(self, Goal::EverythingDone)
    }

    /// Whether the queue takes no more additions.
    #[must_use]
    pub fn is_shutting_down(&self) -> bool {
        self.shared.state.lock().core.is_shut()
    }

    /// What the queue holds and does now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let now = self.shared.metrics_now();
        self.shared.look(|state| {
            let counts = state.core.counts();
            let (unfinished_work, longest_running) = now.and_then(|now| state.core.in_progress(now)).unzip();
            Stats {
                ready: counts.ready,
                processing: counts.processing,
                again: counts.again,
                delayed: counts.delayed,
                getters: state.waiters.len(),
                shutting_down: state.core.is_shut(),
                unfinished_work,
                longest_running,
            }
        })
    }
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("name", &self.name()).field("stats", &self.stats()).finish()
    }
}
