//! Who waits for an item, in which order they are woken, and who of them watches the clock.
//!
//! One waiter is woken at a time; it takes its item and has the next one woken while there are more (`State::settle`). A
//! waiter which was woken and goes away unpolled passes the wake on in the same way. The watcher is one waiter whose own
//! timer is set to the earliest delayed item. It is woken for an item last of all, so that it need not hand over its watch.

use std::{collections::VecDeque, task::Waker, time::Instant};

/// The waiting getters of one queue.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    /// Those not woken yet, by ascending number, hence in the order in which they began to wait.
    line: VecDeque<(Seat, Waker)>,
    /// How many were woken and have not come yet.
    called: usize,
    watcher: Option<Watcher>,
    /// Seats given out so far.
    seats: u64,
}

/// A place in the line. It stays the waiter's own until it leaves, so that who was woken in vain is first again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seat(u64);

#[derive(Clone, Copy, Debug)]
struct Watcher {
    seat: Seat,
    /// What its timer is, or is about to be, set to.
    until: Instant,
}

impl Waiters {
    /// Waits, or waits on, with this waker. Returns a waker to be dropped outside the lock.
    pub(crate) fn wait(&mut self, seat: &mut Option<Seat>, waker: &Waker) -> Option<Waker> {
        let seat = *seat.get_or_insert_with(|| {
            self.seats += 1;
            self.called += 1; // It comes by itself, so it counts as called until the line below.
            Seat(self.seats)
        });
        match self.find(seat) {
            Ok(place) if self.line[place].1.will_wake(waker) => None,
            Ok(place) => Some(std::mem::replace(&mut self.line[place].1, waker.clone())),
            Err(place) => {
                let waker = waker.clone();
                self.called -= 1;
                self.line.insert(place, (seat, waker));
                None
            }
        }
    }

    /// Waits no longer. Returns a waker to be dropped outside the lock.
    pub(crate) fn leave(&mut self, seat: Seat) -> Option<Waker> {
        if self.watcher.is_some_and(|watcher| watcher.seat == seat) {
            self.watcher = None;
        }
        if let Ok(place) = self.find(seat) {
            self.line.remove(place).map(|(_, waker)| waker)
        } else {
            self.called -= 1;
            None
        }
    }

    /// Calls the next waiter, unless one is called already.
    pub(crate) fn call_one(&mut self) -> Option<Waker> {
        if self.called > 0 {
            return None;
        }
        let (first, _) = self.line.front()?;
        let watches = self.watcher.is_some_and(|watcher| watcher.seat == *first);
        let place = usize::from(watches && self.line.len() > 1);
        let (_, waker) = self.line.remove(place)?;
        self.called += 1;
        Some(waker)
    }

    /// Calls everybody.
    pub(crate) fn call_all(&mut self) -> Vec<Waker> {
        self.called += self.line.len();
        self.line.drain(..).map(|(_, waker)| waker).collect()
    }

    /// The waiter in this seat watches from now on if nobody else does, or no longer if nothing is `due`. Returns what it
    /// has to set its timer to.
    pub(crate) fn watch(&mut self, seat: Seat, due: Option<Instant>) -> Option<Instant> {
        if self.watcher.is_some_and(|watcher| watcher.seat != seat) {
            return None;
        }
        self.watcher = due.map(|until| Watcher { seat, until });
        due
    }

    /// Sees to it that somebody watches for `due`. Returns who has to be woken to set a timer.
    pub(crate) fn appoint(&mut self, due: Instant) -> Option<Waker> {
        let seat = match &mut self.watcher {
            Some(watcher) if watcher.until <= due => return None,
            Some(watcher) => {
                watcher.until = due;
                watcher.seat
            }
            None => {
                let (last, _) = self.line.back()?;
                self.watcher = Some(Watcher { seat: *last, until: due });
                *last
            }
        };
        // A watcher out of the line is called already, and reads the time when it comes.
        self.find(seat).ok().map(|place| self.line[place].1.clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.line.len() + self.called
    }

    fn find(&self, seat: Seat) -> Result<usize, usize> {
        self.line.binary_search_by_key(&seat, |&(seat, _)| seat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Flag, start};
    use std::time::Duration;

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
    fn the_longest_waiting_is_called_first_and_only_one_at_a_time() {
        let mut waiters = Waiters::default();
        let (mut seats, flags) = sit(&mut waiters, 3);
        wake(waiters.call_one());
        assert!(flags[0].take() && !flags[1].take());
        assert!(waiters.call_one().is_none());

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
        let mut waiters = Waiters::default();
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
        let mut waiters = Waiters::default();
        let later = start() + Duration::from_secs(1);
        assert!(waiters.appoint(later).is_none(), "nobody is there");
        let (seats, flags) = sit(&mut waiters, 2);
        wake(waiters.appoint(later));
        assert!(flags[1].take() && !flags[0].take());
        assert!(waiters.appoint(later).is_none());
        wake(waiters.appoint(start()));
        assert!(flags[1].take());
        assert_eq!(waiters.watch(seats[0].expect("a seat"), Some(start())), None, "another one watches");

        // The watcher goes, another takes over.
        waiters.leave(seats[1].expect("a seat"));
        wake(waiters.appoint(start()));
        assert!(flags[0].take());
        assert_eq!(waiters.watch(seats[0].expect("a seat"), None), None);
        assert_eq!(waiters.watch(seats[0].expect("a seat"), Some(start())), Some(start()));
    }

    #[test]
    fn call_all_calls_all() {
        let mut waiters = Waiters::default();
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
