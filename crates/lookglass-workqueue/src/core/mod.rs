//! The state machine of a work queue: which item waits, runs, runs and waits, or is delayed. It takes no lock, wakes nobody and
//! reads no clock, so that tests drive it with virtual time against a naive oracle.
//!
//! An item is stored once, in a slot; the table, the line of ready items and the heap of delays name it by slot number. It
//! leaves its slot when it neither waits nor runs nor is delayed. Hash codes are computed by the caller and kept with the
//! item, so that nothing here hashes and finishing an item compares slot numbers only.
//!
//! Values that fall out (a duplicate, a finished item) are handed back, for the caller to drop them outside its lock.

pub(crate) mod delay_heap;
pub(crate) mod slab;
#[cfg(test)]
mod tests;
pub(crate) mod times;

use self::{delay_heap::DelayHeap, slab::Slab, times::Times};
use hashbrown::{HashTable, hash_table};
use std::{
    collections::VecDeque,
    num::NonZeroU64,
    time::{Duration, Instant},
};

/// The state of one queue.
pub(crate) struct Core<T> {
    entries: Slab<Entry<T>>,
    by_item: HashTable<u32>,
    /// Slots of the items that wait and do not run, in the order in which they became ready.
    ready: VecDeque<u32>,
    delayed: DelayHeap,
    times: Option<Times>,
    processing: usize,
    /// Items that run and were added again meanwhile.
    again: usize,
    /// The number of the next ticket. 2^64 do not run out.
    next_ticket: NonZeroU64,
    shut: bool,
}

struct Entry<T> {
    item: T,
    hash: u64,
    /// The ticket of the worker that has the item.
    ticket: Option<NonZeroU64>,
    dirty: bool,
}

/// An item handed to a worker. Slot and ticket name this very hand-over: a later one of the same item has another ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    slot: u32,
    number: NonZeroU64,
}

/// What a worker that asks for an item learns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn<T> {
    /// This item is yours.
    Item { item: T, ticket: Ticket, waited: Option<Duration> },
    /// Nothing is ready; ask again after an add, or when the first delayed item is due.
    WaitUntil(Option<Instant>),
    /// Shut down, and nothing is left.
    Closed,
}

/// What became of an addition.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Added<T> {
    /// The item waits now, and did not before.
    pub(crate) new: bool,
    /// The item given in, when it was not kept.
    pub(crate) spare: Option<T>,
}

/// What became of finishing an item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finished<T> {
    pub(crate) worked: Option<Duration>,
    /// The item, when nothing holds it in the queue any more.
    pub(crate) spare: Option<T>,
}

/// How many items are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) ready: usize,
    pub(crate) processing: usize,
    pub(crate) again: usize,
    pub(crate) delayed: usize,
}

// `inline(always)` stands where each path has a caller or two, and a call costs as much as what it does: together 5 % of an
// add, get and done.
impl<T> Core<T> {
    /// An empty queue. With `timed`, every method is given `now` and reports durations.
    pub(crate) fn new(timed: bool) -> Self {
        Self {
            entries: Slab::new(),
            by_item: HashTable::new(),
            ready: VecDeque::new(),
            delayed: DelayHeap::new(),
            times: timed.then(Times::default),
            processing: 0,
            again: 0,
            next_ticket: NonZeroU64::MIN,
            shut: false,
        }
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, hash: u64, item: T, now: Option<Instant>) -> Added<T>
    where
        T: Eq,
    {
        if self.shut {
            return Added { new: false, spare: Some(item) };
        }
        let (slot, spare) = self.intern(hash, item);
        Added { new: self.mark(slot, now), spare }
    }

    /// Adds the item once `due` has come; the earliest time given for an item counts. Returns the item when it was not kept.
    pub(crate) fn add_at(&mut self, hash: u64, item: T, due: Instant) -> Option<T>
    where
        T: Eq,
    {
        if self.shut {
            return Some(item);
        }
        let (slot, spare) = self.intern(hash, item);
        self.delayed.set(slot, due);
        spare
    }

    /// Lines up the delayed items whose time has come. Returns how many began to wait by it.
    pub(crate) fn promote(&mut self, now: Instant) -> usize {
        let mut promoted = 0;
        while let Some((slot, due)) = self.delayed.pop_due(now) {
            promoted += usize::from(self.mark(slot, Some(due)));
        }
        promoted
    }

    /// Hands out the item that has been ready longest. To be asked after `promote`.
    #[inline(always)]
    pub(crate) fn take(&mut self, now: Option<Instant>) -> Turn<T>
    where
        T: Clone,
    {
        let Some(&slot) = self.ready.front() else {
            return if self.shut { Turn::Closed } else { Turn::WaitUntil(self.delayed.next_due()) };
        };
        let entry = &mut self.entries[slot];
        let item = entry.item.clone(); // The user's code, which may panic: nothing has changed so far.
        let number = self.next_ticket;
        self.next_ticket = number.saturating_add(1);
        entry.ticket = Some(number);
        entry.dirty = false;
        self.ready.pop_front();
        self.processing += 1;
        let waited = self.times.as_mut().zip(now).map(|(times, now)| times.started(slot, now));
        Turn::Item { item, ticket: Ticket { slot, number }, waited }
    }

    /// The worker with this ticket is done. `None` when that is known already.
    #[inline(always)]
    pub(crate) fn finish(&mut self, ticket: Ticket, now: Option<Instant>) -> Option<Finished<T>> {
        let held = self.entries.get(ticket.slot).is_some_and(|entry| entry.ticket == Some(ticket.number));
        held.then(|| self.finish_slot(ticket.slot, now))
    }

    /// Whichever worker has this item is done. `None` when no worker has it.
    pub(crate) fn finish_item(&mut self, hash: u64, item: &T, now: Option<Instant>) -> Option<Finished<T>>
    where
        T: Eq,
    {
        let slot = *self.by_item.find(hash, |&slot| self.entries[slot].item == *item)?;
        self.entries[slot].ticket.is_some().then(|| self.finish_slot(slot, now))
    }

    /// Takes no more additions, and drops what is delayed. Returns the items that are gone.
    pub(crate) fn shut(&mut self) -> Vec<T> {
        self.shut = true;
        self.delayed.clear().filter_map(|slot| self.release(slot)).collect()
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.shut
    }

    /// When the first delayed item is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.delayed.next_due()
    }

    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts { ready: self.ready.len(), processing: self.processing, again: self.again, delayed: self.delayed.len() }
    }

    /// The work in progress: sum and longest. `None` without times.
    pub(crate) fn in_progress(&self, now: Instant) -> Option<(Duration, Duration)> {
        self.times.as_ref().map(|times| times.in_progress(now))
    }

    /// The slot of the item, new or old. Returns the item when it has one already.
    #[inline(always)]
    fn intern(&mut self, hash: u64, item: T) -> (u32, Option<T>)
    where
        T: Eq,
    {
        let entries = &self.entries;
        match self.by_item.entry(hash, |&slot| entries[slot].item == item, |&slot| entries[slot].hash) {
            hash_table::Entry::Occupied(found) => (*found.get(), Some(item)),
            hash_table::Entry::Vacant(vacant) => {
                let slot = self.entries.insert(Entry { item, hash, ticket: None, dirty: false });
                vacant.insert(slot);
                (slot, None)
            }
        }
    }

    /// Makes the item wait. Returns whether it did not before.
    fn mark(&mut self, slot: u32, since: Option<Instant>) -> bool {
        let entry = &mut self.entries[slot];
        if entry.dirty {
            return false;
        }
        entry.dirty = true;
        if entry.ticket.is_none() {
            self.ready.push_back(slot);
        } else {
            self.again += 1;
        }
        if let (Some(times), Some(since)) = (&mut self.times, since) {
            times.added(slot, since);
        }
        true
    }

    #[inline(always)]
    fn finish_slot(&mut self, slot: u32, now: Option<Instant>) -> Finished<T> {
        let entry = &mut self.entries[slot];
        entry.ticket = None;
        self.processing -= 1;
        let worked = self.times.as_mut().zip(now).and_then(|(times, now)| times.finished(slot, now));
        if entry.dirty {
            self.again -= 1;
            self.ready.push_back(slot);
            return Finished { worked, spare: None };
        }
        Finished { worked, spare: self.release(slot) }
    }

    /// Empties the slot if nothing holds its item any more.
    fn release(&mut self, slot: u32) -> Option<T> {
        let entry = &self.entries[slot];
        if entry.dirty || entry.ticket.is_some() || self.delayed.contains(slot) {
            return None;
        }
        if let Ok(found) = self.by_item.find_entry(entry.hash, |&other| other == slot) {
            found.remove();
        }
        let entry = self.entries.remove(slot);
        if self.entries.is_bloated() {
            // A burst is over: give its memory back. Nothing lies in the line or the heap, as nothing lies anywhere.
            (self.entries, self.by_item, self.ready) = (Slab::new(), HashTable::new(), VecDeque::new());
            self.times = self.times.is_some().then(Times::default);
        }
        entry.map(|entry| entry.item)
    }
}
