//! The working memory of packing: [`Contexts`].
//!
//! Contexts are pooled, at most [`POOL`] of each sort, and one is taken out by whoever packs or unpacks; the lock is held only for that. Each remembers what it last packed
//! or read against, and is given to who needs the same again.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use zstd::zstd_safe::{CCtx, DCtx};

use super::{
    Owned, Packed, Whole,
    delta::{self, Matcher},
    dictionary::Dictionary,
};
use crate::memory::Counts;

/// The level that gives nearly all there is to gain; level 3 saves three percent more for twice the time.
pub(super) const LEVEL: i32 = 1;

/// How many contexts of each sort are kept for the next use. One costs 100 to 200 KB.
const POOL: usize = 8;

/// Scratch buffers beyond this are freed rather than kept.
const LARGE_SCRATCH: usize = 1 << 20;

/// The working memory of packing, and buffers to work in.
#[derive(Default)]
pub(crate) struct Contexts {
    packing: Mutex<Vec<Packing>>,
    unpacking: Mutex<Vec<Unpacking>>,
}

struct Packing {
    context: CCtx<'static>,
    scratch: Vec<u8>,
    matcher: Matcher,
    matches: Weak<Whole>,
}

struct Unpacking {
    context: DCtx<'static>,
    scratch: Vec<u8>,
    /// The bytes of another object, which this one is told by.
    first: Vec<u8>,
    first_of: Weak<Whole>,
}

impl Contexts {
    /// Packs `raw` as it is and gives the outcome to `read`; `None` if it would not be smaller.
    pub(super) fn compress<R>(
        &self,
        raw: &[u8],
        dictionary: Option<&Arc<Dictionary>>,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Option<R> {
        self.packing(None, |packing| packing.compress(raw, dictionary).then(|| read(&packing.scratch)))?
    }

    /// `raw` as a whole; `None` if that would not be smaller.
    pub(super) fn pack(&self, raw: &[u8], dictionary: Option<&Arc<Dictionary>>, counts: &Arc<Counts>) -> Option<Owned> {
        self.packing(None, |packing| {
            let smaller = packing.compress(raw, dictionary) && packing.scratch.len() + Whole::HEADER < raw.len();
            let bytes = smaller.then(|| packing.scratch.as_slice().into())?;
            let whole = Whole::new(raw.len(), bytes, dictionary.cloned(), counts);
            // Its kin come next, if there are any.
            packing.matcher.hold(|base| base.extend_from_slice(raw));
            packing.matches = Arc::downgrade(&whole);
            Some(Owned(whole))
        })?
    }

    /// `raw` by what differs from `first`; `None` if they are not alike.
    pub(super) fn pack_against(&self, raw: &[u8], first: &Arc<Whole>) -> Option<Packed> {
        let most = raw.len().min(first.len() / 4 * 3);
        self.packing(Some(first), |packing| {
            if !is(&packing.matches, first) {
                // Forgotten first: if unpacking fails, nothing is told by half.
                packing.matches = Weak::new();
                self.unpacking(None, |unpacking| {
                    unpacking.decompress(first);
                    packing.matcher.hold(|base| base.extend_from_slice(&unpacking.scratch));
                });
                packing.matches = Arc::downgrade(first);
            }
            packing.scratch.clear();
            let done = packing.matcher.encode(raw, most, &mut packing.scratch);
            done.then(|| Packed::Kin { delta: packing.scratch.as_slice().into(), first: Arc::clone(first) })
        })?
    }

    /// Gives the bytes that were packed to `read`.
    pub(crate) fn unpack<R>(&self, packed: &Packed, read: impl FnOnce(&[u8]) -> R) -> R {
        match packed {
            Packed::Whole(Owned(whole)) => self.unpack_whole(whole, read),
            Packed::Kin { delta, first } => self.unpacking(Some(first), |unpacking| {
                unpacking.have(first);
                unpacking.scratch.clear();
                delta::apply(delta, &unpacking.first, &mut unpacking.scratch);
                read(&unpacking.scratch)
            }),
        }
    }

    pub(super) fn unpack_whole<R>(&self, whole: &Whole, read: impl FnOnce(&[u8]) -> R) -> R {
        self.unpacking(None, |unpacking| {
            unpacking.decompress(whole);
            read(&unpacking.scratch)
        })
    }

    /// `None` if there is no memory for a context.
    fn packing<R>(&self, against: Option<&Arc<Whole>>, work: impl FnOnce(&mut Packing) -> R) -> Option<R> {
        let mut packing = match take(&self.packing, |packing| against.is_some_and(|first| is(&packing.matches, first)))
        {
            Some(packing) => packing,
            None => Packing::new()?,
        };
        let result = work(&mut packing);
        if packing.scratch.capacity() + packing.matcher.heap_size() <= LARGE_SCRATCH {
            put_back(&self.packing, packing);
        }
        Some(result)
    }

    fn unpacking<R>(&self, against: Option<&Arc<Whole>>, work: impl FnOnce(&mut Unpacking) -> R) -> R {
        let has = |unpacking: &Unpacking| against.is_some_and(|first| is(&unpacking.first_of, first));
        let mut unpacking = take(&self.unpacking, has).unwrap_or_else(Unpacking::new);
        let result = work(&mut unpacking);
        if unpacking.scratch.capacity() + unpacking.first.capacity() <= LARGE_SCRATCH {
            put_back(&self.unpacking, unpacking);
        }
        result
    }
}

impl Packing {
    fn new() -> Option<Self> {
        let context = CCtx::try_create()?;
        Some(Self { context, scratch: Vec::new(), matcher: Matcher::default(), matches: Weak::new() })
    }

    /// Whether what is in the scratch buffer now is smaller than `raw`.
    fn compress(&mut self, raw: &[u8], dictionary: Option<&Arc<Dictionary>>) -> bool {
        let Self { context, scratch, .. } = self;
        scratch.clear();
        // One byte less than raw suffices: what needs more is not wanted.
        scratch.reserve(raw.len());
        let done = match dictionary {
            Some(dictionary) => context.compress_using_cdict(scratch, raw, &dictionary.packs),
            None => context.compress(scratch, raw, LEVEL),
        };
        done.is_ok() && scratch.len() < raw.len()
    }
}

impl Unpacking {
    fn new() -> Self {
        Self { context: DCtx::create(), scratch: Vec::new(), first: Vec::new(), first_of: Weak::new() }
    }

    /// The bytes of `whole`, in the scratch buffer.
    fn decompress(&mut self, whole: &Whole) {
        let Self { context, scratch, .. } = self;
        scratch.clear();
        scratch.reserve(whole.unpacked);
        let small = whole.small.read();
        let done = match &small.dictionary {
            Some(dictionary) => context.decompress_using_ddict(scratch, &small.bytes, &dictionary.unpacks),
            None => context.decompress(scratch, &small.bytes),
        };
        done.expect("a frame that this process made, with the dictionary that it was made with");
    }

    /// Has the bytes of `first` at hand.
    fn have(&mut self, first: &Arc<Whole>) {
        if !is(&self.first_of, first) {
            self.first_of = Weak::new();
            self.decompress(first);
            std::mem::swap(&mut self.scratch, &mut self.first);
            self.first_of = Arc::downgrade(first);
        }
    }
}

/// Whether that is this one. As long as it is remembered nothing else can be at its address.
fn is(remembered: &Weak<Whole>, whole: &Arc<Whole>) -> bool {
    std::ptr::eq(remembered.as_ptr(), Arc::as_ptr(whole))
}

/// One of the pool: such a one if there is, else that which was used last.
fn take<T>(pool: &Mutex<Vec<T>>, wanted: impl Fn(&T) -> bool) -> Option<T> {
    let mut pool = pool.lock();
    match pool.iter().rposition(wanted) {
        Some(index) => Some(pool.remove(index)),
        None => pool.pop(),
    }
}

/// Keeps `one` for the next use, unless many are kept.
fn put_back<T>(pool: &Mutex<Vec<T>>, one: T) {
    let mut pool = pool.lock();
    if pool.len() < POOL {
        pool.push(one);
    }
}
