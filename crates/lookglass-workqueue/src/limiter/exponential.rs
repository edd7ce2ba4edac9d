use super::{RateLimiter, Retries};
use std::{
    hash::Hash,
    time::{Duration, Instant},
};

/// Doubles an item's delay with each retry: `base * 2^retries`, at most `max`.
///
/// Keeps a copy of each item that is being retried.
///
/// ```
/// use lookglass_workqueue::{ItemExponential, RateLimiter};
/// use std::time::{Duration, Instant};
///
/// let (secs, now) = (Duration::from_secs, Instant::now());
/// let mut limiter = ItemExponential::new(secs(1), secs(5));
/// assert_eq!([(); 4].map(|()| limiter.when(&"a", now)), [secs(1), secs(2), secs(4), secs(5)]);
/// limiter.forget(&"a");
/// assert_eq!(limiter.when(&"a", now), secs(1));
/// ```
#[derive(Debug)]
pub struct ItemExponential<T> {
    base: Duration,
    max: Duration,
    retries: Retries<T>,
}

impl<T> ItemExponential<T> {
    /// From `base` on the first retry to `max`.
    #[must_use]
    pub fn new(base: Duration, max: Duration) -> Self {
        Self { base, max, retries: Retries::default() }
    }

    /// client-go's default where it is used alone: 1 ms to 1000 s.
    #[must_use]
    pub fn item_based() -> Self {
        Self::new(Duration::from_millis(1), Duration::from_secs(1000))
    }
}

/// client-go's default for controllers: 5 ms to 1000 s.
impl<T> Default for ItemExponential<T> {
    fn default() -> Self {
        Self::new(Duration::from_millis(5), Duration::from_secs(1000))
    }
}

impl<T: Clone + Eq + Hash + Send> RateLimiter<T> for ItemExponential<T> {
    fn when(&mut self, item: &T, _: Instant) -> Duration {
        doubled(self.base, self.retries.count(item)).map_or(self.max, |delay| delay.min(self.max))
    }

    fn forget(&mut self, item: &T) {
        self.retries.forget(item);
    }

    fn retries(&self, item: &T) -> u32 {
        self.retries.of(item)
    }
}

/// `base * 2^times`. `None` if no duration is that long.
fn doubled(base: Duration, times: u32) -> Option<Duration> {
    if base.is_zero() {
        return Some(base);
    }
    let nanos = base.as_nanos();
    let shifted = (times <= nanos.leading_zeros()).then(|| nanos << times)?;
    let secs = u64::try_from(shifted / NANOS).ok()?;
    Some(Duration::new(secs, u32::try_from(shifted % NANOS).ok()?))
}

const NANOS: u128 = 1_000_000_000;
