//! A state of the store that stays as it is.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use triomphe::Arc as Root;

use crate::bounds::{IndexValue, Revision, StoreKey, StoreValue};
use crate::index::{IndexData, IndexHandle, Lookup};
use crate::persistent::Slab;
use crate::store::{Data, Seed, StoreError};

/// The contents and indexes of a store at one moment, consistent with each other, for as long as it is kept.
///
/// Made by [`Store::snapshot`](crate::Store::snapshot).
///
/// # Cost
///
/// Taking one copies a pointer, whatever the size. It holds no lock. While it lives, the store copies what it changes: the
/// first write afterwards copies one pointer per 127 entries, and each first change to a chunk copies the handles of its
/// 128 entries, or the set of one index value (4 bytes a member). What the store has replaced or removed since stays in memory until the snapshot is dropped.
pub struct Snapshot<K: StoreKey, V: StoreValue, R: Revision = String> {
    data: Root<Data<K, V, R>>,
    seed: Seed,
}

impl<K: StoreKey, V: StoreValue, R: Revision> Snapshot<K, V, R> {
    pub(crate) const fn new(data: Root<Data<K, V, R>>, seed: Seed) -> Self {
        Self { data, seed }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of this key.
    #[must_use]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.data.get(self.seed.hash(key), key).map(|entry| &entry.value)
    }

    /// All keys and values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.data.entries.iter().map(|(_, entry)| (&entry.key, &entry.value))
    }

    /// The revision the contents had been given.
    #[must_use]
    pub fn revision(&self) -> Option<&R> {
        self.data.revision.as_ref()
    }

    /// One of the indexes. One that is younger than the snapshot (or of another store) is built for it, by asking its
    /// function about every value: the answer is right in any case.
    #[must_use]
    pub fn by<I: IndexValue>(&self, handle: &IndexHandle<K, V, I, R>) -> IndexSnapshot<K, V, I, R> {
        let index = self.data.index_arc::<I>(handle.id(), handle.definition()).unwrap_or_else(|| {
            let mut index = IndexData::new(handle.definition().clone(), self.seed.clone());
            // The failures are counted by the definition; nobody waits for them here.
            drop(index.catch_up(&Slab::new(), &self.data.entries));
            Arc::new(index)
        });
        IndexSnapshot { data: self.data.clone(), index }
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision> Clone for Snapshot<K, V, R> {
    fn clone(&self) -> Self {
        Self { data: self.data.clone(), seed: self.seed.clone() }
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision + fmt::Debug> fmt::Debug for Snapshot<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.view().fmt_as("Snapshot", f)
    }
}

/// One index of a [`Snapshot`]; keeps the snapshot alive.
pub struct IndexSnapshot<K: StoreKey, V: StoreValue, I, R: Revision = String> {
    data: Root<Data<K, V, R>>,
    index: Arc<IndexData<V, I>>,
}

impl<K: StoreKey, V: StoreValue, I: IndexValue, R: Revision> IndexSnapshot<K, V, I, R> {
    /// The values with this index value, in no order.
    #[must_use]
    pub fn get<Q>(&self, value: &Q) -> Vec<V>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.lookup().get(value)
    }

    /// Keys and values with this index value, in no order, without cloning.
    pub fn iter<'a, Q>(&'a self, value: &Q) -> impl ExactSizeIterator<Item = (&'a K, &'a V)> + use<'a, K, V, I, R, Q>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.lookup().entries(value).map(|entry| (&entry.key, &entry.value))
    }

    /// The keys of the values with this index value, sorted.
    #[must_use]
    pub fn keys<Q>(&self, value: &Q) -> Vec<K>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut keys = self.lookup().keys(value);
        keys.sort_unstable();
        keys
    }

    /// How many values have this index value.
    #[must_use]
    pub fn count<Q>(&self, value: &Q) -> usize
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.lookup().count(value)
    }

    /// All index values that anything has, sorted.
    #[must_use]
    pub fn values(&self) -> Vec<I> {
        let mut values = self.lookup().values();
        values.sort_unstable();
        values
    }

    /// How many different index values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether nothing has an index value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything that shares an index value with `value`, which need not be stored; each once.
    ///
    /// # Errors
    ///
    /// [`StoreError::Index`] when the index function fails or panics for `value`.
    pub fn sharing(&self, value: &V) -> Result<Vec<V>, StoreError> {
        let name = self.index.definition().name();
        self.data.sharing(&*self.index, name, value)
    }

    fn lookup(&self) -> Lookup<'_, K, V, I> {
        Lookup { entries: &self.data.entries, index: &self.index }
    }
}

impl<K: StoreKey, V: StoreValue, I, R: Revision> Clone for IndexSnapshot<K, V, I, R> {
    fn clone(&self) -> Self {
        Self { data: self.data.clone(), index: self.index.clone() }
    }
}

impl<K: StoreKey, V: StoreValue, I: IndexValue, R: Revision> fmt::Debug for IndexSnapshot<K, V, I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.index.definition().name();
        f.debug_struct("IndexSnapshot").field("name", name).field("values", &self.len()).finish()
    }
}
