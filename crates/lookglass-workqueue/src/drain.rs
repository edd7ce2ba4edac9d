//! Waiting until a queue that is shut down has nothing left to do.

use crate::{
    core::Counts,
    queue::Queue,
    sync::{current, park},
    unpark::unparker,
};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// How a drain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a drain comes to its end or it does not")]
pub enum DrainOutcome {
    /// There was nothing left to wait for.
    Drained,
    /// A plain [`shut_down`](Queue::shut_down) ended the wait.
    Interrupted,
}

/// What a drain waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// That no worker has an item, were it for a moment.
    ProcessingDone,
    /// That, and nothing is ready either.
    EverythingDone,
}

impl Goal {
    fn is_met(self, counts: Counts) -> bool {
        counts.processing == 0 && (self == Self::ProcessingDone || counts.ready == 0)
    }
}

/// The drains under way.
#[derive(Debug, Default)]
pub(crate) struct Drains {
    waiting: Vec<Waiting>,
    /// Those of drains that have ended, to be woken outside the lock.
    ended: Vec<Waker>,
    started: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    goal: Goal,
    waker: Option<Waker>,
    /// Kept for the drain to pick up: the goal may be met for a moment only.
    outcome: Option<DrainOutcome>,
}

impl Drains {
    pub(crate) fn start(&mut self, goal: Goal, counts: Counts) -> Progress {
        if goal.is_met(counts) {
            return Progress::Ended(DrainOutcome::Drained);
        }
        self.started += 1;
        self.waiting.push(Waiting { number: self.started, goal, waker: None, outcome: None });
        Progress::Waiting(self.started)
    }

    /// To be called when an item is done.
    #[inline]
    pub(crate) fn check(&mut self, counts: impl FnOnce() -> Counts) {
        if !self.waiting.is_empty() {
            let counts = counts();
            self.end(DrainOutcome::Drained, |goal| goal.is_met(counts));
        }
    }

    /// Ends all.
    pub(crate) fn interrupt(&mut self) {
        self.end(DrainOutcome::Interrupted, |_| true);
    }

    /// Whom to wake.
    pub(crate) fn take_ended(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.ended)
    }

    pub(crate) fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    #[cold]
    fn end(&mut self, outcome: DrainOutcome, ends: impl Fn(Goal) -> bool) {
        let ended = self.waiting.iter_mut().filter(|drain| drain.outcome.is_none() && ends(drain.goal));
        self.ended.extend(ended.filter_map(|drain| {
            drain.outcome = Some(outcome);
            drain.waker.take()
        }));
    }

    /// The outcome, or a wait with this waker. Returns a waker to be dropped outside the lock.
    fn poll(&mut self, number: u64, waker: &Waker) -> (Option<DrainOutcome>, Option<Waker>) {
        let Some(drain) = self.waiting.iter_mut().find(|drain| drain.number == number) else { return (None, None) };
        if drain.outcome.is_some() || drain.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            return (drain.outcome, None);
        }
        (None, drain.waker.replace(waker.clone()))
    }

    fn leave(&mut self, number: u64) -> Option<Waker> {
        let place = self.waiting.iter().position(|drain| drain.number == number)?;
        self.waiting.swap_remove(place).waker
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Progress {
    Waiting(u64),
    Ended(DrainOutcome),
}

/// Waits for a queue that is shutting down; made by [`Queue::shut_down_with_drain`] and
/// [`Queue::shut_down_with_full_drain`].
///
/// # Cancel safety
///
/// Dropping it ends the wait and nothing else: the queue stays shut down. To wait again, drain again.
#[must_use = "the queue is shutting down, but nobody waits for the drain"]
pub struct Drain<T> {
    queue: Queue<T>,
    progress: Progress,
}

impl<T> Drain<T> {
    pub(crate) fn start(queue: &Queue<T>, goal: Goal) -> Self {
        let progress = queue.shared.shut(|state| state.drains.start(goal, state.core.counts()));
        Self { queue: queue.clone(), progress }
    }

    /// Waits on this thread.
    ///
    /// ```
    /// # use lookglass_workqueue::{DrainOutcome, Queue};
    /// let queue = Queue::new("web");
    /// queue.add("a");
    /// let worker = std::thread::spawn({
    ///     let queue = queue.clone();
    ///     move || while let Some(item) = queue.get_blocking() { item.done() }
    /// });
    /// assert_eq!(queue.shut_down_with_full_drain().wait_blocking(), DrainOutcome::Drained);
    /// # worker.join().unwrap();
    /// ```
    #[expect(clippy::must_use_candidate, reason = "whoever waits need not care how the wait ended")]
    pub fn wait_blocking(mut self) -> DrainOutcome {
        let waker = unparker(current());
        loop {
            match self.step(&waker) {
                Some(outcome) => return outcome,
                None => park(),
            }
        }
    }

    fn step(&mut self, waker: &Waker) -> Option<DrainOutcome> {
        let number = match self.progress {
            Progress::Ended(outcome) => return Some(outcome),
            Progress::Waiting(number) => number,
        };
        let mut state = self.queue.shared.state.lock();
        let (outcome, mut old_waker) = state.drains.poll(number, waker);
        if let Some(outcome) = outcome {
            old_waker = state.drains.leave(number);
            self.progress = Progress::Ended(outcome);
        }
        drop(state);
        drop(old_waker);
        outcome
    }
}

impl<T> Future for Drain<T> {
    type Output = DrainOutcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<DrainOutcome> {
        self.step(cx.waker()).map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> Drop for Drain<T> {
    fn drop(&mut self) {
        if let Progress::Waiting(number) = self.progress {
            let old_waker = self.queue.shared.state.lock().drains.leave(number);
            drop(old_waker);
        }
    }
}

impl<T> fmt::Debug for Drain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("queue", &self.queue.name()).field("progress", &self.progress).finish()
    }
}
