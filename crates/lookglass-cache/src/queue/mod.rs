//! The delta queue of informers: what happened, in the order in which it happened.

mod batch;
mod builder;
mod change;
mod seen;
mod state;
#[cfg(all(test, not(loom)))]
mod tests;
mod view;

use std::fmt;
use std::hash::{BuildHasher as _, Hash};
use std::sync::Arc;
use std::vec;

use foldhash::fast::RandomState;
use thiserror::Error;

pub use self::batch::{ChangeBatch, IntoChanges};
pub use self::builder::DeltaQueueBuilder;
pub use self::change::Change;
pub use self::view::QueueView;

use self::state::{Entry, State, Supply as _, consumers, producers};
use crate::key::Transformer;
use crate::line::Guarded;
use crate::sync::block_on;
use crate::{Closed, KeyError, KeyFunction, SyncChecker, TransformError};

/// A bounded queue of [`Change`]s that keeps their order, across keys too.
///
/// This is the counterpart of client-go's `RealFIFO` in its atomic mode, with a hard bound.
///
/// # Contract
///
/// * Changes come out in the order in which they went in; nothing is merged or dropped, not even the deletion of an
///   object that nobody knows.
/// * A complete list is **one** change, [`Change::ReplacedAll`], and a resync is one, [`Change::SyncAll`]. What they
///   mean for single objects is found when they are processed, by comparison with the store; the consumer then tells
///   deletions first, then updates, then additions.
/// * [`pop_batch`](Self::pop_batch) gives up to [`MAX_BATCH`](Self::MAX_BATCH) changes, to be applied under one lock
///   of the store. A batch ends before a key that it holds already, before and after a change that goes alone
///   (`ReplacedAll`, `SyncAll`, `Bookmark`), and at the end of the initial population. A value whose key cannot be
///   found never enters the queue, so it ends no batch.
/// * The queue holds at most [`capacity`](DeltaQueueBuilder::capacity) objects; whoever pushes more waits until there
///   is room. A list weighs as much as it has elements; one that is larger than the capacity enters when the queue is
///   empty, and goes alone. Producers are admitted in the order in which they came, so that a big change is not
///   overtaken for ever.
/// * The queue [has synced](Self::has_synced) once an added, updated or deleted object was the first to enter, or
///   once the first list has been processed, that is, its [`ChangeBatch`] was dropped. Bookmarks and resyncs do not
///   populate the queue.
/// * The transformer sees each object as it enters, except tombstones.
/// * After [`close`](Self::close) nothing enters, waiting producers get their change back, and what is queued can
///   still be popped; then [`Closed`].
///
/// # Cost
///
/// A push takes one lock, whether of one change or of a chunk by [`push_all`](Self::push_all); a pop takes one lock per
/// batch and makes one vector, none for a single change. Key function, hashing and transformer run outside the lock.
/// Eight bytes per queued change remember the key's hash, which is all that is needed to end a batch.
///
/// The handle is cheap to clone; clones share the queue.
///
/// ```
/// use lookglass_cache::{Change, DeltaQueue};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let queue = DeltaQueue::<String, String, u64>::new(|line: &String| line.chars().take(1).collect());
/// queue.push(Change::ReplacedAll { revision: 7, objects: vec!["a1".into(), "b1".into()], unreadable: vec![] }).await?;
/// queue.push(Change::Updated("a2".into())).await?;
/// queue.push(Change::Deleted("b1".into())).await?;
///
/// let list = queue.pop_batch(1000).await?;
/// assert!(list.is_initial() && list.len() == 1, "a list goes alone");
/// drop(list);
/// assert!(queue.has_synced());
/// assert_eq!(queue.pop_batch(1000).await?.len(), 2);
/// # Ok(()) }
/// ```
pub struct DeltaQueue<K, V, R> {
    shared: Arc<Shared<K, V, R>>,
}

struct Shared<K, V, R> {
    key: KeyFunction<K, V>,
    hasher: RandomState,
    transformer: Option<Transformer<V>>,
    synced: SyncChecker,
    state: Guarded<State<K, V, R>>,
}

impl<K: Hash + Send + Sync, V: Send + Sync, R: Send + Sync> DeltaQueue<K, V, R> {
    /// The most changes one batch can have.
    pub const MAX_BATCH: usize = 1000;

    /// A queue with the defaults of its [builder](DeltaQueueBuilder).
    pub fn new(key: impl Into<KeyFunction<K, V>>) -> Self {
        Self::builder(key).build()
    }

    /// Starts building a queue.
    pub fn builder(key: impl Into<KeyFunction<K, V>>) -> DeltaQueueBuilder<K, V, R> {
        DeltaQueueBuilder::new(key.into())
    }

    /// Waits for room and queues a change.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future while it waits queues nothing; the change is dropped with it.
    ///
    /// # Errors
    ///
    /// [`PushError::Closed`] gives the change back, as the transformer left it, also when the queue is closed during
    /// the wait. [`PushError::Key`] and [`PushError::Transform`] queue nothing.
    pub async fn push(&self, change: Change<K, V, R>) -> Result<(), PushError<Change<K, V, R>>> {
        let mut entry = Some(self.shared.prepare(change)?);
        let admitted = self.shared.state.wait(producers(), |state| state.admit(&mut entry)).await;
        refused(Some(admitted), entry)
    }

    /// Blocks the thread until there is room, and queues a change. Not for threads that drive async tasks.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_blocking(&self, change: Change<K, V, R>) -> Result<(), PushError<Change<K, V, R>>> {
        block_on(self.push(change))
    }

    /// Queues a change if there is room and nobody waits for it.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), and [`PushError::Full`], which gives the change back, as the transformer left it.
    pub fn try_push(&self, change: Change<K, V, R>) -> Result<(), PushError<Change<K, V, R>>> {
        let mut entry = Some(self.shared.prepare(change)?);
        let admitted = self.shared.state.with(|state| state.admit_at_once(&mut entry));
        refused(admitted, entry)
    }

    /// Queues changes in order, waiting for room as often as needed: as if each were [pushed](Self::push) in turn, but
    /// with one lock and one wake-up for all that find room at once, and with nobody else's change between them.
    ///
    /// What has entered is taken out of `changes`, which is empty in the end and keeps its memory for the next chunk.
    ///
    /// # Cancel safety
    ///
    /// Whatever becomes of the future, `changes` then holds exactly those that have not entered, in order, as the
    /// transformer left them. A reflector that is interrupted calls again with the same vector, and neither loses nor
    /// doubles a change.
    ///
    /// # Errors
    ///
    /// [`PushError::Closed`] when the queue is closed, also during the wait. [`PushError::Key`] and
    /// [`PushError::Transform`] are found before anything enters: the change in question is taken out of `changes` and
    /// dropped, all others are still there, so that one can report the error and call again.
    ///
    /// ```
    /// use lookglass_cache::{Change, DeltaQueue};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let queue = DeltaQueue::<u32, u32, u64>::new(|n: &u32| *n);
    /// let mut chunk = vec![Change::Added(1), Change::Added(2), Change::Bookmark(7)];
    /// queue.push_all(&mut chunk).await?;
    /// assert!(chunk.is_empty() && queue.len() == 3);
    /// # Ok(()) }
    /// ```
    pub async fn push_all(&self, changes: &mut Vec<Change<K, V, R>>) -> Result<(), PushError<()>> {
        let mut chunk = self.shared.prepare_all(changes)?;
        if chunk.entries.first().is_none() {
            return Ok(());
        }
        let admitted = self.shared.state.wait(producers(), |state| state.admit(&mut chunk.entries)).await;
        admitted.map_err(|Closed| PushError::Closed(()))
    }

    /// Blocks the thread until all changes are queued. Not for threads that drive async tasks.
    ///
    /// # Errors
    ///
    /// As [`push_all`](Self::push_all).
    pub fn push_all_blocking(&self, changes: &mut Vec<Change<K, V, R>>) -> Result<(), PushError<()>> {
        block_on(self.push_all(changes))
    }

    /// Queues as many of the changes as there is room for, in order, if nobody waits for it. The others stay in
    /// `changes`.
    ///
    /// # Errors
    ///
    /// As [`push_all`](Self::push_all), and [`PushError::Full`] when changes are left.
    pub fn try_push_all(&self, changes: &mut Vec<Change<K, V, R>>) -> Result<(), PushError<()>> {
        let mut chunk = self.shared.prepare_all(changes)?;
        if chunk.entries.first().is_none() {
            return Ok(());
        }
        match self.shared.state.with(|state| state.admit_at_once(&mut chunk.entries)) {
            Some(Ok(())) => Ok(()),
            Some(Err(Closed)) => Err(PushError::Closed(())),
            None => Err(PushError::Full(())),
        }
    }

    /// Waits for the oldest change and takes it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing from the queue, and wakes the next consumer if there is something for it.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the queue is closed and empty.
    pub async fn pop(&self) -> Result<ChangeBatch<K, V, R>, Closed> {
        self.pop_batch(1).await
    }

    /// Waits for changes and takes up to `max` of them, as one batch; see the contract for where it ends.
    /// Zero counts as one, and more than [`MAX_BATCH`](Self::MAX_BATCH) as that.
    ///
    /// # Cancel safety
    ///
    /// As [`pop`](Self::pop).
    ///
    /// # Errors
    ///
    /// [`Closed`] when the queue is closed and empty.
    pub async fn pop_batch(&self, max: usize) -> Result<ChangeBatch<K, V, R>, Closed> {
        let taken = self.shared.state.wait(consumers(), |state| state.pop(Self::within_limits(max))).await?;
        Ok(ChangeBatch::new(taken, &self.shared))
    }

    /// Blocks the thread until there are changes, and takes up to `max` of them. Not for threads that drive async
    /// tasks.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the queue is closed and empty.
    pub fn pop_batch_blocking(&self, max: usize) -> Result<ChangeBatch<K, V, R>, Closed> {
        block_on(self.pop_batch(max))
    }

    /// Takes up to `max` changes if there are any, even before consumers that wait.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the queue is closed and empty.
    pub fn try_pop_batch(&self, max: usize) -> Result<Option<ChangeBatch<K, V, R>>, Closed> {
        let taken = self.shared.state.with(|state| state.pop(Self::within_limits(max))).transpose()?;
        Ok(taken.map(|taken| ChangeBatch::new(taken, &self.shared)))
    }

    /// Ends the queue: nothing enters any more, what is queued can still be popped, and everybody who waits is woken.
    pub fn close(&self) {
        self.shared.state.with(State::close);
    }

    /// Whether [`close`](Self::close) was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.state.read(State::is_closed)
    }

    /// Whether the initial state has been processed; see the contract above.
    #[must_use]
    pub fn has_synced(&self) -> bool {
        self.shared.synced.is_synced()
    }

    /// The same as something to keep and to wait for.
    #[must_use]
    pub fn sync_checker(&self) -> SyncChecker {
        self.shared.synced.clone()
    }

    /// How many changes are queued; a list counts as one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.view().changes
    }

    /// Whether nothing is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers behind the queue.
    #[must_use]
    pub fn view(&self) -> QueueView {
        self.shared.state.read(State::view)
    }

    fn within_limits(max: usize) -> usize {
        max.clamp(1, Self::MAX_BATCH)
    }
}

impl<K, V, R> Clone for DeltaQueue<K, V, R> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<K, V, R> fmt::Debug for DeltaQueue<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeltaQueue").field(&self.shared.state.read(State::view)).finish()
    }
}

impl<K: Hash, V, R> Shared<K, V, R> {
    /// All that foreign code has to do with a change, before the lock is taken.
    fn prepare<T>(&self, change: Change<K, V, R>) -> Result<Entry<K, V, R>, PushError<T>> {
        let change = match &self.transformer {
            Some(transformer) => change.try_map(|element, object| {
                transformer.apply(object).map_err(|error| TransformError { element, ..error })
            })?,
            None => change,
        };
        let key_hash = match &change {
            Change::Added(object) | Change::Updated(object) | Change::Deleted(object) => {
                self.hasher.hash_one(self.key.key_of(object)?)
            }
            Change::Tombstone(tombstone) => self.hasher.hash_one(&tombstone.key),
            Change::ReplacedAll { objects, .. } => {
                for (element, object) in objects.iter().enumerate() {
                    self.key.key_of(object).map_err(|error| KeyError { element: Some(element), ..error })?;
                }
                NO_KEY
            }
            Change::SyncAll | Change::Bookmark(_) => NO_KEY,
        };
        Ok(Entry { change, key_hash })
    }

    /// The same for a chunk. If one fails, the others are where they were.
    fn prepare_all<'a>(&self, changes: &'a mut Vec<Change<K, V, R>>) -> Result<Chunk<'a, K, V, R>, PushError<()>> {
        let mut entries = Vec::with_capacity(changes.len());
        let mut left = changes.drain(..);
        for change in left.by_ref() {
            match self.prepare(change) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    let behind: Vec<_> = left.collect();
                    changes.extend(entries.into_iter().map(|entry| entry.change).chain(behind));
                    return Err(error);
                }
            }
        }
        drop(left);
        Ok(Chunk { entries: entries.into_iter(), rest: changes })
    }
}

/// Changes on their way in; those that do not get in go back to where they came from.
struct Chunk<'a, K, V, R> {
    entries: vec::IntoIter<Entry<K, V, R>>,
    rest: &'a mut Vec<Change<K, V, R>>,
}

impl<K, V, R> Drop for Chunk<'_, K, V, R> {
    fn drop(&mut self) {
        self.rest.extend(self.entries.by_ref().map(|entry| entry.change));
    }
}

/// What to tell a producer of a single change, which gets it back if it is still there.
fn refused<K, V, R>(
    admitted: Option<Result<(), Closed>>,
    entry: Option<Entry<K, V, R>>,
) -> Result<(), PushError<Change<K, V, R>>> {
    let Some(Entry { change, .. }) = entry else { return Ok(()) };
    Err(match admitted {
        Some(_) => PushError::Closed(change),
        None => PushError::Full(change),
    })
}

/// The hash of what has no key; nobody asks for it.
const NO_KEY: u64 = 0;

/// Why a [`DeltaQueue`] or a [`Feed`](crate::Feed) took nothing. Where possible, `T` is what was to be pushed.
#[derive(Error)]
#[non_exhaustive]
pub enum PushError<T> {
    /// Nobody will read it any more; stop producing.
    #[error("closed: it takes nothing new")]
    Closed(T),
    /// There is no room now: wait for it with `push`, or try later.
    #[error("full: wait for room, or try later")]
    Full(T),
    /// The key function failed: the value is not one this queue is for.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The transformer failed: mend it, or let it give the value unchanged.
    #[error(transparent)]
    Transform(#[from] TransformError),
}

/// Leaves out what was to be pushed: objects may hold secrets.
impl<T> fmt::Debug for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(_) => f.write_str("Closed(..)"),
            Self::Full(_) => f.write_str("Full(..)"),
            Self::Key(error) => f.debug_tuple("Key").field(error).finish(),
            Self::Transform(error) => f.debug_tuple("Transform").field(error).finish(),
        }
    }
}
