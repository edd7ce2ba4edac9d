//! The rules of [`DeltaFifo`](super::DeltaFifo), without waiting: what its lock guards.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::FifoView;
use crate::line::{Line, Side, Waits, Wakes};
use crate::synced::SyncSettler;
use crate::{Closed, Delta, KnownObjects, NeverSynced, SyncChecker, Tombstone};

pub(super) struct State<K, V> {
    items: HashMap<K, Vec<Delta<K, V>>, RandomState>,
    /// Exactly the keys of `items`, oldest first.
    order: VecDeque<K>,
    known: Option<Known<K, V>>,
    populated: bool,
    initial_left: usize,
    closed: bool,
    consumers: Line,
    synced: SyncSettler,
}

/// A key as it leaves the queue.
pub(super) struct Taken<K, V> {
    pub(super) key: K,
    pub(super) deltas: Vec<Delta<K, V>>,
    pub(super) is_initial: bool,
    /// Set if the queue awaits word that it was applied.
    pub(super) serial: Option<u64>,
}

pub(super) const fn consumers<K: Clone + Eq + Hash, V: Clone>() -> Side<State<K, V>> {
    Side { line: |state| &mut state.consumers, over: |state| state.closed && state.order.is_empty() }
}

impl<K, V> State<K, V>
where
    K: Clone + Eq + Hash,
    V: Clone,
{
    pub(super) fn new(known: Option<Arc<dyn KnownObjects<K, V>>>, synced: SyncChecker) -> Self {
        Self {
            items: HashMap::default(),
            order: VecDeque::new(),
            known: known.map(Known::new),
            populated: false,
            initial_left: 0,
            closed: false,
            consumers: Line::default(),
            synced: SyncSettler::new(synced),
        }
    }

    pub(super) fn enqueue(&mut self, key: K, delta: Delta<K, V>) {
        self.populated = true;
        self.append(key, delta);
    }

    /// Whether a deletion of this key is worth queueing. Asking makes the queue populated.
    pub(super) fn expects_deletion_of(&mut self, key: &K) -> bool {
        self.populated = true;
        // A lookup that fails does not prove absence.
        self.items.contains_key(key)
            || self.known.as_mut().is_some_and(|known| known.get(key).is_none_or(|found| found.is_some()))
    }

    pub(super) fn replace(&mut self, objects: Vec<(K, V)>, unreadable: Vec<K>, delta: fn(V) -> Delta<K, V>) {
        let mut listed: HashSet<K, RandomState> = objects.iter().map(|(key, _)| key.clone()).collect();
        let queued = listed.len();
        listed.extend(unreadable);
        let mut missing: Vec<Tombstone<K, V>> = Vec::new();
        for key in self.order.iter().filter(|key| !listed.contains(*key)) {
            let last = self.items.get(key).and_then(|deltas| deltas.last()?.object().cloned());
            missing.push(Tombstone { key: key.clone(), last });
        }
        if let Some(known) = &mut self.known {
            for key in known.keys().into_iter().filter(|key| !listed.contains(key) && !self.items.contains_key(key)) {
                let last = known.get_listed(&key);
                missing.push(Tombstone { key, last });
            }
        }
        // Foreign code has been asked by now; if it panicked nothing has changed.
        if !self.populated {
            self.populated = true;
            self.initial_left = queued + missing.len();
        }
        for (key, object) in objects {
            self.append(key, delta(object));
        }
        for tombstone in missing {
            self.append(tombstone.key.clone(), Delta::Tombstone(tombstone));
        }
    }

    pub(super) fn resync(&mut self) {
        let Some(known) = &mut self.known else { return };
        let quiet = known.keys().into_iter().filter(|key| !self.items.contains_key(key));
        let quiet: Vec<(K, V)> = quiet.filter_map(|key| known.get_listed(&key).map(|object| (key, object))).collect();
        for (key, object) in quiet {
            self.append(key, Delta::Sync(object));
        }
    }

    /// The oldest key; `None` if one has to wait for it.
    pub(super) fn pop(&mut self) -> Option<Result<Taken<K, V>, Closed>> {
        let Some(key) = self.order.pop_front() else {
            return self.closed.then_some(Err(Closed));
        };
        let is_initial = !self.has_synced();
        self.initial_left = self.initial_left.saturating_sub(1);
        let deltas = self.items.remove(&key).unwrap_or_default();
        let serial = self.known.as_mut().map(|known| known.took(&key, deltas.last()));
        Some(Ok(Taken { key, deltas, is_initial, serial }))
    }

    /// The consumer is done with what it popped: from now on the known objects show it.
    pub(super) fn applied(&mut self, serial: u64) -> Option<InFlight<K, V>> {
        self.known.as_mut().and_then(|known| known.applied(serial))
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn list(&self) -> Vec<V> {
        self.order.iter().filter_map(|key| self.items.get(key)?.last()?.object().cloned()).collect()
    }

    pub(super) fn list_keys(&self) -> Vec<K> {
        self.order.iter().cloned().collect()
    }

    pub(super) fn get(&self, key: &K) -> Option<Vec<Delta<K, V>>> {
        self.items.get(key).cloned()
    }

    pub(super) fn view(&self) -> FifoView {
        FifoView {
            keys: self.order.len(),
            deltas: self.items.values().map(Vec::len).sum(),
            populated: self.populated,
            initial_left: self.initial_left,
            synced: self.has_synced(),
            closed: self.closed,
            in_flight: self.known.as_ref().map_or(0, |known| known.in_flight.len()),
            waiting: self.consumers.len(),
            failed_lookups: self.known.as_ref().map_or(0, |known| known.failed),
        }
    }

    fn has_synced(&self) -> bool {
        self.populated && self.initial_left == 0
    }

    fn append(&mut self, key: K, delta: Delta<K, V>) {
        match self.items.entry(key) {
            Entry::Occupied(waiting) => push_deduplicated(waiting.into_mut(), delta),
            Entry::Vacant(place) => {
                self.order.push_back(place.key().clone());
                place.insert(vec![delta]);
            }
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Waits for State<K, V> {
    fn wake_ready(&mut self, wakes: &mut Wakes) {
        if self.closed {
            self.consumers.wake_all(wakes);
        } else if !self.order.is_empty() {
            self.consumers.wake_first(wakes);
        }
        if self.has_synced() {
            self.synced.settle(Ok(()), wakes);
        } else if self.closed && self.order.is_empty() {
            self.synced.settle(Err(NeverSynced), wakes);
        }
    }
}

/// Of two deletions in a row the one that knows more remains.
fn push_deduplicated<K, V>(deltas: &mut Vec<Delta<K, V>>, delta: Delta<K, V>) {
    match deltas.last_mut() {
        Some(newest) if newest.is_deletion() && delta.is_deletion() => {
            if matches!(newest, Delta::Tombstone(_)) {
                *newest = delta;
            }
        }
        _ => deltas.push(delta),
    }
}

/// The known objects as they will be once everything popped has been applied.
struct Known<K, V> {
    objects: Arc<dyn KnownObjects<K, V>>,
    /// Oldest first. One consumer means at most one entry, so a search is a glance.
    in_flight: Vec<InFlight<K, V>>,
    next_serial: u64,
    failed: u64,
}

pub(super) struct InFlight<K, V> {
    serial: u64,
    key: K,
    /// `None` if the object is about to go.
    object: Option<V>,
}

impl<K: Clone + Eq, V: Clone> Known<K, V> {
    fn new(objects: Arc<dyn KnownObjects<K, V>>) -> Self {
        Self { objects, in_flight: Vec::new(), next_serial: 0, failed: 0 }
    }

    fn took(&mut self, key: &K, newest: Option<&Delta<K, V>>) -> u64 {
        let serial = self.next_serial;
        self.next_serial += 1;
        let object = newest.filter(|delta| !delta.is_deletion()).and_then(|delta| delta.object().cloned());
        self.in_flight.push(InFlight { serial, key: key.clone(), object });
        serial
    }

    fn applied(&mut self, serial: u64) -> Option<InFlight<K, V>> {
        let position = self.in_flight.iter().position(|taken| taken.serial == serial)?;
        Some(self.in_flight.remove(position))
    }

    fn keys(&self) -> Vec<K> {
        let mut keys = self.objects.list_keys();
        for taken in &self.in_flight {
            let newest = self.on_its_way(&taken.key);
            keys.retain(|key| *key != taken.key);
            if newest.is_some_and(Option::is_some) {
                keys.push(taken.key.clone());
            }
        }
        keys
    }

    /// `None` if the lookup failed.
    fn get(&mut self, key: &K) -> Option<Option<V>> {
        if let Some(object) = self.on_its_way(key) {
            return Some(object.clone());
        }
        match self.objects.get_by_key(key) {
            Ok(found) => Some(found),
            Err(_) => {
                self.failed += 1;
                None
            }
        }
    }

    /// The object of a key that was in the list of keys; it may have vanished, or the lookup may fail.
    fn get_listed(&mut self, key: &K) -> Option<V> {
        let found = self.get(key)?;
        self.failed += u64::from(found.is_none());
        found
    }

    fn on_its_way(&self, key: &K) -> Option<&Option<V>> {
        self.in_flight.iter().rev().find(|taken| taken.key == *key).map(|taken| &taken.object)
    }
}
