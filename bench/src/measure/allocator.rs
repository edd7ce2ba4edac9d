//! An allocator that counts: [`Counting`].

use std::{
    alloc::{GlobalAlloc, Layout},
    sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed},
};

/// Counts what is on the heap, over any other allocator, once [`Heap::count`] has been called: until then it costs nothing, so that times can be taken with the same program.
/// Make it the global allocator of a program.
#[derive(Debug)]
pub struct Counting<A>(pub A);

/// What the heap has held since [`Heap::begin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heap {
    /// Bytes that are held now and were not at the beginning.
    pub live: usize,
    /// The most that was held at any moment, less what was at the beginning.
    pub peak: usize,
    /// How often was allocated.
    pub calls: usize,
}

static COUNTS: AtomicBool = AtomicBool::new(false);
/// Negative when what was allocated before is freed.
static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Where a measurement of the heap began.
#[derive(Debug, Clone, Copy)]
pub struct HeapBegin {
    live: isize,
    calls: usize,
}

impl Heap {
    /// Counts from now on. Atomics that all threads share make every allocation dearer.
    pub fn count() {
        COUNTS.store(true, Relaxed);
    }

    /// Where a measurement begins: hand it to [`since`](Self::since).
    #[must_use]
    pub fn begin() -> HeapBegin {
        let live = LIVE.load(Relaxed);
        PEAK.store(live, Relaxed);
        HeapBegin { live, calls: CALLS.load(Relaxed) }
    }

    /// What has been held since it began; nothing unless it is counted.
    #[must_use]
    pub fn since(begin: HeapBegin) -> Option<Self> {
        let above = |level: isize| usize::try_from(level - begin.live).unwrap_or(0);
        COUNTS.load(Relaxed).then(|| Self {
            live: above(LIVE.load(Relaxed)),
            peak: above(PEAK.load(Relaxed)),
            calls: CALLS.load(Relaxed) - begin.calls,
        })
    }
}

fn add(bytes: usize) {
    if !COUNTS.load(Relaxed) {
        return;
    }
    let bytes = bytes.cast_signed();
    let live = LIVE.fetch_add(bytes, Relaxed) + bytes;
    CALLS.fetch_add(1, Relaxed);
    if live > PEAK.load(Relaxed) {
        PEAK.fetch_max(live, Relaxed);
    }
}

fn remove(bytes: usize) {
    if COUNTS.load(Relaxed) {
        LIVE.fetch_sub(bytes.cast_signed(), Relaxed);
    }
}

#[expect(unsafe_code, reason = "a global allocator cannot be written without; it only counts and passes on")]
// SAFETY: every call goes to the allocator below unchanged.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        remove(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        remove(layout.size());
        add(size);
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.realloc(pointer, layout, size) }
    }
}
