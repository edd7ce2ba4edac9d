//! The classic delta queue: what happened to each object, object by object.

mod builder;
mod popped;
mod state;
#[cfg(all(test, not(loom)))]
mod tests;
mod view;

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use thiserror::Error;

pub use self::builder::DeltaFifoBuilder;
pub use self::popped::Popped;
pub use self::view::FifoView;

use self::state::{State, consumers};
use crate::key::Transformer;
use crate::line::Guarded;
use crate::sync::block_on;
use crate::{Closed, Delta, KeyError, KeyFunction, KnownObjects, SyncChecker, Tombstone, TransformError};

/// A queue of objects in which each object waits with everything that happened to it since it was last taken.
///
/// This is client-go's `DeltaFIFO`, for any value with a key. [`pop`](Self::pop) gives the oldest *key* with all its
/// deltas, oldest first. The order of one object's deltas is kept; the order between objects is not. Informers use
/// [`DeltaQueue`](crate::DeltaQueue), which keeps both.
///
/// # Contract
///
/// * Adding to a key that waits already appends to its deltas and leaves its place in the queue.
/// * If the two newest deltas of a key are both deletions, one remains: the older, unless the older is a tombstone.
/// * A deletion of a key that neither waits nor is known is dropped. It still makes the queue *populated*.
/// * [`replace`](Self::replace) queues a `Sync` (or, by option, a `Replaced`) for each element in list order, then
///   tombstones for the waiting keys that the list lacks, with the newest object queued, then tombstones for the
///   known keys that neither the list nor the queue has. A lookup that fails gives a tombstone without object.
/// * [`resync`](Self::resync) queues a `Sync` for each known object that does not wait already.
/// * The transformer sees each object as it enters, except tombstones and the objects of a resync, which have been
///   through it.
/// * The queue [has synced](Self::has_synced) once something other than a replace was the first to populate it, or
///   once as many keys have been popped as the first replace queued, deletions included. It flips when the last of
///   them *is popped*, before that one is processed: this is the classic contract. [`Popped::is_initial`] is `true`
///   for that last one too.
/// * After [`close`](Self::close) what waits can still be popped; then [`Closed`].
///
/// # Where it differs from client-go
///
/// * The consumer works without the queue's lock, so it may use the queue and never holds up producers. What is
///   popped stays known to the queue until its [`Popped`] is dropped: `delete`, `replace` and `resync` see known
///   objects as they will be once the consumer is done, so nothing that is on its way is forgotten or doubled.
/// * What fails (key or transformer) changes nothing: a replace never queues a part, and the queue does not become
///   populated.
/// * A closed queue takes nothing new.
/// * Order never depends on a hash: tombstones come in queue order, then in the order of the known keys.
///
/// # Cost
///
/// One lock and at most one hash lookup for each operation; a vector of deltas per waiting key; `K` is cloned once
/// per waiting key. Key function and transformer run outside the lock. `V` is cloned by the store half, for
/// tombstones, and once per popped key if there are known objects; use an `Arc` or the like.
///
/// The handle is cheap to clone; clones share the queue.
///
/// ```
/// use lookglass_cache::{Delta, DeltaFifo};
///
/// # #[derive(Clone, Debug, PartialEq)]
/// struct Pod { name: &'static str, value: u32 }
///
/// let fifo = DeltaFifo::new(|pod: &Pod| pod.name);
/// fifo.add(Pod { name: "pod-1", value: 1 })?;
/// fifo.add(Pod { name: "pod-2", value: 2 })?;
/// fifo.delete(Pod { name: "pod-1", value: 3 })?;
///
/// let first = fifo.try_pop()?.expect("two pods wait");
/// assert_eq!(first.key(), &"pod-1");
/// assert!(matches!(first.deltas(), [Delta::Added(_), Delta::Deleted(_)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DeltaFifo<K, V> {
    shared: Arc<Shared<K, V>>,
}

struct Shared<K, V> {
    key: KeyFunction<K, V>,
    transformer: Option<Transformer<V>>,
    emit_replaced: bool,
    synced: SyncChecker,
    state: Guarded<State<K, V>>,
}

impl<K, V> DeltaFifo<K, V>
where
    K: Clone + Eq + Hash + Send + Sync,
    V: Clone + Send + Sync,
{
    /// A queue with the defaults of its [builder](DeltaFifoBuilder).
    pub fn new(key: impl Into<KeyFunction<K, V>>) -> Self {
        Self::builder(key).build()
    }

    /// Starts building a queue.
    pub fn builder(key: impl Into<KeyFunction<K, V>>) -> DeltaFifoBuilder<K, V> {
        DeltaFifoBuilder::new(key.into())
    }

    /// Queues that an object is new.
    ///
    /// # Errors
    ///
    /// [`EnqueueError`]; nothing was queued.
    pub fn add(&self, object: V) -> Result<(), EnqueueError> {
        self.enqueue(object, Delta::Added)
    }

    /// Queues that an object changed.
    ///
    /// # Errors
    ///
    /// [`EnqueueError`]; nothing was queued.
    pub fn update(&self, object: V) -> Result<(), EnqueueError> {
        self.enqueue(object, Delta::Updated)
    }

    /// Queues that an object is gone, unless nobody has heard of it.
    ///
    /// # Errors
    ///
    /// [`EnqueueError`]; nothing was queued.
    pub fn delete(&self, object: V) -> Result<(), EnqueueError> {
        let key = self.shared.key.key_of(&object)?;
        let object = self.shared.transform(object)?;
        self.open(|state| {
            if state.expects_deletion_of(&key) {
                state.enqueue(key, Delta::Deleted(object));
            }
        })
    }

    /// Queues that the object of a key is gone, unless nobody has heard of it; for deletions found out otherwise than
    /// by [`replace`](Self::replace).
    ///
    /// # Errors
    ///
    /// [`EnqueueError::Closed`]; nothing was queued.
    pub fn bury(&self, tombstone: Tombstone<K, V>) -> Result<(), EnqueueError> {
        self.open(|state| {
            if state.expects_deletion_of(&tombstone.key) {
                state.enqueue(tombstone.key.clone(), Delta::Tombstone(tombstone));
            }
        })
    }

    /// Queues a complete list: what is on it, and that everything else is gone.
    ///
    /// # Errors
    ///
    /// [`EnqueueError`] for the first element without a key or that could not be transformed; nothing was queued.
    pub fn replace(&self, objects: Vec<V>) -> Result<(), EnqueueError> {
        self.replace_except(objects, Vec::new())
    }

    /// As [`replace`](Self::replace), for a list that lacks the state of some objects that are there: of what has one of the keys `unreadable`, nothing is queued.
    ///
    /// # Errors
    ///
    /// As for [`replace`](Self::replace).
    pub fn replace_except(&self, objects: Vec<V>, unreadable: Vec<K>) -> Result<(), EnqueueError> {
        let mut keyed = Vec::with_capacity(objects.len());
        for (element, object) in objects.into_iter().enumerate() {
            let element = Some(element);
            let key = self.shared.key.key_of(&object).map_err(|error| KeyError { element, ..error })?;
            let object = self.shared.transform(object).map_err(|error| TransformError { element, ..error })?;
            keyed.push((key, object));
        }
        let delta = if self.shared.emit_replaced { Delta::Replaced } else { Delta::Sync };
        self.open(|state| state.replace(keyed, unreadable, delta))
    }

    /// Queues every known object that does not wait already. Without known objects it does nothing.
    ///
    /// # Errors
    ///
    /// [`EnqueueError::Closed`]; nothing was queued.
    pub fn resync(&self) -> Result<(), EnqueueError> {
        self.open(State::resync)
    }

    /// Waits for the oldest key and takes it, with all its deltas.
    ///
    /// Several consumers are served in the order in which they began to wait.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing from the queue, and wakes the next consumer if there is something for it.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the queue is closed and empty.
    pub async fn pop(&self) -> Result<Popped<K, V>, Closed> {
        self.shared.state.wait(consumers(), State::pop).await.map(|taken| Popped::new(taken, &self.shared))
    }

    /// Blocks the thread until there is a key, and takes it. Not for threads that drive async tasks.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the queue is closed and empty.
    pub fn pop_blocking(&self) -> Result<Popped<K, V>, Closed> {
        block_on(self.pop())
    }

    /// Takes the oldest key if there is one, even before consumers that wait.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the queue is closed and empty.
    pub fn try_pop(&self) -> Result<Option<Popped<K, V>>, Closed> {
        let taken = self.shared.state.with(State::pop).transpose()?;
        Ok(taken.map(|taken| Popped::new(taken, &self.shared)))
    }

    /// Whether the initial state has been popped; see the contract above.
    #[must_use]
    pub fn has_synced(&self) -> bool {
        self.shared.synced.is_synced()
    }

    /// The same as something to keep and to wait for.
    #[must_use]
    pub fn sync_checker(&self) -> SyncChecker {
        self.shared.synced.clone()
    }

    /// Ends the queue: nothing new enters, what waits can still be popped, and everybody who waits is woken.
    pub fn close(&self) {
        self.shared.state.with(State::close);
    }

    /// Whether [`close`](Self::close) was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.state.read(State::is_closed)
    }

    /// The numbers behind the queue; counting the deltas takes a step per waiting key.
    #[must_use]
    pub fn view(&self) -> FifoView {
        self.shared.state.read(State::view)
    }

    fn enqueue(&self, object: V, delta: fn(V) -> Delta<K, V>) -> Result<(), EnqueueError> {
        let key = self.shared.key.key_of(&object)?;
        let object = self.shared.transform(object)?;
        self.open(|state| state.enqueue(key, delta(object)))
    }

    fn open<T>(&self, operation: impl FnOnce(&mut State<K, V>) -> T) -> Result<T, EnqueueError> {
        self.shared.state.with(|state| if state.is_closed() { Err(EnqueueError::Closed) } else { Ok(operation(state)) })
    }
}

/// The queue as a store of what waits.
impl<K, V> DeltaFifo<K, V>
where
    K: Clone + Eq + Hash + Send + Sync,
    V: Clone + Send + Sync,
{
    /// The newest object of each waiting key, in queue order; also of keys whose newest delta is a deletion, as in
    /// client-go. A key whose newest delta is a tombstone without object is left out.
    #[must_use]
    pub fn list(&self) -> Vec<V> {
        self.shared.state.read(State::list)
    }

    /// The waiting keys, in queue order.
    #[must_use]
    pub fn list_keys(&self) -> Vec<K> {
        self.shared.state.read(State::list_keys)
    }

    /// All deltas waiting for the key of this object, oldest first; `None` if it does not wait.
    ///
    /// # Errors
    ///
    /// [`KeyError`] when the object has no key.
    pub fn get(&self, object: &V) -> Result<Option<Vec<Delta<K, V>>>, KeyError> {
        Ok(self.get_by_key(&self.shared.key.key_of(object)?))
    }

    /// All deltas waiting for this key, oldest first; `None` if it does not wait.
    #[must_use]
    pub fn get_by_key(&self, key: &K) -> Option<Vec<Delta<K, V>>> {
        self.shared.state.read(|state| state.get(key))
    }

    /// How many keys wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.state.read(State::len)
    }

    /// Whether no key waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K, V> Clone for DeltaFifo<K, V> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> fmt::Debug for DeltaFifo<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeltaFifo").field(&self.shared.state.read(State::view)).finish()
    }
}

impl<K, V> Shared<K, V> {
    fn transform(&self, object: V) -> Result<V, TransformError> {
        match &self.transformer {
            Some(transformer) => transformer.apply(object),
            None => Ok(object),
        }
    }
}

/// Why a [`DeltaFifo`] took nothing.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EnqueueError {
    /// The queue was closed; start a new one.
    #[error("the queue is closed and takes nothing new")]
    Closed,
    /// The key function failed: the value is not one this queue is for.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The transformer failed: mend it, or let it give the value unchanged.
    #[error(transparent)]
    Transform(#[from] TransformError),
}
