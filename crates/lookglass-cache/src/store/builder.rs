//! How a store is made.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Store;
use super::error::{IndexError, StoreError};
use super::seed::Seed;
use super::shared::Shared;
use crate::bounds::{Revision, StoreKey, StoreValue};
use crate::key::{BoxError, KeyFunction, Transformer};

/// How a value gives its key.
enum KeyOf<K, V> {
    Owned(Box<OwnedKey<K, V>>),
    Borrowed(Box<BorrowedKey<K, V>>),
}

type OwnedKey<K, V> = dyn Fn(&V) -> Result<K, BoxError> + Send + Sync;
type BorrowedKey<K, V> = dyn Fn(&V) -> &K + Send + Sync;
type Same<V> = dyn Fn(&V, &V) -> bool + Send + Sync;
type Hook<K> = dyn Fn(&IndexFailure<K>) + Send + Sync;

/// A value that an index function failed for: it is stored, but not in that index.
#[derive(Debug)]
#[non_exhaustive]
pub struct IndexFailure<K> {
    /// The index.
    pub index: Arc<str>,
    /// The key of the value.
    pub key: K,
    /// What the function did.
    pub error: IndexError,
}

/// The functions a store was made with.
pub(crate) struct Settings<K, V> {
    key: Option<KeyOf<K, V>>,
    transform: Option<Transformer<V>>,
    same: Option<Box<Same<V>>>,
    on_index_error: Option<Box<Hook<K>>>,
    pub(crate) seed: Seed,
}

impl<K: StoreKey, V> Settings<K, V> {
    #[inline]
    pub(crate) fn key_of<'a>(&self, value: &'a V) -> Result<Cow<'a, K>, StoreError> {
        match &self.key {
            Some(KeyOf::Borrowed(key)) => Ok(Cow::Borrowed(key(value))),
            Some(KeyOf::Owned(key)) => match key(value) {
                Ok(key) => Ok(Cow::Owned(key)),
                Err(source) => Err(StoreError::Key { source }),
            },
            None => Err(StoreError::NoKeyFunction),
        }
    }

    #[inline]
    pub(crate) fn transform(&self, value: V) -> Result<V, StoreError> {
        match &self.transform {
            Some(transformer) => {
                transformer.apply(value).map_err(|error| StoreError::Transform { source: error.source })
            }
            None => Ok(value),
        }
    }

    pub(crate) fn same(&self, old: &V, new: &V) -> bool {
        self.same.as_ref().is_some_and(|same| same(old, new))
    }

    pub(crate) fn report(&self, failure: &IndexFailure<K>) {
        if let Some(hook) = &self.on_index_error {
            // A hook that panics must not undo a write that is done. There is nobody left to tell.
            drop(catch_unwind(AssertUnwindSafe(|| hook(failure))));
        }
    }
}

/// Makes a [`Store`]. Defaults:
///
/// - no transformer: values are stored as they come;
/// - no notion of sameness: [`Store::replace`] takes every value it is given for a new version;
/// - failures of index functions are counted in the [`debug_view`](Store::debug_view) and reported to nobody else;
/// - a hash seed of its own for each process.
///
/// ```
/// use lookglass_cache::Store;
///
/// let store: Store<String, (String, u32), u64> = Store::builder()
///     .transform(|(name, value)| Ok((name, value % 100)))
///     .on_index_error(|failure| eprintln!("{}: {}", failure.index, failure.error))
///     .hash_seed(7)
///     .build(|(name, _): &(String, u32)| name.clone());
/// store.add(("a".to_owned(), 123))?;
/// assert_eq!(store.get_by_key("a"), Some(("a".to_owned(), 23)));
/// # Ok::<(), lookglass_cache::StoreError>(())
/// ```
pub struct StoreBuilder<K, V, R = String> {
    settings: Settings<K, V>,
    revision: PhantomData<fn() -> R>,
}

impl<K: StoreKey, V: StoreValue, R: Revision> StoreBuilder<K, V, R> {
    pub(super) fn new() -> Self {
        let seed = Seed::random();
        let settings = Settings { key: None, transform: None, same: None, on_index_error: None, seed };
        Self { settings, revision: PhantomData }
    }

    /// Changes every value before it is stored, by any operation. Runs outside the lock; its error refuses the operation.
    #[must_use]
    pub fn transform(mut self, transform: impl Fn(V) -> Result<V, BoxError> + Send + Sync + 'static) -> Self {
        self.settings.transform = Some(Transformer::new(transform));
        self
    }

    /// Says when two values of a key are the same, so that [`Store::replace`] keeps the old one, reports no change and asks
    /// no index (say, the same version of an object, or `Arc::ptr_eq`). Called with the old and the new value, while other writers wait; it
    /// must not write to the store.
    #[must_use]
    pub fn same(mut self, same: impl Fn(&V, &V) -> bool + Send + Sync + 'static) -> Self {
        self.settings.same = Some(Box::new(same));
        self
    }

    /// Is told of every value that an index function failed for. Runs after the write, without a lock; a panic in it is
    /// swallowed.
    #[must_use]
    pub fn on_index_error(mut self, hook: impl Fn(&IndexFailure<K>) + Send + Sync + 'static) -> Self {
        self.settings.on_index_error = Some(Box::new(hook));
        self
    }

    /// Fixes the hash seed, so that two runs visit in the same order.
    #[must_use]
    pub const fn hash_seed(mut self, seed: u64) -> Self {
        self.settings.seed = Seed::fixed(seed);
        self
    }

    /// The store, with a function that gives each value its key.
    pub fn build(self, key: impl Fn(&V) -> K + Send + Sync + 'static) -> Store<K, V, R> {
        self.try_build(move |value: &V| Ok::<_, BoxError>(key(value)))
    }

    /// The store, with a key function that may fail.
    pub fn try_build<E: Into<BoxError>>(
        mut self,
        key: impl Fn(&V) -> Result<K, E> + Send + Sync + 'static,
    ) -> Store<K, V, R> {
        self.settings.key = Some(KeyOf::Owned(Box::new(move |value| key(value).map_err(Into::into))));
        self.build_with_explicit_keys()
    }

    /// The store, with the key function that a queue in front of it has as well.
    ///
    /// ```
    /// use lookglass_cache::{DeltaFifo, KeyFunction, Store};
    ///
    /// let name = KeyFunction::fallible(|line: &String| line.split_once('=').map(|(k, _)| k.to_owned()).ok_or("no `=`"));
    /// let queue = DeltaFifo::new(name.clone());
    /// let store: Store<String, String> = Store::builder().build_keyed(name);
    /// queue.add("a=1".to_owned())?;
    /// assert!(store.add("a".to_owned()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build_keyed(self, key: KeyFunction<K, V>) -> Store<K, V, R>
    where
        K: 'static,
        V: 'static,
    {
        self.try_build(move |value: &V| key.key_of(value).map_err(|error| error.source))
    }

    /// The store, with a function that finds the key within the value. An update then clones no key.
    pub fn build_by_ref(mut self, key: impl Fn(&V) -> &K + Send + Sync + 'static) -> Store<K, V, R> {
        self.settings.key = Some(KeyOf::Borrowed(Box::new(key)));
        self.build_with_explicit_keys()
    }

    /// The store, without a key function: values are given with their keys.
    pub fn build_with_explicit_keys(self) -> Store<K, V, R> {
        Store { shared: Arc::new(Shared::new(self.settings)) }
    }
}

impl<K, V, R> fmt::Debug for StoreBuilder<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { key: _, transform, same, on_index_error, seed } = &self.settings;
        f.debug_struct("StoreBuilder")
            .field("transform", &transform.is_some())
            .field("same", &same.is_some())
            .field("on_index_error", &on_index_error.is_some())
            .field("hash_seed", &matches!(seed, Seed::Fixed(_)))
            .finish_non_exhaustive()
    }
}
