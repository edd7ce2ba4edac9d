//! What trained bytes have in common: [`Dictionary`].

use std::{fmt, sync::Arc};

use zstd::zstd_safe::{CDict, DDict};

use super::contexts::LEVEL;
use crate::memory::Counts;

/// What trained bytes have in common, prepared for both directions.
pub(crate) struct Dictionary {
    pub(super) packs: CDict<'static>,
    pub(super) unpacks: DDict<'static>,
    counts: Arc<Counts>,
}

impl Dictionary {
    /// Prepares what training gave. `None` if zstd finds no sense in it or memory runs short.
    pub(super) fn new(mut trained: Vec<u8>, counts: Arc<Counts>) -> Option<Arc<Self>> {
        // Without a number of its own a dictionary is not named in each frame, which saves four bytes per object; a packed
        // object knows its dictionary by reference.
        trained.get_mut(4..8)?.fill(0);
        let packs = CDict::try_create(&trained, LEVEL)?;
        let unpacks = DDict::try_create(&trained)?;
        let dictionary = Self { packs, unpacks, counts };
        dictionary.counts.dictionary_made(dictionary.heap_size());
        Some(Arc::new(dictionary))
    }

    pub(super) fn heap_size(&self) -> usize {
        self.packs.sizeof() + self.unpacks.sizeof()
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        self.counts.dictionary_gone(self.heap_size());
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dictionary").field("heap_size", &self.heap_size()).finish_non_exhaustive()
    }
}
