//! The lock, and the way every write goes.
//!
//! A write holds the lock *upgradable* while it prepares: other writers wait, readers do not. Small writes then take it
//! exclusively and change the data in place. Long ones, and any while a snapshot shares the data, change a copy that
//! shares its parts with the original, and take the lock exclusively only to put it in place. Whatever falls out is
//! dropped after the lock is released.

use std::borrow::{Borrow, Cow};
use std::hash::Hash;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard};
use triomphe::Arc as Root;

use super::builder::Settings;
use super::data::{Data, Entry, Failed, Place, Registered, Write};
use super::error::StoreError;
use crate::bounds::{IndexValue, Revision, StoreKey, StoreValue};
use crate::index::{Definition, Guard, Index, IndexData, IndexHandle};
use crate::persistent::Slab;
use crate::store::IndexFailure;

/// Batches of more writes than this are prepared aside: in place they would hold readers for over 50 microseconds.
pub(crate) const IN_PLACE: usize = 512;

type Upgradable<'a, K, V, R> = RwLockUpgradableReadGuard<'a, Root<Data<K, V, R>>>;

pub(crate) struct Shared<K: StoreKey, V: StoreValue, R: Revision> {
    data: RwLock<Root<Data<K, V, R>>>,
    pub(crate) settings: Settings<K, V>,
    /// Guards of the indexes that stay without a handle.
    kept: Mutex<Vec<Arc<Guard<K, V, R>>>>,
    next_index: AtomicU64,
}

impl<K: StoreKey, V: StoreValue, R: Revision> Shared<K, V, R> {
    pub(crate) fn new(settings: Settings<K, V>) -> Self {
        let data = RwLock::new(Root::new(Data::new()));
        Self { data, settings, kept: Mutex::default(), next_index: AtomicU64::new(0) }
    }

    #[inline]
    pub(crate) fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u32 {
        self.settings.seed.hash(key)
    }

    /// Reads under the lock; `answer` must be short and run no function of the user.
    #[inline]
    pub(crate) fn read<T>(&self, answer: impl FnOnce(&Data<K, V, R>) -> T) -> T {
        answer(&self.data.read())
    }

    /// The present state, to be read without the lock.
    #[inline]
    pub(crate) fn current(&self) -> Root<Data<K, V, R>> {
        self.data.read().clone()
    }

    /// Other writers wait until it is dropped; readers do not.
    pub(crate) fn prepare(&self) -> Upgradable<'_, K, V, R> {
        self.data.upgradable_read()
    }

    pub(crate) fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hash(key);
        self.read(|data| data.get(hash, key).map(|entry| entry.value.clone()))
    }

    /// Stores one value under its own key. Returns what it replaces.
    #[inline]
    pub(crate) fn add(&self, value: V) -> Result<Option<V>, StoreError> {
        let key = self.settings.key_of(&value)?;
        let hash = self.hash(&*key);
        let guard = self.prepare();
        // What is not needed of the key is dropped when the lock is released.
        let (place, _spare) = match (guard.find(hash, &*key), key) {
            (Some(slot), Cow::Owned(key)) => (Place::At(slot), Some(key)),
            (Some(slot), Cow::Borrowed(_)) => (Place::At(slot), None),
            (None, key) => (Place::New(key.into_owned()), None),
        };
        Ok(self.write_one(guard, Write { hash, place, value: Some(value) }))
    }

    /// Stores one value under this key. Returns what it replaces.
    pub(crate) fn put(&self, key: K, value: V) -> Option<V> {
        let hash = self.hash(&key);
        let guard = self.prepare();
        let (place, _spare) = match guard.find(hash, &key) {
            Some(slot) => (Place::At(slot), Some(key)),
            None => (Place::New(key), None),
        };
        self.write_one(guard, Write { hash, place, value: Some(value) })
    }

    /// Removes and returns one value.
    pub(crate) fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hash(key);
        let guard = self.prepare();
        let slot = guard.find(hash, key)?;
        self.write_one(guard, Write { hash, place: Place::At(slot), value: None })
    }

    #[inline]
    fn write_one(&self, guard: Upgradable<'_, K, V, R>, write: Write<K, V>) -> Option<V> {
        let (mut evaluated, mut failed) = (Vec::new(), Vec::new());
        guard.evaluate(0, &write, &mut evaluated, &mut failed);
        let key = (!failed.is_empty()).then(|| guard.key_of(&write));
        let before = self.modify(guard, 1, |data| data.apply_one(write, &mut evaluated));
        if let Some(key) = key {
            self.report(failed, |_| key.clone());
        }
        before.into_value()
    }

    /// Changes the data, in place or aside, and compacts it when it has become sparse. `writes` says how long it takes.
    #[inline]
    pub(crate) fn modify<T>(
        &self,
        mut guard: Upgradable<'_, K, V, R>,
        writes: usize,
        change: impl FnOnce(&mut Data<K, V, R>) -> T,
    ) -> T {
        if writes > IN_PLACE || !guard.is_unique() {
            return Self::modify_aside(guard, change);
        }
        let mut exclusive = RwLockUpgradableReadGuard::upgrade(guard);
        let Some(data) = Root::get_mut(&mut exclusive) else {
            // A snapshot was taken between the look at the count and the upgrade.
            guard = RwLockWriteGuard::downgrade_to_upgradable(exclusive);
            return Self::modify_aside(guard, change);
        };
        let result = change(data);
        if data.is_sparse() {
            guard = RwLockWriteGuard::downgrade_to_upgradable(exclusive);
            Self::modify_aside(guard, Data::compact);
        }
        result
    }

    /// Changes a copy, and puts it in place.
    #[cold]
    pub(crate) fn modify_aside<T>(guard: Upgradable<'_, K, V, R>, change: impl FnOnce(&mut Data<K, V, R>) -> T) -> T {
        let mut next = Data::clone(&guard);
        let result = change(&mut next);
        if next.is_sparse() {
            next.compact();
        }
        let next = Root::new(next);
        let mut exclusive = RwLockUpgradableReadGuard::upgrade(guard);
        let old = mem::replace(&mut *exclusive, next);
        drop(exclusive);
        drop(old);
        result
    }

    /// Tells the user's hook of failed index functions; no lock is held.
    pub(crate) fn report(&self, failed: Vec<Failed>, key_of: impl Fn(usize) -> K) {
        for Failed { name, write, error } in failed {
            self.settings.report(&IndexFailure { index: name, key: key_of(write), error });
        }
    }
}

// === indexes ===

impl<K: StoreKey, V: StoreValue, R: Revision> Shared<K, V, R> {
    pub(crate) fn add_index<I: IndexValue>(
        self: &Arc<Self>,
        index: Index<V, I>,
    ) -> Result<IndexHandle<K, V, I, R>, StoreError> {
        let definition = Arc::new(Definition::new(index));
        let name = definition.name();
        let conflict = |data: &Data<K, V, R>| match data.by_name(name) {
            Ok(_) => Err(StoreError::IndexConflict { name: name.clone() }),
            Err(_) => Ok(()),
        };
        // The function is asked about what is there without any lock; then only about what changed meanwhile.
        let seen = self.current();
        conflict(&seen)?;
        let seed = &self.settings.seed;
        let mut built = IndexData::new(definition.clone(), seed.clone());
        let mut failures = built.catch_up(&Slab::<Entry<K, V>>::new(), &seen.entries);

        let guard = self.prepare();
        conflict(&guard)?;
        // This is right even when compaction has moved everything: it shares no chunk with what was seen.
        failures.extend(built.catch_up(&seen.entries, &guard.entries));
        drop(seen);
        // Relaxed: only the value matters.
        let id = self.next_index.fetch_add(1, Ordering::Relaxed);
        let hold = Arc::new(Guard { id, store: Arc::downgrade(self) });
        let index = Arc::new(built);
        let registered = Registered { id, name: name.clone(), index, guard: Arc::downgrade(&hold) };
        self.modify(guard, 1, |data| data.indexes.push(registered));
        for (key, error) in failures {
            self.settings.report(&IndexFailure { index: name.clone(), key, error });
        }
        Ok(IndexHandle::new(definition, hold))
    }

    /// Another handle to the index of this name.
    pub(crate) fn index_handle<I: IndexValue>(&self, name: &str) -> Result<IndexHandle<K, V, I, R>, StoreError> {
        let data = self.current();
        let registered = data.by_name(name)?;
        let index = registered.index.clone().into_any().downcast::<IndexData<V, I>>();
        let asked = std::any::type_name::<I>();
        let index = index.map_err(|_| StoreError::IndexType { name: name.into(), asked })?;
        // No guard: its last handle is being dropped at this moment, and the index goes with it.
        let guard = registered.guard.upgrade().ok_or_else(|| StoreError::UnknownIndex { name: name.into() })?;
        Ok(IndexHandle::new(index.definition().clone(), guard))
    }

    pub(crate) fn keep(&self, guard: Arc<Guard<K, V, R>>) {
        let mut kept = self.kept.lock();
        if kept.iter().all(|other| other.id != guard.id) {
            kept.push(guard);
        }
    }

    /// Takes the index out. Whether it was there.
    pub(crate) fn remove_index(&self, id: u64) -> bool {
        let guard = self.prepare();
        let Some(position) = guard.indexes.iter().position(|registered| registered.id == id) else { return false };
        let removed = self.modify(guard, 1, |data| data.indexes.remove(position));
        drop(removed);
        let mut kept = self.kept.lock();
        let held = kept.iter().position(|guard| guard.id == id).map(|position| kept.swap_remove(position));
        // The guard's own drop comes back here, so the lock must be free by then.
        drop(kept);
        drop(held);
        true
    }

    pub(crate) fn sharing(&self, id: u64, name: &str, value: &V) -> Result<Vec<V>, StoreError> {
        // The index function may do what it likes, so it is asked without the lock.
        let data = self.current();
        match data.indexes.iter().find(|registered| registered.id == id) {
            Some(registered) => data.sharing(&*registered.index, &registered.name, value),
            None => Err(StoreError::UnknownIndex { name: name.into() }),
        }
    }
}
