//! Answers from one index over one state of the store; what a handle and a snapshot have in common.

use std::borrow::Borrow;
use std::hash::Hash;

use super::data::IndexData;
use crate::bounds::{IndexValue, StoreKey, StoreValue};
use crate::persistent::Slab;
use crate::store::Entry;

pub(crate) struct Lookup<'a, K, V, I> {
    pub(crate) entries: &'a Slab<Entry<K, V>>,
    pub(crate) index: &'a IndexData<V, I>,
}

impl<'a, K: StoreKey, V: StoreValue, I: IndexValue> Lookup<'a, K, V, I> {
    /// What lies under an index value, in no order.
    pub(crate) fn entries<Q>(&self, value: &Q) -> impl ExactSizeIterator<Item = &'a Entry<K, V>> + use<'a, K, V, I, Q>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let entries = self.entries;
        let entry = move |slot: &u32| entries.get(*slot).expect("an index names slots that are filled");
        self.index.members(value).iter().map(entry)
    }

    pub(crate) fn get<Q>(&self, value: &Q) -> Vec<V>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries(value).map(|entry| entry.value.clone()).collect()
    }

    pub(crate) fn keys<Q>(&self, value: &Q) -> Vec<K>
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries(value).map(|entry| entry.key.clone()).collect()
    }

    pub(crate) fn count<Q>(&self, value: &Q) -> usize
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.index.members(value).len()
    }

    pub(crate) fn values(&self) -> Vec<I> {
        self.index.values().cloned().collect()
    }
}
