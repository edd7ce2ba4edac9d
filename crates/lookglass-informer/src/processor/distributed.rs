//! Events that some listeners have no room for: [`Distributed`].

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

use lookglass_cache::{Event, Feed};

/// What was distributed, and the listeners that want the publisher to wait for them.
#[must_use = "await `accepted`: listeners that block the publisher lose what is not waited for"]
pub struct Distributed<K: Clone + Eq + Hash, V: Clone> {
    events: Arc<[Event<V>]>,
    blocked: Vec<Feed<K, V>>,
    now: Instant,
}

impl<K, V> Distributed<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(events: Arc<[Event<V>]>, blocked: Vec<Feed<K, V>>, now: Instant) -> Self {
        Self { events, blocked, now }
    }

    /// What was distributed.
    #[must_use]
    pub fn events(&self) -> &[Event<V>] {
        &self.events
    }

    /// Waits until every listener has the events; nothing may be distributed before that. Ready at once unless a listener
    /// has [`BacklogPolicy::Block`](lookglass_cache::BacklogPolicy::Block) and no room.
    ///
    /// # Cancel safety
    ///
    /// Listeners that were waited for lose these events.
    pub async fn accepted(self) {
        for feed in self.blocked {
            // One that is closed meanwhile has left.
            drop(feed.push(Arc::clone(&self.events), self.now).await);
        }
    }
}

/// Shows numbers only: objects may hold secrets.
impl<K: Clone + Eq + Hash, V: Clone> fmt::Debug for Distributed<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Distributed")
            .field("events", &self.events.len())
            .field("blocked", &self.blocked.len())
            .finish_non_exhaustive()
    }
}
