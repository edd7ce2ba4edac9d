//! Which objects may be alike: [`Kin`].
//!
//! # By name
//!
//! What one controller makes is named after it: `web-7d4b9-x8k2z`, `db-0`, `node-exporter-abcde`. So objects of one namespace whose names are the same but for what follows the last
//! hyphen may be kin, and an event is kin of those about the same workload, since names end at the first dot here. Names without a hyphen, `default` or `kubernetes`, stand for the same thing in
//! each namespace. Where there are no namespaces every part with a digit is taken for a number or an id: `node-17`, `ip-10-0-3-7`, `pvc-…`.
//!
//! The cluster does not count: what runs everywhere is alike everywhere.
//!
//! A guess that is wrong costs time, so where it has been wrong [again and again](PATIENCE) it is tried only now and then.

#[cfg(test)]
mod tests;

use std::{
    hash::{BuildHasher as _, Hash as _, Hasher as _},
    sync::{Arc, Weak},
};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use parking_lot::Mutex;

use super::Whole;
use crate::Key;

/// After so many kin in a row that are not alike, only every 16th is tried.
const PATIENCE: u8 = 4;

/// So many kin are kept before those are looked for that can be forgotten.
const FEW: usize = 1024;

/// For each kin the object that the others are packed against.
///
/// # Cost
///
/// 25 to 50 bytes for each kin of more than one, and for at most [`FEW`] others: those that have met no second are forgotten whenever the table would grow. One lock,
/// held for a lookup.
#[derive(Default)]
pub(super) struct Kin {
    // Random, since names come from whoever may write objects. Two kin of one hash are taken for one, which is a wrong guess like any other.
    hasher: RandomState,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    entries: HashTable<Entry>,
    /// The number of entries at which it is tidied up.
    many: usize,
}

struct Entry {
    name: Name,
    /// Nothing yet, or gone.
    first: Weak<Whole>,
    met: bool,
    /// How many in a row were not alike.
    misses: u8,
}

/// What kin have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name(u64);

/// What is known of an object's kin.
pub(super) enum Guess {
    /// They may be like this one.
    Like(Arc<Whole>),
    /// They were never alike.
    Unlike,
    /// There is none.
    Nothing,
}

impl Kin {
    /// What the kin of the object are known by.
    pub(super) fn name(&self, key: &Key) -> Name {
        let (namespace, stem) = stem(key);
        let mut hasher = self.hasher.build_hasher();
        namespace.hash(&mut hasher);
        stem.hash(&mut hasher);
        Name(hasher.finish())
    }

    /// Notes that an object of this name has come in; says whether it is the first as far as is known.
    pub(super) fn meet(&self, name: Name) -> bool {
        let mut table = self.table.lock();
        match table.find(name) {
            Some(entry) => {
                entry.met = true;
                false
            }
            None => {
                table.insert(name, Weak::new());
                true
            }
        }
    }

    /// What an object of this name is to be packed against.
    pub(super) fn guess(&self, name: Name) -> Guess {
        let mut table = self.table.lock();
        let Some(entry) = table.find(name) else { return Guess::Nothing };
        let Some(first) = entry.first.upgrade() else { return Guess::Nothing };
        if entry.misses >= PATIENCE && entry.misses % 16 != 0 {
            entry.missed();
            return Guess::Unlike;
        }
        Guess::Like(first)
    }

    /// One was alike.
    pub(super) fn matched(&self, name: Name) {
        if let Some(entry) = self.table.lock().find(name) {
            (entry.met, entry.misses) = (true, 0);
        }
    }

    /// One was not alike.
    pub(super) fn missed(&self, name: Name) {
        if let Some(entry) = self.table.lock().find(name) {
            entry.missed();
        }
    }

    /// From now on others of this name are packed against `first`.
    pub(super) fn follow(&self, name: Name, first: &Arc<Whole>) {
        let first = Arc::downgrade(first);
        let mut table = self.table.lock();
        match table.find(name) {
            Some(entry) => entry.first = first,
            None => table.insert(name, first),
        }
    }

    /// All that others may be packed against.
    pub(super) fn firsts(&self) -> Vec<Arc<Whole>> {
        self.table.lock().entries.iter().filter_map(|entry| entry.first.upgrade()).collect()
    }

    pub(super) fn forget(&self) {
        *self.table.lock() = Table::default();
    }
}

impl Table {
    fn find(&mut self, name: Name) -> Option<&mut Entry> {
        self.entries.find_mut(name.0, |entry| entry.name == name)
    }

    fn insert(&mut self, name: Name, first: Weak<Whole>) {
        if self.entries.len() >= self.many.max(FEW) {
            self.entries.retain(|entry| entry.met && entry.first.strong_count() > 0);
            self.many = 2 * self.entries.len();
            if self.entries.len() * 4 < self.entries.capacity() {
                self.entries.shrink_to_fit(|entry| entry.name.0);
            }
        }
        self.entries.insert_unique(name.0, Entry { name, first, met: false, misses: 0 }, |entry| entry.name.0);
    }
}

impl Entry {
    fn missed(&mut self) {
        self.misses = self.misses.checked_add(1).unwrap_or(PATIENCE);
    }
}

/// The part of a key that kin have in common.
fn stem(key: &Key) -> (Option<&str>, &str) {
    let name = key.name().split_once('.').map_or(key.name(), |(name, _)| name);
    match key.namespace() {
        None => {
            let mut stem = name;
            while let Some((before, last)) = stem.rsplit_once('-')
                && last.bytes().any(|byte| byte.is_ascii_digit())
            {
                stem = before;
            }
            (None, stem)
        }
        namespace => name.rsplit_once('-').map_or((None, name), |(stem, _)| (namespace, stem)),
    }
}
