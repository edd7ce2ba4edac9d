//! Learning what objects of one kind have in common.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::{Mutex, RwLock};

use super::{Contexts, Dictionary, Packed};
use crate::memory::Counts;

/// How many objects a dictionary is learnt from.
const SAMPLES: usize = 256;
/// What all samples together may take: larger objects teach little more.
const SAMPLE_BYTES: usize = 4 << 20;
/// Larger dictionaries take longer to prepare and gain next to nothing.
const DICTIONARY: usize = 64 << 10;
/// A dictionary must save this many times the memory that it costs.
const WORTH: usize = 10;
/// About what a prepared dictionary costs: known before the first is made, so that small kinds never train one.
const PRESUMED_COST: usize = 256 << 10;
/// After so many objects it is looked at whether the dictionary still fits.
const WINDOW: usize = 1024;

/// Packs the objects of one kind in one encoding, and learns its dictionary from them.
///
/// Until there is a dictionary objects are packed by themselves. One is learnt from [`SAMPLES`] objects spread evenly over
/// all that have been offered, as soon as the kind holds so much that the dictionary can save ten times its own memory; it is used
/// if on samples that it was not learnt from it does. When objects come out half as large again as those samples for a
/// whole [`WINDOW`], a new one is learnt by the same rules.
pub(crate) struct Packer {
    current: RwLock<Option<Arc<Dictionary>>>,
    /// Mirrors `State::phase`, so that offering costs one load once nothing is wanted.
    sampling: AtomicBool,
    state: Mutex<State>,
    counts: Arc<Counts>,
}

struct State {
    phase: Phase,
    samples: Vec<Box<[u8]>>,
    bytes: usize,
    /// Every so many offered objects one is a sample; doubles whenever there are too many samples.
    stride: usize,
    offered: usize,
    /// Do not train before the kind holds so many raw bytes.
    needed: usize,
    /// Packed size in relation to raw: what training promised, and what came of the objects packed since.
    promised: Ratio,
    window: Ratio,
    packed: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Sampling,
    Training,
    Settled,
}

#[derive(Clone, Copy, Default)]
struct Ratio {
    packed: usize,
    raw: usize,
}

impl Ratio {
    fn add(&mut self, raw: usize, packed: usize) {
        self.raw += raw;
        self.packed += packed;
    }

    /// Whether this is half as large again as the promise.
    fn breaks(self, promise: Self) -> bool {
        2 * self.packed as u128 * promise.raw as u128 > 3 * promise.packed as u128 * self.raw as u128
    }
}

impl Packer {
    pub(crate) fn new(counts: Arc<Counts>) -> Self {
        let state = State {
            phase: Phase::Sampling,
            samples: Vec::new(),
            bytes: 0,
            stride: 1,
            offered: 0,
            needed: WORTH * PRESUMED_COST,
            promised: Ratio::default(),
            window: Ratio::default(),
            packed: 0,
        };
        Self { current: RwLock::default(), sampling: AtomicBool::new(true), state: Mutex::new(state), counts }
    }

    pub(crate) fn current(&self) -> Option<Arc<Dictionary>> {
        self.current.read().clone()
    }

    /// Offers the bytes of a new object to learn from.
    pub(crate) fn offer(&self, raw: &[u8]) {
        // Relaxed: a sample more or less at the moment of change does no harm, and the state has its own lock.
        if self.sampling.load(Ordering::Relaxed) {
            self.state.lock().offer(raw);
        }
    }

    /// Packs with the newest dictionary.
    pub(crate) fn pack(&self, raw: &[u8], contexts: &Contexts) -> Option<Packed> {
        let dictionary = self.current();
        let packed = contexts.pack(raw, dictionary.as_ref());
        if dictionary.is_some() {
            let mut state = self.state.lock();
            if state.is_stale_after(raw.len(), packed.as_ref().map_or(raw.len(), Packed::len)) {
                self.enter(&mut state, Phase::Sampling);
            }
        }
        packed
    }

    /// The training that is due, if the kind holds `raw_bytes` by now. There is never more than one at a time.
    pub(crate) fn training(self: &Arc<Self>, contexts: &Arc<Contexts>, raw_bytes: usize) -> Option<Training> {
        if !self.sampling.load(Ordering::Relaxed) {
            return None;
        }
        let mut state = self.state.lock();
        if state.phase != Phase::Sampling || !state.has_enough() || raw_bytes < state.needed {
            return None;
        }
        let samples = std::mem::take(&mut state.samples);
        self.enter(&mut state, Phase::Training);
        Some(Training { packer: Arc::clone(self), contexts: Arc::clone(contexts), samples, raw_bytes, done: false })
    }

    /// Begins collecting samples anew.
    pub(crate) fn forget_samples(&self) {
        if self.sampling.load(Ordering::Relaxed) {
            self.state.lock().forget_samples();
        }
    }

    fn enter(&self, state: &mut State, phase: Phase) {
        state.phase = phase;
        state.forget_samples();
        (state.window, state.packed) = (Ratio::default(), 0);
        self.sampling.store(phase == Phase::Sampling, Ordering::Relaxed);
    }
}

impl State {
    fn offer(&mut self, raw: &[u8]) {
        self.offered += 1;
        if self.phase != Phase::Sampling || !self.offered.is_multiple_of(self.stride) || raw.len() > SAMPLE_BYTES / 16 {
            return;
        }
        self.samples.push(raw.into());
        self.bytes += raw.len();
        if self.samples.len() > 2 * SAMPLES || self.bytes > SAMPLE_BYTES {
            let mut index = 0;
            self.samples.retain(|_| {
                index += 1;
                index % 2 == 0
            });
            self.bytes = self.samples.iter().map(|sample| sample.len()).sum();
            self.stride *= 2;
        }
    }

    fn forget_samples(&mut self) {
        self.samples = Vec::new();
        (self.bytes, self.stride, self.offered) = (0, 1, 0);
    }

    /// Few samples do when they are large.
    fn has_enough(&self) -> bool {
        self.samples.len() >= SAMPLES || self.bytes > SAMPLE_BYTES / 4
    }

    fn is_stale_after(&mut self, raw: usize, packed: usize) -> bool {
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

/// A dictionary waiting to be learnt: about 50 ms of work, for whoever has the time.
///
/// [`Intake::training`](crate::Intake::training) gives it out; run it on a thread that may be busy for that long. Nothing waits
/// for it. Dropped instead, learning begins anew with later objects.
#[must_use = "a training does nothing until it is run"]
pub struct Training {
    packer: Arc<Packer>,
    contexts: Arc<Contexts>,
    samples: Vec<Box<[u8]>>,
    raw_bytes: usize,
    done: bool,
}

impl Training {
    /// Learns a dictionary and takes it into use if it pays; says whether it did. The same samples give the same dictionary.
    pub fn run(mut self) -> bool {
        self.done = true;
        let current = self.packer.current();
        let learnt = self.learn();
        let mut without = Ratio::default();
        let mut with = Ratio::default();
        for sample in self.probe() {
            let size = |dictionary| self.contexts.pack(sample, dictionary).map_or(sample.len(), |packed| packed.len());
            without.add(sample.len(), size(current.as_ref()));
            with.add(sample.len(), learnt.as_ref().map_or(sample.len(), |learnt| size(Some(learnt))));
        }
        let saved = without.packed.saturating_sub(with.packed) as u128 * self.raw_bytes as u128;
        let cost = learnt.as_ref().map_or(usize::MAX, |learnt| WORTH * learnt.heap_size());
        let pays = saved >= cost as u128 * with.raw.max(1) as u128;
        let mut state = self.packer.state.lock();
        match (pays, &current) {
            (true, _) => {
                state.promised = with;
                self.packer.enter(&mut state, Phase::Settled);
                *self.packer.current.write() = learnt;
            }
            // The old one is still the best there is, so what it does now is what can be promised.
            (false, Some(_)) => {
                state.promised = without;
                self.packer.enter(&mut state, Phase::Settled);
            }
            (false, None) => {
                // The size from which it would have paid, as far as these samples tell.
                let gain = without.packed.saturating_sub(with.packed);
                let enough = (cost as u128 * with.raw as u128).checked_div(gain as u128).unwrap_or(u128::MAX);
                state.needed = usize::try_from(enough).unwrap_or(usize::MAX).max(self.raw_bytes.saturating_mul(2));
                self.packer.enter(&mut state, Phase::Sampling);
            }
        }
        pays
    }

    fn learn(&self) -> Option<Arc<Dictionary>> {
        let taught = || self.samples.iter().enumerate().filter(|(index, _)| index % 4 != 3).map(|(_, sample)| sample);
        let sizes: Vec<usize> = taught().map(|sample| sample.len()).collect();
        let all: Vec<u8> = taught().flat_map(|sample| sample.iter().copied()).collect();
        let trained = zstd::dict::from_continuous(&all, &sizes, DICTIONARY).ok()?;
        Dictionary::new(trained, Arc::clone(&self.packer.counts))
    }

    /// The samples that are not learnt from.
    fn probe(&self) -> impl Iterator<Item = &[u8]> {
        self.samples.iter().skip(3).step_by(4).map(|sample| &**sample)
    }
}

impl Drop for Training {
    fn drop(&mut self) {
        if !self.done {
            self.packer.enter(&mut self.packer.state.lock(), Phase::Sampling);
        }
    }
}

impl fmt::Debug for Training {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Training").field("samples", &self.samples.len()).finish_non_exhaustive()
    }
}
