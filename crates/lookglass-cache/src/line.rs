//! Who waits for a queue, in what order, and who is woken.
//!
//! Promises: waiters are served first come, first served; one is woken at a time and wakes the next if there is more to
//! have; one that is dropped between its wake-up and its poll passes its turn on, so no wake-up is lost. No foreign
//! code (wake, clone's drop) runs under the lock, except `Waker::clone`.
//!
//! Cost: nothing while nobody waits; one entry of a deque per waiter. No atomics: every decision is made under the lock
//! of the state that is waited for.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use crate::sync::Mutex;

/// A state behind a lock that knows, after each operation, who may go on.
pub(crate) trait Waits {
    /// Takes the wakers of those who may go on now.
    fn wake_ready(&mut self, wakes: &mut Wakes);
}

/// The lock, and the waiting for what it guards.
pub(crate) struct Guarded<S>(Mutex<S>);

impl<S: Waits> Guarded<S> {
    pub(crate) fn new(state: S) -> Self {
        Self(Mutex::new(state))
    }

    /// Changes the state and wakes who may go on, after the lock is let go.
    pub(crate) fn with<T>(&self, operation: impl FnOnce(&mut S) -> T) -> T {
        let mut wakes = Wakes::default();
        let output = self.collecting(&mut wakes, operation);
        wakes.wake();
        output
    }

    /// Like [`with`](Self::with) for a caller that holds another lock and wakes later.
    pub(crate) fn collecting<T>(&self, wakes: &mut Wakes, operation: impl FnOnce(&mut S) -> T) -> T {
        let mut state = self.0.lock();
        let output = operation(&mut state);
        state.wake_ready(wakes);
        output
    }

    /// Reads the state.
    pub(crate) fn read<T>(&self, operation: impl FnOnce(&S) -> T) -> T {
        operation(&self.0.lock())
    }

    /// Waits in line until `attempt`, made only when it is this waiter's turn, gives something. An attempt that gives
    /// nothing may have changed the state nevertheless; it keeps its turn.
    ///
    /// Dropping the future leaves the line and passes the turn on; `attempt` has then not succeeded.
    pub(crate) async fn wait<T>(&self, side: Side<S>, mut attempt: impl FnMut(&mut S) -> Option<T> + Send) -> T
    where
        S: Send,
    {
        let mut place = Place { guarded: self, side, ticket: None };
        poll_fn(|context| place.poll(context, &mut attempt)).await
    }
}

/// Which line of a state one stands in.
pub(crate) struct Side<S> {
    pub(crate) line: fn(&mut S) -> &mut Line,
    /// The state is final for this side: nobody needs to await a turn any more.
    pub(crate) over: fn(&S) -> bool,
}

/// Waiters in order of arrival.
#[derive(Default)]
pub(crate) struct Line {
    next_ticket: u64,
    waiting: VecDeque<Waiter>,
}

struct Waiter {
    ticket: u64,
    /// `None` from the wake-up until the next poll: so it is not woken twice.
    waker: Option<Waker>,
}

impl Line {
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn wake_first(&mut self, wakes: &mut Wakes) {
        if let Some(waker) = self.waiting.front_mut().and_then(|first| first.waker.take()) {
            wakes.add(waker);
        }
    }

    pub(crate) fn wake_all(&mut self, wakes: &mut Wakes) {
        for waker in self.waiting.iter_mut().filter_map(|waiter| waiter.waker.take()) {
            wakes.add(waker);
        }
    }

    fn is_turn_of(&self, ticket: Option<u64>) -> bool {
        self.waiting.front().map(|first| first.ticket) == ticket
    }

    fn join(&mut self, waker: &Waker) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push_back(Waiter { ticket, waker: Some(waker.clone()) });
        ticket
    }

    /// Renews the waker of a waiter; gives the old one back to be dropped outside the lock.
    fn stay(&mut self, ticket: u64, waker: &Waker) -> Option<Waker> {
        let position = self.position(ticket)?;
        let waiter = self.waiting.get_mut(position)?;
        match &waiter.waker {
            Some(old) if old.will_wake(waker) => None,
            _ => waiter.waker.replace(waker.clone()),
        }
    }

    /// Takes the waker of a waiter, who stays in line.
    fn hush(&mut self, ticket: u64) -> Option<Waker> {
        let position = self.position(ticket)?;
        self.waiting.get_mut(position)?.waker.take()
    }

    fn leave(&mut self, ticket: u64) -> Option<Waker> {
        let position = self.position(ticket)?;
        self.waiting.remove(position)?.waker
    }

    /// Tickets ascend, so the line is sorted.
    fn position(&self, ticket: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |waiter| waiter.ticket).ok()
    }
}

/// Wakers to be called once the lock is gone. Without waiters, or with up to two, nothing is allocated.
#[derive(Default)]
#[must_use = "whoever is not woken waits for ever"]
pub(crate) struct Wakes {
    few: [Option<Waker>; 2],
    more: Vec<Waker>,
}

impl Wakes {
    #[inline]
    pub(crate) fn wake(self) {
        if self.few[0].is_some() {
            self.wake_all();
        } else {
            // The usual case: there is nothing in it, and looking for what to drop would cost as much as the lock.
            std::mem::forget(self);
        }
    }

    #[cold]
    fn wake_all(self) {
        for waker in self.few.into_iter().flatten().chain(self.more) {
            waker.wake();
        }
    }

    fn add(&mut self, waker: Waker) {
        match self.few.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(waker),
            None => self.more.push(waker),
        }
    }
}

/// A waiter's place; dropping it passes the turn on.
struct Place<'a, S: Waits> {
    guarded: &'a Guarded<S>,
    side: Side<S>,
    ticket: Option<u64>,
}

impl<S: Waits> Place<'_, S> {
    fn poll<T>(&mut self, context: &Context<'_>, attempt: &mut impl FnMut(&mut S) -> Option<T>) -> Poll<T> {
        let mut wakes = Wakes::default();
        let mut retired = None;
        let mut state = self.guarded.0.lock();
        let is_turn = (self.side.line)(&mut state).is_turn_of(self.ticket) || (self.side.over)(&state);
        let output = if is_turn { attempt(&mut state) } else { None };
        let line = (self.side.line)(&mut state);
        if output.is_some() {
            if let Some(ticket) = self.ticket.take() {
                retired = line.leave(ticket);
            }
            state.wake_ready(&mut wakes);
        } else {
            if is_turn {
                // It may have got part of what it wants, which matters to others. It must not be woken for that itself.
                retired = self.ticket.and_then(|ticket| line.hush(ticket));
                state.wake_ready(&mut wakes);
            }
            let line = (self.side.line)(&mut state);
            match self.ticket {
                Some(ticket) => retired = retired.or(line.stay(ticket, context.waker())),
                None => self.ticket = Some(line.join(context.waker())),
            }
        }
        drop(state);
        // The last owner of a task may be its waker: dropping it can run anything.
        drop(retired);
        wakes.wake();
        output.map_or(Poll::Pending, Poll::Ready)
    }
}

impl<S: Waits> Drop for Place<'_, S> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let line = self.side.line;
            drop(self.guarded.with(|state| line(state).leave(ticket)));
        }
    }
}
