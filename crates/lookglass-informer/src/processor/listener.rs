//! One listener: [`Listener`].

use std::any::Any;
use std::fmt;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use lookglass_cache::{Backlog, BoxError, Event, EventBatch, Feed, SyncChecker};

use super::control::Control;
use super::{HandlerError, HandlerOutcome, Hub};

/// The end of a stream of events where a handler stands: client-go's `processorListener`.
///
/// Its buffer is a [`Backlog`]: [`alone`](Self::alone) it comes with the [`Feed`] that adds to it; a
/// [`Processor`](super::Processor) feeds the ones that it gives out. Take events out one by one with
/// [`pop`](Self::pop), or let a handler [`run`](Self::run) until the feed is closed.
///
/// A handler that panics does not end the listener: the panic is caught, counted, and the next event comes. (That needs
/// a program that unwinds.)
///
/// ```
/// use std::sync::Arc;
/// use lookglass_cache::Event;
/// use lookglass_informer::Listener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[expect(clippy::disallowed_methods, reason = "an example is a program's door")]
/// # let now = std::time::Instant::now();
/// let (feed, listener) = Listener::alone(|pod: &&'static str| *pod);
/// for object in ["a", "b", "c"] {
///     feed.push(Arc::new([Event::Added { object, initial: false }]), now).await?;
/// }
/// feed.close();
/// let first = listener.pop().await.expect("three wait");
/// assert_eq!(first.object(), &"a");
///
/// let mut names = Vec::new();
/// listener.run(|event| names.push(*event.object())).await;
/// assert_eq!(names, ["b", "c"]);
/// # Ok(()) }
/// ```
pub struct Listener<K: Clone + Eq + Hash, V: Clone> {
    backlog: Backlog<K, V>,
    control: Arc<Control>,
    hub: Weak<Hub<K, V>>,
}

/// Is told of events that a handler did not handle.
pub(super) type Told<'a, V> = dyn Fn(&Event<V>, HandlerError) + Send + Sync + 'a;

impl<K, V> Listener<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A listener of its own, and what feeds it.
    pub fn alone(key: impl Fn(&V) -> K + Send + Sync + 'static) -> (Feed<K, V>, Self) {
        let (feed, backlog) = Backlog::new(key);
        (feed, Self::new(backlog))
    }

    /// A listener over this buffer, for one with a policy of its own.
    #[must_use]
    pub fn new(backlog: Backlog<K, V>) -> Self {
        Self { backlog, control: Arc::new(Control::new(Some("listener".into()), 0, None)), hub: Weak::new() }
    }

    pub(super) fn of_hub(backlog: Backlog<K, V>, control: Arc<Control>, hub: &Arc<Hub<K, V>>) -> Self {
        Self { backlog, control, hub: Arc::downgrade(hub) }
    }

    /// Waits for the oldest event and takes it; `None` when the feed is closed and nothing is left.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    pub async fn pop(&self) -> Option<Event<V>> {
        self.next_batch(1).await.and_then(|batch| batch.first().cloned())
    }

    /// Waits for events and takes the oldest, up to `max` of them; `None` when the feed is closed and nothing is left.
    /// They count as handled when the batch is dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    pub async fn next_batch(&self, max: usize) -> Option<EventBatch<K, V>> {
        let batch = self.backlog.next_batch(max).await;
        batch.ok().filter(|_| !self.control.is_removed())
    }

    /// Gives every event to the handler, until the feed is closed and nothing is left. Errors and panics of the handler
    /// are counted.
    ///
    /// The task yields between batches of events, whatever the handler does.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses what is pending, never while the handler runs.
    pub async fn run<R: HandlerOutcome>(self, mut handler: impl FnMut(&Event<V>) -> R + Send) {
        self.handle(&mut |event| handler(event).into_result(), &|_, _| {}).await;
    }

    /// As [`run`](Self::run), on this thread: for handlers that block.
    pub fn run_blocking<R: HandlerOutcome>(self, mut handler: impl FnMut(&Event<V>) -> R) {
        self.handle_blocking(&mut |event| handler(event).into_result(), &|_, _| {});
    }

    /// As [`run`](Self::run), with somebody who is told of failures.
    pub(crate) async fn handle(
        &self,
        handler: &mut (dyn FnMut(&Event<V>) -> Result<(), BoxError> + Send + '_),
        told: &Told<'_, V>,
    ) {
        while let Some(batch) = self.next_batch(BATCH).await {
            if !self.hand_out(&batch, handler, told) {
                break;
            }
            drop(batch);
            tokio::task::coop::consume_budget().await;
        }
    }

    pub(crate) fn handle_blocking(
        &self,
        handler: &mut (dyn FnMut(&Event<V>) -> Result<(), BoxError> + '_),
        told: &Told<'_, V>,
    ) {
        loop {
            match self.backlog.next_batch_blocking(BATCH) {
                Ok(batch) if self.hand_out(&batch, handler, told) => {}
                _ => break,
            }
        }
    }

    /// Whether to go on.
    fn hand_out(
        &self,
        batch: &[Event<V>],
        handler: &mut (dyn FnMut(&Event<V>) -> Result<(), BoxError> + '_),
        told: &Told<'_, V>,
    ) -> bool {
        let _running = self.control.running();
        for event in batch {
            if self.control.is_removed() {
                return false;
            }
            let outcome = caught(|| handler(event));
            self.control.count_handled();
            let Err(error) = outcome else { continue };
            match &error {
                HandlerError::Failed(_) => self.control.count_error(),
                HandlerError::Panicked(_) => self.control.count_panic(),
            }
            // Whoever is told must not end the listener either.
            drop(catch_unwind(AssertUnwindSafe(|| told(event, error))));
        }
        true
    }

    /// Whether the initial state has been handled.
    #[must_use]
    pub fn has_synced(&self) -> bool {
        self.backlog.has_synced()
    }

    /// The same as something to keep and to wait for.
    #[must_use]
    pub fn sync_checker(&self) -> SyncChecker {
        self.backlog.sync_checker()
    }
}

/// So many events are handled before the task yields and the backlog is locked again.
const BATCH: usize = 256;

/// Runs a user's function, whose panic is an error.
pub(crate) fn caught<T>(function: impl FnOnce() -> Result<T, BoxError>) -> Result<T, HandlerError> {
    // Unwind safety: what a panicking function has done to its own state is its own affair; ours is not in its hands.
    match catch_unwind(AssertUnwindSafe(function)) {
        Ok(outcome) => outcome.map_err(HandlerError::Failed),
        Err(panic) => Err(HandlerError::Panicked(message(&*panic))),
    }
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "(no message)".to_owned())
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Listener<K, V> {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            hub.remove(&self.control);
        }
        self.control.end();
    }
}

impl<K: Clone + Eq + Hash, V: Clone> fmt::Debug for Listener<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("name", self.control.name()).field("backlog", &self.backlog).finish()
    }
}
