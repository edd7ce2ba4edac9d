//! What the handles of one queue share: the state machine, who waits for it, and the doors to time and metrics.

use crate::{
    core::{Core, Finished, Ticket, Turn},
    drain::Drains,
    metrics::Metrics,
    sync::Mutex,
    timer::Timer,
    waiters::{Seat, Waiters},
};
use foldhash::fast::SeedableRandomState;
use std::{
    hash::{BuildHasher as _, Hash},
    sync::Arc,
    task::Waker,
    time::{Duration, Instant},
};

pub(crate) struct Shared<T> {
    pub(crate) name: Box<str>,
    pub(crate) hasher: SeedableRandomState,
    pub(crate) timer: Option<Arc<dyn Timer>>,
    pub(crate) metrics: Option<Arc<dyn Metrics>>,
    pub(crate) state: Mutex<State<T>>,
}

/// What lies under the lock. Nothing of the user's runs there but `Eq` and `Clone` of items, `Clone` of wakers, and
/// `Timer::now`.
pub(crate) struct State<T> {
    pub(crate) core: Core<T>,
    pub(crate) waiters: Waiters,
    pub(crate) drains: Drains,
}

/// What one getter brings along from step to step.
#[derive(Debug, Default)]
pub(crate) struct Getter {
    pub(crate) seat: Option<Seat>,
    /// The item that its worker is done with, until the first step says so.
    pub(crate) finishing: Option<Ticket>,
}

/// What a waiter is told.
pub(crate) enum Step<T> {
    /// An item, or `None` after the last one.
    Ready(Option<(T, Ticket)>),
    /// To wait until woken, or until then.
    Wait(Option<Instant>),
}

/// Whom a change concerns; to be woken outside the lock.
pub(crate) struct Wakes {
    getter: Option<Waker>,
    watcher: Option<Waker>,
    drains: Vec<Waker>,
}

impl Wakes {
    /// Most changes concern nobody: that is one comparison here.
    #[inline]
    fn wake(wakes: Option<Self>) {
        if let Some(wakes) = wakes {
            wakes.wake_each();
        }
    }

    #[inline(never)]
    fn wake_each(self) {
        self.getter.into_iter().chain(self.watcher).chain(self.drains).for_each(Waker::wake);
    }
}

impl<T> State<T> {
    /// To be called after every change: has a waiter come if an item is ready, and one watch if an item is delayed.
    #[inline]
    #[must_use]
    fn settle(&mut self) -> Option<Wakes> {
        if self.waiters.is_empty() && !self.drains.has_ended() { None } else { Some(self.call()) }
    }

    #[inline(never)]
    fn call(&mut self) -> Wakes {
        let getter = if self.core.has_ready() { self.waiters.call_one() } else { None };
        let watcher = self.core.next_due().and_then(|due| self.waiters.appoint(due));
        Wakes { getter, watcher, drains: self.drains.take_ended() }
    }

    /// To be called when an item is done, as a drain may wait for just this moment.
    #[inline]
    fn check_drains(&mut self) {
        let Self { core, drains, .. } = self;
        drains.check(|| core.counts());
    }

    /// Lines up what is due. Reads the clock only if something is delayed.
    #[inline]
    fn promote(&mut self, timer: Option<&dyn Timer>, reached: Option<Instant>) -> usize {
        let (Some(_), Some(timer)) = (self.core.next_due(), timer) else { return 0 };
        let now = timer.now();
        let now = reached.map_or(now, |reached| reached.max(now));
        self.waiters.relieve(now);
        self.core.promote(now)
    }
}

impl<T> Shared<T> {
    #[inline]
    pub(crate) fn add(&self, item: T)
    where
        T: Eq + Hash,
    {
        let (hash, now) = (self.hasher.hash_one(&item), self.metrics_now());
        let mut state = self.state.lock();
        let added = state.core.add(hash, item, now);
        let wakes = state.settle();
        drop(state);
        Wakes::wake(wakes);
        if added.new {
            self.count_added(1);
        }
    }

    pub(crate) fn add_at(&self, item: T, due: Instant)
    where
        T: Eq + Hash,
    {
        let hash = self.hasher.hash_one(&item);
        let mut state = self.state.lock();
        let spare = state.core.add_at(hash, item, due);
        let wakes = state.settle();
        drop(state);
        Wakes::wake(wakes);
        drop(spare);
    }

    /// One step of a getter: it is done with what it had, and takes what is ready or waits. `waker` is asked for only if it
    /// waits.
    #[inline]
    pub(crate) fn step<'w>(
        &self,
        getter: &mut Getter,
        waker: impl FnOnce() -> &'w Waker,
        reached: Option<Instant>,
    ) -> Step<T>
    where
        T: Clone,
    {
        let now = self.metrics_now();
        let mut state = self.state.lock();
        let mut finished = None;
        if let Some(ticket) = getter.finishing.take() {
            finished = state.core.finish(ticket, now);
            state.check_drains();
        }
        let promoted = state.promote(self.timer.as_deref(), reached);
        let turn = state.core.take(now);
        let mut old_waker = None;
        let mut until = None;
        if let Turn::WaitUntil(due) = turn {
            old_waker = state.waiters.wait(&mut getter.seat, waker());
            until = getter.seat.and_then(|seat| state.waiters.watch(seat, due));
        } else if let Some(seat) = getter.seat.take() {
            old_waker = state.waiters.leave(seat);
        }
        let wakes = state.settle();
        drop(state);
        drop(old_waker);
        Wakes::wake(wakes);
        self.count_finished(finished);
        self.count_added(promoted);
        match turn {
            Turn::Item { item, ticket, waited } => {
                self.count_taken(waited);
                Step::Ready(Some((item, ticket)))
            }
            Turn::Closed => Step::Ready(None),
            Turn::WaitUntil(_) => Step::Wait(until),
        }
    }

    /// A getter goes away without an item.
    pub(crate) fn leave(&self, getter: &mut Getter) {
        if let Some(ticket) = getter.finishing.take() {
            self.finish(ticket);
        }
        let Some(seat) = getter.seat.take() else { return };
        let mut state = self.state.lock();
        let old_waker = state.waiters.leave(seat);
        let wakes = state.settle();
        drop(state);
        drop(old_waker);
        Wakes::wake(wakes);
    }

    #[inline]
    pub(crate) fn finish(&self, ticket: Ticket) {
        self.finish_by(|core, now| core.finish(ticket, now));
    }

    pub(crate) fn finish_item(&self, item: &T)
    where
        T: Eq + Hash,
    {
        let hash = self.hasher.hash_one(item);
        self.finish_by(|core, now| core.finish_item(hash, item, now));
    }

    #[inline]
    fn finish_by(&self, finish: impl FnOnce(&mut Core<T>, Option<Instant>) -> Option<Finished<T>>) {
        let now = self.metrics_now();
        let mut state = self.state.lock();
        let finished = finish(&mut state.core, now);
        state.check_drains();
        let wakes = state.settle();
        drop(state);
        Wakes::wake(wakes);
        self.count_finished(finished);
    }

    /// Looks at the state after lining up what is due.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        let mut state = self.state.lock();
        let promoted = state.promote(self.timer.as_deref(), None);
        let result = look(&state);
        let wakes = state.settle();
        drop(state);
        Wakes::wake(wakes);
        self.count_added(promoted);
        result
    }

    /// Begins to shut down, in the way that `change` says.
    pub(crate) fn shut<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let mut state = self.state.lock();
        let gone = state.core.shut();
        let getters = state.waiters.call_all();
        let result = change(&mut state);
        let drains = state.drains.take_ended();
        drop(state);
        drop(gone);
        getters.into_iter().chain(drains).for_each(Waker::wake);
        result
    }

    /// Outside the lock: counts, and drops the item.
    #[inline]
    fn count_finished(&self, finished: Option<Finished<T>>) {
        if let (Some(metrics), Some(worked)) = (&self.metrics, finished.and_then(|finished| finished.worked)) {
            metrics.worked(worked);
        }
    }

    /// The time, when somebody wants durations.
    #[inline]
    pub(crate) fn metrics_now(&self) -> Option<Instant> {
        self.metrics.as_ref()?;
        self.timer.as_ref().map(|timer| timer.now())
    }

    #[inline]
    fn count_added(&self, count: usize) {
        if let Some(metrics) = &self.metrics
            && count > 0
        {
            (0..count).for_each(|_| metrics.added());
            metrics.depth_changed(isize::try_from(count).unwrap_or(isize::MAX));
        }
    }

    #[inline]
    fn count_taken(&self, waited: Option<Duration>) {
        if let Some(metrics) = &self.metrics {
            metrics.depth_changed(-1);
            if let Some(waited) = waited {
                metrics.waited(waited);
            }
        }
    }
}
