//! Where the changes of a watch go in: [`Inlet`].

#[cfg(test)]
mod tests;

use std::sync::Arc;

use lookglass_cache::PushError;
use lookglass_object::Dynamic;

use super::{CellQueue, Core};
use crate::reflector::{ObjectChange, Sink, SinkError};

/// Where the changes of a part go in. Whoever pushes them applies them himself: what is pushed is in the store, and in the backlogs of
/// the subscribers, when the push is over. A task in between would have to be woken for every event, and what it
/// works on would have left the processor's cache meanwhile.
///
/// The queue makes batches of them, converts them, and knows when the first list has gone through. A push of more than it holds goes through it
/// bit by bit.
pub(crate) struct Inlet {
    core: Arc<Core>,
    part: usize,
    queue: CellQueue,
    /// Which run it belongs to.
    generation: u64,
}

impl Inlet {
    pub(super) fn new(core: &Arc<Core>, part: usize, queue: CellQueue, generation: u64) -> Self {
        Self { core: Arc::clone(core), part, queue, generation }
    }

    /// Applies everything that is queued.
    async fn apply(&self) {
        while let Ok(Some(batch)) = self.queue.try_pop_batch(AT_ONCE) {
            let turn = self.core.turn.lock().await;
            self.core.apply(self.part, &self.queue, batch, self.generation).accepted().await;
            drop(turn);
            tokio::task::coop::consume_budget().await;
        }
    }
}

impl Sink<Dynamic> for Inlet {
    async fn push(&self, changes: &mut Vec<ObjectChange<Dynamic>>) -> Result<(), SinkError> {
        loop {
            let pushed = self.queue.try_push_all(changes);
            self.apply().await;
            match pushed {
                Ok(()) => return Ok(()),
                // There is room again.
                Err(PushError::Full(())) => {}
                Err(PushError::Closed(())) => return Err(SinkError::Closed),
                Err(error) => return Err(SinkError::Rejected(error.into())),
            }
        }
    }
}

/// Fewer than what the store would write aside, which copies all that lies around what is written.
const AT_ONCE: usize = 256;
