//! Events that some listeners have no room for: [`Distributed`].

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

use lookglass_cache::{Event, Feed};

/// What was distributed, and the listeners that want the publisher to wait for them.
///
/// Dropping it instead of waiting gives those listeners the events all the same, beyond their bound: nothing is lost, only
/// nobody was held up.
#[must_use = "await `accepted`: listeners that block the publisher are not waited for otherwise"]
pub struct Distributed<K: Clone + Eq + Hash, V: Clone> {
    events: Arc<[Event<V>]>,
    /// Who has not got the events yet.
    blocked: Vec<Feed<K, V>>,
    /// Whether the initial state ends with these events. Who has not got them is told later.
    synced: bool,
    now: Instant,
}

impl<K, V> Distributed<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(events: Arc<[Event<V>]>, blocked: Vec<Feed<K, V>>, synced: bool, now: Instant) -> Self {
        Self { events, blocked, synced, now }
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
    /// Dropping the future ends the waiting only: the listeners that were waited for get the events beyond their bound.
    pub async fn accepted(mut self) {
        while let Some(feed) = self.blocked.last() {
            // One that is closed meanwhile has left.
            drop(feed.push(Arc::clone(&self.events), self.now).await);
            if self.synced {
                feed.mark_synced();
            }
            self.blocked.pop();
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Distributed<K, V> {
    fn drop(&mut self) {
        for feed in self.blocked.drain(..) {
            drop(feed.force_push(Arc::clone(&self.events), self.now));
            if self.synced {
                feed.mark_synced();
            }
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
