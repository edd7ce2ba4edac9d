//! A whole new contents, as a difference to the old.

use std::mem;

use hashbrown::HashTable;

use super::batch::{Plan, StoreChange, wide};
use super::data::{Before, Entry, Place, Write};
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
    let entries = last_of_each_key(shared, entries);
    let guard = shared.prepare();

    let mut stays = vec![false; guard.entries.slots() as usize];
    let (mut kept, mut updates, mut additions) = (0, Vec::new(), Vec::new());
    for (hash, key, value) in entries {
        let Some(slot) = guard.find(hash, &key) else {
            additions.push((hash, key, value));
            continue;
        };
        stays[slot as usize] = true;
        if guard.entries.get(slot).is_some_and(|old| shared.settings.same(&old.value, &value)) {
            kept += 1;
        } else {
            updates.push((hash, slot, key, value));
        }
    }
    let gone = guard.entries.iter().filter(|(slot, _)| !stays[*slot as usize]);
    let mut writes: Vec<Write<K, V>> = gone.map(|(slot, entry)| deletion(shared.hash(&entry.key), slot)).collect();
    let deletions = writes.len();
    writes.reserve_exact(updates.len() + additions.len());
    let mut new = Vec::with_capacity(updates.len() + additions.len());
    for (hash, slot, key, value) in updates {
        writes.push(Write { hash, place: Place::At(slot), value: Some(value.clone()) });
        new.push((key, value));
    }
    for (hash, key, value) in additions {
        writes.push(Write { hash, place: Place::New(key.clone()), value: Some(value.clone()) });
        new.push((key, value));
    }

    let plan = Plan::of(&guard, writes);
    let keys = plan.keys_of_failed(&guard);
    let Plan { writes, evaluated, failed } = plan;
    let (before, old_revision) = shared.modify(guard, writes.len(), |data| {
        let old_revision = mem::replace(&mut data.revision, revision);
        (data.apply(writes, evaluated), old_revision)
    });
    drop(old_revision);
    shared.report(failed, |write| keys[&write].clone());

    let mut before = before.into_iter();
    let mut changes = Vec::with_capacity(before.len());
    changes.extend(before.by_ref().take(deletions).filter_map(|gone| match gone {
        Before::Entry(Entry { key, value }) => Some(StoreChange::Deleted { key, last: value }),
        Before::Nothing | Before::Value(_) => None,
    }));
    let written = new.into_iter().zip(before);
    changes.extend(written.filter_map(|((key, new), old)| StoreChange::of(key, old.into_value(), Some(new))));
    Replaced { changes, kept }
}

const fn deletion<K, V>(hash: u32, slot: u32) -> Write<K, V> {
    Write { hash, place: Place::At(slot), value: None }
}

/// Hashes every key; of several values of a key the last one counts, in the place of the first.
fn last_of_each_key<K: StoreKey, V: StoreValue, R: Revision>(
    shared: &Shared<K, V, R>,
    entries: Vec<(K, V)>,
) -> Vec<(u32, K, V)> {
    let mut distinct: Vec<(u32, K, V)> = Vec::with_capacity(entries.len());
    let mut seen = HashTable::<usize>::with_capacity(entries.len());
    for (key, value) in entries {
        let hash = shared.hash(&key);
        if let Some(at) = seen.find(wide(hash), |at| distinct[*at].1 == key) {
            distinct[*at].2 = value;
            continue;
        }
        seen.insert_unique(wide(hash), distinct.len(), |at| wide(distinct[*at].0));
        distinct.push((hash, key, value));
    }
    distinct
}
