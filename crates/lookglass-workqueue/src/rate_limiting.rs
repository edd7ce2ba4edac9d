use crate::{builder::Builder, delaying::DelayingQueue, limiter::RateLimiter, sync::Mutex, timer::Timer};
use std::{fmt, hash::Hash, ops::Deref, sync::Arc};

/// A [`DelayingQueue`] that asks a [`RateLimiter`] how long to wait. It derefs to the delaying queue, and that to the plain
/// one, for everything else.
///
/// ```
/// use lookglass_workqueue::RateLimitingQueue;
///
/// # fn reconcile(_: &str) -> Result<(), ()> { Ok(()) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let queue = RateLimitingQueue::<String>::new("web");
/// queue.add("default/a".to_owned());
/// # queue.shut_down();
/// while let Some(key) = queue.get().await {
///     match reconcile(&key) {
///         Ok(()) => queue.forget(&key),
///         Err(()) if queue.num_requeues(&key) < 5 => queue.add_rate_limited(key.clone()),
///         Err(()) => queue.forget(&key), // given up
///     }
/// }
/// # }
/// ```
pub struct RateLimitingQueue<T> {
    pub(crate) queue: DelayingQueue<T>,
    /// Under a lock of its own: a limiter is the user's code.
    pub(crate) limiter: Arc<Mutex<Box<dyn RateLimiter<T>>>>,
}

impl<T> RateLimitingQueue<T> {
    /// A queue on tokio's clock, with every default of [`Builder`].
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self
    where
        T: Clone + Eq + Hash + Send + 'static,
    {
        Self::builder(name, crate::TokioTimer).build()
    }

    /// A queue to be set up, with any timer.
    pub fn builder(name: impl Into<String>, timer: impl Timer) -> Builder<Self> {
        Builder::start(name.into(), Some(Arc::new(timer)))
    }

    /// Adds the item after the time that the limiter says, and counts it as a retry.
    pub fn add_rate_limited(&self, item: T)
    where
        T: Eq + Hash,
    {
        self.queue.add_with(item, |item, now| self.limiter.lock().when(item, now));
    }

    /// The limiter forgets the item's retries: it succeeded, or is given up. The item itself stays wherever it is.
    pub fn forget(&self, item: &T) {
        self.limiter.lock().forget(item);
    }

    /// How often the item was added rate-limited since it was last forgotten.
    #[must_use]
    pub fn num_requeues(&self, item: &T) -> u32 {
        self.limiter.lock().retries(item)
    }
}

impl<T> Deref for RateLimitingQueue<T> {
    type Target = DelayingQueue<T>;

    fn deref(&self) -> &DelayingQueue<T> {
        &self.queue
    }
}

impl<T> Clone for RateLimitingQueue<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), limiter: Arc::clone(&self.limiter) }
    }
}

impl<T> fmt::Debug for RateLimitingQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimitingQueue").field("name", &self.name()).field("stats", &self.stats()).finish()
    }
}
