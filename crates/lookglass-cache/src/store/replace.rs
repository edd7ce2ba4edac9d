//! A whole new contents, as a difference to the old.
//!
//! A list may be long, and what it takes to compare it is there beside old and new contents. So its values are moved only once, and what is written
//! of them is prepared a chunk at a time.

use std::mem;

use hashbrown::HashTable;

use super::batch::{Plan, StoreChange, wide};
use super::builder::IndexFailure;
use super::data::{Before, Data, Entry, Failed, Place, Write};
use super::shared::{IN_PLACE, Shared};
use crate::bounds::{Revision, StoreKey, StoreValue};

/// What a [`Store::replace`](super::Store::replace) did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replaced<K, V> {
    /// Deletions, then updates, then additions, the latter two in the order of the list.
    pub changes: Vec<StoreChange<K, V>>,
    /// How many values were left alone because the store's notion of sameness said so.
    pub kept: usize,
}

/// What a list is made of: keys with their values, taken out as they are told.
pub(super) type Entries<K, V> = Vec<Option<(K, V)>>;

/// Makes `entries` the contents, and gives the changes to `tell`, in the order of [`Replaced`]. Says how many values were left alone.
pub(super) fn replace<K: StoreKey, V: StoreValue, R: Revision>(
    shared: &Shared<K, V, R>,
    mut entries: Entries<K, V>,
    revision: Option<R>,
    mut tell: impl FnMut(StoreChange<K, V>),
) -> usize {
    let guard = shared.prepare();
    let List { spots, gone, kept } = List::compare(shared, &guard, &mut entries);
    let writes = gone.len() + spots.iter().filter(|spot| !matches!(spot, Spot::Nowhere)).count();
    let spots = || spots.iter().copied().enumerate();
    let updates = spots().filter(|(_, spot)| matches!(spot, Spot::At(_)));
    let additions = spots().filter(|(_, spot)| matches!(spot, Spot::New(_)));
    let puts = updates.chain(additions).map(|(entry, spot)| Step::Put { entry, spot });
    let deletions = gone.into_iter().map(|(slot, hash)| Step::Delete { slot, hash });
    let mut steps = deletions.chain(puts);

    let mut failures = Vec::new();
    let old_revision = if writes > IN_PLACE {
        Shared::modify_aside(guard, |data| {
            loop {
                let chunk: Vec<Step> = steps.by_ref().take(IN_PLACE).collect();
                if chunk.is_empty() {
                    break mem::replace(&mut data.revision, revision);
                }
                let Plan { writes, mut evaluated, .. } = planned(data, &entries, &chunk, &mut failures);
                let before = data.apply(writes, &mut evaluated);
                told(chunk, before, &mut entries, &mut tell);
            }
        })
    } else {
        let chunk: Vec<Step> = steps.collect();
        let Plan { writes, mut evaluated, .. } = planned(&guard, &entries, &chunk, &mut failures);
        let (before, old_revision) = shared.modify(guard, writes.len(), |data| {
            let old_revision = mem::replace(&mut data.revision, revision);
            (data.apply(writes, &mut evaluated), old_revision)
        });
        told(chunk, before, &mut entries, &mut tell);
        old_revision
    };
    drop(old_revision);
    for failure in &failures {
        shared.settings.report(failure);
    }
    kept
}

/// What steps write, with what the indexes need for it. Notes what their functions failed for.
fn planned<K: StoreKey, V: StoreValue, R: Revision>(
    data: &Data<K, V, R>,
    entries: &Entries<K, V>,
    steps: &[Step],
    failures: &mut Vec<IndexFailure<K>>,
) -> Plan<K, V> {
    let mut plan = Plan::of(data, steps.iter().map(|step| step.write(entries)).collect());
    for Failed { name, write, error } in mem::take(&mut plan.failed) {
        failures.push(IndexFailure { index: name, key: data.key_of(&plan.writes[write]), error });
    }
    plan
}

/// Tells what steps have changed, given what was there before.
fn told<K, V>(
    steps: Vec<Step>,
    before: Vec<Before<K, V>>,
    entries: &mut Entries<K, V>,
    tell: &mut impl FnMut(StoreChange<K, V>),
) {
    for (step, before) in steps.into_iter().zip(before) {
        let change = match (step, before) {
            (Step::Put { entry, .. }, before) => {
                let (key, new) = entries[entry].take().expect(ONCE);
                StoreChange::of(key, before.into_value(), Some(new))
            }
            (Step::Delete { .. }, Before::Entry(Entry { key, value })) => {
                Some(StoreChange::Deleted { key, last: value })
            }
            (Step::Delete { .. }, Before::Nothing | Before::Value(_)) => None,
        };
        change.into_iter().for_each(&mut *tell);
    }
}

/// One write.
#[derive(Clone, Copy)]
enum Step {
    Delete { slot: u32, hash: u32 },
    Put { entry: usize, spot: Spot },
}

/// Where an entry goes.
#[derive(Clone, Copy)]
enum Spot {
    /// To this slot, instead of another value.
    At(u32),
    /// It is new, and its key has this hash.
    New(u32),
    /// It does not count, or is there already.
    Nowhere,
}

/// Why an entry is there.
const ONCE: &str = "an entry has one step, and is taken when that is told";

impl Step {
    fn write<K: StoreKey, V: StoreValue>(self, entries: &Entries<K, V>) -> Write<K, V> {
        match self {
            Self::Delete { slot, hash } => Write { hash, place: Place::At(slot), value: None },
            Self::Put { entry, spot } => {
                let (key, value) = entries[entry].as_ref().expect(ONCE);
                let (hash, place) = match spot {
                    Spot::New(hash) => (hash, Place::New(key.clone())),
                    // The hash of an update is not asked for.
                    Spot::At(slot) => (0, Place::At(slot)),
                    Spot::Nowhere => unreachable!("such entries have no step"),
                };
                Write { hash, place, value: Some(value.clone()) }
            }
        }
    }
}

/// What a list does to what is there.
struct List {
    /// Of each entry.
    spots: Vec<Spot>,
    /// Slots and hashes of what it lacks.
    gone: Vec<(u32, u32)>,
    /// How many entries are there already.
    kept: usize,
}

/// Said of a slot that the list has no value for.
const UNLISTED: u32 = u32::MAX;

impl List {
    /// Of several entries with one key the last value counts, in the place of the first: they are exchanged for that.
    fn compare<K: StoreKey, V: StoreValue, R: Revision>(
        shared: &Shared<K, V, R>,
        data: &Data<K, V, R>,
        entries: &mut Entries<K, V>,
    ) -> Self {
        let number = |entry: usize| u32::try_from(entry).ok().filter(|number| *number != UNLISTED);
        let mut listed = vec![UNLISTED; data.entries.slots() as usize];
        let mut new = HashTable::<u32>::with_capacity(entries.len().saturating_sub(data.entries.len()));
        let mut spots = Vec::with_capacity(entries.len());
        for entry in 0..entries.len() {
            let Some((key, _)) = &entries[entry] else { continue };
            let this = number(entry).expect("a store holds fewer than 2^32 entries");
            let hash = shared.hash(key);
            let (first, spot) = if let Some(slot) = data.find(hash, key) {
                let before = mem::replace(&mut listed[slot as usize], this);
                if before != UNLISTED {
                    listed[slot as usize] = before;
                }
                ((before != UNLISTED).then_some(before), Spot::At(slot))
            } else {
                let is_it = |at: &u32| entries[*at as usize].as_ref().is_some_and(|(other, _)| other == key);
                let before = new.find(wide(hash), is_it).copied();
                if before.is_none() {
                    let hash_of = |at: &u32| match spots.get(*at as usize) {
                        Some(Spot::New(hash)) => wide(*hash),
                        _ => wide(hash),
                    };
                    new.insert_unique(wide(hash), this, hash_of);
                }
                (before, Spot::New(hash))
            };
            if let Some(first) = first {
                spots.push(Spot::Nowhere);
                swap_values(entries, first as usize, entry);
            } else {
                spots.push(spot);
            }
        }
        let mut kept = 0;
        for (spot, entry) in spots.iter_mut().zip(&*entries) {
            let Spot::At(slot) = *spot else { continue };
            let old = data.entries.get(slot).map(|old| &old.value);
            if old.zip(entry.as_ref()).is_some_and(|(old, (_, new))| shared.settings.same(old, new)) {
                *spot = Spot::Nowhere;
                kept += 1;
            }
        }
        let gone = data.entries.iter().filter(|(slot, _)| listed[*slot as usize] == UNLISTED);
        let gone = gone.map(|(slot, entry)| (slot, shared.hash(&entry.key))).collect();
        Self { spots, gone, kept }
    }
}

/// Exchanges the values of two entries, each of which keeps its key.
fn swap_values<K, V>(entries: &mut Entries<K, V>, one: usize, other: usize) {
    if let Ok([Some((_, one)), Some((_, other))]) = entries.get_disjoint_mut([one, other]) {
        mem::swap(one, other);
    }
}
