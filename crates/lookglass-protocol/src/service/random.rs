//! Numbers for identifiers and for spreading timeouts: [`Random`].

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use http::HeaderValue;

/// A sequence of numbers from a seed (SplitMix64), shared by whoever asks: for identifiers and timeouts, not for secrets.
///
/// ```
/// use lookglass_protocol::service::Random;
///
/// let (one, same) = (Random::new(7), Random::new(7));
/// assert_eq!(one.uuid(), same.uuid());
/// assert_ne!(one.next(), 0);
/// ```
///
/// # Cost
///
/// One atomic addition for each number; no lock.
#[derive(Debug)]
pub struct Random(AtomicU64);

impl Random {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Another seed in every process.
    pub(crate) fn seed() -> u64 {
        use std::hash::{BuildHasher as _, RandomState};
        #[expect(clippy::disallowed_methods, reason = "the door for whoever gives no seed")]
        RandomState::new().hash_one(0)
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        // Relaxed: each caller needs a number of its own, and no other memory goes with it.
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A time between this one and twice it.
    pub(crate) fn spread(&self, least: Duration) -> Duration {
        let fraction = (self.next() >> 32) as u32;
        least + least.mul_f64(f64::from(fraction) / f64::from(u32::MAX))
    }

    /// A random UUID as the value of a header.
    pub(crate) fn header(&self) -> HeaderValue {
        // Hexadecimal digits and hyphens are a header's value.
        self.uuid().try_into().unwrap_or(HeaderValue::from_static(""))
    }

    /// A random (version 4) UUID as text.
    #[must_use]
    pub fn uuid(&self) -> String {
        let high = (self.next() & !0xf000) | 0x4000;
        let low = (self.next() & !(0b11 << 62)) | (0b10 << 62);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}
