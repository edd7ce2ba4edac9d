//! How keys and index values are hashed.

use std::hash::{BuildHasher as _, Hash};

use foldhash::fast::{FixedState, RandomState};

/// The hash seed of one store.
#[derive(Clone)]
pub(crate) enum Seed {
    /// Different in each process.
    Random(RandomState),
    /// Given by the user, so that two runs do the same.
    Fixed(FixedState),
}

impl Seed {
    pub(crate) fn random() -> Self {
        Self::Random(RandomState::default())
    }

    pub(crate) const fn fixed(seed: u64) -> Self {
        Self::Fixed(FixedState::with_seed(seed))
    }

    /// 32 bits are enough: tables compare keys anyway, and it saves 4 bytes per entry.
    #[inline]
    pub(crate) fn hash<Q: Hash + ?Sized>(&self, value: &Q) -> u32 {
        let hash = match self {
            Self::Random(state) => state.hash_one(value),
            Self::Fixed(state) => state.hash_one(value),
        };
        (hash >> 32) as u32
    }
}
