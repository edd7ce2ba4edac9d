//! What one subscriber has not been told yet.

mod batch;
mod builder;
mod feed;
mod merge;
mod policy;
mod state;
#[cfg(all(test, not(loom)))]
mod tests;
mod view;

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

pub use self::batch::EventBatch;
pub use self::builder::BacklogBuilder;
pub use self::feed::Feed;
pub use self::policy::BacklogPolicy;
pub use self::view::{BacklogView, Lag};

use self::state::{Offer, Outcome, State, consumers, producers};
use crate::line::Guarded;
use crate::sync::block_on;
use crate::{Closed, Event, PushError, SyncChecker};

/// The subscriber's end: the [`Event`]s it has not been told yet. The publisher's end is a [`Feed`].
///
/// There is one for each subscriber, and it is not cloned. Dropping it frees what is pending at once and makes the
/// feed refuse further events.
///
/// # Policies
///
/// | [`BacklogPolicy`] | when more than the bound is pending | for |
/// | --- | --- | --- |
/// | [`Coalesce`](BacklogPolicy::Coalesce) (default) | further events are merged per key, so at most two remain of each | nearly everybody |
/// | [`Unbounded`](BacklogPolicy::Unbounded) | memory grows, as in client-go | tests, subscribers that must see each version |
/// | [`Block`](BacklogPolicy::Block) | the publisher waits | pipelines whose publisher serves only them |
///
/// # Merging
///
/// Up to the bound every event is kept in the order of its arrival. Beyond it, each key has one place in the order, the
/// place of its first pending event, and at most two events there: a deletion and an addition that follows it.
///
/// | pending | + `Added n` | + `Updated o, n` | + `Deleted l` |
/// | --- | --- | --- | --- |
/// | nothing | `Added n` | `Updated o, n` | `Deleted l` |
/// | `Added a` | `Added n` | `Added n` | nothing |
/// | `Updated a, b` | `Updated a, n` | `Updated a, n` | `Deleted l` |
/// | `Deleted a` | `Deleted a`, `Added n` | `Deleted a`, `Added n` | the one that is certain, else the newer |
/// | `Deleted a`, `Added b` | `Deleted a`, `Added n` | `Deleted a`, `Added n` | `Deleted a` |
///
/// So:
///
/// * what a subscriber sees replays to the store, whatever its pace;
/// * its events never contradict each other: `old` of an update is what it saw last, nothing is added twice or
///   deleted unseen;
/// * no deletion of an object that it has been told about is lost. An object that came and went within the merged part
///   is never mentioned;
/// * an object deleted and made anew is told as two events, because it is another object;
/// * an addition stays `initial` (or not) while newer versions are merged into it;
/// * a resync (an update to the same version) is an update like others: swallowed by whatever is pending for its key.
///
/// The table covers publishers that contradict themselves as well (an update after a deletion, say): a key that has
/// pending merged events is put right. Without contradictions on the way in there are none on the way out.
///
/// # Synced
///
/// The publisher calls [`Feed::mark_synced`] after it has pushed the initial state. The subscriber [has
/// synced](Self::has_synced) when everything pushed before has been *processed*: taken, and its [`EventBatch`]
/// dropped.
///
/// # Cost
///
/// One `Arc<[Event<V>]>` goes to all subscribers: pushing it takes one lock and one pointer, whatever its length, and
/// taking it copies nothing. In the merged part each event costs a key, a hash lookup and a tree step. Keys are made
/// outside the lock.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Instant;
/// use lookglass_cache::{Backlog, Event};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (feed, backlog) = Backlog::new(|text: &&str| text.len());
/// # #[expect(clippy::disallowed_methods, reason = "an example is a program's door")]
/// let now = Instant::now();
/// feed.push(Arc::from([Event::Added { object: "a", initial: true }]), now).await?;
/// feed.mark_synced();
///
/// let events = backlog.next_batch(100).await?;
/// assert_eq!(*events, [Event::Added { object: "a", initial: true }]);
/// assert!(!backlog.has_synced(), "the events are being processed");
/// drop(events);
/// assert!(backlog.has_synced());
/// # Ok(()) }
/// ```
pub struct Backlog<K: Clone + Eq + Hash, V: Clone> {
    shared: Arc<Shared<K, V>>,
}

struct Shared<K, V> {
    key: Box<dyn Fn(&V) -> K + Send + Sync>,
    synced: SyncChecker,
    state: Guarded<State<K, V>>,
}

impl<K: Clone + Eq + Hash + Send + Sync, V: Clone + Send + Sync> Backlog<K, V> {
    /// A pair with the defaults of the [builder](BacklogBuilder).
    ///
    /// The key function only runs for events that are merged. It must give equal keys for all versions of an object.
    pub fn new(key: impl Fn(&V) -> K + Send + Sync + 'static) -> (Feed<K, V>, Self) {
        Self::builder(key).build()
    }

    /// Starts building a pair.
    pub fn builder(key: impl Fn(&V) -> K + Send + Sync + 'static) -> BacklogBuilder<K, V> {
        BacklogBuilder::new(Box::new(key))
    }

    /// Waits for events and takes the oldest, up to `max` of them. Zero counts as one.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the feed is closed or dropped, and nothing is pending.
    pub async fn next_batch(&self, max: usize) -> Result<EventBatch<K, V>, Closed> {
        let taken = self.shared.state.wait(consumers(), |state| state.take(max.max(1))).await?;
        Ok(EventBatch::new(taken, &self.shared))
    }

    /// Blocks the thread until there are events, and takes the oldest. Not for threads that drive async tasks.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the feed is closed or dropped, and nothing is pending.
    pub fn next_batch_blocking(&self, max: usize) -> Result<EventBatch<K, V>, Closed> {
        block_on(self.next_batch(max))
    }

    /// Takes the oldest events if there are any.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the feed is closed or dropped, and nothing is pending.
    pub fn try_next_batch(&self, max: usize) -> Result<Option<EventBatch<K, V>>, Closed> {
        let taken = self.shared.state.with(|state| state.take(max.max(1))).transpose()?;
        Ok(taken.map(|taken| EventBatch::new(taken, &self.shared)))
    }

    /// Whether the initial state has been delivered to this subscriber and processed by it.
    #[must_use]
    pub fn has_synced(&self) -> bool {
        self.shared.synced.is_synced()
    }

    /// The same as something to keep and to wait for.
    #[must_use]
    pub fn sync_checker(&self) -> SyncChecker {
        self.shared.synced.clone()
    }

    /// The numbers behind the backlog.
    #[must_use]
    pub fn view(&self) -> BacklogView {
        self.shared.state.read(State::view)
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Backlog<K, V> {
    fn drop(&mut self) {
        // What was pending is dropped here, outside the lock.
        drop(self.shared.state.with(State::abandon));
    }
}

impl<K: Clone + Eq + Hash, V: Clone> fmt::Debug for Backlog<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Backlog").field(&self.shared.state.read(State::view)).finish()
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Shared<K, V> {
    fn force(&self, events: Arc<[Event<V>]>, now: Instant) -> Result<(), PushError<Arc<[Event<V>]>>> {
        let mut offer = Offer::new(events, now);
        loop {
            match self.state.with(|state| state.admit_beyond(&mut offer)) {
                Outcome::Admitted => return Ok(()),
                Outcome::Closed => return Err(PushError::Closed(offer.events)),
                Outcome::KeysWanted => offer.keys = Some(self.keyed(&offer.events)),
            }
        }
    }

    fn keyed(&self, events: &[Event<V>]) -> Vec<K> {
        events.iter().map(|event| (self.key)(event.object())).collect()
    }
}
