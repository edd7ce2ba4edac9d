//! What a key, a value, a revision and an index value must be able to do.

use std::hash::Hash;

/// What a store's keys are: `Clone + Eq + Hash + Ord + Send + Sync + 'static`, implemented for everything that is.
///
/// Keys are handed out by clone, so a key should be cheap to clone (`Arc<str>`, a number, an interned handle). They are
/// hashed, compared and cloned while a lock is held: these operations must not panic and must not use the store.
pub trait StoreKey: Clone + Eq + Hash + Ord + Send + Sync + 'static {}

impl<T: Clone + Eq + Hash + Ord + Send + Sync + 'static> StoreKey for T {}

/// What a store holds: `Clone + Send + Sync + 'static`, implemented for everything that is.
///
/// Values are handed out by clone: keep an `Arc<T>` or another cheap handle. `clone` may run while a lock is held, so it
/// must not use the store. `drop` of what is replaced or removed never does.
pub trait StoreValue: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> StoreValue for T {}

/// A version of the whole contents, opaque to the store: `Clone + Send + Sync + 'static`.
pub trait Revision: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> Revision for T {}

/// What an index is looked up by. The same demands as on a [`StoreKey`].
pub trait IndexValue: StoreKey {}

impl<T: StoreKey> IndexValue for T {}
