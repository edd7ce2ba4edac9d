use super::RateLimiter;
use std::{
    fmt,
    time::{Duration, Instant},
};

/// The longest delay of several limiters; each of them counts each retry.
///
/// ```
/// use lookglass_workqueue::{Bucket, ItemFastSlow, MaxOf, RateLimiter};
/// use std::time::{Duration, Instant};
///
/// let (millis, now) = (Duration::from_millis, Instant::now());
/// let mut limiter = MaxOf::new(ItemFastSlow::new(millis(5), millis(150), 2)).and(Bucket::per_second(10.0, 1));
/// assert_eq!([(); 3].map(|()| limiter.when(&"a", now)), [5, 100, 200].map(millis));
/// assert_eq!(limiter.retries(&"a"), 3); // the highest count
/// ```
pub struct MaxOf<T> {
    limiters: Vec<Box<dyn RateLimiter<T>>>,
}

impl<T> MaxOf<T> {
    /// This limiter, until others are added.
    #[must_use]
    pub fn new(limiter: impl RateLimiter<T> + 'static) -> Self {
        Self { limiters: vec![Box::new(limiter)] }
    }

    /// And this one.
    #[must_use]
    pub fn and(mut self, limiter: impl RateLimiter<T> + 'static) -> Self {
        self.limiters.push(Box::new(limiter));
        self
    }
}

impl<T> RateLimiter<T> for MaxOf<T> {
    fn when(&mut self, item: &T, now: Instant) -> Duration {
        self.limiters.iter_mut().map(|limiter| limiter.when(item, now)).max().unwrap_or_default()
    }

    fn forget(&mut self, item: &T) {
        for limiter in &mut self.limiters {
            limiter.forget(item);
        }
    }

    fn retries(&self, item: &T) -> u32 {
        self.limiters.iter().map(|limiter| limiter.retries(item)).max().unwrap_or_default()
    }
}

impl<T> fmt::Debug for MaxOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaxOf").field("limiters", &self.limiters.len()).finish()
    }
}

/// A limiter whose delays are capped.
///
/// ```
/// use lookglass_workqueue::{ItemExponential, RateLimiter, WithMaxWait};
/// use std::time::{Duration, Instant};
///
/// let (secs, now) = (Duration::from_secs, Instant::now());
/// let mut limiter = WithMaxWait::new(ItemExponential::new(secs(10), secs(1000)), secs(15));
/// assert_eq!([(); 2].map(|()| limiter.when(&"a", now)), [secs(10), secs(15)]);
/// ```
#[derive(Debug)]
pub struct WithMaxWait<L> {
    limiter: L,
    max: Duration,
}

impl<L> WithMaxWait<L> {
    /// What `limiter` says, but at most `max`.
    #[must_use]
    pub fn new(limiter: L, max: Duration) -> Self {
        Self { limiter, max }
    }
}

impl<T, L: RateLimiter<T>> RateLimiter<T> for WithMaxWait<L> {
    fn when(&mut self, item: &T, now: Instant) -> Duration {
        self.limiter.when(item, now).min(self.max)
    }

    fn forget(&mut self, item: &T) {
        self.limiter.forget(item);
    }

    fn retries(&self, item: &T) -> u32 {
        self.limiter.retries(item)
    }
}
