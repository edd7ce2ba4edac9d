//! Sharing equal label sets: [`Interner`].

#[cfg(test)]
mod tests;

use std::{
    fmt,
    hash::BuildHasher as _,
    sync::{Arc, Weak},
};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use parking_lot::Mutex;

use crate::labels::{LabelBuffer, LabelSet, Pairs};

/// A table in which equal [`LabelSet`]s meet, so that a thousand pods of one template hold one set.
///
/// # Promises
///
/// * Sets interned in one table are equal exactly if they are one allocation.
/// * The table holds no set alive: the last [`LabelSet`] that goes takes its entry along, and a table that has shrunk gives
///   its memory back.
///
/// # Cost
///
/// Interning a set that is already there hashes and compares it and takes one of eight locks; it allocates nothing. A new set
/// costs three allocations. Dropping the last handle of a set takes the lock once more; cloning and dropping others does not.
///
/// Handles are clones of one table: `Clone + Send + Sync`. [`Depot`](crate::Depot) carries the one that cells are built with.
#[derive(Clone, Default)]
pub struct Interner(Arc<Table>);

impl Interner {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The set of the given pairs. Of several values for one key the last counts, as in JSON.
    ///
    /// ```
    /// use lookglass_object::Interner;
    ///
    /// let interner = Interner::new();
    /// let web = interner.labels([("tier", "front"), ("app", "web")]);
    /// assert_eq!(web.get("app"), Some("web"));
    /// assert_eq!(web, interner.labels([("app", "web"), ("tier", "front")]));
    /// assert_eq!(interner.len(), 1);
    /// drop(web);
    /// assert!(interner.is_empty());
    /// ```
    pub fn labels<'p>(&self, pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> LabelSet {
        let mut buffer = LabelBuffer::default();
        for (key, value) in pairs {
            buffer.push(key, value);
        }
        self.intern(&mut buffer)
    }

    /// How many different sets are in use; the empty set needs no place and is not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.shards.iter().map(|shard| shard.lock().entries.len()).sum()
    }

    /// Whether no set is in use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all sets in use, and of the table that finds them.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        self.0.shards.iter().map(|shard| shard.lock()).map(|shard| shard.bytes + shard.entries.allocation_size()).sum()
    }

    /// The set that `buffer` spells, which is sorted in passing.
    pub(crate) fn intern(&self, buffer: &mut LabelBuffer) -> LabelSet {
        buffer.sort();
        if buffer.is_empty() {
            return LabelSet::default();
        }
        let hash = self.0.hasher.hash_one(&*buffer);
        // Declared before the guard, hence dropped after it: the last handle of a set locks this shard as it goes.
        let mut others = Vec::new();
        let mut shard = self.0.shard(hash).lock();
        let mut found = None;
        shard.entries.find(hash, |entry| {
            let Some(pairs) = (entry.hash == hash).then(|| entry.pairs.upgrade()).flatten() else { return false };
            let equal = buffer.spells(&pairs);
            if equal {
                found = Some(pairs);
            } else {
                others.push(pairs);
            }
            equal
        });
        let pairs = found.unwrap_or_else(|| {
            let pairs = Arc::new(buffer.to_pairs(hash, Arc::downgrade(&self.0)));
            shard.bytes += pairs.heap_size();
            let entry = Entry { hash, pairs: Arc::downgrade(&pairs) };
            shard.entries.insert_unique(hash, entry, |entry| entry.hash);
            pairs
        });
        LabelSet::from(pairs)
    }
}

impl fmt::Debug for Interner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interner").field("label_sets", &self.len()).finish()
    }
}

const SHARDS: usize = 8;

#[derive(Default)]
pub(crate) struct Table {
    // Random, because labels come from whoever may write objects; nothing can be seen of the order that follows from it.
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

impl Table {
    /// Forgets a set whose last handle has gone. Somebody else may have entered an equal one in the meantime, so the entry is
    /// known by its address.
    pub(crate) fn forget(&self, gone: &Pairs) {
        let mut shard = self.shard(gone.hash()).lock();
        if let Ok(entry) = shard.entries.find_entry(gone.hash(), |entry| std::ptr::eq(entry.pairs.as_ptr(), gone)) {
            entry.remove();
            shard.bytes -= gone.heap_size();
            if shard.entries.len() * 4 < shard.entries.capacity() {
                shard.entries.shrink_to_fit(|entry| entry.hash);
            }
        }
    }

    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        // The table inside uses the top and the bottom bits.
        &self.shards[(hash >> 32) as usize % SHARDS]
    }
}

#[derive(Default)]
struct Shard {
    entries: HashTable<Entry>,
    bytes: usize,
}

struct Entry {
    hash: u64,
    pairs: Weak<Pairs>,
}
