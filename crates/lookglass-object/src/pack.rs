//! Making bytes small.
//!
//! Objects of one workload differ in little: names, uids, addresses, times. So the first of them is packed as a whole, by zstd at
//! level 1 with a dictionary of the kind's own, and the others are kept as what [differs](delta) from it. Which objects may be
//! alike is guessed from their [names](kin); whether they are, their bytes say.
//!
//! # Promises
//!
//! * What is unpacked is what was packed. A packed object holds what it was packed with, the first of its kin and the
//!   dictionary, so what comes later takes nothing away, and each goes with the last object that needs it.
//! * Packed is always smaller than raw, or it is not done.
//! * What differs takes at most three quarters of what it differs from. So even where the others of its kin have gone, an object takes less than twice what
//!   it would by itself; what is kept for that is [counted](crate::Memory::kept_bytes).
//!
//! # Cost
//!
//! A difference takes 1 to 3 us to find and half a microsecond to apply, zstd 4 to 10 us and 2 to 4. What is read against is unpacked for the first object that needs it and
//! kept for the next, since kin are mostly read together. Both ways work in scratch buffers that are used again and again, and packing ends in one allocation of exactly the right size:
//! shrinking a larger one in place leaves holes that no later object fits.

mod contexts;
mod delta;
mod dictionary;
mod kin;
mod packer;
mod samples;
mod train;

use std::sync::Arc;

use parking_lot::RwLock;

use crate::memory::Counts;

pub(crate) use contexts::Contexts;
pub(crate) use packer::Packer;
pub use train::Training;

use dictionary::Dictionary;

/// Bytes in their small form.
pub(crate) enum Packed {
    /// By themselves. Others may be packed against them.
    Whole(Owned),
    /// As what differs from others.
    Kin { delta: Box<[u8]>, first: Arc<Whole> },
}

impl Packed {
    /// What they take, apart from the cell.
    pub(crate) fn heap_size(&self) -> usize {
        match self {
            Self::Whole(Owned(whole)) => whole.heap_size(),
            Self::Kin { delta, .. } => delta.len(),
        }
    }

    /// The part of that which the object is to count; the other counts itself, since it may outlive the object.
    pub(crate) fn counted_size(&self) -> usize {
        if let Self::Kin { delta, .. } = self { delta.len() } else { 0 }
    }

    /// What is packed as a whole may be packed anew.
    pub(crate) fn whole(&self) -> Option<&Whole> {
        if let Self::Whole(Owned(whole)) = self { Some(whole) } else { None }
    }

    pub(crate) fn unpacked_len(&self) -> usize {
        match self {
            Self::Whole(Owned(whole)) => whole.unpacked,
            Self::Kin { delta, .. } => delta::unpacked_len(delta),
        }
    }
}

/// Bytes packed by themselves, as long as their object or any of its kin needs them.
pub(crate) struct Whole {
    small: RwLock<Small>,
    unpacked: usize,
    counts: Arc<Counts>,
}

struct Small {
    bytes: Box<[u8]>,
    dictionary: Option<Arc<Dictionary>>,
    /// Whether the object whose bytes these are is still there.
    owned: bool,
}

impl Small {
    fn heap_size(&self) -> usize {
        Whole::HEADER + self.bytes.len()
    }
}

impl Whole {
    /// What one takes besides its bytes, with its reference counts.
    const HEADER: usize = 2 * size_of::<usize>() + size_of::<Self>();

    fn new(unpacked: usize, bytes: Box<[u8]>, dictionary: Option<Arc<Dictionary>>, counts: &Arc<Counts>) -> Arc<Self> {
        let small = RwLock::new(Small { bytes, dictionary, owned: true });
        let whole = Self { small, unpacked, counts: Arc::clone(counts) };
        counts.whole_packed(whole.heap_size());
        Arc::new(whole)
    }

    fn len(&self) -> usize {
        self.small.read().bytes.len()
    }

    fn heap_size(&self) -> usize {
        self.small.read().heap_size()
    }

    /// Whether this is the dictionary it was packed with.
    pub(crate) fn is_by(&self, dictionary: Option<&Arc<Dictionary>>) -> bool {
        self.small.read().dictionary.as_ref().map(Arc::as_ptr) == dictionary.map(Arc::as_ptr)
    }

    /// Exchanges the small form for another, if that is smaller.
    fn exchange(&self, bytes: Box<[u8]>, dictionary: &Arc<Dictionary>) {
        let mut small = self.small.write();
        if bytes.len() < small.bytes.len() {
            let gained = small.bytes.len() - bytes.len();
            if small.owned {
                self.counts.whole_unpacked(gained);
            } else {
                self.counts.let_go(gained);
            }
            (small.bytes, small.dictionary) = (bytes, Some(Arc::clone(dictionary)));
        }
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Its object has gone before it, as `Owned` did.
        self.counts.let_go(self.small.get_mut().heap_size());
    }
}

/// What the object itself holds: when that goes, its bytes are only kept for others.
pub(crate) struct Owned(Arc<Whole>);

impl Drop for Owned {
    fn drop(&mut self) {
        let mut small = self.0.small.write();
        small.owned = false;
        self.0.counts.whole_unpacked(small.heap_size());
        self.0.counts.keep(small.heap_size());
    }
}
