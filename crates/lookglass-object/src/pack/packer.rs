//! Packing the objects of one kind: [`Packer`].

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, Ordering},
};

use parking_lot::{Mutex, RwLock};

use super::{
    Contexts, Dictionary, Packed, Whole,
    kin::{Guess, Kin},
    samples::{Phase, Samples},
    train::Training,
};
use crate::{Key, cell::Cell, memory::Counts};

/// Many more than come in before a kind is packed. What is beyond this is packed when it has cooled.
const MOST_EARLY: usize = 1 << 15;

/// Packs the objects of one kind in one encoding, and learns its dictionary from them.
///
/// An object is packed against the first of its [kin](super::kin), if there is one and both are alike, and else as a whole, so that others can be packed against it.
///
/// Until there is a dictionary, wholes are packed by themselves. One is learnt from objects drawn by lot out of
/// the first ones of all kin, as soon as those are so much that the dictionary can save ten times its own memory; it is used
/// if on samples that it was not learnt from it does. What was [listed before it](Self::remember), and what others are packed against already, is then packed with it at
/// once. When wholes come out half as large again as those samples for a long while, a new one is learnt by the same rules.
pub(crate) struct Packer {
    pub(super) current: RwLock<Option<Arc<Dictionary>>>,
    /// Mirrors the phase of the samples, so that offering costs one load once nothing is wanted.
    sampling: AtomicBool,
    pub(super) samples: Mutex<Samples>,
    kin: Kin,
    early: Mutex<Early>,
    /// Whether anything is in `early`, so that arrivals cost one load when nothing is.
    has_early: AtomicBool,
    pub(super) counts: Arc<Counts>,
}

/// What was listed, and may become smaller before the list is over.
#[derive(Default)]
struct Early {
    /// Raw.
    raw: Vec<Weak<Cell>>,
    /// Packed without a dictionary.
    bare: Vec<Weak<Cell>>,
}

impl Packer {
    pub(crate) fn new(counts: Arc<Counts>) -> Self {
        Self {
            current: RwLock::default(),
            sampling: AtomicBool::new(true),
            samples: Mutex::default(),
            kin: Kin::default(),
            early: Mutex::default(),
            has_early: AtomicBool::new(false),
            counts,
        }
    }

    pub(crate) fn current(&self) -> Option<Arc<Dictionary>> {
        self.current.read().clone()
    }

    /// Offers the bytes of a new object to learn the first dictionary from.
    pub(crate) fn offer(&self, key: &Key, raw: &[u8]) {
        // Relaxed: a sample more or less at the moment of change does no harm, and the samples have their own lock.
        let wanted = self.sampling.load(Ordering::Relaxed) && self.current.read().is_none();
        // Those that will be packed against others need no dictionary.
        if wanted && self.kin.meet(self.kin.name(key)) {
            self.samples.lock().offer(raw);
        }
    }

    /// Keeps an object in mind that was listed raw because the kind is still small or is about to learn its dictionary: it is [packed](Self::pack_early) as soon as others are, so that a
    /// list takes no more than it does in the end. Of a cell that is gone this keeps the header, so it ends when the list does: with the first change that comes, and with the
    /// last object of the kind.
    pub(crate) fn remember(&self, cell: &Arc<Cell>) {
        self.with_early(|early| push(&mut early.raw, cell));
    }

    /// Packs what was listed raw.
    pub(crate) fn pack_early(&self) {
        if self.has_early.load(Ordering::Relaxed) {
            for cell in self.with_early(|early| std::mem::take(&mut early.raw)).iter().filter_map(Weak::upgrade) {
                // One that somebody is reading is packed when it has cooled.
                let _ = cell.pack();
                self.remember_bare(&cell);
            }
        }
    }

    /// Keeps an object in mind that was listed and packed, if that was done without a dictionary and there may be one before the list is over. As for
    /// [others](Self::remember) this ends when the list does.
    pub(crate) fn remember_bare(&self, cell: &Arc<Cell>) {
        if self.sampling.load(Ordering::Relaxed) && cell.may_shrink() {
            self.with_early(|early| push(&mut early.bare, cell));
        }
    }

    /// The list is over.
    pub(crate) fn forget_early(&self) {
        if self.has_early.load(Ordering::Relaxed) {
            drop(self.with_early(std::mem::take));
        }
    }

    fn with_early<R>(&self, change: impl FnOnce(&mut Early) -> R) -> R {
        let mut early = self.early.lock();
        let result = change(&mut early);
        // Relaxed: what is overlooked at the moment of change is packed when it has cooled.
        self.has_early.store(!early.raw.is_empty() || !early.bare.is_empty(), Ordering::Relaxed);
        result
    }

    /// Packs an object against its kin, or else with the newest dictionary. `None` if that would not make it smaller.
    pub(crate) fn pack(&self, key: &Key, raw: &[u8], contexts: &Contexts) -> Option<Packed> {
        let name = self.kin.name(key);
        let guess = self.kin.guess(name);
        if let Guess::Like(first) = &guess {
            let packed = contexts.pack_against(raw, first);
            if packed.is_some() {
                self.kin.matched(name);
                return packed;
            }
            self.kin.missed(name);
        }
        let dictionary = self.current();
        let whole = contexts.pack(raw, dictionary.as_ref(), &self.counts);
        // The first of its kin was offered when it came in.
        if dictionary.is_some() || !matches!(guess, Guess::Nothing) {
            let mut samples = self.samples.lock();
            samples.offer(raw);
            if samples.are_stale_after(raw.len(), whole.as_ref().map_or(raw.len(), |whole| whole.0.len())) {
                self.enter(&mut samples, Phase::Sampling);
            }
        }
        let whole = whole?;
        self.kin.follow(name, &whole.0);
        Some(Packed::Whole(whole))
    }

    /// Packs anew with the newest dictionary what was packed without it.
    pub(crate) fn pack_again(&self, whole: &Whole, contexts: &Contexts) {
        let Some(dictionary) = self.current().filter(|current| !whole.is_by(Some(current))) else { return };
        let bytes =
            contexts.unpack_whole(whole, |raw| contexts.compress(raw, Some(&dictionary), |small| Box::from(small)));
        if let Some(bytes) = bytes {
            whole.exchange(bytes, &dictionary);
        }
    }

    /// There is a new dictionary: packs with it what waited for it.
    pub(super) fn learnt(&self, contexts: &Contexts) {
        for first in self.kin.firsts() {
            self.pack_again(&first, contexts);
        }
        for cell in self.with_early(|early| std::mem::take(&mut early.bare)).iter().filter_map(Weak::upgrade) {
            let _ = cell.pack();
        }
        self.pack_early();
    }

    /// Whether there is a training that is due, if the kind holds `raw_bytes` by now.
    pub(crate) fn is_training_due(&self, raw_bytes: usize) -> bool {
        self.sampling.load(Ordering::Relaxed) && self.samples.lock().are_enough(raw_bytes)
    }

    /// The training that is due. There is never more than one at a time.
    pub(crate) fn training(self: &Arc<Self>, contexts: &Arc<Contexts>, raw_bytes: usize) -> Option<Training> {
        if !self.sampling.load(Ordering::Relaxed) {
            return None;
        }
        let mut samples = self.samples.lock();
        if !samples.are_enough(raw_bytes) {
            return None;
        }
        let training = Training::new(self, contexts, &mut samples, raw_bytes);
        self.enter(&mut samples, Phase::Training);
        Some(training)
    }

    /// No object is left: lets go of what was kept of them and learnt from them, and begins anew.
    pub(crate) fn forget(&self) {
        self.forget_early();
        self.kin.forget();
        let mut samples = self.samples.lock();
        // A training that runs finds out by itself.
        if samples.phase() != Phase::Training {
            self.begin_anew(&mut samples);
        }
        let learnt = self.current.write().take();
        drop(samples);
        drop(learnt);
    }

    pub(super) fn begin_anew(&self, samples: &mut Samples) {
        *samples = Samples::default();
        self.enter(samples, Phase::Sampling);
    }

    pub(super) fn enter(&self, samples: &mut Samples, phase: Phase) {
        samples.enter(phase);
        self.sampling.store(phase == Phase::Sampling, Ordering::Relaxed);
    }
}

fn push(cells: &mut Vec<Weak<Cell>>, cell: &Arc<Cell>) {
    if cells.len() < MOST_EARLY {
        cells.push(Arc::downgrade(cell));
    }
}
