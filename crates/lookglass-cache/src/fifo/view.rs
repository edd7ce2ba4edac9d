//! What can be seen of a [`DeltaFifo`](super::DeltaFifo) from outside.

/// The numbers behind a [`DeltaFifo`](super::DeltaFifo), at one moment.
///
/// ```
/// use lookglass_cache::DeltaFifo;
///
/// let fifo = DeltaFifo::new(|n: &u32| *n);
/// fifo.replace(vec![1, 2])?;
/// fifo.update(2)?;
/// let view = fifo.view();
/// assert_eq!((view.keys, view.deltas, view.initial_left), (2, 3, 2));
/// assert!(view.populated && !view.synced);
/// # Ok::<(), lookglass_cache::EnqueueError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct FifoView {
    /// Keys that wait.
    pub keys: usize,
    /// Deltas that wait, over all keys.
    pub deltas: usize,
    /// Whether anything has been queued or dropped as unknown yet.
    pub populated: bool,
    /// Keys of the first replace that have not been popped.
    pub initial_left: usize,
    /// Whether the initial state has been popped.
    pub synced: bool,
    /// Whether the queue is closed.
    pub closed: bool,
    /// Keys that are popped and whose [`Popped`](super::Popped) still lives; counted only with known objects.
    pub in_flight: usize,
    /// Consumers that wait.
    pub waiting: usize,
    /// Lookups of known objects that failed or found nothing where a key had been listed, since the beginning.
    pub failed_lookups: u64,
}
