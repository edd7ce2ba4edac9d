//! Limiters: how long an item has to wait before it is tried again.

use std::{
    hash::Hash,
    time::{Duration, Instant},
};

mod bucket;
mod combined;
mod exponential;
mod fast_slow;

pub use self::{
    bucket::Bucket,
    combined::{MaxOf, WithMaxWait},
    exponential::ItemExponential,
    fast_slow::ItemFastSlow,
};

/// Says how long an item has to wait before it is tried again.
///
/// # Contract
///
/// - `when` counts: each call is one retry of the item.
/// - `forget` takes the item's count back to zero and frees what is kept for it.
/// - A limiter reads no clock: `now` is given, and does not go back.
/// - It must not call the queue that uses it: the queue's lock for the limiter is held.
pub trait RateLimiter<T>: Send {
    /// How long the item has to wait from `now`.
    fn when(&mut self, item: &T, now: Instant) -> Duration;

    /// Forgets the retries of the item.
    fn forget(&mut self, item: &T);

    /// How often the item was retried since it was last forgotten.
    fn retries(&self, item: &T) -> u32;
}

impl<T, L: RateLimiter<T> + ?Sized> RateLimiter<T> for Box<L> {
    fn when(&mut self, item: &T, now: Instant) -> Duration {
        (**self).when(item, now)
    }

    fn forget(&mut self, item: &T) {
        (**self).forget(item);
    }

    fn retries(&self, item: &T) -> u32 {
        (**self).retries(item)
    }
}

/// What controllers use unless told otherwise: the longer of [`ItemExponential::default`] (5 ms to 1000 s per item) and
/// [`Bucket::default`] (10 per second over all items, in bursts of 100).
///
/// ```
/// use lookglass_workqueue::{default_controller_limiter, RateLimiter};
/// use std::time::{Duration, Instant};
///
/// let (mut limiter, now) = (default_controller_limiter(), Instant::now());
/// assert_eq!(limiter.when(&"a", now), Duration::from_millis(5));
/// assert_eq!(limiter.when(&"a", now), Duration::from_millis(10));
/// assert_eq!(limiter.retries(&"a"), 2);
/// ```
#[must_use]
pub fn default_controller_limiter<T: Clone + Eq + Hash + Send + 'static>() -> MaxOf<T> {
    MaxOf::new(ItemExponential::default()).and(Bucket::default())
}

/// How often each item was retried.
#[derive(Debug)]
struct Retries<T> {
    by_item: foldhash::HashMap<T, u32>,
}

impl<T> Default for Retries<T> {
    fn default() -> Self {
        Self { by_item: foldhash::HashMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Retries<T> {
    /// Counts one more. Returns how many there were before.
    fn count(&mut self, item: &T) -> u32 {
        if let Some(count) = self.by_item.get_mut(item) {
            *count = count.saturating_add(1);
            return *count - 1;
        }
        self.by_item.insert(item.clone(), 1);
        0
    }

    fn of(&self, item: &T) -> u32 {
        self.by_item.get(item).copied().unwrap_or(0)
    }

    fn forget(&mut self, item: &T) {
        self.by_item.remove(item);
    }
}

#[cfg(test)]
mod tests;
