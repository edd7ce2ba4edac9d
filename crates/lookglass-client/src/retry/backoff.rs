//! How often and how fast to try: [`Backoff`].

use std::{hash::BuildHasher as _, time::Duration};

/// How often to try, and how long to pause in between: client-go's `wait.Backoff`.
///
/// ```
/// use std::time::Duration;
///
/// use lookglass_client::Backoff;
///
/// let patient = Backoff { attempts: 6, factor: 2.0, cap: Some(Duration::from_secs(1)), ..Backoff::DEFAULT_BACKOFF };
/// let pauses: Vec<Duration> = patient.seed(7).pauses().collect();
/// assert_eq!(pauses.len(), 5);
/// ```
#[expect(clippy::exhaustive_structs, reason = "made by hand, field by field, as client-go's is")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// How often in all; at least once.
    pub attempts: u32,
    /// The first pause.
    pub first: Duration,
    /// By what each pause is longer than the one before.
    pub factor: f64,
    /// By which part of itself a pause may be longer, by chance: 0.1 for up to a tenth.
    pub jitter: f64,
    /// No pause is longer, before chance is added.
    pub cap: Option<Duration>,
    /// What the chance begins with; none for another one each time.
    pub seed: Option<u64>,
}

impl Backoff {
    /// Five attempts, 10 ms apart: for conflicts with other clients, where reading again is all it takes. client-go's `DefaultRetry`.
    pub const DEFAULT_RETRY: Self =
        Self { attempts: 5, first: Duration::from_millis(10), factor: 1.0, jitter: 0.1, cap: None, seed: None };

    /// Four attempts, 10, 50 and 250 ms apart: where the other side writes all the time. client-go's `DefaultBackoff`.
    pub const DEFAULT_BACKOFF: Self = Self { attempts: 4, factor: 5.0, ..Self::DEFAULT_RETRY };

    /// The same with chance that begins with this: two runs pause alike.
    #[must_use]
    pub const fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// The pauses between the attempts, one fewer than there are attempts.
    pub fn pauses(self) -> impl Iterator<Item = Duration> + Send + 'static {
        let mut chance = self.seed.unwrap_or_else(any_seed);
        let cap = self.cap.map_or(f64::MAX, |cap| cap.as_secs_f64());
        let mut pause = self.first.as_secs_f64();
        (1..self.attempts).map(move |_| {
            let longer = 1.0 + self.jitter.max(0.0) * next(&mut chance);
            let now = pause.min(cap) * longer;
            pause = (pause * self.factor).min(cap);
            Duration::try_from_secs_f64(now).unwrap_or(Duration::MAX)
        })
    }
}

/// The default is [`DEFAULT_RETRY`](Self::DEFAULT_RETRY).
impl Default for Backoff {
    fn default() -> Self {
        Self::DEFAULT_RETRY
    }
}

/// The next number of a chance, at least 0 and below 1 (SplitMix64).
fn next(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    // 53 bits are what fits.
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// Another number each time.
fn any_seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the door for whoever sets no seed")]
    let state = std::collections::hash_map::RandomState::new();
    state.hash_one(0)
}
