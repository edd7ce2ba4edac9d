//! Where the fleet's randomness comes from.

use std::fmt::Write as _;

/// splitmix64: small, seeded, good enough for names.
pub(super) struct Random(u64);

/// Multipliers that keep streams apart: of pods, of workloads, of everything else.
pub(super) const POD: u64 = 0x9e37_79b9_7f4a_7c15;
pub(super) const WORKLOAD: u64 = 0xd1b5_4a32_d192_ed03;
pub(super) const OTHER: u64 = 0xa24b_aed4_963e_e407;

impl Random {
    /// The stream of one object.
    pub(super) fn of(seed: u64, index: usize, stream: u64) -> Self {
        Self(seed ^ (index as u64).wrapping_mul(stream))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(super) fn hex(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(length);
        text
    }

    pub(super) fn uid(&mut self) -> String {
        let hex = self.hex(32);
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}
