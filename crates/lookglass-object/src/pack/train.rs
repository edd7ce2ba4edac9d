//! Learning what objects of one kind have in common.

#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::{Mutex, RwLock};
use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer};

use super::{Contexts, Dictionary, Packed};
use crate::{cell::Cell, memory::Counts};

/// A dictionary is learnt from at least so many objects, and four times as many are kept to choose from.
const SAMPLES: usize = 128;
/// What all samples together may take.
const SAMPLE_BYTES: usize = 4 << 20;
/// What of the samples is learnt from: more takes longer and teaches nothing, measured on pods of 3 to 9 KB.
const TAUGHT_BYTES: usize = 256 << 10;
/// What is learnt from one object, so that a few large ones are not all.
const TAUGHT_OF_ONE: usize = 16 << 10;
/// How many samples a dictionary is tried on, none of which it was learnt from.
const TRIED: usize = 32;
/// Larger dictionaries take longer to learn and more memory, and gain next to nothing.
const DICTIONARY: usize = 16 << 10;
/// A dictionary is at most such a part of what it is learnt from. One that could hold most of it takes down what the samples
/// happen to hold rather than what they have in common, and packs half as large again.
const DICTIONARY_PART: usize = 8;
/// A dictionary must save this many times the memory that it costs.
const WORTH: usize = 10;
/// About what a prepared dictionary costs: known before the first is made, so that small kinds never train one.
const PRESUMED_COST: usize = 108 << 10;
/// After so many objects it is looked at whether the dictionary still fits.
const WINDOW: usize = 1024;
/// Many more than come in while a dictionary is learnt. What is beyond this is packed when it has cooled.
const MOST_EARLY: usize = 1 << 15;

/// Packs the objects of one kind in one encoding, and learns its dictionary from them.
///
/// Until there is a dictionary objects are packed by themselves. One is learnt from objects drawn by lot out of
/// all that have been offered, as soon as the kind holds so much that the dictionary can save ten times its own memory; it is used
/// if on samples that it was not learnt from it does. What was [listed before it](Self::remember) is then packed with it at
/// once. When objects come out half as large again as those samples for a whole [`WINDOW`], a new one is learnt by the same rules.
pub(crate) struct Packer {
    current: RwLock<Option<Arc<Dictionary>>>,
    /// Mirrors `State::phase`, so that offering costs one load once nothing is wanted.
    sampling: AtomicBool,
    state: Mutex<State>,
    /// What was listed raw and may be packed before the list is over.
    early: Mutex<Vec<Weak<Cell>>>,
    /// Mirrors `early`, so that arrivals cost one load when nothing is in it.
    has_early: AtomicBool,
    counts: Arc<Counts>,
}

struct State {
    phase: Phase,
    samples: Vec<Sample>,
    bytes: usize,
    /// An object is a sample if its lot is not higher; halved whenever there are too many samples.
    highest: u64,
    offered: u64,
    /// Do not train before the kind holds so many raw bytes.
    needed: usize,
    /// Packed size in relation to raw: what training promised, and what came of the objects packed since.
    promised: Ratio,
    window: Ratio,
    packed: usize,
}

/// A copy of an object's bytes, and its lot.
struct Sample {
    lot: u64,
    bytes: Box<[u8]>,
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
            highest: u64::MAX,
            offered: 0,
            needed: WORTH * PRESUMED_COST,
            promised: Ratio::default(),
            window: Ratio::default(),
            packed: 0,
        };
        Self {
            current: RwLock::default(),
            sampling: AtomicBool::new(true),
            state: Mutex::new(state),
            early: Mutex::default(),
            has_early: AtomicBool::new(false),
            counts,
        }
    }

    pub(crate) fn current(&self) -> Option<Arc<Dictionary>> {
        self.current.read().clone()
    }

    pub(crate) fn has_dictionary(&self) -> bool {
        self.current.read().is_some()
    }

    /// Offers the bytes of a new object to learn from.
    pub(crate) fn offer(&self, raw: &[u8]) {
        // Relaxed: a sample more or less at the moment of change does no harm, and the state has its own lock.
        if self.sampling.load(Ordering::Relaxed) {
            self.state.lock().offer(raw);
        }
    }

    /// Keeps an object in mind that was listed raw because the kind is still small or has no dictionary yet: it is [packed](Self::pack_early) as soon as others are, so that a
    /// list takes no more than it does in the end. Of a cell that is gone this keeps the header, so it ends when the list does: with the first change that comes, and with the
    /// last object of the kind.
    pub(crate) fn remember(&self, cell: &Arc<Cell>) {
        let mut early = self.early.lock();
        if early.len() < MOST_EARLY {
            early.push(Arc::downgrade(cell));
            // Relaxed, here and below: what is overlooked at the moment of change is packed when it has cooled.
            self.has_early.store(true, Ordering::Relaxed);
        }
    }

    /// Packs what was listed raw.
    pub(crate) fn pack_early(&self) {
        for cell in self.take_early().iter().filter_map(Weak::upgrade) {
            // One that somebody is reading is packed when it has cooled.
            let _ = cell.pack();
        }
    }

    /// The list is over.
    pub(crate) fn forget_early(&self) {
        drop(self.take_early());
    }

    fn take_early(&self) -> Vec<Weak<Cell>> {
        if !self.has_early.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let mut early = self.early.lock();
        self.has_early.store(false, Ordering::Relaxed);
        std::mem::take(&mut *early)
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
        let mut samples = std::mem::take(&mut state.samples);
        self.enter(&mut state, Phase::Training);
        drop(state);
        samples.sort_unstable_by_key(|sample| sample.lot);
        Some(Training { packer: Arc::clone(self), contexts: Arc::clone(contexts), samples, raw_bytes, done: false })
    }

    /// No object is left: lets go of what was kept of them and learnt from them, and begins anew.
    pub(crate) fn forget(&self) {
        self.forget_early();
        let mut state = self.state.lock();
        // A training that runs finds out by itself.
        if state.phase != Phase::Training {
            self.begin_anew(&mut state);
        }
        let learnt = self.current.write().take();
        drop(state);
        drop(learnt);
    }

    fn begin_anew(&self, state: &mut State) {
        state.needed = WORTH * PRESUMED_COST;
        self.enter(state, Phase::Sampling);
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
        let lot = lot(self.offered);
        self.offered += 1;
        if self.phase != Phase::Sampling || lot > self.highest || raw.len() > SAMPLE_BYTES / 16 {
            return;
        }
        self.samples.push(Sample { lot, bytes: raw.into() });
        self.bytes += raw.len();
        while self.samples.len() > 4 * SAMPLES || self.bytes > SAMPLE_BYTES {
            self.highest /= 2;
            self.samples.retain(|sample| sample.lot <= self.highest);
            self.bytes = self.samples.iter().map(|sample| sample.bytes.len()).sum();
        }
    }

    fn forget_samples(&mut self) {
        self.samples = Vec::new();
        (self.bytes, self.highest, self.offered) = (0, u64::MAX, 0);
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

/// The lot of the object that was offered as the `nth`. Lists are often periodic (of each application the same few objects), so
/// every so many objects would be all of one sort.
fn lot(nth: u64) -> u64 {
    let mixed = nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// A dictionary waiting to be learnt: 10 to 20 ms of work.
///
/// [`Intake::training`](crate::Intake::training) gives it out. Who reads a list runs it at once, since what comes before it is done stays raw;
/// else it is for whoever has the time. Dropped instead, learning begins anew with later objects.
#[must_use = "a training does nothing until it is run"]
pub struct Training {
    packer: Arc<Packer>,
    contexts: Arc<Contexts>,
    /// In the order of their lots, which is none.
    samples: Vec<Sample>,
    raw_bytes: usize,
    done: bool,
}

impl Training {
    /// Learns a dictionary and takes it into use if it pays; says whether it did. What was listed before is packed with it. The same samples give the same dictionary.
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
        let mut state = self.packer.state.lock();
        let (objects, _) = self.packer.counts.size();
        let pays = objects > 0 && saved >= cost as u128 * with.raw.max(1) as u128;
        match (pays, &current) {
            // The last object has gone meanwhile, and whoever dropped it left this to us.
            _ if objects == 0 => self.packer.begin_anew(&mut state),
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
                let enough = usize::try_from(enough).unwrap_or(usize::MAX);
                // It is no more than an estimate, and each attempt costs as much as the first.
                state.needed = enough.max(self.raw_bytes.saturating_add(self.raw_bytes / 4));
                self.packer.enter(&mut state, Phase::Sampling);
            }
        }
        drop(state);
        if pays {
            self.packer.pack_early();
        }
        pays
    }

    fn learn(&self) -> Option<Arc<Dictionary>> {
        let (mut all, mut sizes) = (Vec::with_capacity(TAUGHT_BYTES + TAUGHT_OF_ONE), Vec::new());
        for sample in self.samples.iter().skip(self.tried()) {
            if all.len() >= TAUGHT_BYTES {
                break;
            }
            let taught = &sample.bytes[..sample.bytes.len().min(TAUGHT_OF_ONE)];
            all.extend_from_slice(taught);
            sizes.push(taught.len());
        }
        let trained = zstd::dict::from_continuous(&all, &sizes, DICTIONARY.min(all.len() / DICTIONARY_PART)).ok();
        give_back();
        Dictionary::new(trained?, Arc::clone(&self.packer.counts))
    }

    /// The samples that are not learnt from.
    fn probe(&self) -> impl Iterator<Item = &[u8]> {
        self.samples.iter().take(self.tried()).map(|sample| &*sample.bytes)
    }

    fn tried(&self) -> usize {
        TRIED.min(self.samples.len() / 4)
    }
}

/// Has glibc give back the 7 MB that a training works in. It is freed, but glibc keeps up to 8 MiB of free memory for each thread that allocates (twice the largest
/// block there was, and one was of 4 MiB), where nothing but C can use it: in a program with another allocator for Rust it would be lost. It gives back all of it
/// once there is more. So more is asked for, which costs no memory as it is not written to, and freed: what streams with a large window would work in.
///
/// Elsewhere this does nothing, in some microseconds.
fn give_back() {
    let streams = [(); STREAMS].map(|()| {
        let mut stream = DCtx::create();
        let mut output = [0; 1];
        // An error would leave things as they are.
        let _ =
            stream.decompress_stream(&mut OutBuffer::around(&mut output[..]), &mut InBuffer::around(&WINDOW_OF_2_MIB));
        stream
    });
    drop(streams);
}

/// So many streams need more than 8 MiB, and each less than 4, which would not come from that memory.
const STREAMS: usize = 4;

/// The beginning of a frame, which says how much memory it takes to read it.
const WINDOW_OF_2_MIB: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0, 11 << 3];

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
