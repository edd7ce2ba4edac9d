//! Chance, from a seed.

use std::{ops::Range, time::Duration};

/// A generator (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5eed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.number() % (range.end - range.start)
    }

    pub(crate) fn size(&mut self, range: Range<u64>) -> usize {
        usize::try_from(self.within(range)).expect("it is small")
    }

    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.number().is_multiple_of(times)
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.size(0..all.len() as u64)]
    }

    pub(crate) fn millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.within(range))
    }

    /// Mostly short, now and then long.
    pub(crate) fn pause(&mut self) -> Duration {
        match self.within(0..20) {
            0..10 => self.millis(0..200),
            10..16 => self.millis(200..3_000),
            16..19 => self.millis(3_000..60_000),
            _ => self.millis(60_000..900_000),
        }
    }
}
