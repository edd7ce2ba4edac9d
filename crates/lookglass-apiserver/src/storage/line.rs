//! What waits for a watcher: [`Line`].

use std::{
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;

use super::event::Sight;

/// The events between the storage and one watcher: bounded, and never waited for.
///
/// Wakers are handed out, not woken or dropped here: either may run code that comes back to this line or to the resource.
#[derive(Debug, Default)]
pub(super) struct Line(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Sight>,
    reader: Option<Waker>,
    over: bool,
}

/// What became of an event that was put into a line.
pub(super) enum Queued {
    /// It waits; whoever is to be told of that.
    Waits(Option<Waker>),
    /// The line was full: the watch is over. Its reader is to be told, and what it had not read is to be dropped.
    Cut(Ended),
}

/// What an ended line leaves to be done once no lock is held.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) reader: Option<Waker>,
    pub(super) unread: VecDeque<Sight>,
}

impl Line {
    /// Appends an event, unless `capacity` others wait.
    pub(super) fn push(&self, sight: Sight, capacity: usize) -> Queued {
        let mut waiting = self.0.lock();
        if waiting.events.len() >= capacity {
            return Queued::Cut(waiting.end());
        }
        waiting.events.push_back(sight);
        Queued::Waits(waiting.reader.take())
    }

    /// Ends the line. What waits in it is not read any more: a reader that is cut off is one for which memory should no longer be held.
    pub(super) fn end(&self) -> Ended {
        self.0.lock().end()
    }

    /// Whether the line has ended.
    pub(super) fn is_over(&self) -> bool {
        self.0.lock().over
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().events.is_empty()
    }

    /// How many events wait.
    pub(super) fn len(&self) -> usize {
        self.0.lock().events.len()
    }

    /// The next event; `None` once the line has ended.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Sight>> {
        let mut waiting = self.0.lock();
        if let Some(sight) = waiting.events.pop_front() {
            if waiting.events.is_empty() && waiting.events.capacity() > ROOM {
                waiting.events = VecDeque::new();
            }
            return Poll::Ready(Some(sight));
        }
        if waiting.over {
            return Poll::Ready(None);
        }
        let known = waiting.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker()));
        let stale = if known { None } else { waiting.reader.replace(cx.waker().clone()) };
        drop(waiting);
        drop(stale);
        Poll::Pending
    }
}

/// How many places an empty line may keep.
const ROOM: usize = 64;

impl Waiting {
    fn end(&mut self) -> Ended {
        self.over = true;
        Ended { reader: self.reader.take(), unread: std::mem::take(&mut self.events) }
    }
}
