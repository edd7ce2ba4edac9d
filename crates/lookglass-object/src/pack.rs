//! Making bytes small: zstd at level 1 with a dictionary of the kind's own.
//!
//! # Promises
//!
//! * What is unpacked is what was packed. A packed object holds its dictionary, so a newer one takes nothing away, and a
//!   dictionary goes with the last object that needs it.
//! * Packed is always smaller than raw, or it is not done.
//!
//! # Cost
//!
//! Compression runs in a scratch buffer that is used again and again, and ends in one allocation of exactly the right size:
//! shrinking a larger one in place leaves holes that no later object fits. Contexts are pooled, at most [`POOL`] of each sort,
//! and one is taken out by whoever packs or unpacks; the lock is held only for that.

mod train;

use std::{fmt, sync::Arc};

use parking_lot::Mutex;
use zstd::zstd_safe::{CCtx, CDict, DCtx, DDict};

pub(crate) use train::Packer;
pub use train::Training;

use crate::memory::Counts;

/// The level that gives nearly all there is to gain; level 3 saves three percent more for twice the time.
const LEVEL: i32 = 1;

/// How many contexts of each sort are kept for the next use. One costs 100 to 200 KB.
const POOL: usize = 8;

/// Bytes in their small form.
pub(crate) struct Packed {
    bytes: Box<[u8]>,
    dictionary: Option<Arc<Dictionary>>,
}

impl Packed {
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn unpacked_len(&self) -> usize {
        // Written into each frame by us.
        zstd::zstd_safe::get_frame_content_size(&self.bytes).ok().flatten().unwrap_or_default() as usize
    }

    /// Whether packing with `dictionary` would give something else.
    pub(crate) fn is_by(&self, dictionary: Option<&Arc<Dictionary>>) -> bool {
        self.dictionary.as_ref().map(Arc::as_ptr) == dictionary.map(Arc::as_ptr)
    }
}

/// What trained bytes have in common, prepared for both directions.
pub(crate) struct Dictionary {
    packs: CDict<'static>,
    unpacks: DDict<'static>,
    counts: Arc<Counts>,
}

impl Dictionary {
    /// Prepares what training gave. `None` if zstd finds no sense in it or memory runs short.
    fn new(mut trained: Vec<u8>, counts: Arc<Counts>) -> Option<Arc<Self>> {
        // Without a number of its own a dictionary is not named in each frame, which saves four bytes per object; a packed
        // object knows its dictionary by reference.
        trained.get_mut(4..8)?.fill(0);
        let packs = CDict::try_create(&trained, LEVEL)?;
        let unpacks = DDict::try_create(&trained)?;
        let dictionary = Self { packs, unpacks, counts };
        dictionary.counts.dictionary_made(dictionary.heap_size());
        Some(Arc::new(dictionary))
    }

    pub(crate) fn heap_size(&self) -> usize {
        self.packs.sizeof() + self.unpacks.sizeof()
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        self.counts.dictionary_gone(self.heap_size());
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dictionary").field("heap_size", &self.heap_size()).finish_non_exhaustive()
    }
}

/// The working memory of zstd, and buffers to work in.
#[derive(Default)]
pub(crate) struct Contexts {
    packing: Mutex<Vec<Packing>>,
    unpacking: Mutex<Vec<Unpacking>>,
}

struct Packing {
    context: CCtx<'static>,
    scratch: Vec<u8>,
}

struct Unpacking {
    context: DCtx<'static>,
    scratch: Vec<u8>,
}

impl Contexts {
    /// `raw` in its small form; `None` if that would not be smaller.
    pub(crate) fn pack(&self, raw: &[u8], dictionary: Option<&Arc<Dictionary>>) -> Option<Packed> {
        let taken = self.packing.lock().pop();
        let mut packing = taken.or_else(|| Some(Packing { context: CCtx::try_create()?, scratch: Vec::new() }))?;
        let Packing { context, scratch } = &mut packing;
        scratch.clear();
        // One byte less than raw suffices: what needs more is not wanted.
        scratch.reserve(raw.len());
        let done = match dictionary {
            Some(dictionary) => context.compress_using_cdict(scratch, raw, &dictionary.packs),
            None => context.compress(scratch, raw, LEVEL),
        };
        let packed = (done.is_ok() && scratch.len() < raw.len())
            .then(|| Packed { bytes: scratch.as_slice().into(), dictionary: dictionary.cloned() });
        put_back(&self.packing, packing);
        packed
    }

    /// Gives the bytes that were packed to `read`.
    pub(crate) fn unpack<R>(&self, packed: &Packed, read: impl FnOnce(&[u8]) -> R) -> R {
        let taken = self.unpacking.lock().pop();
        let mut unpacking = taken.unwrap_or_else(|| Unpacking { context: DCtx::create(), scratch: Vec::new() });
        let Unpacking { context, scratch } = &mut unpacking;
        scratch.clear();
        scratch.reserve(packed.unpacked_len());
        let done = match &packed.dictionary {
            Some(dictionary) => context.decompress_using_ddict(scratch, &packed.bytes, &dictionary.unpacks),
            None => context.decompress(scratch, &packed.bytes),
        };
        done.expect("a frame that this process made, with the dictionary that it was made with");
        let result = read(scratch);
        put_back(&self.unpacking, unpacking);
        result
    }
}

/// Keeps `one` for the next use, unless many are kept or an unusually large object has left it large.
fn put_back<T: Scratch>(pool: &Mutex<Vec<T>>, one: T) {
    let mut pool = pool.lock();
    if pool.len() < POOL && one.scratch_size() <= LARGE_SCRATCH {
        pool.push(one);
    }
}

/// A scratch buffer beyond this is freed rather than kept.
const LARGE_SCRATCH: usize = 1 << 20;

trait Scratch {
    fn scratch_size(&self) -> usize;
}

impl Scratch for Packing {
    fn scratch_size(&self) -> usize {
        self.scratch.capacity()
    }
}

impl Scratch for Unpacking {
    fn scratch_size(&self) -> usize {
        self.scratch.capacity()
    }
}
