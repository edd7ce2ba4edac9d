//! Telling of index functions that fail: [`IndexFailures`].

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lookglass_cache::IndexFailure;
use lookglass_object::Key;
use parking_lot::Mutex;

use crate::error::{ErrorHook, InformerError};
use crate::processor;

/// Passes failures of index functions to the error hook: at once, or, when they come in the middle of a write, after that. For the
/// hook may do with the informer what it likes, and joining it waits for writes.
#[derive(Clone)]
pub(super) struct IndexFailures {
    hook: ErrorHook,
    waiting: Arc<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// So that a write in which nothing fails takes no lock.
    any: AtomicBool,
    errors: Mutex<Vec<InformerError>>,
}

impl IndexFailures {
    pub(super) fn new(hook: ErrorHook) -> Self {
        Self { hook, waiting: Arc::default() }
    }

    pub(super) fn note(&self, failure: &IndexFailure<Key>) {
        let (index, key) = (Arc::clone(&failure.index), failure.key.clone());
        let error = InformerError::Index { index, key, reason: failure.error.to_string() };
        if processor::is_writing_here() {
            self.waiting.errors.lock().push(error);
            // Relaxed: whoever waits for it is on this thread.
            self.waiting.any.store(true, Ordering::Relaxed);
        } else {
            self.hook.tell(&error);
        }
    }

    /// Tells of what has failed in a write that is over.
    pub(super) fn tell(&self) {
        if self.waiting.any.swap(false, Ordering::Relaxed) {
            let errors = mem::take(&mut *self.waiting.errors.lock());
            for error in &errors {
                self.hook.tell(error);
            }
        }
    }
}
