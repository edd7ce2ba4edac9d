//! Work that must not die unnoticed: [`Guarded`].

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use super::{Core, Work};
use crate::error::InformerError;
use crate::processor;

/// Work of an informer. When it panics, by a fault of this crate or of a layer below, the informer is stopped, and the error hook
/// is told: whoever waits learns of it, instead of reading what nobody keeps up to date.
pub(super) struct Guarded {
    work: Work,
    core: Weak<Core>,
    generation: u64,
}

impl Guarded {
    pub(super) fn new(work: Work, core: &Arc<Core>, generation: u64) -> Self {
        Self { work, core: Arc::downgrade(core), generation }
    }
}

impl Future for Guarded {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Unwind safety: what panicked is not polled again, and the state it worked on is thrown away.
        let panic = match catch_unwind(AssertUnwindSafe(|| self.work.as_mut().poll(context))) {
            Ok(progress) => return progress,
            Err(panic) => panic,
        };
        if let Some(core) = self.core.upgrade()
            && core.is_of(self.generation)
        {
            core.stop();
            core.tell(&InformerError::Crashed { message: processor::message(&*panic) });
        }
        Poll::Ready(())
    }
}
