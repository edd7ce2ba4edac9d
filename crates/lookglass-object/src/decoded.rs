//! Decoded objects, kept for the next reader: [`DecodedStats`] and what it counts.
//!
//! # Promises
//!
//! * Of one cell and one type there is one decoded value while anybody uses it; readers who come at once wait for the first
//!   rather than decode beside it.
//! * Values that nobody uses are kept, the last used longest, as long as they fit into the budget; what is in use beyond that is
//!   only remembered. When a cell goes, so does what was decoded from it.
//! * Only what pays is kept: when twice the budget has been decoded and nothing of it was asked for again later than at once, as
//!   when a handler reads each change and nobody reads it again, only the newest thirty-second of the budget is kept. The first
//!   value that is missed for that has everything kept again: who reads the same objects over and over after that decodes
//!   them twice, and finds them from the third time on.
//!
//! # Cost
//!
//! A hit takes one of the locks once. Cells pay one byte each. A value that is neither kept nor in use costs nothing but, while the
//! budget would have held it, its entry of some 100 bytes; a remembered one holds its memory (not what it owns) until it is
//! noticed to be unused, two entries at each new decoding. Values that are kept for nothing would cost more than memory: each
//! new one would be made in memory that has left the processor's cache, and so would be the one that is freed for it, which
//! made reading each change once a third dearer.

mod shard;
#[cfg(test)]
mod tests;

use std::{
    any::{Any, TypeId},
    sync::{Arc, OnceLock},
};

use parking_lot::Mutex;

use crate::decoder::DecodeError;
use shard::{Found, Shard};

/// Any decoded value.
pub(crate) type Value = Arc<dyn Any + Send + Sync>;

/// Where a value appears that is being decoded right now.
type Promise = Arc<OnceLock<Result<Value, DecodeError>>>;

/// Which value: the address of the cell, which is its own as long as the cell lives, and the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Id {
    cell: usize,
    kind: TypeId,
}

/// How the cache of decoded objects does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodedStats {
    /// Found decoded.
    pub hits: u64,
    /// Decoded anew.
    pub misses: u64,
    /// Given up for others, or because it did not pay to keep them.
    pub evictions: u64,
    /// Values kept now.
    pub objects: usize,
    /// About what those take: a type cannot be asked, so it is estimated from the bytes they were made from.
    pub bytes: usize,
}

/// The cache; see the module.
pub(crate) struct Decoded {
    shards: Box<[Mutex<Shard>]>,
}

impl Decoded {
    pub(crate) fn new(budget: usize) -> Self {
        // Small budgets are not split, or each part would be too small for anything.
        let shards = (budget / SHARD_BUDGET).clamp(1, MOST_SHARDS);
        Self { shards: (0..shards).map(|_| Mutex::new(Shard::new(budget / shards))).collect() }
    }

    /// The value of type `K` of the cell at address `cell`; decoded by `decode` if there is none, and then taken to be of `cost`
    /// bytes.
    pub(crate) fn get<K: Any + Send + Sync>(
        &self,
        cell: usize,
        cost: usize,
        decode: impl FnOnce() -> Result<Arc<K>, DecodeError>,
    ) -> Result<Arc<K>, DecodeError> {
        let id = Id { cell, kind: TypeId::of::<K>() };
        let shard = self.shard(cell);
        let found = shard.lock().find(id);
        let value = match found {
            Found::Value(value) => value,
            Found::Promise(promise) => {
                let result = promise.get_or_init(|| decode().map(|value| value as Value)).clone();
                let garbage = shard.lock().settle(id, &promise, &result, cost);
                drop(garbage);
                result?
            }
        };
        Ok(value.downcast().expect("values are found by the type they are of"))
    }

    /// Forgets all that was decoded from a cell, which is going.
    pub(crate) fn forget(&self, cell: usize) {
        let garbage = self.shard(cell).lock().forget(cell);
        drop(garbage);
    }

    pub(crate) fn stats(&self) -> DecodedStats {
        let mut all = DecodedStats::default();
        for shard in &self.shards {
            let stats = shard.lock().stats();
            all.hits += stats.hits;
            all.misses += stats.misses;
            all.evictions += stats.evictions;
            all.objects += stats.objects;
            all.bytes += stats.bytes;
        }
        all
    }

    fn shard(&self, cell: usize) -> &Mutex<Shard> {
        &self.shards[(shard::hash(cell) >> 32) as usize % self.shards.len()]
    }
}

/// The smallest budget of one shard when there are several: some dozens of large objects.
const SHARD_BUDGET: usize = 4 << 20;
const MOST_SHARDS: usize = 16;
