//! Changes on their way from the queue into the store.

use std::fmt;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;
use std::{option, vec};

use super::state::Taken;
use super::{Change, Shared};

/// Changes taken together, oldest first; it reads like a slice of them. Keep it, or the iterator made from it, until
/// the changes have been applied: dropping it tells the queue that they were. That holds however it comes to be
/// dropped; nothing is queued again.
///
/// ```
/// use lookglass_cache::{Change, DeltaQueue, PushError};
///
/// let queue = DeltaQueue::<u32, u32, ()>::new(|n: &u32| *n);
/// queue.try_push(Change::Added(1))?;
/// queue.try_push(Change::Added(2))?;
/// let batch = queue.try_pop_batch(10).unwrap().expect("two changes wait");
/// assert_eq!(*batch, [Change::Added(1), Change::Added(2)]);
/// for change in batch {
///     assert!(!change.goes_alone());
/// }
/// # Ok::<(), PushError<Change<u32, u32, ()>>>(())
/// ```
#[must_use = "it was taken out of the queue"]
pub struct ChangeBatch<K: Hash, V, R> {
    changes: Changes<K, V, R>,
    is_initial: bool,
    receipt: Option<Receipt<K, V, R>>,
}

impl<K: Hash, V, R> ChangeBatch<K, V, R> {
    pub(super) fn new(taken: Taken<K, V, R>, shared: &Arc<Shared<K, V, R>>) -> Self {
        let receipt = taken.settles_initial.then(|| Receipt { shared: Arc::clone(shared) });
        Self { changes: taken.changes, is_initial: taken.is_initial, receipt }
    }

    /// Whether the queue had not synced when this was popped, so that additions belong to the initial state.
    pub fn is_initial(&self) -> bool {
        self.is_initial
    }
}

impl<K: Hash, V, R> Deref for ChangeBatch<K, V, R> {
    type Target = [Change<K, V, R>];

    fn deref(&self) -> &Self::Target {
        match &self.changes {
            Changes::One(change) => change.as_slice(),
            Changes::Many(changes) => changes,
        }
    }
}

impl<K: Hash, V, R> IntoIterator for ChangeBatch<K, V, R> {
    type Item = Change<K, V, R>;
    type IntoIter = IntoChanges<K, V, R>;

    fn into_iter(self) -> Self::IntoIter {
        IntoChanges { changes: self.changes.into_iter(), _receipt: self.receipt }
    }
}

/// Shows kinds only: objects may hold secrets.
impl<K: Hash, V, R> fmt::Debug for ChangeBatch<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeBatch")
            .field("changes", &self.len())
            .field("is_initial", &self.is_initial)
            .finish_non_exhaustive()
    }
}

/// The changes of a [`ChangeBatch`], by value. Dropping it tells the queue that they were applied.
pub struct IntoChanges<K: Hash, V, R> {
    changes: ChangesIter<K, V, R>,
    _receipt: Option<Receipt<K, V, R>>,
}

impl<K: Hash, V, R> Iterator for IntoChanges<K, V, R> {
    type Item = Change<K, V, R>;

    fn next(&mut self) -> Option<Self::Item> {
        self.changes.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.changes.size_hint()
    }
}

impl<K: Hash, V, R> ExactSizeIterator for IntoChanges<K, V, R> {}

impl<K: Hash, V, R> fmt::Debug for IntoChanges<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoChanges").field("left", &self.len()).finish_non_exhaustive()
    }
}

/// The changes of a batch; a vector only where there are several.
pub(super) enum Changes<K, V, R> {
    One(Option<Change<K, V, R>>),
    Many(Vec<Change<K, V, R>>),
}

impl<K, V, R> IntoIterator for Changes<K, V, R> {
    type Item = Change<K, V, R>;
    type IntoIter = ChangesIter<K, V, R>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Self::One(change) => ChangesIter::One(change.into_iter()),
            Self::Many(changes) => ChangesIter::Many(changes.into_iter()),
        }
    }
}

pub(super) enum ChangesIter<K, V, R> {
    One(option::IntoIter<Change<K, V, R>>),
    Many(vec::IntoIter<Change<K, V, R>>),
}

impl<K, V, R> Iterator for ChangesIter<K, V, R> {
    type Item = Change<K, V, R>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::One(change) => change.next(),
            Self::Many(changes) => changes.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::One(change) => change.size_hint(),
            Self::Many(changes) => changes.size_hint(),
        }
    }
}

/// Says that the first list has been processed.
struct Receipt<K: Hash, V, R> {
    shared: Arc<Shared<K, V, R>>,
}

impl<K: Hash, V, R> Drop for Receipt<K, V, R> {
    fn drop(&mut self) {
        self.shared.state.with(super::State::initial_processed);
    }
}
