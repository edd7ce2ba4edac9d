//! One key on its way from the queue into the consumer's store.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use super::Shared;
use super::state::Taken;
use crate::Delta;

/// All that waited for one key. Keep it until the deltas have been applied: dropping it tells the queue that the known
/// objects now show them. That holds however it comes to be dropped: a consumer that fails halfway has to put its
/// store right itself, because nothing is queued again.
///
/// ```
/// use lookglass_cache::{Delta, DeltaFifo};
///
/// let fifo = DeltaFifo::new(|n: &u32| *n);
/// fifo.add(7)?;
/// let mut popped = fifo.try_pop()?.expect("a number waits");
/// assert!(!popped.is_initial(), "an add was first, so there is no initial list");
/// for delta in popped.take_deltas() {
///     assert_eq!(delta, Delta::Added(7));
/// }
/// drop(popped);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it was taken out of the queue"]
pub struct Popped<K: Clone + Eq + Hash, V: Clone> {
    key: K,
    deltas: Vec<Delta<K, V>>,
    is_initial: bool,
    _receipt: Option<Receipt<K, V>>,
}

impl<K: Clone + Eq + Hash, V: Clone> Popped<K, V> {
    pub(super) fn new(taken: Taken<K, V>, shared: &Arc<Shared<K, V>>) -> Self {
        let receipt = taken.serial.map(|serial| Receipt { shared: Arc::clone(shared), serial });
        Self { key: taken.key, deltas: taken.deltas, is_initial: taken.is_initial, _receipt: receipt }
    }

    /// Takes the deltas, oldest first, and leaves none.
    pub fn take_deltas(&mut self) -> Vec<Delta<K, V>> {
        std::mem::take(&mut self.deltas)
    }

    /// The key.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The deltas, oldest first.
    pub fn deltas(&self) -> &[Delta<K, V>] {
        &self.deltas
    }

    /// The newest delta; `None` only once they have been taken.
    pub fn newest(&self) -> Option<&Delta<K, V>> {
        self.deltas.last()
    }

    /// Whether the queue had not synced when this was popped.
    pub fn is_initial(&self) -> bool {
        self.is_initial
    }
}

/// Shows key and deltas by kind: objects may hold secrets.
impl<K: Clone + Eq + Hash + fmt::Debug, V: Clone> fmt::Debug for Popped<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Popped")
            .field("key", &self.key)
            .field("deltas", &self.deltas.iter().map(Delta::kind).collect::<Vec<_>>())
            .field("is_initial", &self.is_initial)
            .finish_non_exhaustive()
    }
}

struct Receipt<K: Clone + Eq + Hash, V: Clone> {
    shared: Arc<Shared<K, V>>,
    serial: u64,
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Receipt<K, V> {
    fn drop(&mut self) {
        // What it held of the object is dropped here, outside the lock.
        drop(self.shared.state.with(|state| state.applied(self.serial)));
    }
}
