//! What can be seen of a [`DeltaQueue`](super::DeltaQueue) from outside.

/// The numbers behind a [`DeltaQueue`](super::DeltaQueue), at one moment.
///
/// ```
/// use lookglass_cache::{Change, DeltaQueue, PushError};
///
/// let queue = DeltaQueue::<u32, u32, u64>::new(|n: &u32| *n);
/// queue.try_push(Change::ReplacedAll { revision: 3, objects: vec![1, 2, 3], unreadable: vec![] })?;
/// let view = queue.view();
/// assert_eq!((view.changes, view.objects, view.capacity), (1, 3, 2000));
/// assert!(view.populated && !view.synced);
/// # Ok::<(), PushError<Change<u32, u32, u64>>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct QueueView {
    /// Changes queued; a list counts as one.
    pub changes: usize,
    /// Capacity taken; a list counts its elements, everything else counts as one.
    pub objects: usize,
    /// Capacity.
    pub capacity: usize,
    /// Whether an object or a list has entered yet.
    pub populated: bool,
    /// Lists of the initial population (one or none) that have not been processed.
    pub initial_left: usize,
    /// Whether the initial state has been processed.
    pub synced: bool,
    /// Whether the queue is closed.
    pub closed: bool,
    /// Producers that wait for room.
    pub waiting_producers: usize,
    /// Consumers that wait for changes.
    pub waiting_consumers: usize,
    /// Changes that have entered since the beginning.
    pub pushed: u64,
    /// Changes that have been popped since the beginning.
    pub popped: u64,
}
