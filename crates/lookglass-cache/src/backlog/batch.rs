//! Events on their way into a subscriber's handler.

use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::Shared;
use super::state::Taken;
use crate::Event;

/// Events taken together, oldest first; it reads like a slice of them. Keep it until they have been handled: dropping
/// it says that they were, which counts for [`has_synced`](super::Backlog::has_synced).
///
/// It usually shares the publisher's own allocation, so that taking it copies nothing.
///
/// ```
/// # use std::sync::Arc;
/// # use std::time::Instant;
/// use lookglass_cache::{Backlog, Event};
///
/// # #[expect(clippy::disallowed_methods, reason = "an example is a program's door")]
/// # let now = Instant::now();
/// let (feed, backlog) = Backlog::new(|n: &u32| *n);
/// feed.try_push(Arc::from([Event::Added { object: 1, initial: false }]), now)?;
/// let batch = backlog.try_next_batch(10)?.expect("one event is pending");
/// for event in batch.iter() {
///     assert_eq!(event.object(), &1);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it was taken out of the backlog"]
pub struct EventBatch<K: Clone + Eq + Hash, V: Clone> {
    events: Arc<[Event<V>]>,
    range: Range<usize>,
    _receipt: Option<Receipt<K, V>>,
}

impl<K: Clone + Eq + Hash, V: Clone> EventBatch<K, V> {
    pub(super) fn new(taken: Taken<V>, shared: &Arc<Shared<K, V>>) -> Self {
        let receipt = taken.receipt.map(|first| Receipt { shared: Arc::clone(shared), first });
        Self { events: taken.events, range: taken.range, _receipt: receipt }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Deref for EventBatch<K, V> {
    type Target = [Event<V>];

    fn deref(&self) -> &Self::Target {
        &self.events[self.range.clone()]
    }
}

/// Shows the number of events only: objects may hold secrets.
impl<K: Clone + Eq + Hash, V: Clone> fmt::Debug for EventBatch<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBatch").field("events", &self.range.len()).finish_non_exhaustive()
    }
}

/// Says that events were processed; made only while the subscriber has not synced.
struct Receipt<K: Clone + Eq + Hash, V: Clone> {
    shared: Arc<Shared<K, V>>,
    first: u64,
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Receipt<K, V> {
    fn drop(&mut self) {
        self.shared.state.with(|state| state.processed(self.first));
    }
}
