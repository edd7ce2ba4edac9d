//! Reading a store.

use std::borrow::Borrow;
use std::hash::Hash;

use super::{Store, StoreError, StoreView};
use crate::bounds::{Revision, StoreKey, StoreValue};
use crate::snapshot::Snapshot;

impl<K: StoreKey, V: StoreValue, R: Revision> Store<K, V, R> {
    /// The stored value that has the same key as this one.
    ///
    /// # Errors
    ///
    /// When the key function fails, or there is none.
    pub fn get(&self, value: &V) -> Result<Option<V>, StoreError> {
        Ok(self.shared.get(&*self.shared.settings.key_of(value)?))
    }

    /// The value of this key. To look at one without cloning it, take a [`snapshot`](Self::snapshot); for an `Arc` that is
    /// no cheaper, and writers copy what they change while the snapshot lives.
    #[must_use]
    pub fn get_by_key<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.shared.get(key)
    }

    /// Whether the key is there.
    #[must_use]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.shared.hash(key);
        self.shared.read(|data| data.find(hash, key).is_some())
    }

    /// All values, in no order.
    #[must_use]
    pub fn list(&self) -> Vec<V> {
        let data = self.shared.current();
        let mut values = Vec::with_capacity(data.entries.len());
        values.extend(data.entries.iter().map(|(_, entry)| entry.value.clone()));
        values
    }

    /// All keys, in no order.
    #[must_use]
    pub fn list_keys(&self) -> Vec<K> {
        let data = self.shared.current();
        let mut keys = Vec::with_capacity(data.entries.len());
        keys.extend(data.entries.iter().map(|(_, entry)| entry.key.clone()));
        keys
    }

    /// Visits everything without cloning the values and without holding a lock: on a snapshot, so the visitor may do what
    /// it likes with the store.
    pub fn for_each(&self, mut visit: impl FnMut(&K, &V)) {
        let data = self.shared.current();
        for (_, entry) in data.entries.iter() {
            visit(&entry.key, &entry.value);
        }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.read(|data| data.entries.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The revision the contents were given last.
    #[must_use]
    pub fn revision(&self) -> Option<R> {
        self.shared.read(|data| data.revision.clone())
    }

    /// The present contents and indexes, consistent with each other, for as long as you keep it.
    ///
    /// ```
    /// use lookglass_cache::{Index, Store};
    ///
    /// let store = Store::new(|pair: &(u32, char)| pair.0);
    /// let by_letter = store.add_index(Index::new("letter", |pair: &(u32, char)| Some(pair.1)))?;
    /// store.add((1, 'a'))?;
    /// let now = store.snapshot();
    /// store.clear();
    /// assert_eq!((now.by(&by_letter).get(&'a').len(), now.len()), (1, 1));
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<K, V, R> {
        Snapshot::new(self.shared.current(), self.shared.settings.seed.clone())
    }

    /// What the store looks like inside.
    #[must_use]
    pub fn debug_view(&self) -> StoreView<R> {
        self.shared.current().view()
    }
}
