//! What a dictionary is to be learnt from: [`Samples`].

#[cfg(test)]
mod tests;

use super::train::WORTH;

/// A dictionary is learnt from at least so many objects, and four times as many are kept to choose from.
const SAMPLES: usize = 128;
/// What all samples together may take.
const SAMPLE_BYTES: usize = 4 << 20;
/// About what a prepared dictionary costs: known before the first is made, so that small kinds never train one.
const PRESUMED_COST: usize = 108 << 10;
/// After so many objects it is looked at whether the dictionary still fits.
const WINDOW: usize = 1024;

/// Objects of one kind drawn by lot, and what is known of how they pack.
pub(super) struct Samples {
    phase: Phase,
    drawn: Vec<Sample>,
    bytes: usize,
    /// An object is a sample if its lot is not higher; halved whenever there are too many samples.
    highest: u64,
    offered: u64,
    /// Bytes of all objects that were ever offered: those that nothing but a dictionary makes small.
    alone: usize,
    /// Do not train before the kind holds so many of those.
    pub(super) needed: usize,
    /// Packed size in relation to raw: what training promised, and what came of the objects packed since.
    pub(super) promised: Ratio,
    window: Ratio,
    packed: usize,
}

/// A copy of an object's bytes, and its lot.
pub(super) struct Sample {
    lot: u64,
    pub(super) bytes: Box<[u8]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Sampling,
    Training,
    Settled,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Ratio {
    pub(super) packed: usize,
    pub(super) raw: usize,
}

impl Ratio {
    pub(super) fn add(&mut self, raw: usize, packed: usize) {
        self.raw += raw;
        self.packed += packed;
    }

    /// Whether this is half as large again as the promise.
    fn breaks(self, promise: Self) -> bool {
        2 * self.packed as u128 * promise.raw as u128 > 3 * promise.packed as u128 * self.raw as u128
    }
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            phase: Phase::Sampling,
            drawn: Vec::new(),
            bytes: 0,
            highest: u64::MAX,
            offered: 0,
            alone: 0,
            needed: WORTH * PRESUMED_COST,
            promised: Ratio::default(),
            window: Ratio::default(),
            packed: 0,
        }
    }
}

impl Samples {
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.drawn = Vec::new();
        (self.bytes, self.highest, self.offered) = (0, u64::MAX, 0);
        (self.window, self.packed) = (Ratio::default(), 0);
    }

    pub(super) fn offer(&mut self, raw: &[u8]) {
        let lot = lot(self.offered);
        self.offered += 1;
        self.alone = self.alone.saturating_add(raw.len());
        if self.phase != Phase::Sampling || lot > self.highest || raw.len() > SAMPLE_BYTES / 16 {
            return;
        }
        self.drawn.push(Sample { lot, bytes: raw.into() });
        self.bytes += raw.len();
        while self.drawn.len() > 4 * SAMPLES || self.bytes > SAMPLE_BYTES {
            self.highest /= 2;
            self.drawn.retain(|sample| sample.lot <= self.highest);
            self.bytes = self.drawn.iter().map(|sample| sample.bytes.len()).sum();
        }
    }

    /// Of a kind that holds `raw_bytes`, those that only a dictionary makes small; about, since what has gone is not told apart.
    pub(super) fn alone(&self, raw_bytes: usize) -> usize {
        self.alone.min(raw_bytes)
    }

    /// Whether a dictionary can be learnt now and may pay. Few samples do when they are large.
    pub(super) fn are_enough(&self, raw_bytes: usize) -> bool {
        let enough = self.drawn.len() >= SAMPLES || self.bytes > SAMPLE_BYTES / 4;
        self.phase == Phase::Sampling && enough && self.alone(raw_bytes) >= self.needed
    }

    /// In the order of their lots, which is none.
    pub(super) fn take(&mut self) -> Vec<Sample> {
        let mut drawn = std::mem::take(&mut self.drawn);
        drawn.sort_unstable_by_key(|sample| sample.lot);
        drawn
    }

    /// Notes what came of an object; whether many have come out so large that the dictionary no longer fits.
    pub(super) fn are_stale_after(&mut self, raw: usize, packed: usize) -> bool {
        if self.phase != Phase::Settled {
            return false;
        }
        self.window.add(raw, packed);
        self.packed += 1;
        if self.packed < WINDOW {
            return false;
        }
        let stale = self.window.breaks(self.promised);
        (self.window, self.packed) = (Ratio::default(), 0);
        stale
    }
}

/// The lot of the object that was offered as the `nth`. Lists are often periodic (of each application the same few objects), so
/// every so many objects would be all of one sort.
fn lot(nth: u64) -> u64 {
    let mixed = nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
