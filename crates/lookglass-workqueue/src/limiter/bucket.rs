use super::RateLimiter;
use std::time::{Duration, Instant};

/// A token bucket over all items: a burst goes at once, then one per interval. Whoever finds it empty is given the time at
/// which its own token will be there, so later ones wait longer.
///
/// It looks at no item: `forget` does nothing, `retries` is 0. It is exact to the nanosecond of its interval, however long
/// it runs, as it counts time rather than tokens.
///
/// ```
/// use lookglass_workqueue::{Bucket, RateLimiter};
/// use std::time::{Duration, Instant};
///
/// let (millis, now) = (Duration::from_millis, Instant::now());
/// let mut limiter = Bucket::per_second(10.0, 2);
/// assert_eq!([(); 4].map(|()| limiter.when(&"a", now)), [0, 0, 100, 200].map(millis));
/// assert_eq!(limiter.when(&"a", now + millis(300)), millis(0));
/// ```
#[derive(Clone, Debug)]
pub struct Bucket {
    interval: Duration,
    burst: u32,
    /// When the bucket will be full again, if nobody takes a token. `None`: it is full.
    full_at: Option<Instant>,
}

impl Bucket {
    /// `rate` tokens per second, and up to `burst` of them at once.
    ///
    /// A rate of zero or less (or not a number) never refills: after the burst each item waits for ever. An infinite rate, or
    /// one above 10^9, does not limit. A burst of zero makes each item wait for its interval.
    #[must_use]
    pub fn per_second(rate: f64, burst: u32) -> Self {
        let never_refills = rate.is_nan() || rate <= 0.0;
        let interval = if never_refills { None } else { Duration::try_from_secs_f64(1.0 / rate).ok() };
        Self { interval: interval.unwrap_or(Duration::MAX), burst, full_at: None }
    }
}

/// client-go's default for controllers: 10 per second, bursts of 100.
impl Default for Bucket {
    fn default() -> Self {
        Self::per_second(10.0, 100)
    }
}

impl<T> RateLimiter<T> for Bucket {
    fn when(&mut self, _: &T, now: Instant) -> Duration {
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now));
        // Each token that is missing is one interval until full; with more missing than the burst, this one is still to come.
        let until_full = (full_at - now).saturating_add(self.interval);
        match now.checked_add(until_full) {
            Some(full_at) => self.full_at = Some(full_at),
            None => {
                // No clock gets that far. The bucket never refills, so what is left of the burst is counted down instead.
                let Some(left) = self.burst.checked_sub(1) else { return Duration::MAX };
                self.burst = left;
                return Duration::ZERO;
            }
        }
        until_full.saturating_sub(self.interval.saturating_mul(self.burst))
    }

    fn forget(&mut self, _: &T) {}

    fn retries(&self, _: &T) -> u32 {
        0
    }
}
