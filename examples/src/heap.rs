//! How much memory the program holds: [`Heap`].

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

/// The system's allocator, which counts. A program makes it its own with
///
/// ```
/// use lookglass_examples::Heap;
///
/// #[global_allocator]
/// static HEAP: Heap = Heap::new();
///
/// let before = HEAP.held();
/// let text = String::from("gone at the end of the line");
/// assert_eq!(HEAP.held(), before + text.capacity());
/// ```
#[derive(Debug, Default)]
pub struct Heap {
    held: AtomicUsize,
}

impl Heap {
    /// One that has counted nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: AtomicUsize::new(0) }
    }

    /// Bytes that were allocated and not freed, by all threads.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

#[expect(unsafe_code, reason = "a global allocator cannot be written without; it only counts and passes on")]
// SAFETY: every call goes to `System` unchanged.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.held.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.held.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}
