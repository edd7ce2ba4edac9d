//! The indexes of a store: adding, removing, and asking by name.

use std::sync::Arc;

use super::{Entry, Store, StoreError};
use crate::bounds::{IndexValue, Revision, StoreKey, StoreValue};
use crate::index::{Index, IndexHandle};

impl<K: StoreKey, V: StoreValue, R: Revision> Store<K, V, R> {
    /// Adds an index, also to a store that is filled: when this returns, the index is complete.
    ///
    /// Its function is asked about the present values first, with nothing locked, and then about what changed meanwhile,
    /// while other writers wait. Readers never do.
    ///
    /// # Errors
    ///
    /// [`StoreError::IndexConflict`] when there is an index of that name.
    pub fn add_index<I: IndexValue>(&self, index: Index<V, I>) -> Result<IndexHandle<K, V, I, R>, StoreError> {
        self.shared.add_index(index)
    }

    /// Another handle to the index of this name.
    ///
    /// # Errors
    ///
    /// When there is no index of that name, or its values are of another type.
    pub fn index_handle<I: IndexValue>(&self, name: &str) -> Result<IndexHandle<K, V, I, R>, StoreError> {
        self.shared.index_handle(name)
    }

    /// Removes an index, whoever has handles to it, and gives its memory back at once (unless a snapshot shares it). The
    /// handles answer with nothing from then on.
    ///
    /// # Errors
    ///
    /// When there is no index of that name.
    pub fn remove_index(&self, name: &str) -> Result<(), StoreError> {
        let id = self.shared.read(|data| data.by_name(name).map(|registered| registered.id))?;
        self.shared.remove_index(id);
        Ok(())
    }

    /// The names of the indexes, in the order they were added.
    #[must_use]
    pub fn index_names(&self) -> Vec<Arc<str>> {
        self.shared.read(|data| data.indexes.iter().map(|registered| registered.name.clone()).collect())
    }

    /// Everything that shares a value of this index with `value`, which need not be stored; each once.
    ///
    /// # Errors
    ///
    /// When there is no index of that name, or its function fails for `value`.
    pub fn index(&self, name: &str, value: &V) -> Result<Vec<V>, StoreError> {
        let data = self.shared.current();
        let registered = data.by_name(name)?;
        data.sharing(&*registered.index, &registered.name, value)
    }

    /// The values under this value of an index over `String`, `Arc<str>`, `Box<str>` or `&'static str`.
    ///
    /// # Errors
    ///
    /// When there is no index of that name, or its values are of another type.
    pub fn by_index(&self, name: &str, value: &str) -> Result<Vec<V>, StoreError> {
        self.under_text(name, value, |entry| entry.value.clone())
    }

    /// The keys under this value of an index over text, sorted.
    ///
    /// # Errors
    ///
    /// As for [`by_index`](Self::by_index).
    pub fn index_keys(&self, name: &str, value: &str) -> Result<Vec<K>, StoreError> {
        let mut keys = self.under_text(name, value, |entry| entry.key.clone())?;
        keys.sort_unstable();
        Ok(keys)
    }

    /// All values of an index over text, sorted. (client-go's answer for an unknown name is an empty list; here it is an
    /// error, as everywhere.)
    ///
    /// # Errors
    ///
    /// As for [`by_index`](Self::by_index).
    pub fn index_values(&self, name: &str) -> Result<Vec<String>, StoreError> {
        let mut values =
            self.shared.read(|data| data.by_name(name)?.index.text_values().ok_or_else(|| not_text(name)))?;
        values.sort_unstable();
        Ok(values)
    }

    fn under_text<T>(&self, name: &str, value: &str, answer: impl Fn(&Entry<K, V>) -> T) -> Result<Vec<T>, StoreError> {
        self.shared.read(|data| {
            let slots = data.by_name(name)?.index.text_members(value).ok_or_else(|| not_text(name))?;
            Ok(slots.iter().filter_map(|slot| data.entries.get(*slot)).map(answer).collect())
        })
    }
}

fn not_text(name: &str) -> StoreError {
    StoreError::IndexType { name: name.into(), asked: "text" }
}
