//! A whole new contents, as a difference to the old.

use std::mem;

use hashbrown::HashTable;

use super::batch::{Plan, StoreChange, wide};
use super::data::{Before, Data, Entry, Place, Write};
use super::shared::Shared;
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

pub(super) fn replace<K: StoreKey, V: StoreValue, R: Revision>(
    shared: &Shared<K, V, R>,
    entries: Vec<(K, V)>,
    revision: Option<R>,
) -> Replaced<K, V> {
    let guard = shared.prepare();
    let List { mut updates, additions, stays, spare: _spare } = List::sorted(shared, &guard, entries);
    let is_same = |new: &mut Listed<K, V>| {
        guard.entries.get(new.at).is_some_and(|old| shared.settings.same(&old.value, &new.value))
    };
    let same: Vec<Listed<K, V>> = updates.extract_if(.., is_same).collect();
    let kept = same.len();

    let gone = guard.entries.iter().filter(|(slot, _)| stays[*slot as usize] == NOWHERE);
    let mut writes: Vec<Write<K, V>> = gone.map(|(slot, entry)| deletion(shared.hash(&entry.key), slot)).collect();
    let deletions = writes.len();
    writes.reserve_exact(updates.len() + additions.len());
    // The hash of an update is not asked for.
    writes.extend(updates.iter().map(|new| write(0, Place::At(new.at), &new.value)));
    writes.extend(additions.iter().map(|new| write(new.at, Place::New(new.key.clone()), &new.value)));

    let plan = Plan::of(&guard, writes);
    let keys = plan.keys_of_failed(&guard);
    let Plan { writes, mut evaluated, failed } = plan;
    let (before, old_revision) = shared.modify(guard, writes.len(), |data| {
        let old_revision = mem::replace(&mut data.revision, revision);
        (data.apply(writes, &mut evaluated), old_revision)
    });
    drop(old_revision);
    shared.report(failed, |write| keys[&write].clone());

    let mut before = before.into_iter();
    let mut changes = Vec::with_capacity(before.len());
    changes.extend(before.by_ref().take(deletions).filter_map(|gone| match gone {
        Before::Entry(Entry { key, value }) => Some(StoreChange::Deleted { key, last: value }),
        Before::Nothing | Before::Value(_) => None,
    }));
    let written = updates.into_iter().chain(additions).zip(before);
    changes.extend(written.filter_map(|(new, old)| StoreChange::of(new.key, old.into_value(), Some(new.value))));
    Replaced { changes, kept }
}

const fn deletion<K, V>(hash: u32, slot: u32) -> Write<K, V> {
    Write { hash, place: Place::At(slot), value: None }
}

fn write<K, V: Clone>(hash: u32, place: Place<K>, value: &V) -> Write<K, V> {
    Write { hash, place, value: Some(value.clone()) }
}

/// Said of a slot that the list has no value for.
const NOWHERE: u32 = u32::MAX;

struct Listed<K, V> {
    /// The slot of an update, the hash of an addition.
    at: u32,
    key: K,
    value: V,
}

/// A list, each key once: of several values the last one counts, in the place of the first.
struct List<K, V> {
    updates: Vec<Listed<K, V>>,
    additions: Vec<Listed<K, V>>,
    /// For each slot, which update it gets.
    stays: Vec<u32>,
    /// What does not count, to be dropped when no writer has to wait for it.
    spare: Vec<(K, V)>,
}

impl<K: StoreKey, V: StoreValue> List<K, V> {
    fn sorted<R: Revision>(shared: &Shared<K, V, R>, data: &Data<K, V, R>, entries: Vec<(K, V)>) -> Self {
        let mut stays = vec![NOWHERE; data.entries.slots() as usize];
        let mut updates: Vec<Listed<K, V>> = Vec::with_capacity(entries.len().min(data.entries.len()));
        let expected = entries.len().saturating_sub(updates.capacity());
        let mut additions: Vec<Listed<K, V>> = Vec::with_capacity(expected);
        let mut seen = HashTable::<usize>::with_capacity(expected);
        let mut spare = Vec::new();
        for (key, value) in entries {
            let hash = shared.hash(&key);
            if let Some(slot) = data.find(hash, &key) {
                let update = &mut stays[slot as usize];
                if let Some(listed) = updates.get_mut(*update as usize) {
                    spare.push((key, mem::replace(&mut listed.value, value)));
                } else {
                    *update = u32::try_from(updates.len()).expect("no more updates than slots");
                    updates.push(Listed { at: slot, key, value });
                }
            } else if let Some(at) = seen.find(wide(hash), |at| additions[*at].key == key) {
                spare.push((key, mem::replace(&mut additions[*at].value, value)));
            } else {
                seen.insert_unique(wide(hash), additions.len(), |at| wide(additions[*at].at));
                additions.push(Listed { at: hash, key, value });
            }
        }
        Self { updates, additions, stays, spare }
    }
}
