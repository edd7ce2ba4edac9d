//! Who waits for an item, in which order they are woken, and who of them watches the clock.
//!
//! Whatever happens while an item is ready calls one more waiter (`State::settle`), whether or not those called before have
//! come: one that was woken and is kept unpolled costs its own wake, and the next event makes up for it. A waiter which was
//! woken and goes away unpolled is such an event.
//!
//! The watcher is one waiter in the line whose timer is set to the earliest delayed item. It is called for an item last of
//! all, so that it need not hand over its watch. Others that are polled meanwhile set a spare timer, [`GRACE`] later. Who is
//! asked to watch and does not come, or does not come when its time has passed, loses the watch to the next one polled.

use std::{
    collections::VecDeque,
    num::NonZeroU64,
    task::Waker,
    time::{Duration, Instant},
};

/// By how much a spare timer is later than that of the watcher: a waiter that need not watch is woken in vain at most once in
/// this time.
pub(crate) const GRACE: Duration = Duration::from_millis(100);

/// The waiting getters of one queue.
#[derive(Debug)]
pub(crate) struct Waiters {
    /// Those not called yet, by ascending number, hence in the order in which they began to wait.
    line: VecDeque<Place>,
    /// How many were called and have not come yet.
    called: usize,
    /// Always one of the line.
    watcher: Option<Watcher>,
    next_seat: NonZeroU64,
}

#[derive(Debug)]
struct Place {
    seat: Seat,
    waker: Waker,
    /// It has set a timer, or was woken to do so.
    timed: bool,
}

/// A place in the line. It stays the waiter's own until it leaves, so that who was called in vain is first again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seat(NonZeroU64);

#[derive(Clone, Copy, Debug)]
struct Watcher {
    seat: Seat,
    /// What its timer is, or is about to be, set to.
    until: Instant,
    /// It has come since it was asked to set it.
    set: bool,
}

impl Waiters {
    pub(crate) fn new() -> Self {
        Self { line: VecDeque::new(), called: 0, watcher: None, next_seat: NonZeroU64::MIN }
    }

    /// Waits, or waits on, with this waker. Returns a waker to be dropped outside the lock.
    pub(crate) fn wait(&mut self, seat: &mut Option<Seat>, waker: &Waker) -> Option<Waker> {
        let seat = *seat.get_or_insert_with(|| {
            self.called += 1; // It comes by itself, so it counts as called until the line below.
            let seat = Seat(self.next_seat);
            self.next_seat = self.next_seat.saturating_add(1);
            seat
        });
        match self.find(seat) {
            Ok(place) => {
                let place = &mut self.line[place];
                place.timed = false;
                let known = place.waker.will_wake(waker);
                (!known).then(|| std::mem::replace(&mut place.waker, waker.clone()))
            }
            Err(place) => {
                let waker = waker.clone();
                self.called -= 1;
                self.line.insert(place, Place { seat, waker, timed: false });
                None
            }
        }
    }

    /// Waits no longer. Returns a waker to be dropped outside the lock.
    pub(crate) fn leave(&mut self, seat: Seat) -> Option<Waker> {
        if let Ok(place) = self.find(seat) {
            self.remove(place)
        } else {
            self.called -= 1;
            None
        }
    }

    /// Calls the next waiter.
    pub(crate) fn call_one(&mut self) -> Option<Waker> {
        let first = self.line.front()?.seat;
        let watches = self.watcher.is_some_and(|watcher| watcher.seat == first);
        let waker = self.remove(usize::from(watches && self.line.len() > 1))?;
        self.called += 1;
        Some(waker)
    }

    /// Calls everybody.
    pub(crate) fn call_all(&mut self) -> Vec<Waker> {
        self.called += self.line.len();
        self.watcher = None;
        self.line.drain(..).map(|place| place.waker).collect()
    }

    /// The waiter in this seat of the line sets a timer if something is `due`. It watches from now on if nobody else does who
    /// has come since it was asked. Returns what it has to set its timer to.
    pub(crate) fn watch(&mut self, seat: Seat, due: Option<Instant>) -> Option<Instant> {
        let other = self.watcher.filter(|watcher| watcher.seat != seat);
        let Some(due) = due else {
            self.watcher = other;
            return None;
        };
        if let Ok(place) = self.find(seat) {
            self.line[place].timed = true;
        }
        if other.is_some_and(|watcher| watcher.set) {
            return Some(due.checked_add(GRACE).unwrap_or(due));
        }
        self.watcher = Some(Watcher { seat, until: due, set: true });
        Some(due)
    }

    /// The watcher whose time has passed, and who has not come, watches no longer. To be called when the time is known.
    pub(crate) fn relieve(&mut self, now: Instant) {
        self.watcher = self.watcher.filter(|watcher| watcher.until > now);
    }

    /// Sees to it that somebody watches for `due`. Returns who has to be woken to set a timer.
    pub(crate) fn appoint(&mut self, due: Instant) -> Option<Waker> {
        match &mut self.watcher {
            Some(watcher) if watcher.until <= due && watcher.set => None,
            Some(watcher) if watcher.until <= due => {
                // It was asked before and has not come. Whoever comes first watches.
                let place = self.line.iter_mut().rfind(|place| !place.timed)?;
                place.timed = true;
                Some(place.waker.clone())
            }
            Some(watcher) => {
                (watcher.until, watcher.set) = (due, false);
                let seat = watcher.seat;
                self.find(seat).ok().map(|place| self.line[place].waker.clone())
            }
            None => {
                let untimed = self.line.iter().rposition(|place| !place.timed);
                let place = self.line.len().checked_sub(1).map(|last| untimed.unwrap_or(last))?;
                let place = &mut self.line[place];
                place.timed = true;
                self.watcher = Some(Watcher { seat: place.seat, until: due, set: false });
                Some(place.waker.clone())
            }
        }
    }

    /// Whether there is nobody to call.
    pub(crate) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.line.len() + self.called
    }

    fn remove(&mut self, place: usize) -> Option<Waker> {
        let Place { seat, waker, .. } = self.line.remove(place)?;
        self.watcher = self.watcher.filter(|watcher| watcher.seat != seat);
        Some(waker)
    }

    fn find(&self, seat: Seat) -> Result<usize, usize> {
        self.line.binary_search_by_key(&seat, |place| place.seat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Flag, start};

    /// Waiters and the flags that their wakers raise.
    fn sit(waiters: &mut Waiters, count: usize) -> (Vec<Option<Seat>>, Vec<Flag>) {
        let flags: Vec<Flag> = (0..count).map(|_| Flag::default()).collect();
        let mut seats = vec![None; count];
        for (seat, flag) in seats.iter_mut().zip(&flags) {
            waiters.wait(seat, &flag.waker());
        }
        (seats, flags)
    }

    fn wake(waker: Option<Waker>) {
        waker.expect("somebody to wake").wake();
    }

    #[test]
    fn the_longest_waiting_is_called_first() {
        let mut waiters = Waiters::new();
        let (mut seats, flags) = sit(&mut waiters, 3);
        wake(waiters.call_one());
        assert!(flags[0].take() && !flags[1].take());

        // Called in vain, it keeps its place.
        waiters.wait(&mut seats[0], &flags[0].waker());
        wake(waiters.call_one());
        assert!(flags[0].take());
        waiters.leave(seats[0].expect("a seat"));
        wake(waiters.call_one());
        assert!(flags[1].take() && !flags[2].take());
        assert_eq!(waiters.len(), 2);
    }

    #[test]
    fn the_watcher_is_called_last() {
        let mut waiters = Waiters::new();
        let (seats, flags) = sit(&mut waiters, 2);
        let first = seats[0].expect("a seat");
        assert_eq!(waiters.watch(first, Some(start())), Some(start()));
        wake(waiters.call_one());
        assert!(flags[1].take() && !flags[0].take());
        waiters.leave(seats[1].expect("a seat"));
        wake(waiters.call_one());
        assert!(flags[0].take());
    }

    #[test]
    fn somebody_watches_for_the_earliest_and_is_woken_when_it_gets_earlier() {
        let mut waiters = Waiters::new();
        let later = start() + Duration::from_secs(1);
        assert!(waiters.appoint(later).is_none(), "nobody is there");
        let (seats, flags) = sit(&mut waiters, 2);
        wake(waiters.appoint(later));
        assert!(flags[1].take() && !flags[0].take());
        assert_eq!(waiters.watch(seats[1].expect("a seat"), Some(later)), Some(later));
        assert!(waiters.appoint(later).is_none());
        wake(waiters.appoint(start()));
        assert!(flags[1].take());
        assert_eq!(waiters.watch(seats[1].expect("a seat"), Some(start())), Some(start()));
        assert_eq!(
            waiters.watch(seats[0].expect("a seat"), Some(start())),
            Some(start() + GRACE),
            "another one watches"
        );

        // The watcher goes, another takes over.
        waiters.leave(seats[1].expect("a seat"));
        wake(waiters.appoint(start()));
        assert!(flags[0].take());
        assert_eq!(waiters.watch(seats[0].expect("a seat"), None), None);
        assert_eq!(waiters.watch(seats[0].expect("a seat"), Some(start())), Some(start()));
    }

    #[test]
    fn one_that_is_kept_unpolled_costs_one_wake() {
        let mut waiters = Waiters::new();
        let (_, flags) = sit(&mut waiters, 3);
        for flag in &flags {
            wake(waiters.call_one());
            assert!(flag.take());
        }
        assert!(waiters.call_one().is_none() && waiters.is_empty());
        assert_eq!(waiters.len(), 3);
    }

    #[test]
    fn who_is_asked_to_watch_and_does_not_come_loses_the_watch() {
        let mut waiters = Waiters::new();
        let (seats, flags) = sit(&mut waiters, 3);
        for asleep in [2, 1, 0] {
            wake(waiters.appoint(start()));
            assert!(flags[asleep].take(), "each event asks one more");
        }
        assert!(waiters.appoint(start()).is_none(), "and each is asked once");
        assert_eq!(waiters.watch(seats[1].expect("a seat"), Some(start())), Some(start()), "the first to come watches");
        assert_eq!(waiters.watch(seats[0].expect("a seat"), Some(start())), Some(start() + GRACE));

        // Its time passes, and it does not come.
        waiters.relieve(start());
        assert_eq!(waiters.watch(seats[0].expect("a seat"), Some(start() + GRACE)), Some(start() + GRACE));
        assert_eq!(waiters.watch(seats[1].expect("a seat"), Some(start() + GRACE)), Some(start() + 2 * GRACE));
    }

    #[test]
    fn call_all_calls_all() {
        let mut waiters = Waiters::new();
        let (seats, flags) = sit(&mut waiters, 3);
        waiters.call_all().into_iter().for_each(Waker::wake);
        assert!(flags.iter().all(Flag::take));
        assert!(waiters.call_one().is_none(), "all are called");
        for seat in seats.into_iter().flatten() {
            waiters.leave(seat);
        }
        assert_eq!(waiters.len(), 0);
    }
}
