//! "The initial state is there", as something to ask or to wait for.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::line::{Guarded, Line, Side, Waits, Wakes};
use crate::sync::block_on;

/// Tells whether, and waits until, the initial state of a queue or a subscriber has gone through.
///
/// It holds nothing but the answer: keeping one does not keep a queue's memory. The answer is final: once synced stays
/// synced, and a queue that ended unsynced, or was dropped, never will be.
///
/// ```
/// use lookglass_cache::DeltaFifo;
///
/// let fifo = DeltaFifo::<String, String>::new(|text: &String| text.clone());
/// let checker = fifo.sync_checker();
/// assert!(!checker.is_synced());
/// fifo.replace(vec![])?;
/// assert!(checker.is_synced());
/// # Ok::<(), lookglass_cache::EnqueueError>(())
/// ```
#[derive(Clone)]
pub struct SyncChecker {
    gate: Arc<Guarded<Gate>>,
}

impl SyncChecker {
    /// Whether the initial state has gone through.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.gate.read(|gate| gate.outcome == Some(Ok(())))
    }

    /// Waits until the initial state has gone through.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing; ask again whenever you like.
    ///
    /// # Errors
    ///
    /// [`NeverSynced`] when the queue or the subscriber ended before.
    pub async fn synced(&self) -> Result<(), NeverSynced> {
        let everyone = Side { line: |gate: &mut Gate| &mut gate.line, over: |gate| gate.outcome.is_some() };
        self.gate.wait(everyone, |gate| gate.outcome).await
    }

    /// Blocks the thread until the initial state has gone through. Not for threads that drive async tasks.
    ///
    /// # Errors
    ///
    /// [`NeverSynced`] when the queue or the subscriber ended before.
    pub fn synced_blocking(&self) -> Result<(), NeverSynced> {
        block_on(self.synced())
    }

    pub(crate) fn new() -> Self {
        Self { gate: Arc::new(Guarded::new(Gate { outcome: None, line: Line::default() })) }
    }
}

impl fmt::Debug for SyncChecker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = self.gate.read(|gate| gate.outcome);
        f.debug_struct("SyncChecker").field("outcome", &outcome).finish_non_exhaustive()
    }
}

/// The queue or the subscriber ended before its initial state had gone through.
#[derive(Clone, Copy, Debug, Error, Eq, PartialEq)]
#[error("ended before the initial state had gone through; start anew and wait for that one")]
#[non_exhaustive]
pub struct NeverSynced;

/// A queue is closed and empty: nothing will come any more.
#[derive(Clone, Copy, Debug, Error, Eq, PartialEq)]
#[error("the queue is closed and empty; stop reading from it")]
#[non_exhaustive]
pub struct Closed;

/// The side that gives the answer, once. If it is dropped before, the answer is no.
pub(crate) struct SyncSettler {
    /// Until the answer is given.
    checker: Option<SyncChecker>,
}

impl SyncSettler {
    pub(crate) fn new(checker: SyncChecker) -> Self {
        Self { checker: Some(checker) }
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.checker.is_none()
    }

    /// Gives the answer unless it was given before; the caller wakes once its own lock is gone.
    pub(crate) fn settle(&mut self, outcome: Result<(), NeverSynced>, wakes: &mut Wakes) {
        if let Some(checker) = self.checker.take() {
            checker.gate.collecting(wakes, |gate| gate.outcome = Some(outcome));
        }
    }
}

impl Drop for SyncSettler {
    fn drop(&mut self) {
        let mut wakes = Wakes::default();
        self.settle(Err(NeverSynced), &mut wakes);
        wakes.wake();
    }
}

struct Gate {
    outcome: Option<Result<(), NeverSynced>>,
    line: Line,
}

impl Waits for Gate {
    fn wake_ready(&mut self, wakes: &mut Wakes) {
        if self.outcome.is_some() {
            self.line.wake_all(wakes);
        }
    }
}
