//! Several writes at once.

use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::sync::Arc;

use hashbrown::HashTable;

use super::data::{Before, Data, Evaluated, Failed, Place, Write};
use super::error::StoreError;
use super::shared::Shared;
use crate::bounds::{Revision, StoreKey, StoreValue};

/// What a write did to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a key comes, changes or goes; callers must handle all three")]
pub enum StoreChange<K, V> {
    /// The key was not there.
    Added {
        /// The key.
        key: K,
        /// The value it has now.
        new: V,
    },
    /// The key had a value already.
    Updated {
        /// The key.
        key: K,
        /// The value it had.
        old: V,
        /// The value it has now.
        new: V,
    },
    /// The key is gone.
    Deleted {
        /// The key.
        key: K,
        /// The value it had.
        last: V,
    },
}

impl<K, V> StoreChange<K, V> {
    /// The key.
    pub const fn key(&self) -> &K {
        match self {
            Self::Added { key, .. } | Self::Updated { key, .. } | Self::Deleted { key, .. } => key,
        }
    }

    pub(super) fn of(key: K, old: Option<V>, new: Option<V>) -> Option<Self> {
        match (old, new) {
            (None, None) => None,
            (None, Some(new)) => Some(Self::Added { key, new }),
            (Some(old), Some(new)) => Some(Self::Updated { key, old, new }),
            (Some(last), None) => Some(Self::Deleted { key, last }),
        }
    }
}

/// An operation of a batch that was left out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// Its number in the batch, from 0.
    pub operation: usize,
    /// Why.
    pub error: StoreError,
}

/// What a batch did.
#[derive(Debug)]
#[must_use = "operations that were left out are listed here"]
#[non_exhaustive]
pub struct Applied<K, V> {
    /// The changes in the order of the operations. Removing what was not there is no change.
    pub changes: Vec<StoreChange<K, V>>,
    /// The operations that were left out, because their key or their transformed value could not be computed.
    pub rejected: Vec<Rejected>,
    /// How many operations there were.
    pub total: usize,
}

impl<K, V> Applied<K, V> {
    /// The changes, if no operation was left out.
    ///
    /// # Errors
    ///
    /// [`StoreError::Batch`]; the others have been applied nevertheless.
    pub fn complete(self) -> Result<Vec<StoreChange<K, V>>, StoreError> {
        let (failed, total) = (self.rejected.len(), self.total);
        match self.rejected.into_iter().next() {
            None => Ok(self.changes),
            Some(Rejected { error, .. }) => Err(StoreError::Batch { failed, total, first: Box::new(error) }),
        }
    }
}

/// The operations of a batch, collected before anything is locked. Given out by [`Store::batch`](super::Store::batch).
///
/// Each operation counts, in order: two updates of a key are two changes, and the last one stays.
pub struct StoreBatch<K: StoreKey, V: StoreValue, R: Revision = String> {
    shared: Arc<Shared<K, V, R>>,
    operations: Vec<(K, Option<V>)>,
    rejected: Vec<Rejected>,
    total: usize,
    revision: Option<R>,
}

impl<K: StoreKey, V: StoreValue, R: Revision> StoreBatch<K, V, R> {
    pub(super) const fn new(shared: Arc<Shared<K, V, R>>) -> Self {
        Self { shared, operations: Vec::new(), rejected: Vec::new(), total: 0, revision: None }
    }

    /// Stores a value under its own key.
    pub fn add(&mut self, value: V) {
        let settings = &self.shared.settings;
        let keyed =
            settings.transform(value).and_then(|value| Ok((settings.key_of(&value)?.into_owned(), Some(value))));
        self.push(keyed);
    }

    /// The same as [`add`](Self::add).
    pub fn update(&mut self, value: V) {
        self.add(value);
    }

    /// Removes the value that has the same key as this one.
    pub fn delete(&mut self, value: &V) {
        let keyed = self.shared.settings.key_of(value).map(|key| (key.into_owned(), None));
        self.push(keyed);
    }

    /// Stores a value under this key.
    pub fn put(&mut self, key: K, value: V) {
        let keyed = self.shared.settings.transform(value).map(|value| (key, Some(value)));
        self.push(keyed);
    }

    /// Removes the value of this key.
    pub fn remove(&mut self, key: K) {
        self.push(Ok((key, None)));
    }

    /// Gives the contents a revision, together with the changes.
    pub fn bookmark(&mut self, revision: R) {
        self.revision = Some(revision);
    }

    fn push(&mut self, keyed: Result<(K, Option<V>), StoreError>) {
        match keyed {
            Ok(operation) => self.operations.push(operation),
            Err(error) => self.rejected.push(Rejected { operation: self.total, error }),
        }
        self.total += 1;
    }

    pub(super) fn apply(self) -> Applied<K, V> {
        let Self { shared, operations, rejected, total, revision } = self;
        let distinct = Distinct::of(&shared, operations);
        let guard = shared.prepare();
        let plan = Plan::of(&guard, distinct.writes(&guard));
        let keys = plan.keys_of_failed(&guard);
        let Plan { writes, mut evaluated, failed } = plan;
        let (before, _old_revision) = shared.modify(guard, writes.len(), |data| {
            let old_revision = revision.and_then(|revision| data.revision.replace(revision));
            (data.apply(writes, &mut evaluated), old_revision)
        });
        shared.report(failed, |write| keys[&write].clone());
        Applied { changes: distinct.changes(before), rejected, total }
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision> fmt::Debug for StoreBatch<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreBatch")
            .field("total", &self.total)
            .field("rejected", &self.rejected)
            .finish_non_exhaustive()
    }
}

/// Writes to different keys, with what their indexes need, ready for [`Data::apply`].
pub(super) struct Plan<K, V> {
    pub(super) writes: Vec<Write<K, V>>,
    pub(super) evaluated: Vec<Evaluated>,
    pub(super) failed: Vec<Failed>,
}

impl<K: StoreKey, V: StoreValue> Plan<K, V> {
    /// Asks every index. The data must not change until the plan is applied.
    pub(super) fn of<R: Revision>(data: &Data<K, V, R>, writes: Vec<Write<K, V>>) -> Self {
        let (mut evaluated, mut failed) = (Vec::new(), Vec::new());
        for (number, write) in writes.iter().enumerate() {
            data.evaluate(number, write, &mut evaluated, &mut failed);
        }
        Self { writes, evaluated, failed }
    }

    /// The keys of the values that an index function failed for, by the number of the write.
    pub(super) fn keys_of_failed<R: Revision>(&self, data: &Data<K, V, R>) -> BTreeMap<usize, K> {
        self.failed.iter().map(|failed| (failed.write, data.key_of(&self.writes[failed.write]))).collect()
    }
}

/// The operations of a batch, and for each the number of its key among the different keys.
struct Distinct<K, V> {
    operations: Vec<(K, Option<V>)>,
    number: Vec<usize>,
    /// For each different key: its hash and its last operation.
    last: Vec<(u32, usize)>,
}

impl<K: StoreKey, V: StoreValue> Distinct<K, V> {
    fn of<R: Revision>(shared: &Shared<K, V, R>, operations: Vec<(K, Option<V>)>) -> Self {
        let mut last: Vec<(u32, usize)> = Vec::with_capacity(operations.len());
        let mut seen = HashTable::<usize>::with_capacity(operations.len());
        let mut number = Vec::with_capacity(operations.len());
        for (operation, (key, _)) in operations.iter().enumerate() {
            let hash = shared.hash(key);
            let known =
                seen.find(u64::from(hash) << 32 | u64::from(hash), |at| operations[last[*at].1].0 == *key).copied();
            number.push(known.unwrap_or(last.len()));
            if let Some(known) = known {
                last[known].1 = operation;
                continue;
            }
            seen.insert_unique(wide(hash), last.len(), |at| wide(last[*at].0));
            last.push((hash, operation));
        }
        Self { operations, number, last }
    }

    /// One write per key: its last operation. The data must not change until they are applied.
    fn writes<R: Revision>(&self, data: &Data<K, V, R>) -> Vec<Write<K, V>> {
        let write = |&(hash, operation): &(u32, usize)| {
            let (key, value) = &self.operations[operation];
            let place = data.find(hash, key).map_or_else(|| Place::New(key.clone()), Place::At);
            Write { hash, place, value: value.clone() }
        };
        self.last.iter().map(write).collect()
    }

    /// One change per operation, given what was there before for each key.
    fn changes(self, before: Vec<Before<K, V>>) -> Vec<StoreChange<K, V>> {
        let mut current: Vec<Option<V>> = before.into_iter().map(Before::into_value).collect();
        // Only a key with several operations needs its value again.
        let several = self.last.len() < self.operations.len();
        let mut changes = Vec::with_capacity(self.operations.len());
        for ((key, new), number) in self.operations.into_iter().zip(self.number) {
            let next = if several { new.clone() } else { None };
            let old = mem::replace(&mut current[number], next);
            changes.extend(StoreChange::of(key, old, new));
        }
        changes
    }
}

/// A table takes its tag from the upper bits of a hash and its bucket from the lower ones.
pub(super) const fn wide(hash: u32) -> u64 {
    (hash as u64) << 32 | hash as u64
}
