//! An allocator that counts: [`Counting`].

use std::{
    alloc::{GlobalAlloc, Layout},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// Counts what is on the heap, over any other allocator. Make it the global allocator of a program, and ask [`Heap`].
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

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

impl Heap {
    /// Where a measurement begins: hand it to [`since`](Self::since).
    #[must_use]
    pub fn begin() -> Self {
        let live = LIVE.load(Relaxed);
        PEAK.store(live, Relaxed);
        Self { live, peak: live, calls: CALLS.load(Relaxed) }
    }

    /// What has been held since it began.
    #[must_use]
    pub fn since(begin: Self) -> Self {
        Self {
            live: LIVE.load(Relaxed).saturating_sub(begin.live),
            peak: PEAK.load(Relaxed).saturating_sub(begin.live),
            calls: CALLS.load(Relaxed) - begin.calls,
        }
    }
}

fn add(bytes: usize) {
    let live = LIVE.fetch_add(bytes, Relaxed) + bytes;
    CALLS.fetch_add(1, Relaxed);
    if live > PEAK.load(Relaxed) {
        PEAK.fetch_max(live, Relaxed);
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
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_sub(layout.size(), Relaxed);
        add(size);
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.realloc(pointer, layout, size) }
    }
}
