//! The queue, with a store of known objects, against its rules written down naively; consumers take their time.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::{DeltaFifo, Sample, named};
use crate::{Delta, Popped, Store, Tombstone};

type Deltas = Vec<Delta<&'static str, Sample>>;

#[derive(Clone, Debug)]
enum Step {
    Add(usize),
    Update(usize),
    Delete(usize),
    Bury(usize, bool),
    Replace(Vec<usize>),
    Resync,
    /// Takes a key; it is applied to the known objects only by a later `Apply`.
    Pop,
    /// Applies the oldest of what was popped.
    Apply,
    Close,
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = 0..NAMES.len();
    let step = prop_oneof![
        3 => name.clone().prop_map(Step::Add),
        3 => name.clone().prop_map(Step::Update),
        3 => name.clone().prop_map(Step::Delete),
        1 => (name.clone(), any::<bool>()).prop_map(|(name, last)| Step::Bury(name, last)),
        2 => prop::collection::vec(name, 0..6).prop_map(Step::Replace),
        2 => Just(Step::Resync),
        5 => Just(Step::Pop),
        4 => Just(Step::Apply),
        1 => Just(Step::Close),
    ];
    prop::collection::vec(step, 0..60)
}

/// The rules of client-go's queue, in which the consumer works under the lock: what is popped is applied at once.
#[derive(Default)]
struct Rules {
    queue: Vec<(&'static str, Deltas)>,
    known: Option<BTreeMap<&'static str, Sample>>,
    emit_replaced: bool,
    populated: bool,
    initial_population_count: usize,
    closed: bool,
}

impl Rules {
    fn has_synced(&self) -> bool {
        self.populated && self.initial_population_count == 0
    }

    fn queued(&self, key: &str) -> Option<&Deltas> {
        self.queue.iter().find(|(queued, _)| *queued == key).map(|(_, deltas)| deltas)
    }

    fn queue_action(&mut self, key: &'static str, delta: Delta<&'static str, Sample>) {
        if self.queued(key).is_none() {
            self.queue.push((key, Vec::new()));
        }
        let (_, deltas) = self.queue.iter_mut().find(|(queued, _)| *queued == key).expect("just pushed");
        deltas.push(delta);
        if let [.., older, newer] = &deltas[..]
            && older.is_deletion()
            && newer.is_deletion()
        {
            let redundant = deltas.len() - if matches!(older, Delta::Tombstone(_)) { 2 } else { 1 };
            deltas.remove(redundant);
        }
    }

    fn delete(&mut self, key: &'static str, delta: Delta<&'static str, Sample>) {
        self.populated = true;
        let is_known = self.known.as_ref().is_some_and(|known| known.contains_key(key));
        if self.queued(key).is_some() || is_known {
            self.queue_action(key, delta);
        }
    }

    /// Gives how many keys wait before those that only the known objects have.
    fn replace(&mut self, list: Vec<Sample>) -> usize {
        let mut keys: Vec<&str> = Vec::new();
        for object in list {
            if !keys.contains(&object.name) {
                keys.push(object.name);
            }
            let (name, emit_replaced) = (object.name, self.emit_replaced);
            self.queue_action(name, if emit_replaced { Delta::Replaced(object) } else { Delta::Sync(object) });
        }
        let mut deletions = 0;
        for (key, deltas) in self.queue.clone() {
            if !keys.contains(&key) {
                let last = deltas.last().and_then(|newest| newest.object().cloned());
                self.queue_action(key, Delta::Tombstone(Tombstone { key, last }));
                deletions += 1;
            }
        }
        let before = self.queue.len();
        for (key, object) in self.known.clone().unwrap_or_default() {
            if !keys.contains(&key) && self.queued(key).is_none() {
                self.queue_action(key, Delta::Tombstone(Tombstone { key, last: Some(object) }));
                deletions += 1;
            }
        }
        if !self.populated {
            self.populated = true;
            self.initial_population_count = keys.len() + deletions;
        }
        before
    }

    /// Gives how many keys wait before those that are repeated.
    fn resync(&mut self) -> usize {
        let before = self.queue.len();
        for (key, object) in self.known.clone().unwrap_or_default() {
            if self.queued(key).is_none() {
                self.queue_action(key, Delta::Sync(object));
            }
        }
        before
    }

    /// Puts the keys from `before` on, which come in an order of the known objects' own, into the order seen.
    fn follow(&mut self, before: usize, seen: &[&str]) {
        self.queue[before..].sort_by_key(|(key, _)| seen.iter().position(|seen| seen == key));
    }

    fn pop(&mut self) -> Option<(&'static str, Deltas, bool)> {
        if self.queue.is_empty() {
            return None;
        }
        let is_initial = !self.has_synced();
        let (key, deltas) = self.queue.remove(0);
        self.initial_population_count = self.initial_population_count.saturating_sub(1);
        if let Some(known) = &mut self.known {
            apply(known, key, &deltas);
        }
        Some((key, deltas, is_initial))
    }
}

fn apply(known: &mut BTreeMap<&'static str, Sample>, key: &'static str, deltas: &Deltas) {
    for delta in deltas {
        match delta {
            Delta::Deleted(_) | Delta::Tombstone(_) => drop(known.remove(key)),
            other => drop(known.insert(key, other.object().expect("only tombstones lack one").clone())),
        }
    }
}

/// The same by a consumer that works into a real store.
fn apply_to_store(store: &Store<&'static str, Sample>, key: &'static str, deltas: Deltas) {
    for delta in deltas {
        match delta {
            Delta::Deleted(_) | Delta::Tombstone(_) => drop(store.remove(&key)),
            Delta::Added(object) | Delta::Updated(object) | Delta::Replaced(object) | Delta::Sync(object) => {
                store.put(key, object).expect("nothing transforms here");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn behaves_as_if_consumers_were_instant(
        steps in steps(), with_known in any::<bool>(), emit_replaced in any::<bool>()
    ) {
        let stored = Store::with_explicit_keys();
        let builder = DeltaFifo::builder(named()).emit_replaced(emit_replaced);
        let fifo = if with_known { builder.known_objects(stored.clone()).build() } else { builder.build() };
        let mut rules = Rules { emit_replaced, known: with_known.then(BTreeMap::new), ..Rules::default() };
        let mut in_flight: VecDeque<(Popped<&'static str, Sample>, Deltas)> = VecDeque::new();
        for (version, step) in (1..).zip(steps) {
            let sample = |name: usize| Sample::new(NAMES[name], version);
            let open = !rules.closed;
            match step {
                Step::Add(name) => {
                    prop_assert_eq!(fifo.add(sample(name)).is_ok(), open);
                    if open {
                        rules.populated = true;
                        rules.queue_action(NAMES[name], Delta::Added(sample(name)));
                    }
                }
                Step::Update(name) => {
                    prop_assert_eq!(fifo.update(sample(name)).is_ok(), open);
                    if open {
                        rules.populated = true;
                        rules.queue_action(NAMES[name], Delta::Updated(sample(name)));
                    }
                }
                Step::Delete(name) => {
                    prop_assert_eq!(fifo.delete(sample(name)).is_ok(), open);
                    if open {
                        rules.delete(NAMES[name], Delta::Deleted(sample(name)));
                    }
                }
                Step::Bury(name, with_last) => {
                    let tombstone = Tombstone { key: NAMES[name], last: with_last.then(|| sample(name)) };
                    prop_assert_eq!(fifo.bury(tombstone.clone()).is_ok(), open);
                    if open {
                        rules.delete(NAMES[name], Delta::Tombstone(tombstone));
                    }
                }
                Step::Replace(names) => {
                    let list: Vec<Sample> = names.into_iter().map(sample).collect();
                    prop_assert_eq!(fifo.replace(list.clone()).is_ok(), open);
                    if open {
                        let before = rules.replace(list);
                        rules.follow(before, &fifo.list_keys());
                    }
                }
                Step::Resync => {
                    prop_assert_eq!(fifo.resync().is_ok(), open);
                    if open {
                        let before = rules.resync();
                        rules.follow(before, &fifo.list_keys());
                    }
                }
                Step::Pop => {
                    let expected = rules.pop();
                    match fifo.try_pop() {
                        Ok(Some(mut popped)) => {
                            let deltas = popped.take_deltas();
                            prop_assert_eq!(Some((*popped.key(), deltas.clone(), popped.is_initial())), expected);
                            in_flight.push_back((popped, deltas));
                        }
                        Ok(None) => prop_assert!(expected.is_none() && open),
                        Err(_) => prop_assert!(expected.is_none() && !open),
                    }
                }
                Step::Apply => {
                    if let Some((popped, deltas)) = in_flight.pop_front() {
                        apply_to_store(&stored, popped.key(), deltas);
                    }
                }
                Step::Close => {
                    fifo.close();
                    rules.closed = true;
                }
            }
            let waiting = fifo.list_keys().into_iter().map(|key| (key, fifo.get_by_key(&key).unwrap()));
            prop_assert_eq!(waiting.collect::<Vec<_>>(), rules.queue.clone());
            prop_assert_eq!(fifo.has_synced(), rules.has_synced());
            let newest = rules.queue.iter().filter_map(|(_, deltas)| deltas.last()?.object().cloned());
            prop_assert_eq!(fifo.list(), newest.collect::<Vec<_>>());
        }
        while let Some((popped, deltas)) = in_flight.pop_front() {
            apply_to_store(&stored, popped.key(), deltas);
        }
        if let Some(known) = rules.known {
            let stored: BTreeMap<_, _> = stored.snapshot().iter().map(|(key, object)| (*key, object.clone())).collect();
            prop_assert_eq!(stored, known, "a slow consumer ends with the same store");
        }
    }
}
