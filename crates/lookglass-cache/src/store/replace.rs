//! A whole new contents, as a difference to the old.

use hashbrown::HashTable;

use super::batch::{Change, Plan};
use super::data::Write;
use super::shared::Shared;
use crate::bounds::{Revision, StoreKey, StoreValue};

/// What a [`Store::replace`](super::Store::replace) did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replaced<K, V> {
    /// Deletions, then updates, then additions, the latter two in the order of the list.
    pub changes: Vec<Change<K, V>>,
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
        let slot = guard.find(hash, &key);
        let old = slot.and_then(|slot| guard.entries.get(slot).map(|entry| (slot, entry)));
        let Some((slot, old)) = old else {
            additions.push(Write { hash, slot: None, key, value: Some(value) });
            continue;
        };
        stays[slot as usize] = true;
        if shared.settings.same(&old.value, &value) {
            kept += 1;
        } else {
            updates.push(Write { hash, slot: Some(slot), key, value: Some(value) });
        }
    }
    let gone = guard.entries.iter().filter(|(slot, _)| !stays[*slot as usize]);
    let deletion = |(slot, entry): (u32, &super::data::Entry<K, V>)| Write {
        hash: shared.hash(&entry.key),
        slot: Some(slot),
        key: entry.key.clone(),
        value: None,
    };
    let mut writes: Vec<Write<K, V>> = gone.map(deletion).collect();
    let deletions = writes.len();
    writes.append(&mut updates);
    writes.append(&mut additions);

    let plan = Plan::evaluate(&guard, writes);
    let keys = plan.keys_of_failed();
    let Plan { writes, evaluated, failed } = plan;
    let mut new: Vec<(K, Option<V>)> = writes[deletions..].iter().map(|w| (w.key.clone(), w.value.clone())).collect();
    let before = shared.modify(guard, writes.len(), |data| {
        data.revision = revision;
        data.apply(writes, evaluated)
    });
    shared.report(failed, |write| keys[&write].clone());

    let mut before = before.into_iter();
    let gone = before.by_ref().take(deletions).flatten();
    let mut changes: Vec<Change<K, V>> =
        gone.map(|entry| Change::Deleted { key: entry.key, last: entry.value }).collect();
    let written = new.drain(..).zip(before);
    changes.extend(written.filter_map(|((key, new), old)| Change::of(key, old.map(|entry| entry.value), new)));
    Replaced { changes, kept }
}

/// Hashes every key; of several values of a key the last one counts, in the place of the first.
fn last_of_each_key<K: StoreKey, V: StoreValue, R: Revision>(
    shared: &Shared<K, V, R>,
    entries: Vec<(K, V)>,
) -> Vec<(u32, K, V)> {
    let wide = |hash: u32| u64::from(hash) << 32 | u64::from(hash);
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
