//! How long to wait after something went wrong.

use std::time::{Duration, Instant};

use super::random::Random;
use crate::later::{later, times};

/// How waits grow while things go wrong.
///
/// Each wait is drawn between a base and twice that, so that many clients that lost one server do not come back as one. The base begins at
/// `start`, grows by `factor` up to `cap`, and begins anew when nothing went wrong for `reset` after a wait.
///
/// ```
/// use std::time::Duration;
/// use lookglass_informer::Backoff;
///
/// let patient = Backoff { cap: Duration::from_secs(300), ..Backoff::default() };
/// assert_eq!(patient.start, Duration::from_millis(800));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "four numbers, written with `..Backoff::default()`")]
pub struct Backoff {
    /// The first base.
    pub start: Duration,
    /// What the base is multiplied by each time; below 1 counts as 1.
    pub factor: f64,
    /// The greatest base.
    pub cap: Duration,
    /// After this time, counted from the end of the last wait, the base is `start` again.
    pub reset: Duration,
}

/// client-go's reflector: 800 ms, doubled up to 30 s, anew after 2 minutes.
impl Default for Backoff {
    fn default() -> Self {
        Self {
            start: Duration::from_millis(800),
            factor: 2.0,
            cap: Duration::from_secs(30),
            reset: Duration::from_secs(120),
        }
    }
}

/// A [`Backoff`] at work.
#[derive(Debug)]
pub(super) struct Waits {
    policy: Backoff,
    base: Duration,
    /// When the last wait was over.
    over: Option<Instant>,
}

impl Waits {
    pub(super) fn new(policy: Backoff) -> Self {
        Self { policy, base: policy.start, over: None }
    }

    /// The next base, within which a wait is drawn.
    fn next_base(&mut self, now: Instant) -> Duration {
        if self.over.is_some_and(|over| now.saturating_duration_since(over) >= self.policy.reset) {
            self.base = self.policy.start;
        }
        let base = self.base.min(self.policy.cap);
        // The product may be beyond what a duration holds; the cap then holds.
        let grown = Duration::try_from_secs_f64(base.as_secs_f64() * self.policy.factor.max(1.0));
        self.base = grown.unwrap_or(self.policy.cap).min(self.policy.cap);
        base
    }

    /// Between one and two bases: after an error.
    pub(super) fn wait(&mut self, now: Instant, random: &mut Random) -> Duration {
        self.draw(1.0 + random.fraction(), now)
    }

    /// Between none and two bases: when nothing is wrong but that many do the same at once.
    pub(super) fn spread(&mut self, now: Instant, random: &mut Random) -> Duration {
        self.draw(2.0 * random.fraction(), now)
    }

    fn draw(&mut self, bases: f64, now: Instant) -> Duration {
        let wait = times(self.next_base(now), bases);
        // Nothing can go wrong while nothing is done, so the quiet time begins behind the wait.
        self.over = Some(later(now, wait));
        wait
    }

    /// Things go well again.
    pub(super) fn reset(&mut self) {
        self.over = None;
        self.base = self.policy.start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        tokio::time::Instant::now().into_std()
    }

    #[test]
    fn waits_grow_to_the_cap_and_begin_anew_after_a_quiet_time() {
        let (mut waits, mut random) = (Waits::new(Backoff::default()), Random::new(1));
        let mut now = now();
        for base in [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000] {
            let wait = waits.wait(now, &mut random);
            let base = Duration::from_millis(base);
            assert!(base <= wait && wait < base * 2, "{wait:?} within {base:?} and twice that");
            now += wait;
        }
        now += Duration::from_secs(120);
        assert!(waits.wait(now, &mut random) < Duration::from_millis(1600));
    }

    #[test]
    fn waits_longer_than_the_quiet_time_stay_long() {
        let policy = Backoff { cap: Duration::from_secs(300), ..Backoff::default() };
        let (mut waits, mut random) = (Waits::new(policy), Random::new(1));
        let mut now = now();
        for _ in 0..10 {
            now += waits.wait(now, &mut random);
        }
        for _ in 0..10 {
            let wait = waits.wait(now, &mut random);
            assert!(wait >= policy.cap, "{wait:?}");
            now += wait + Duration::from_secs(119);
        }
        assert!(waits.wait(now + Duration::from_secs(1), &mut random) < Duration::from_secs(2));
    }

    #[test]
    fn waits_are_spread() {
        let mut random = Random::new(7);
        let mut shares = [0; 4];
        for _ in 0..1000 {
            let wait = Waits::new(Backoff::default()).spread(now(), &mut random);
            shares[(wait.as_millis() / 400) as usize] += 1;
        }
        assert!(shares.iter().all(|share| *share > 200), "{shares:?}");
    }

    #[test]
    fn numbers_beyond_all_measure_do_no_harm() {
        let policy = Backoff { start: Duration::from_secs(1), factor: f64::MAX, ..Backoff::default() };
        let mut waits = Waits::new(policy);
        let mut random = Random::new(0);
        waits.wait(now(), &mut random);
        assert!(waits.wait(now(), &mut random) <= policy.cap * 2);
        let mut still = Waits::new(Backoff { factor: f64::NAN, ..policy });
        still.wait(now(), &mut random);
        assert!(still.wait(now(), &mut random) < Duration::from_secs(2));
    }
}
