//! The user's hold on an index: [`IndexHandle`].

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use lookglass_cache::{IndexValue, StoreError};
use lookglass_object::{Key, Object};

use super::index_reads;
use crate::core::CellIndex;

/// An index of an informer: asks it, and keeps it.
///
/// The index lives as long as a handle to it; with the last one it is gone and its memory is free, unless
/// [`forever`](Self::forever) leaves it to the informer. A handle does not keep the informer running: once that is stopped,
/// every lookup answers with nothing.
///
/// # Cost
///
/// A lookup hashes the value once and clones each result, which counts a reference. No object is unpacked or decoded.
pub struct IndexHandle<K, I> {
    cells: CellIndex<I>,
    view: PhantomData<fn() -> K>,
}

impl<K, I: IndexValue> IndexHandle<K, I> {
    pub(crate) fn new(cells: CellIndex<I>) -> Self {
        Self { cells, view: PhantomData }
    }

    pub(crate) fn cells(&self) -> &CellIndex<I> {
        &self.cells
    }

    index_reads!();

    /// Everything that shares a value with `object`, which need not be in the informer; each once.
    ///
    /// # Errors
    ///
    /// When the index function fails or panics for the object, or the index was removed by name.
    pub fn sharing(&self, object: &Object<K>) -> Result<Vec<Object<K>>, StoreError> {
        Ok(self.cells.sharing(&object.cast())?.into_iter().map(Object::into_cast).collect())
    }

    /// Visits the objects with this value, without a lock: on a snapshot, so the visitor may do what it likes.
    pub fn for_each<Q>(&self, value: &Q, mut visit: impl FnMut(&Object<K>))
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.cells.for_each(value, |_, object| visit(&object.cast()));
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.cells.name()
    }

    /// How often the index function failed or panicked.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.cells.errors()
    }

    /// Leaves the index to the informer: it stays until it is removed by name.
    pub fn forever(self) {
        self.cells.forever();
    }
}

impl<K, I> Clone for IndexHandle<K, I> {
    fn clone(&self) -> Self {
        Self { cells: self.cells.clone(), view: PhantomData }
    }
}

impl<K, I: IndexValue> fmt::Debug for IndexHandle<K, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexHandle")
            .field("name", &self.name())
            .field("values", &self.len())
            .field("errors", &self.errors())
            .finish()
    }
}
