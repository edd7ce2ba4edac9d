//! The indexed store.

mod batch;
mod builder;
mod data;
mod error;
mod indexing;
mod read;
mod replace;
mod seed;
mod shared;
mod view;

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

pub use batch::{Applied, Rejected, StoreBatch, StoreChange};
pub use builder::{IndexFailure, StoreBuilder};
pub(crate) use data::{Data, Entry};
pub use error::{IndexError, StoreError};
pub use replace::Replaced;

use replace::Entries;
pub(crate) use seed::Seed;
pub(crate) use shared::Shared;
pub use view::{IndexView, StoreView};

use crate::bounds::{Revision, StoreKey, StoreValue};
use crate::key::BoxError;

/// Values by key, with indexes that always agree with them.
///
/// A handle: clones are the same store. The contents go with the last clone, whatever index handles are left.
///
/// # What it promises
///
/// - Every operation is atomic: a reader sees all of it or nothing, in the values and in every index alike.
/// - Readers wait only while a small write is put in place (microseconds). Long ones (a replace, a batch of more than 512
///   writes, a new index, compaction) are prepared while readers read on.
/// - No function of yours runs while a reader could have to wait for it, but for `Hash`, `Eq`, `Ord` and `Clone` of keys,
///   values and index values. Index functions and visitors may read the store. A value that is replaced or removed is
///   handed back or dropped after the lock is released. An index value that nobody has any more is dropped when no
///   reader could have to wait for it.
/// - An index function that fails or panics harms nothing but the index's completeness for that value.
/// - Memory is given back: free slots once three quarters of them are free, everything at once by [`clear`](Self::clear).
///
/// # Revision
///
/// A revision is opaque to the store. It is what was said last by [`bookmark`](Self::bookmark), by a batch, or by
/// [`replace`](Self::replace) (which also takes it back when given none). Single writes leave it alone: unlike in
/// client-go, a value's own version is never mistaken for that of the contents, and deleting what is absent changes nothing.
///
/// # Cost
///
/// A get is one lock, one hash and one clone. A write whose index values stay the same allocates nothing; a changed value
/// of an index allocates once. Beside the key and the value themselves an entry takes about 12 bytes in the table, and
/// about 20 in each index that it has one value in.
///
/// # Examples
///
/// ```
/// use lookglass_cache::{Index, Store};
///
/// #[derive(Clone)]
/// struct Pod { key: &'static str, app: &'static str }
///
/// let store = Store::new(|pod: &Pod| pod.key);
/// let by_app = store.add_index(Index::new("app", |pod: &Pod| Some(pod.app)))?;
/// store.add(Pod { key: "ns1/pod1", app: "l1" })?;
/// store.add(Pod { key: "ns2/pod2", app: "l2" })?;
/// assert_eq!(by_app.keys("l1"), ["ns1/pod1"]);
/// # Ok::<(), lookglass_cache::StoreError>(())
/// ```
pub struct Store<K: StoreKey, V: StoreValue, R: Revision = String> {
    shared: Arc<Shared<K, V, R>>,
}

// === making one ===

impl<K: StoreKey, V: StoreValue> Store<K, V> {
    /// A store whose values know their key, with `String` revisions. More choice: [`builder`](Self::builder).
    pub fn new(key: impl Fn(&V) -> K + Send + Sync + 'static) -> Self {
        Self::builder().build(key)
    }

    /// The same with a key function that may fail: operations by value then return [`StoreError::Key`].
    ///
    /// ```
    /// use lookglass_cache::Store;
    ///
    /// let store = Store::try_new(|pair: &(Option<String>, u8)| pair.0.clone().ok_or("no name"));
    /// assert!(store.add((None, 1)).is_err());
    /// ```
    pub fn try_new<E: Into<BoxError>>(key: impl Fn(&V) -> Result<K, E> + Send + Sync + 'static) -> Self {
        Self::builder().try_build(key)
    }

    /// A store whose values hold their key: an update clones no key. The store keeps a clone of the key of the first value
    /// that came with it.
    ///
    /// ```
    /// use lookglass_cache::Store;
    /// use std::sync::Arc;
    ///
    /// struct Pod { name: Arc<str> }
    ///
    /// let store = Store::by_ref(|pod: &Arc<Pod>| &pod.name);
    /// store.add(Arc::new(Pod { name: "web-0".into() }))?;
    /// assert!(store.contains_key("web-0"));
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    pub fn by_ref(key: impl Fn(&V) -> &K + Send + Sync + 'static) -> Self {
        Self::builder().build_by_ref(key)
    }

    /// A store whose values do not know their key: use [`put`](Self::put), [`remove`](Self::remove) and
    /// [`replace_entries`](Self::replace_entries).
    ///
    /// ```
    /// use lookglass_cache::Store;
    ///
    /// let store = Store::with_explicit_keys();
    /// store.put("a", 1)?;
    /// assert_eq!(store.remove(&"a"), Some(1));
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    #[must_use]
    pub fn with_explicit_keys() -> Self {
        Self::builder().build_with_explicit_keys()
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision> Store<K, V, R> {
    /// A store with settings of its own.
    #[must_use]
    pub fn builder() -> StoreBuilder<K, V, R> {
        StoreBuilder::new()
    }

    // === writing ===

    /// Stores a value under its own key, whether or not the key is there. Returns the value it replaces.
    ///
    /// # Errors
    ///
    /// When the transformer or the key function fails, or there is none.
    pub fn add(&self, value: V) -> Result<Option<V>, StoreError> {
        let value = self.shared.settings.transform(value)?;
        self.shared.add(value)
    }

    /// The same as [`add`](Self::add): the key need not be there.
    ///
    /// # Errors
    ///
    /// As for `add`.
    pub fn update(&self, value: V) -> Result<Option<V>, StoreError> {
        self.add(value)
    }

    /// Removes the value that has the same key as this one, and returns it.
    ///
    /// # Errors
    ///
    /// When the key function fails, or there is none.
    pub fn delete(&self, value: &V) -> Result<Option<V>, StoreError> {
        Ok(self.shared.remove(&*self.shared.settings.key_of(value)?))
    }

    /// Stores a value under this key. Returns the value it replaces.
    ///
    /// # Errors
    ///
    /// When the transformer fails.
    pub fn put(&self, key: K, value: V) -> Result<Option<V>, StoreError> {
        let value = self.shared.settings.transform(value)?;
        Ok(self.shared.put(key, value))
    }

    /// Removes the value of this key, and returns it.
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.shared.remove(key)
    }

    /// Several writes as one: no reader sees part of them. Operations whose key or transformed value cannot be computed are
    /// left out and listed; all others are applied.
    ///
    /// `fill` runs before anything is locked.
    ///
    /// ```
    /// use lookglass_cache::{StoreChange, Store};
    ///
    /// let store = Store::new(|pair: &(u32, char)| pair.0);
    /// let applied = store.batch(|batch| {
    ///     batch.add((1, 'a'));
    ///     batch.update((1, 'b'));
    ///     batch.remove(2);
    ///     batch.bookmark("17".to_owned());
    /// });
    /// let update = StoreChange::Updated { key: 1, old: (1, 'a'), new: (1, 'b') };
    /// assert_eq!(applied.complete()?, [StoreChange::Added { key: 1, new: (1, 'a') }, update]);
    /// assert_eq!(store.revision().as_deref(), Some("17"));
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    pub fn batch(&self, fill: impl FnOnce(&mut StoreBatch<K, V, R>)) -> Applied<K, V> {
        let mut batch = StoreBatch::new(self.shared.clone());
        fill(&mut batch);
        batch.apply()
    }

    /// Makes these values the whole contents, and returns what that changed. Of several values with one key the last counts.
    /// The revision becomes `revision`, also when that is `None`.
    ///
    /// Costs a lookup and the index functions for each value; old and new contents exist side by side until it returns.
    ///
    /// # Errors
    ///
    /// When the transformer or the key function fails for any value; the store is then as it was.
    ///
    /// ```
    /// use lookglass_cache::Store;
    ///
    /// let store = Store::new(|pair: &(u32, char)| pair.0);
    /// store.replace([(1, 'a'), (2, 'b')], "5".to_owned())?;
    /// let replaced = store.replace([(2, 'c'), (3, 'd')], "9".to_owned())?;
    /// assert_eq!(replaced.changes.iter().map(|change| *change.key()).collect::<Vec<_>>(), [1, 2, 3]);
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    pub fn replace(
        &self,
        values: impl IntoIterator<Item = V>,
        revision: impl Into<Option<R>>,
    ) -> Result<Replaced<K, V>, StoreError> {
        let mut changes = Vec::new();
        let kept = self.replace_telling(values, revision, |change| changes.push(change))?;
        Ok(Replaced { changes, kept })
    }

    /// [`replace`](Self::replace) that gives each change to `tell` instead of collecting them, for lists so long that a collection of what becomes of them
    /// would matter. Returns how many values were left alone.
    ///
    /// Beside old and new contents and what `tell` keeps it takes the list, as keys and values, and 12 bytes for each.
    ///
    /// `tell` may run before readers see any of it and while other writers wait, so it must not write to the store. If it panics, nothing or all of it is done.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace); nothing has been told then.
    ///
    /// ```
    /// use lookglass_cache::Store;
    ///
    /// let store = Store::<u32, (u32, char)>::new(|pair: &(u32, char)| pair.0);
    /// let mut keys = Vec::new();
    /// store.replace_telling([(1, 'a'), (2, 'b')], None, |change| keys.push(*change.key()))?;
    /// assert_eq!(keys, [1, 2]);
    /// # Ok::<(), lookglass_cache::StoreError>(())
    /// ```
    pub fn replace_telling(
        &self,
        values: impl IntoIterator<Item = V>,
        revision: impl Into<Option<R>>,
        tell: impl FnMut(StoreChange<K, V>),
    ) -> Result<usize, StoreError> {
        let settings = &self.shared.settings;
        let keyed = |value| {
            let value = settings.transform(value)?;
            let key = settings.key_of(&value)?.into_owned();
            Ok((key, value))
        };
        let entries = Self::entries(values.into_iter().map(keyed))?;
        Ok(replace::replace(&self.shared, entries, revision.into(), tell))
    }

    /// Collects them into one allocation, if it is known how many there are.
    fn entries(entries: impl Iterator<Item = Result<(K, V), StoreError>>) -> Result<Entries<K, V>, StoreError> {
        let mut all = Vec::with_capacity(entries.size_hint().0);
        for entry in entries {
            all.push(Some(entry?));
        }
        Ok(all)
    }

    /// [`replace`](Self::replace) with explicit keys.
    ///
    /// # Errors
    ///
    /// When the transformer fails for any value; the store is then as it was.
    pub fn replace_entries(
        &self,
        entries: impl IntoIterator<Item = (K, V)>,
        revision: impl Into<Option<R>>,
    ) -> Result<Replaced<K, V>, StoreError> {
        let transformed = |(key, value)| Ok((key, self.shared.settings.transform(value)?));
        let entries = Self::entries(entries.into_iter().map(transformed))?;
        let mut changes = Vec::new();
        let kept = replace::replace(&self.shared, entries, revision.into(), |change| changes.push(change));
        Ok(Replaced { changes, kept })
    }

    /// Removes everything and gives the memory back at once. Indexes and revision stay.
    pub fn clear(&self) {
        let guard = self.shared.prepare();
        let emptied = guard.emptied();
        let full = self.shared.modify(guard, 1, |data| std::mem::replace(data, emptied));
        drop(full);
    }

    /// Does nothing. Part of client-go's store contract, where queues repeat their contents and plain stores do not.
    pub const fn resync(&self) {}

    /// Says which revision the contents are at.
    pub fn bookmark(&self, revision: R) {
        let guard = self.shared.prepare();
        let old = self.shared.modify(guard, 1, |data| data.revision.replace(revision));
        drop(old);
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision> Clone for Store<K, V, R> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision + fmt::Debug> fmt::Debug for Store<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.debug_view().fmt_as("Store", f)
    }
}
