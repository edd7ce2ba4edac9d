//! The rules of [`DeltaQueue`](super::DeltaQueue), without waiting: what its lock guards.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use super::{Change, PushError, QueueView};
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
    in_batch: HashSet<u64, BuildHasherDefault<AlreadyHashed>>,
    synced: SyncSettler,
}

/// A change with what the queue needs to know about it.
pub(super) struct Entry<K, V, R> {
    change: Change<K, V, R>,
    /// `None` if it goes alone. Two keys with one hash only make a batch end early.
    key_hash: Option<u64>,
    is_first_list: bool,
}

/// Changes as they leave the queue.
pub(super) struct Taken<K, V, R> {
    pub(super) changes: Vec<Change<K, V, R>>,
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

impl<K, V, R> Entry<K, V, R> {
    pub(super) fn new(change: Change<K, V, R>, key_hash: Option<u64>) -> Self {
        Self { change, key_hash, is_first_list: false }
    }
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
            in_batch: HashSet::default(),
            synced: SyncSettler::new(synced),
        }
    }

    /// Lets in what the producer holds; `None` if it has to wait.
    pub(super) fn admit(&mut self, entry: &mut Option<Entry<K, V, R>>) -> Option<Result<(), Refusal<K, V, R>>> {
        let weight = entry.as_ref().map_or(0, |entry| entry.change.weight());
        if !self.closed && !self.has_room_for(weight) {
            return None;
        }
        // The entry is there until it is let in, and nobody asks after that.
        let entry = entry.take()?;
        if self.closed {
            return Some(Err(Refusal::Closed(entry.change)));
        }
        self.append(entry);
        Some(Ok(()))
    }

    pub(super) fn admit_at_once(&mut self, entry: Entry<K, V, R>) -> Result<(), Refusal<K, V, R>> {
        if self.closed {
            return Err(Refusal::Closed(entry.change));
        }
        if !self.producers.is_empty() || !self.has_room_for(entry.change.weight()) {
            return Err(Refusal::Full(entry.change));
        }
        self.append(entry);
        Ok(())
    }

    /// The next batch; `None` if one has to wait for it.
    pub(super) fn pop(&mut self, max: usize) -> Option<Result<Taken<K, V, R>, Closed>> {
        if self.entries.is_empty() {
            return self.closed.then_some(Err(Closed));
        }
        // A list goes alone, so one answer holds for the batch.
        let is_initial = self.initial != Initial::Done;
        let count = self.batch_length(max);
        let mut taken = Taken { changes: Vec::with_capacity(count), is_initial, settles_initial: false };
        for entry in self.entries.drain(..count) {
            self.weight -= entry.change.weight();
            taken.settles_initial |= entry.is_first_list;
            taken.changes.push(entry.change);
        }
        if taken.settles_initial {
            self.initial = Initial::Processing;
        }
        self.popped += taken.changes.len() as u64;
        Some(Ok(taken))
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

    fn append(&mut self, mut entry: Entry<K, V, R>) {
        if self.initial == Initial::Unpopulated && entry.change.populates() {
            entry.is_first_list = entry.change.goes_alone();
            self.initial = if entry.is_first_list { Initial::Queued } else { Initial::Done };
        }
        self.weight += entry.change.weight();
        self.pushed += 1;
        self.entries.push_back(entry);
    }

    /// How many of the oldest entries make the next batch; at least one if there is any.
    fn batch_length(&mut self, max: usize) -> usize {
        let first_is_alone = self.entries.front().is_some_and(|first| first.key_hash.is_none());
        if first_is_alone || max == 1 {
            return 1;
        }
        self.in_batch.clear();
        let in_batch = &mut self.in_batch;
        let fits = |entry: &&Entry<K, V, R>| entry.key_hash.is_some_and(|hash| in_batch.insert(hash));
        self.entries.iter().take(max).take_while(fits).count()
    }
}

impl<K, V, R> Waits for State<K, V, R> {
    fn wake_ready(&mut self, wakes: &mut Wakes) {
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
}

/// Why a change was not let in.
pub(super) enum Refusal<K, V, R> {
    Closed(Change<K, V, R>),
    Full(Change<K, V, R>),
}

impl<K, V, R> Refusal<K, V, R> {
    pub(super) fn into_error(self) -> PushError<Change<K, V, R>> {
        match self {
            Self::Closed(change) => PushError::Closed(change),
            Self::Full(change) => PushError::Full(change),
        }
    }
}

/// Keys are hashed outside the lock; inside it the hash is used as it is.
#[derive(Default)]
pub(super) struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
