//! Times that may be meant to never come: [`later`].

use std::time::{Duration, Instant};

/// `wait` after `at`. A wait for ever, as `Duration::MAX` means it, is one of [`NEVER`]: a clock reaches no further than that on every platform.
pub(crate) fn later(at: Instant, wait: Duration) -> Instant {
    at + wait.min(NEVER)
}

/// A duration multiplied, up to what a duration holds.
pub(crate) fn times(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// As far as tokio's own timers take a time for ever.
pub(crate) const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_comes_has_a_time_all_the_same() {
        let now = tokio::time::Instant::now().into_std();
        assert_eq!(later(now, Duration::from_secs(3)), now + Duration::from_secs(3));
        assert!(later(later(now, Duration::MAX), Duration::MAX) > now + Duration::from_secs(1 << 30));
        assert_eq!(times(Duration::from_secs(2), 1.5), Duration::from_secs(3));
        assert_eq!(times(Duration::MAX, 2.0), Duration::MAX);
    }
}
