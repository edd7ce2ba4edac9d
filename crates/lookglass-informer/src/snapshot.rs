//! A state of the reflection that stays as it is: [`Snapshot`].

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use lookglass_cache::IndexValue;
use lookglass_object::{IntoKey, Key, Object, ResourceVersion, Selector};

use crate::IndexHandle;
use crate::core::Cell;
use crate::index::index_reads;

/// The objects and indexes of an informer at one moment, consistent with each other, for as long as it is kept.
///
/// # Cost
///
/// Taking one copies a pointer, and it holds no lock. What the informer replaces or removes stays in memory until the
/// snapshot is dropped, also when the informer is stopped.
pub struct Snapshot<K> {
    cells: lookglass_cache::Snapshot<Key, Cell, ResourceVersion>,
    view: PhantomData<fn() -> K>,
}

impl<K> Snapshot<K> {
    pub(crate) fn new(cells: lookglass_cache::Snapshot<Key, Cell, ResourceVersion>) -> Self {
        Self { cells, view: PhantomData }
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The object of this key; `None` also for a text that is no key.
    #[must_use]
    pub fn get(&self, key: impl IntoKey) -> Option<Object<K>> {
        self.cells.get(&key.into_key().ok()?).map(Object::cast)
    }

    /// All objects, in no order.
    pub fn iter(&self) -> impl Iterator<Item = Object<K>> {
        self.cells.iter().map(|(_, object)| object.cast())
    }

    /// The objects that the selector chooses, in no order.
    #[must_use]
    pub fn list(&self, selector: &Selector) -> Vec<Object<K>> {
        let mut matcher = selector.matcher();
        let chosen = self.cells.iter().filter(|(_, object)| matcher.matches(object.labels()));
        chosen.map(|(_, object)| object.cast()).collect()
    }

    /// The version that the whole is at: every change up to it is in it, and none after it. `None` before the first list, and
    /// for an informer of several namespaces, whose watches are each at a version of their own.
    #[must_use]
    pub fn version(&self) -> Option<&ResourceVersion> {
        self.cells.revision()
    }

    /// One of the indexes, at that moment. One that is younger than the snapshot is built for it.
    #[must_use]
    pub fn by<I: IndexValue>(&self, index: &IndexHandle<K, I>) -> IndexSnapshot<K, I> {
        IndexSnapshot { cells: self.cells.by(index.cells()), view: PhantomData }
    }
}

impl<K> Clone for Snapshot<K> {
    fn clone(&self) -> Self {
        Self::new(self.cells.clone())
    }
}

impl<K> fmt::Debug for Snapshot<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cells.fmt(f)
    }
}

/// One index of a [`Snapshot`]; keeps the snapshot alive.
pub struct IndexSnapshot<K, I> {
    cells: lookglass_cache::IndexSnapshot<Key, Cell, I, ResourceVersion>,
    view: PhantomData<fn() -> K>,
}

impl<K, I: IndexValue> IndexSnapshot<K, I> {
    index_reads!();
}

impl<K, I> Clone for IndexSnapshot<K, I> {
    fn clone(&self) -> Self {
        Self { cells: self.cells.clone(), view: PhantomData }
    }
}

impl<K, I: IndexValue> fmt::Debug for IndexSnapshot<K, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cells.fmt(f)
    }
}
