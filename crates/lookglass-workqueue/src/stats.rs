use std::time::Duration;

/// What a queue holds and does at one moment.
///
/// ```
/// # use lookglass_workqueue::Queue;
/// let queue = Queue::new("web");
/// queue.add("a");
/// queue.add("b");
/// let item = queue.get_blocking();
/// let stats = queue.stats();
/// assert_eq!((stats.ready, stats.processing), (1, 1));
/// # drop(item);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Items that a `get` would hand out now; the queue's `len`.
    pub ready: usize,
    /// Items that workers have and are not done with.
    pub processing: usize,
    /// Those of `processing` that were added again meanwhile and will run once more.
    pub again: usize,
    /// Items whose delay is not over. An item may be delayed and wait or run too.
    pub delayed: usize,
    /// Calls of `get` that wait.
    pub getters: usize,
    /// Whether the queue takes no more additions.
    pub shutting_down: bool,
    /// For how long the items in processing have been worked on, added up. `None` for a queue without metrics.
    pub unfinished_work: Option<Duration>,
    /// For how long the longest of them has been. `None` for a queue without metrics.
    pub longest_running: Option<Duration>,
}

impl Stats {
    /// The items that wait for a worker, as client-go's `depth` counts them: `ready` and `again`.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.ready + self.again
    }

    /// Whether the queue is shut down and everything in it is done.
    #[must_use]
    pub fn drained(&self) -> bool {
        self.shutting_down && self.ready == 0 && self.processing == 0
    }
}
