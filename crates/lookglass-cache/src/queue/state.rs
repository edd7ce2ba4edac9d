//! The rules of [`DeltaQueue`](super::DeltaQueue), without waiting: what its lock guards.

use std::collections::VecDeque;
use std::vec;

use super::batch::Changes;
use super::seen::Seen;
use super::{Change, QueueView};
use crate::line::{Line, Side, Waits, Wakes};
use crate::synced::SyncSettler;
use crate::{Closed, NeverSynced, SyncChecker};

pub(super) struct State<K, V, R> {
    entries: VecDeque<Entry<K, V, R>>,
    weight: usize,
    capacity: usize,
    initial: Initial,
    closed: bool,
    pushed: u64,
    popped: u64,
    consumers: Line,
    producers: Line,
    /// The keys in the batch that is being made; here so that its memory is used again.
    seen: Seen,
    synced: SyncSettler,
}

/// A change with what the queue needs to know about it.
pub(super) struct Entry<K, V, R> {
    pub(super) change: Change<K, V, R>,
    /// Means nothing if the change goes alone. Two keys with one hash only make a batch end early.
    pub(super) key_hash: u64,
}

/// What a producer holds: one entry or several, oldest first.
pub(super) trait Supply<K, V, R> {
    fn first(&self) -> Option<&Entry<K, V, R>>;

    fn take_first(&mut self) -> Option<Entry<K, V, R>>;
}

impl<K, V, R> Supply<K, V, R> for Option<Entry<K, V, R>> {
    #[inline]
    fn first(&self) -> Option<&Entry<K, V, R>> {
        self.as_ref()
    }

    #[inline]
    fn take_first(&mut self) -> Self {
        self.take()
    }
}

impl<K, V, R> Supply<K, V, R> for vec::IntoIter<Entry<K, V, R>> {
    #[inline]
    fn first(&self) -> Option<&Entry<K, V, R>> {
        self.as_slice().first()
    }

    #[inline]
    fn take_first(&mut self) -> Option<Entry<K, V, R>> {
        self.next()
    }
}

/// Changes as they leave the queue.
pub(super) struct Taken<K, V, R> {
    pub(super) changes: Changes<K, V, R>,
    pub(super) is_initial: bool,
    /// Whether the first list is among them.
    pub(super) settles_initial: bool,
}

/// How far the initial population has got.
#[derive(Clone, Copy, PartialEq)]
enum Initial {
    /// Nothing has come yet.
    Unpopulated,
    /// The first list waits in the queue.
    Queued,
    /// The consumer is at it.
    Processing,
    Done,
}

pub(super) const fn consumers<K, V, R>() -> Side<State<K, V, R>> {
    Side { line: |state| &mut state.consumers, over: |state| state.closed && state.entries.is_empty() }
}

pub(super) const fn producers<K, V, R>() -> Side<State<K, V, R>> {
    Side { line: |state| &mut state.producers, over: State::is_closed }
}

impl<K, V, R> State<K, V, R> {
    pub(super) fn new(capacity: usize, synced: SyncChecker) -> Self {
        Self {
            entries: VecDeque::new(),
            weight: 0,
            capacity,
            initial: Initial::Unpopulated,
            closed: false,
            pushed: 0,
            popped: 0,
            consumers: Line::default(),
            producers: Line::default(),
            seen: Seen::default(),
            synced: SyncSettler::new(synced),
        }
    }

    /// Lets in what the producer holds, as far as there is room, in order; `None` if some of it has to wait.
    pub(super) fn admit(&mut self, entries: &mut impl Supply<K, V, R>) -> Option<Result<(), Closed>> {
        if self.closed {
            return Some(Err(Closed));
        }
        while let Some(first) = entries.first() {
            if !self.has_room_for(first.change.weight()) {
                return None;
            }
            if let Some(entry) = entries.take_first() {
                self.append(entry);
            }
        }
        Some(Ok(()))
    }

    /// The same for one that did not stand in line; `None` also if others do.
    pub(super) fn admit_at_once(&mut self, entries: &mut impl Supply<K, V, R>) -> Option<Result<(), Closed>> {
        if self.producers.is_empty() || self.closed { self.admit(entries) } else { None }
    }

    /// The next batch; `None` if one has to wait for it.
    pub(super) fn pop(&mut self, max: usize) -> Option<Result<Taken<K, V, R>, Closed>> {
        let Some(first) = self.entries.pop_front() else {
            return self.closed.then_some(Err(Closed));
        };
        let Entry { change, key_hash } = first;
        // A list goes alone, so one answer holds for the batch.
        let is_initial = self.initial != Initial::Done;
        // Nothing that populates can be before the first list, so the first list that leaves is that one.
        let settles_initial = self.initial == Initial::Queued && change.populates();
        if settles_initial {
            self.initial = Initial::Processing;
        }
        let more = if change.goes_alone() { 0 } else { self.count_others(key_hash, max - 1) };
        self.weight -= change.weight() + more;
        self.popped += 1 + more as u64;
        let mut changes = Changes::One(Some(change));
        if more > 0 {
            let mut many = Vec::with_capacity(1 + more);
            many.extend(changes);
            many.extend(self.entries.drain(..more).map(|entry| entry.change));
            changes = Changes::Many(many);
        }
        Some(Ok(Taken { changes, is_initial, settles_initial }))
    }

    pub(super) fn initial_processed(&mut self) {
        self.initial = Initial::Done;
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn view(&self) -> QueueView {
        QueueView {
            changes: self.entries.len(),
            objects: self.weight,
            capacity: self.capacity,
            populated: self.initial != Initial::Unpopulated,
            initial_left: usize::from(matches!(self.initial, Initial::Queued | Initial::Processing)),
            synced: self.initial == Initial::Done,
            closed: self.closed,
            waiting_producers: self.producers.len(),
            waiting_consumers: self.consumers.len(),
            pushed: self.pushed,
            popped: self.popped,
        }
    }

    /// What is larger than the whole queue has to pass as well, but never adds to others.
    fn has_room_for(&self, weight: usize) -> bool {
        self.entries.is_empty() || self.weight + weight <= self.capacity
    }

    #[inline]
    fn append(&mut self, entry: Entry<K, V, R>) {
        if self.initial == Initial::Unpopulated && entry.change.populates() {
            self.initial = if entry.change.goes_alone() { Initial::Queued } else { Initial::Done };
        }
        self.weight += entry.change.weight();
        self.pushed += 1;
        self.entries.push_back(entry);
    }

    fn wake_waiting(&mut self, wakes: &mut Wakes) {
        if self.closed {
            self.consumers.wake_all(wakes);
            self.producers.wake_all(wakes);
        } else {
            if !self.entries.is_empty() {
                self.consumers.wake_first(wakes);
            }
            // Whether the first has room for its own change it finds out itself.
            if self.weight < self.capacity {
                self.producers.wake_first(wakes);
            }
        }
        match self.initial {
            Initial::Done => self.synced.settle(Ok(()), wakes),
            Initial::Unpopulated if self.closed && self.entries.is_empty() => {
                self.synced.settle(Err(NeverSynced), wakes);
            }
            _ => {}
        }
    }

    /// How many of the oldest entries, up to `max`, can follow in one batch after the one of this key.
    fn count_others(&mut self, first_key_hash: u64, max: usize) -> usize {
        let max = self.entries.len().min(max);
        if max == 0 {
            return 0;
        }
        self.seen.begin(1 + max);
        self.seen.insert(first_key_hash);
        let others = self.entries.iter().take(max);
        others.take_while(|entry| !entry.change.goes_alone() && self.seen.insert(entry.key_hash)).count()
    }
}

impl<K, V, R> Waits for State<K, V, R> {
    #[inline]
    fn wake_ready(&mut self, wakes: &mut Wakes) {
        let nobody_waits = self.consumers.is_empty() && self.producers.is_empty() && self.synced.is_settled();
        // Usual in full flow, and then it should cost nothing.
        if !nobody_waits {
            self.wake_waiting(wakes);
        }
    }
}
