//! Chance for jitter, from a seed.

/// A small generator (SplitMix64). Not for secrets: it spreads requests in time.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed that differs between processes, so that a fleet of them does not come all at once.
    pub(super) fn any_seed() -> u64 {
        use std::hash::{BuildHasher as _, RandomState};
        #[expect(clippy::disallowed_methods, reason = "the door through which chance comes in when no seed is given")]
        RandomState::new().hash_one(0)
    }

    /// At least 0 and below 1.
    pub(super) fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // 53 bits are what a double holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "both numbers have 53 bits at most")]
        let fraction = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
        fraction
    }
}
