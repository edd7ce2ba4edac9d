//! The user's hold on an index.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Weak};

use super::definition::Definition;
use super::lookup::Lookup;
use crate::bounds::{IndexValue, Revision, StoreKey, StoreValue};
use crate::store::{Shared, StoreError};

/// An index of a store: asks it, and keeps it.
///
/// Made by [`Store::add_index`](crate::Store::add_index). The index lives as long as a handle to it; with the last one it
/// is gone and its memory is free, unless [`forever`](Self::forever) gave it to the store. A handle does not keep the
/// store: once the last `Store` is dropped its contents are gone, and every lookup answers with nothing.
///
/// # Cost
///
/// A lookup takes the store's lock for reading, hashes the index value once, and clones each result. Nothing that a user
/// wrote runs under the lock, but for `Hash`, `Eq` and `Clone` of the keys and values.
pub struct IndexHandle<K: StoreKey, V: StoreValue, I, R: Revision = String> {
    definition: Arc<Definition<V, I>>,
    guard: Arc<Guard<K, V, R>>,
}

impl<K: StoreKey, V: StoreValue, I: IndexValue, R: Revision> IndexHandle<K, V, I, R> {
    pub(crate) const fn new(definition: Arc<Definition<V, I>>, guard: Arc<Guard<K, V, R>>) -> Self {
        Self { definition, guard }
    }

    /// The values with this index value, in no order.
    ///
    /// ```
    /// # use lookglass_cache::{Index, Store};
    /// let store = Store::new(|pod: &(String, String)| pod.0.clone());
    /// let by_node = store.add_index(Index::new("node", |pod: &(String, String)| Some(pod.1.clone())))?;
    /// store.add(("pod-1".to_owned(), "node-7".to_owned()))?;
    /// assert_eq!(by_node.get("node-7").len(), 1);
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    #[must_use]
    pub fn get<Q>(&self, value: &Q) -> Vec<V>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.read(|lookup| lookup.get(value))
    }

    /// The keys of the values with this index value, sorted.
    #[must_use]
    pub fn keys<Q>(&self, value: &Q) -> Vec<K>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut keys = self.read(|lookup| lookup.keys(value));
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
        self.read(|lookup| lookup.count(value))
    }

    /// All index values that anything has, sorted.
    #[must_use]
    pub fn values(&self) -> Vec<I> {
        let mut values = self.read(|lookup| lookup.values());
        values.sort_unstable();
        values
    }

    /// How many different index values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read(|lookup| lookup.index.len())
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
    /// [`StoreError::Index`] when the index function fails or panics for `value`, [`StoreError::UnknownIndex`] when the index
    /// was removed by name.
    pub fn sharing(&self, value: &V) -> Result<Vec<V>, StoreError> {
        let Some(store) = self.guard.store.upgrade() else { return Ok(Vec::new()) };
        store.sharing(self.guard.id, self.name(), value)
    }

    /// Visits what has this index value, without cloning the values and without holding a lock: on a snapshot, so the
    /// visitor may do what it likes with the store.
    pub fn for_each<Q>(&self, value: &Q, mut visit: impl FnMut(&K, &V))
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(data) = self.guard.store.upgrade().map(|store| store.current()) else { return };
        let Some(index) = data.index::<I>(self.guard.id) else { return };
        let lookup = Lookup { entries: &data.entries, index };
        lookup.entries(value).for_each(|entry| visit(&entry.key, &entry.value));
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.definition.name()
    }

    /// How often the index function failed or panicked while values were stored.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.definition.errors()
    }

    /// Leaves the index to the store: it stays until it is removed by name or the store goes.
    pub fn forever(self) {
        if let Some(store) = self.guard.store.upgrade() {
            store.keep(self.guard.clone());
        }
    }

    fn read<T: Default>(&self, answer: impl FnOnce(Lookup<'_, K, V, I>) -> T) -> T {
        let Some(store) = self.guard.store.upgrade() else { return T::default() };
        store.read(|data| match data.index::<I>(self.guard.id) {
            Some(index) => answer(Lookup { entries: &data.entries, index }),
            None => T::default(),
        })
    }

    pub(crate) fn id(&self) -> u64 {
        self.guard.id
    }

    pub(crate) const fn definition(&self) -> &Arc<Definition<V, I>> {
        &self.definition
    }
}

impl<K: StoreKey, V: StoreValue, I, R: Revision> Clone for IndexHandle<K, V, I, R> {
    fn clone(&self) -> Self {
        Self { definition: self.definition.clone(), guard: self.guard.clone() }
    }
}

impl<K: StoreKey, V: StoreValue, I: IndexValue, R: Revision> fmt::Debug for IndexHandle<K, V, I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (values, errors) = (self.len(), self.errors());
        f.debug_struct("IndexHandle")
            .field("name", &self.name())
            .field("values", &values)
            .field("errors", &errors)
            .finish()
    }
}

/// Shared by the handles of an index; takes the index out of the store when the last of them goes.
pub(crate) struct Guard<K: StoreKey, V: StoreValue, R: Revision> {
    pub(crate) id: u64,
    pub(crate) store: Weak<Shared<K, V, R>>,
}

impl<K: StoreKey, V: StoreValue, R: Revision> Drop for Guard<K, V, R> {
    fn drop(&mut self) {
        if let Some(store) = self.store.upgrade() {
            store.remove_index(self.id);
        }
    }
}
