use crate::{builder::Builder, queue::Queue, timer::Timer};
use std::{fmt, hash::Hash, ops::Deref, sync::Arc, time::Duration};

/// A [`Queue`] that can add an item later. It derefs to the plain queue for everything else.
///
/// No task runs for it. Whoever waits in `get` also waits for the earliest delayed item, one waiter for all. The others have a
/// spare timer, 100 ms later: [`Get`](crate::Get) says what becomes of one that is kept unpolled. While every worker is busy,
/// an item that becomes due lines up at the next `get`, behind what was added before that.
///
/// ```
/// use lookglass_workqueue::DelayingQueue;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let queue = DelayingQueue::new("web");
/// queue.add_after("later", Duration::from_secs(60));
/// queue.add_after("sooner", Duration::from_secs(30));
/// assert_eq!(*queue.get().await.unwrap(), "sooner");
/// assert_eq!(*queue.get().await.unwrap(), "later");
/// # }
/// ```
pub struct DelayingQueue<T> {
    pub(crate) queue: Queue<T>,
}

/// A century: long enough to mean never, short enough for any clock to add.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl<T> DelayingQueue<T> {
    /// A queue on tokio's clock, with every default of [`Builder`].
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::builder(name, crate::TokioTimer).build()
    }

    /// A queue to be set up, with any timer.
    pub fn builder(name: impl Into<String>, timer: impl Timer) -> Builder<Self> {
        Builder::start(name.into(), Some(Arc::new(timer)))
    }

    /// Adds the item after this time; at once if it is zero. Of several times for one item the earliest counts, whichever
    /// was given last. An `add` meanwhile takes nothing back: the item is added again when due. Dropped by shut down.
    pub fn add_after(&self, item: T, delay: Duration)
    where
        T: Eq + Hash,
    {
        self.add_with(item, |_, _| delay);
    }

    /// Adds the item after a time that depends on it and on now.
    pub(crate) fn add_with(&self, item: T, delay: impl FnOnce(&T, std::time::Instant) -> Duration)
    where
        T: Eq + Hash,
    {
        let shared = &self.queue.shared;
        let Some(timer) = &shared.timer else { unreachable!("every builder of a timed queue is given a timer") };
        let now = timer.now();
        let delay = delay(&item, now);
        if let Some(metrics) = &shared.metrics
            && !self.is_shutting_down()
        {
            metrics.retried();
        }
        if delay.is_zero() {
            shared.add(item);
        } else {
            // A clock that near its own end cannot hold the time; the item is better early than lost.
            shared.add_at(item, now.checked_add(delay.min(NEVER)).unwrap_or(now));
        }
    }
}

impl<T> Deref for DelayingQueue<T> {
    type Target = Queue<T>;

    fn deref(&self) -> &Queue<T> {
        &self.queue
    }
}

impl<T> Clone for DelayingQueue<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<T> fmt::Debug for DelayingQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelayingQueue").field("name", &self.name()).field("stats", &self.stats()).finish()
    }
}
