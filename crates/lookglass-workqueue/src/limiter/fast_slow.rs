use super::{RateLimiter, Retries};
use std::{
    hash::Hash,
    time::{Duration, Instant},
};

/// Retries an item quickly a number of times, then slowly.
///
/// Keeps a copy of each item that is being retried.
///
/// ```
/// use lookglass_workqueue::{ItemFastSlow, RateLimiter};
/// use std::time::{Duration, Instant};
///
/// let (secs, now) = (Duration::from_secs, Instant::now());
/// let mut limiter = ItemFastSlow::new(secs(1), secs(60), 2);
/// assert_eq!([(); 3].map(|()| limiter.when(&"a", now)), [secs(1), secs(1), secs(60)]);
/// ```
#[derive(Debug)]
pub struct ItemFastSlow<T> {
    fast: Duration,
    slow: Duration,
    fast_attempts: u32,
    retries: Retries<T>,
}

impl<T> ItemFastSlow<T> {
    /// `fast` for the first `fast_attempts` retries, `slow` from then on.
    #[must_use]
    pub fn new(fast: Duration, slow: Duration, fast_attempts: u32) -> Self {
        Self { fast, slow, fast_attempts, retries: Retries::default() }
    }
}

impl<T: Clone + Eq + Hash + Send> RateLimiter<T> for ItemFastSlow<T> {
    fn when(&mut self, item: &T, _: Instant) -> Duration {
        if self.retries.count(item) < self.fast_attempts { self.fast } else { self.slow }
    }

    fn forget(&mut self, item: &T) {
        self.retries.forget(item);
    }

    fn retries(&self, item: &T) -> u32 {
        self.retries.of(item)
    }
}
