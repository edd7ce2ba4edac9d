//! One state of a store: entries, the table that finds them, and the indexes over them.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Arc, Weak};

use super::error::{IndexError, StoreError};
use super::view::StoreView;
use crate::bounds::{IndexValue, Revision, StoreKey, StoreValue};
use crate::index::{Definition, ErasedIndex, Evaluation, Guard, IndexData, IndexSlotValues};
use crate::persistent::{Slab, Table};

/// A key and its value, as they lie in a slot.
#[derive(Clone)]
pub(crate) struct Entry<K, V> {
    pub(crate) key: K,
    pub(crate) value: V,
}

/// An index with what the store knows of it.
pub(crate) struct Registered<K: StoreKey, V: StoreValue, R: Revision> {
    pub(crate) id: u64,
    pub(crate) name: Arc<str>,
    pub(crate) index: Arc<dyn ErasedIndex<K, V>>,
    pub(crate) guard: Weak<Guard<K, V, R>>,
}

impl<K: StoreKey, V: StoreValue, R: Revision> Clone for Registered<K, V, R> {
    fn clone(&self) -> Self {
        Self { id: self.id, name: self.name.clone(), index: self.index.clone(), guard: self.guard.clone() }
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision> Registered<K, V, R> {
    /// The index for change; copies its root first when a snapshot shares it.
    fn index_mut(&mut self) -> &mut dyn ErasedIndex<K, V> {
        if Arc::get_mut(&mut self.index).is_none() {
            self.index = self.index.copied();
        }
        Arc::get_mut(&mut self.index).expect("unique: never shared weakly, and copied just now if it was shared")
    }
}

/// A write that is ready to be carried out: hashed, looked up, its index values computed.
pub(crate) struct Write<K, V> {
    pub(crate) hash: u32,
    pub(crate) place: Place<K>,
    /// `None` removes.
    pub(crate) value: Option<V>,
}

/// Where a write goes.
pub(crate) enum Place<K> {
    /// The key lies in this slot already.
    At(u32),
    /// It is not there yet.
    New(K),
}

impl<K> Place<K> {
    const fn slot(&self) -> Option<u32> {
        match self {
            Self::At(slot) => Some(*slot),
            Self::New(_) => None,
        }
    }
}

/// The index values that writes change, in the order of the writes; those that stay are not listed.
pub(crate) struct Evaluated {
    write: usize,
    index: usize,
    values: IndexSlotValues,
}

/// What a write found; to be dropped when the lock is released.
pub(crate) enum Before<K, V> {
    Nothing,
    /// The key stays, this was its value.
    Value(V),
    /// The key went with its value.
    Entry(Entry<K, V>),
}

impl<K, V> Before<K, V> {
    pub(crate) fn into_value(self) -> Option<V> {
        match self {
            Self::Nothing => None,
            Self::Value(value) => Some(value),
            Self::Entry(entry) => Some(entry.value),
        }
    }
}

/// An index function that failed: the index's position, the write's number, and how.
pub(crate) struct Failed {
    pub(crate) name: Arc<str>,
    pub(crate) write: usize,
    pub(crate) error: IndexError,
}

pub(crate) struct Data<K: StoreKey, V: StoreValue, R: Revision> {
    pub(crate) entries: Slab<Entry<K, V>>,
    table: Table,
    pub(crate) indexes: Vec<Registered<K, V, R>>,
    pub(crate) revision: Option<R>,
    /// Whether something was taken out since compaction was last considered.
    loosened: bool,
}

impl<K: StoreKey, V: StoreValue, R: Revision> Clone for Data<K, V, R> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            table: self.table.clone(),
            indexes: self.indexes.clone(),
            revision: self.revision.clone(),
            loosened: self.loosened,
        }
    }
}

impl<K: StoreKey, V: StoreValue, R: Revision> Data<K, V, R> {
    pub(crate) fn new() -> Self {
        Self { entries: Slab::new(), table: Table::default(), indexes: Vec::new(), revision: None, loosened: false }
    }

    #[inline]
    pub(crate) fn find<Q>(&self, hash: u32, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        self.table.find(hash, |slot| self.entries.get(slot).is_some_and(|entry| entry.key.borrow() == key))
    }

    #[inline]
    pub(crate) fn get<Q>(&self, hash: u32, key: &Q) -> Option<&Entry<K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find(hash, key).and_then(|slot| self.entries.get(slot))
    }

    /// Asks every index what write number `number` changes in it.
    #[inline]
    pub(crate) fn evaluate(
        &self,
        number: usize,
        write: &Write<K, V>,
        evaluated: &mut Vec<Evaluated>,
        failed: &mut Vec<Failed>,
    ) {
        for (index, registered) in self.indexes.iter().enumerate() {
            let (evaluation, error) = registered.index.evaluate(write.place.slot(), write.value.as_ref());
            if let Evaluation::Set(values) = evaluation {
                evaluated.push(Evaluated { write: number, index, values });
            }
            if let Some(error) = error {
                failed.push(Failed { name: registered.name.clone(), write: number, error });
            }
        }
    }

    /// The key that a write is for.
    pub(crate) fn key_of(&self, write: &Write<K, V>) -> K {
        match &write.place {
            Place::At(slot) => self.entries.get(*slot).expect("found under the same lock").key.clone(),
            Place::New(key) => key.clone(),
        }
    }

    /// Carries out writes to different keys. Returns what was there before, for each. Afterwards `evaluated` holds the
    /// index values that nobody has any more.
    pub(crate) fn apply(&mut self, writes: Vec<Write<K, V>>, mut evaluated: &mut [Evaluated]) -> Vec<Before<K, V>> {
        let mut before = Vec::with_capacity(writes.len());
        for (number, write) in writes.into_iter().enumerate() {
            let own = evaluated.iter().take_while(|next| next.write == number).count();
            let (own, others) = evaluated.split_at_mut(own);
            evaluated = others;
            before.push(self.apply_one(write, own));
        }
        before
    }

    /// Carries out one write. Returns what was there before. Afterwards `evaluated` holds the index values that nobody has
    /// any more.
    #[inline]
    pub(crate) fn apply_one(&mut self, write: Write<K, V>, evaluated: &mut [Evaluated]) -> Before<K, V> {
        let (slot, before) = match (write.place, write.value) {
            (Place::At(slot), Some(value)) => {
                let entry = self.entries.get_mut(slot).expect("found under the same lock");
                (slot, Before::Value(std::mem::replace(&mut entry.value, value)))
            }
            (Place::New(key), Some(value)) => {
                let slot = self.entries.insert(Entry { key, value });
                self.table.insert(write.hash, slot);
                (slot, Before::Nothing)
            }
            (Place::At(slot), None) => {
                self.loosened = true;
                self.table.remove(write.hash, slot);
                (slot, self.entries.remove(slot).map_or(Before::Nothing, Before::Entry))
            }
            (Place::New(_), None) => return Before::Nothing,
        };
        for Evaluated { index, values, .. } in evaluated {
            self.indexes[*index].index_mut().set(slot, values);
            self.loosened = true;
        }
        before
    }

    /// The same store without contents.
    pub(crate) fn emptied(&self) -> Self {
        let empty = |registered: &Registered<K, V, R>| {
            let index = registered.index.emptied();
            Registered { index, ..registered.clone() }
        };
        Self { indexes: self.indexes.iter().map(empty).collect(), revision: self.revision.clone(), ..Self::new() }
    }

    /// Whether compacting would give most of the memory back. Asked after every write, so that most need not look.
    #[inline]
    pub(crate) fn is_sparse(&mut self) -> bool {
        std::mem::take(&mut self.loosened) && self.has_gaps()
    }

    fn has_gaps(&self) -> bool {
        self.entries.is_sparse() || self.indexes.iter().any(|registered| registered.index.is_sparse())
    }

    /// Gives back what is not needed.
    pub(crate) fn compact(&mut self) {
        if self.entries.is_sparse() {
            if self.entries.len() == 0 {
                *self = self.emptied();
                return;
            }
            let (entries, moved) = self.entries.compacted();
            self.entries = entries;
            self.table.rename(&moved);
            for registered in &mut self.indexes {
                registered.index_mut().rename(&moved);
            }
        }
        for registered in &mut self.indexes {
            if registered.index.is_sparse() {
                registered.index_mut().compact();
            }
        }
    }

    pub(crate) fn by_name(&self, name: &str) -> Result<&Registered<K, V, R>, StoreError> {
        let found = self.indexes.iter().find(|registered| &*registered.name == name);
        found.ok_or_else(|| StoreError::UnknownIndex { name: name.into() })
    }

    #[inline]
    pub(crate) fn index<I: IndexValue>(&self, id: u64) -> Option<&IndexData<V, I>> {
        let registered = self.indexes.iter().find(|registered| registered.id == id)?;
        registered.index.as_any().downcast_ref()
    }

    /// The index of this identity, to be kept.
    pub(crate) fn index_arc<I: IndexValue>(
        &self,
        id: u64,
        definition: &Arc<Definition<V, I>>,
    ) -> Option<Arc<IndexData<V, I>>> {
        let registered = self.indexes.iter().find(|registered| registered.id == id)?;
        let index: Arc<IndexData<V, I>> = registered.index.clone().into_any().downcast().ok()?;
        // Identities are per store, and the handle may be of another one.
        Arc::ptr_eq(index.definition(), definition).then_some(index)
    }

    /// The values that share an index value with this one.
    pub(crate) fn sharing(
        &self,
        index: &dyn ErasedIndex<K, V>,
        name: &Arc<str>,
        value: &V,
    ) -> Result<Vec<V>, StoreError> {
        let slots = index.sharing(value).map_err(|source| StoreError::Index { name: name.clone(), source })?;
        Ok(slots.into_iter().filter_map(|slot| self.entries.get(slot)).map(|entry| entry.value.clone()).collect())
    }

    pub(crate) fn view(&self) -> StoreView<R> {
        StoreView {
            len: self.entries.len(),
            slots: self.entries.slots() as usize,
            revision: self.revision.clone(),
            indexes: self.indexes.iter().map(|registered| registered.index.view(&registered.name)).collect(),
        }
    }
}
