//! Counts what the present thread allocates, so that tests beside each other do not disturb the count.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(calls: usize, bytes: isize) {
    // `try_with`: allocations while the thread ends are nobody's.
    let _ = CALLS.try_with(|total| total.set(total.get() + calls));
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

#[expect(unsafe_code, reason = "a global allocator cannot be written without; it only counts and passes on")]
// SAFETY: every call goes to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size().cast_signed());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -layout.size().cast_signed());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What a piece of work allocated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    /// How often.
    pub(crate) calls: usize,
    /// Bytes that its result still holds.
    pub(crate) held: isize,
    /// The most bytes held at once.
    pub(crate) peak: isize,
}

/// Does the work and says what it allocated. The result is still alive when it is counted.
pub(crate) fn spent<T>(work: impl FnOnce() -> T) -> (T, Spent) {
    let (calls, held) = (CALLS.get(), HELD.get());
    PEAK.set(held);
    let result = work();
    let spent = Spent { calls: CALLS.get() - calls, held: HELD.get() - held, peak: PEAK.get() - held };
    (result, spent)
}
