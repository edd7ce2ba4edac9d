//! The rules of a backlog, without waiting: what its lock guards.

use std::collections::VecDeque;
use std::hash::Hash;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use super::merge::Merged;
use super::{BacklogPolicy, BacklogView, Lag};
use crate::line::{Line, Side, Waits, Wakes};
use crate::synced::SyncSettler;
use crate::{Closed, Event, NeverSynced, SyncChecker};

pub(super) struct State<K, V> {
    policy: BacklogPolicy,
    /// Events as they came, older than all of `merged`.
    kept: VecDeque<Kept<V>>,
    kept_events: usize,
    /// While it holds anything, everything new goes there.
    merged: Merged<K, V>,
    closed: bool,
    /// Events that came in; also the number of the next one.
    pushed: u64,
    taken: u64,
    saved: u64,
    /// Events before this number are the initial state.
    mark: Option<u64>,
    /// The first numbers of the batches being processed, until the subscriber has synced.
    in_progress: Vec<u64>,
    synced: SyncSettler,
    has_synced: bool,
    consumers: Line,
    producers: Line,
}

/// A shared batch, or what is left of it.
struct Kept<V> {
    events: Arc<[Event<V>]>,
    from: usize,
    /// The number of its first event; marks never fall inside a batch.
    number: u64,
    since: Instant,
}

/// What a publisher holds until it is let in.
pub(super) struct Offer<K, V> {
    pub(super) events: Arc<[Event<V>]>,
    /// Made when they are wanted, outside the lock.
    pub(super) keys: Option<Vec<K>>,
    now: Instant,
}

pub(super) enum Outcome {
    Admitted,
    Closed,
    /// The events have to be merged: come again with their keys.
    KeysWanted,
}

/// Events as they leave.
pub(super) struct Taken<V> {
    pub(super) events: Arc<[Event<V>]>,
    pub(super) range: Range<usize>,
    /// The number of the first, if it matters when they have been processed.
    pub(super) receipt: Option<u64>,
}

type Part<V> = (Arc<[Event<V>]>, Range<usize>);

/// What was pending, to be dropped outside the lock.
pub(super) struct Leftovers<K, V> {
    _kept: VecDeque<Kept<V>>,
    _merged: Merged<K, V>,
}

pub(super) const fn consumers<K: Clone + Eq + Hash, V: Clone>() -> Side<State<K, V>> {
    Side { line: |state| &mut state.consumers, over: |state| state.closed && state.pending() == 0 }
}

pub(super) const fn producers<K: Clone + Eq + Hash, V: Clone>() -> Side<State<K, V>> {
    Side { line: |state| &mut state.producers, over: State::is_closed }
}

impl<K, V> Offer<K, V> {
    pub(super) fn new(events: Arc<[Event<V>]>, now: Instant) -> Self {
        Self { events, keys: None, now }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> State<K, V> {
    pub(super) fn new(policy: BacklogPolicy, synced: SyncChecker) -> Self {
        Self {
            policy,
            kept: VecDeque::new(),
            kept_events: 0,
            merged: Merged::default(),
            closed: false,
            pushed: 0,
            taken: 0,
            saved: 0,
            mark: None,
            in_progress: Vec::new(),
            synced: SyncSettler::new(synced),
            has_synced: false,
            consumers: Line::default(),
            producers: Line::default(),
        }
    }

    /// Lets a batch in; `None` if it has to wait. `is_turn` is false for one that would overtake others.
    pub(super) fn admit(&mut self, offer: &mut Offer<K, V>, is_turn: bool) -> Option<Outcome> {
        if self.closed {
            return Some(Outcome::Closed);
        }
        let fits = |bound: usize| self.pending() == 0 || self.pending() + offer.events.len() <= bound;
        match self.policy {
            BacklogPolicy::Block { bound } if !is_turn || !fits(bound) => None,
            BacklogPolicy::Coalesce { bound } if self.merged.events() > 0 || !fits(bound) => {
                let Some(keys) = offer.keys.take() else { return Some(Outcome::KeysWanted) };
                let before = self.merged.events();
                for (key, event) in keys.into_iter().zip(&*offer.events) {
                    self.merged.merge(key, event, self.pushed, offer.now);
                    self.pushed += 1;
                }
                self.saved += (before + offer.events.len() - self.merged.events()) as u64;
                Some(Outcome::Admitted)
            }
            BacklogPolicy::Block { .. } | BacklogPolicy::Coalesce { .. } | BacklogPolicy::Unbounded => {
                self.keep(Arc::clone(&offer.events), offer.now);
                Some(Outcome::Admitted)
            }
        }
    }

    /// Lets a batch in that cannot wait.
    pub(super) fn admit_beyond(&mut self, offer: &mut Offer<K, V>) -> Outcome {
        if let Some(outcome) = self.admit(offer, true) {
            return outcome;
        }
        self.keep(Arc::clone(&offer.events), offer.now);
        Outcome::Admitted
    }

    pub(super) fn nobody_waits_for_room(&self) -> bool {
        self.producers.is_empty()
    }

    /// The oldest events; `None` if one has to wait for them.
    pub(super) fn take(&mut self, max: usize) -> Option<Result<Taken<V>, Closed>> {
        let Some((number, _)) = self.oldest() else {
            return self.closed.then_some(Err(Closed));
        };
        let (events, range) = match self.take_kept(max) {
            Some(kept) => kept,
            None => {
                let events: Arc<[Event<V>]> = self.merged.take(max).into();
                let range = 0..events.len();
                (events, range)
            }
        };
        self.taken += range.len() as u64;
        let receipt = (!self.synced.is_settled()).then_some(number);
        self.in_progress.extend(receipt);
        Some(Ok(Taken { events, range, receipt }))
    }

    pub(super) fn processed(&mut self, first: u64) {
        if let Some(position) = self.in_progress.iter().position(|number| *number == first) {
            self.in_progress.swap_remove(position);
        }
    }

    pub(super) fn mark_synced(&mut self) {
        self.mark.get_or_insert(self.pushed);
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// The subscriber is gone.
    pub(super) fn abandon(&mut self) -> Leftovers<K, V> {
        self.closed = true;
        self.kept_events = 0;
        // What was not processed by now never will be.
        self.mark = None;
        self.in_progress.clear();
        Leftovers { _kept: std::mem::take(&mut self.kept), _merged: std::mem::take(&mut self.merged) }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn lag(&self, now: Instant) -> Lag {
        Lag { events: self.pending(), age: self.oldest().map(|(_, since)| now.saturating_duration_since(since)) }
    }

    pub(super) fn view(&self) -> BacklogView {
        BacklogView {
            policy: self.policy,
            kept: self.kept_events,
            merged: self.merged.events(),
            merged_keys: self.merged.keys(),
            pushed: self.pushed,
            taken: self.taken,
            saved: self.saved,
            marked_synced: self.mark.is_some(),
            synced: self.has_synced,
            closed: self.closed,
            waiting_publishers: self.producers.len(),
        }
    }

    fn keep(&mut self, events: Arc<[Event<V>]>, since: Instant) {
        if events.is_empty() {
            return;
        }
        let number = self.pushed;
        self.pushed += events.len() as u64;
        self.kept_events += events.len();
        self.kept.push_back(Kept { events, from: 0, number, since });
    }

    fn take_kept(&mut self, max: usize) -> Option<Part<V>> {
        let first = self.kept.front_mut()?;
        let range = first.from..first.events.len().min(first.from.saturating_add(max));
        let events = Arc::clone(&first.events);
        first.from = range.end;
        if range.end == events.len() {
            self.kept.pop_front();
        }
        self.kept_events -= range.len();
        Some((events, range))
    }

    fn pending(&self) -> usize {
        self.kept_events + self.merged.events()
    }

    /// Number and arrival of the oldest pending event.
    fn oldest(&self) -> Option<(u64, Instant)> {
        self.kept.front().map(|kept| (kept.number, kept.since)).or_else(|| self.merged.oldest())
    }

    fn initial_is_processed(&self) -> bool {
        self.mark.is_some_and(|mark| {
            self.oldest().is_none_or(|(number, _)| number >= mark)
                && self.in_progress.iter().all(|number| *number >= mark)
        })
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Waits for State<K, V> {
    fn wake_ready(&mut self, wakes: &mut Wakes) {
        if self.closed {
            self.consumers.wake_all(wakes);
            self.producers.wake_all(wakes);
        } else {
            if self.pending() > 0 {
                self.consumers.wake_first(wakes);
            }
            // Whether the first has room for its own batch it finds out itself.
            match self.policy {
                BacklogPolicy::Block { bound } if self.pending() > 0 && self.pending() >= bound => {}
                _ => self.producers.wake_first(wakes),
            }
        }
        if self.synced.is_settled() {
            return;
        }
        if self.initial_is_processed() {
            self.has_synced = true;
            self.synced.settle(Ok(()), wakes);
        } else if self.closed && self.pending() == 0 && self.in_progress.is_empty() {
            // Abandoned, or closed before the publisher had got so far.
            self.synced.settle(Err(NeverSynced), wakes);
        }
    }
}
