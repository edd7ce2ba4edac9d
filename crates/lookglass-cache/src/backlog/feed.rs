//! The publisher's end of a backlog.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

use super::state::{Offer, Outcome};
use super::{BacklogView, Lag, Shared, State, producers};
use crate::sync::block_on;
use crate::{Event, PushError};

/// The publisher's end: takes batches of events for one subscriber. See [`Backlog`](super::Backlog).
///
/// The handle is cheap to clone. When the last clone is dropped, the subscriber gets what is pending and then
/// [`Closed`](crate::Closed).
///
/// ```
/// use std::sync::Arc;
/// use std::time::Instant;
/// use lookglass_cache::{Backlog, Event, PushError};
///
/// let (feed, backlog) = Backlog::new(|text: &&str| text.len());
/// # #[expect(clippy::disallowed_methods, reason = "an example is a program's door")]
/// let now = Instant::now();
/// let events: Arc<[Event<&str>]> = Arc::from([Event::Added { object: "a", initial: false }]);
/// feed.try_push(Arc::clone(&events), now)?;
/// assert_eq!(feed.lag(now).events, 1);
/// drop(backlog);
/// assert!(matches!(feed.try_push(events, now), Err(PushError::Closed(_))));
/// # Ok::<(), PushError<Arc<[Event<&str>]>>>(())
/// ```
pub struct Feed<K: Clone + Eq + Hash, V: Clone> {
    open: Arc<Open<K, V>>,
}

/// Ends the feed when its last handle goes.
struct Open<K: Clone + Eq + Hash, V: Clone> {
    shared: Arc<Shared<K, V>>,
}

impl<K: Clone + Eq + Hash + Send + Sync, V: Clone + Send + Sync> Feed<K, V> {
    pub(super) fn new(shared: Arc<Shared<K, V>>) -> Self {
        Self { open: Arc::new(Open { shared }) }
    }

    /// Adds events for the subscriber, in order. `now` is when they happened, for [`lag`](Self::lag).
    ///
    /// With [`BacklogPolicy::Block`](super::BacklogPolicy::Block) it waits for room; otherwise it is ready at once.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future while it waits adds nothing.
    ///
    /// # Errors
    ///
    /// [`PushError::Closed`] gives the events back when the subscriber is gone or the feed closed, also during the
    /// wait.
    pub async fn push(&self, events: Arc<[Event<V>]>, now: Instant) -> Result<(), PushError<Arc<[Event<V>]>>> {
        let mut offer = Offer::new(events, now);
        loop {
            match self.shared().state.wait(producers(), |state| state.admit(&mut offer, true)).await {
                Outcome::Admitted => return Ok(()),
                Outcome::Closed => return Err(PushError::Closed(offer.events)),
                Outcome::KeysWanted => offer.keys = Some(self.shared().keyed(&offer.events)),
            }
        }
    }

    /// Blocks the thread until there is room, and adds events. Not for threads that drive async tasks.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_blocking(&self, events: Arc<[Event<V>]>, now: Instant) -> Result<(), PushError<Arc<[Event<V>]>>> {
        block_on(self.push(events, now))
    }

    /// Adds events if there is room and nobody waits for it.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), and [`PushError::Full`], only with
    /// [`BacklogPolicy::Block`](super::BacklogPolicy::Block).
    pub fn try_push(&self, events: Arc<[Event<V>]>, now: Instant) -> Result<(), PushError<Arc<[Event<V>]>>> {
        let mut offer = Offer::new(events, now);
        loop {
            let admitted = self.shared().state.with(|state| {
                let is_turn = state.nobody_waits_for_room();
                state.admit(&mut offer, is_turn)
            });
            match admitted {
                Some(Outcome::Admitted) => return Ok(()),
                Some(Outcome::Closed) => return Err(PushError::Closed(offer.events)),
                Some(Outcome::KeysWanted) => offer.keys = Some(self.shared().keyed(&offer.events)),
                None => return Err(PushError::Full(offer.events)),
            }
        }
    }

    /// Whether both feed the same backlog.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.open, &other.open)
    }

    /// Whether the subscriber can still be reached.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared().state.read(State::is_closed)
    }

    /// Whether the subscriber has processed the initial state.
    #[must_use]
    pub fn has_synced(&self) -> bool {
        self.shared().synced.is_synced()
    }

    /// How far the subscriber is behind.
    #[must_use]
    pub fn lag(&self, now: Instant) -> Lag {
        self.shared().state.read(|state| state.lag(now))
    }

    /// The numbers behind the backlog.
    #[must_use]
    pub fn view(&self) -> BacklogView {
        self.shared().state.read(State::view)
    }
}

// What a publisher may do as it is dropped, which is bound to nothing more than the feed itself.
impl<K: Clone + Eq + Hash, V: Clone> Feed<K, V> {
    /// Adds events whatever the bound, and ahead of whoever waits for room: for a publisher of
    /// [`BacklogPolicy::Block`](super::BacklogPolicy::Block) that can wait no longer and must not lose them.
    ///
    /// # Errors
    ///
    /// [`PushError::Closed`], as [`push`](Self::push).
    pub fn force_push(&self, events: Arc<[Event<V>]>, now: Instant) -> Result<(), PushError<Arc<[Event<V>]>>> {
        self.shared().force(events, now)
    }

    /// Says that everything pushed so far is the initial state (or came with it): once the subscriber has processed
    /// that, it has synced. Only the first call counts.
    pub fn mark_synced(&self) {
        self.shared().state.with(State::mark_synced);
    }

    /// Ends the feed: nothing more is taken; the subscriber gets what is pending, then [`Closed`](crate::Closed).
    pub fn close(&self) {
        self.shared().state.with(State::close);
    }

    /// Ends the feed, and frees at once what is pending: the subscriber gets [`Closed`](crate::Closed). What it has taken
    /// already stays its own.
    pub fn abandon(&self) {
        // What was pending is dropped here, outside the lock.
        drop(self.shared().state.with(State::abandon));
    }

    fn shared(&self) -> &Shared<K, V> {
        &self.open.shared
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Clone for Feed<K, V> {
    fn clone(&self) -> Self {
        Self { open: Arc::clone(&self.open) }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> fmt::Debug for Feed<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Feed").field(&self.open.shared.state.read(State::view)).finish()
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Open<K, V> {
    fn drop(&mut self) {
        self.shared.state.with(State::close);
    }
}
