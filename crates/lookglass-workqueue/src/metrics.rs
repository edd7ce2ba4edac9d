use std::{sync::Arc, time::Duration};

/// What happens in one queue, for counters and histograms. Each queue is given its own at build; there is no global.
///
/// What is a state rather than an event can be read at any time with [`Queue::stats`](crate::Queue::stats): unfinished work,
/// the longest running item, and all counts.
///
/// | client-go metric | here |
/// | --- | --- |
/// | `depth` | [`depth_changed`](Self::depth_changed), `stats().depth()` |
/// | `adds_total` | [`added`](Self::added) |
/// | `queue_duration_seconds` | [`waited`](Self::waited) |
/// | `work_duration_seconds` | [`worked`](Self::worked) |
/// | `retries_total` | [`retried`](Self::retried) |
/// | `unfinished_work_seconds` | `stats().unfinished_work` |
/// | `longest_running_processor_seconds` | `stats().longest_running` |
///
/// # Contract
///
/// The hooks run on the threads that use the queue, outside its lock, hence in no fixed order: sums come out right. They must
/// be quick and must not panic. Each does nothing unless implemented. `()` measures times for `stats` and counts nothing.
///
/// ```
/// use lookglass_workqueue::{ManualTimer, Metrics, Queue};
/// use std::{sync::atomic::{AtomicU64, Ordering}, sync::Arc, time::Instant};
///
/// #[derive(Default)]
/// struct Adds(AtomicU64);
/// impl Metrics for Adds {
///     fn added(&self) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// let adds = Arc::new(Adds::default());
/// let queue = Queue::builder("web").metrics(adds.clone(), ManualTimer::new(Instant::now())).build();
/// queue.add("a");
/// queue.add("a"); // waits already
/// assert_eq!(adds.0.load(Ordering::Relaxed), 1);
/// ```
pub trait Metrics: Send + Sync + 'static {
    /// An item began to wait, which it did not before: by `add`, or because its delay is over.
    fn added(&self) {}

    /// The number of items that wait, counting those which wait for their own processing to end, changed by this much.
    fn depth_changed(&self, by: isize) {
        _ = by;
    }

    /// An item was handed to a worker after this time.
    fn waited(&self, time: Duration) {
        _ = time;
    }

    /// A worker was done with an item after this time.
    fn worked(&self, time: Duration) {
        _ = time;
    }

    /// `add_after` or `add_rate_limited` was called.
    fn retried(&self) {}
}

impl Metrics for () {}

impl<M: Metrics + ?Sized> Metrics for Arc<M> {
    fn added(&self) {
        (**self).added();
    }

    fn depth_changed(&self, by: isize) {
        (**self).depth_changed(by);
    }

    fn waited(&self, time: Duration) {
        (**self).waited(time);
    }

    fn worked(&self, time: Duration) {
        (**self).worked(time);
    }

    fn retried(&self) {
        (**self).retried();
    }
}
