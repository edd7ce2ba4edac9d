//! An array in shared chunks.

use std::mem;

use triomphe::Arc;

/// Slots per chunk. A clone copies `slots / CHUNK` pointers, the first change to a shared chunk clones `CHUNK` slots:
/// this value keeps both at a few microseconds for 50,000 slots. One less than a power of two, so that a chunk and its count of references fill a size
/// of the allocator: with one slot more jemalloc's next size would leave a fifth of each empty.
const CHUNK: usize = 127;

/// Slots of the very first chunk, which doubles up to [`CHUNK`], so that a store of three objects stays small.
const FIRST: usize = 4;

/// A growable array of `T` whose clones share their chunks.
pub(crate) struct Chunked<T> {
    /// All but the last hold `CHUNK` slots; the last one holds fewer only while it is the only one.
    chunks: Vec<Arc<[T]>>,
}

impl<T: Clone> Chunked<T> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new() }
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> u32 {
        let slots = self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len());
        u32::try_from(slots).expect("`grow` checks that slots fit u32")
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> Option<&T> {
        let slot = slot as usize;
        self.chunks.get(slot / CHUNK)?.get(slot % CHUNK)
    }

    /// The slot for change; copies its chunk first when a clone shares it.
    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        let slot = slot as usize;
        let chunk = self.chunks.get_mut(slot / CHUNK)?;
        if !chunk.is_unique() {
            *chunk = chunk.iter().cloned().collect();
        }
        Arc::get_mut(chunk).expect("unique: copied just now if it was shared").get_mut(slot % CHUNK)
    }

    /// Adds some slots at the end, each filled with what `fill` says of its number.
    pub(crate) fn grow(&mut self, mut fill: impl FnMut(u32) -> T) {
        let before = self.slots();
        let mut small = self.chunks.pop_if(|last| last.len() < CHUNK);
        let kept = small.as_ref().map_or(0, |chunk| chunk.len());
        let wanted = match (kept, self.chunks.len()) {
            (0, 0) => FIRST,
            (0, _) => CHUNK,
            (kept, _) => (kept * 2).min(CHUNK),
        };
        let added = u32::try_from(wanted - kept).expect("at most CHUNK");
        let after = before.checked_add(added).expect("a store holds fewer than 2^32 entries");
        let mut filled: Vec<T> = Vec::with_capacity(wanted);
        if let Some(small) = &mut small {
            match Arc::get_mut(small) {
                // Moved, not cloned: nothing of the user's is to be dropped here.
                Some(slots) => filled.extend(slots.iter_mut().map(|slot| mem::replace(slot, fill(0)))),
                None => filled.extend(small.iter().cloned()),
            }
        }
        filled.extend((before..after).map(fill));
        self.chunks.push(filled.into());
    }

    /// All slots in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The numbers of the slots that may differ between the two: those in chunks they do not share.
    pub(crate) fn unshared_with(&self, other: &Self) -> impl Iterator<Item = u32> {
        let chunks = self.chunks.len().max(other.chunks.len());
        let differs = |number: &usize| match (self.chunks.get(*number), other.chunks.get(*number)) {
            (Some(one), Some(two)) => !Arc::ptr_eq(one, two),
            _ => true,
        };
        (0..chunks).filter(differs).flat_map(|number| {
            let first = u32::try_from(number * CHUNK).expect("slots fit u32");
            first..first + CHUNK as u32
        })
    }
}

impl<T> Clone for Chunked<T> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(slots: u32) -> Chunked<u32> {
        let mut array = Chunked::new();
        while array.slots() < slots {
            array.grow(|slot| slot * 10);
        }
        array
    }

    #[test]
    fn starts_small_doubles_and_then_grows_by_chunks() {
        let mut array = Chunked::new();
        let mut sizes = vec![];
        for _ in 0..8 {
            array.grow(|slot| slot);
            sizes.push(array.slots());
        }
        assert_eq!(sizes, [4, 8, 16, 32, 64, 127, 254, 381]);
        assert!(array.iter().copied().eq(0..381));
    }

    #[test]
    fn a_change_copies_only_the_chunk_it_touches() {
        let original = filled(400);
        let mut copy = original.clone();
        assert_eq!(copy.unshared_with(&original).count(), 0);
        *copy.get_mut(130).expect("present") = 7;
        assert_eq!((original.get(130), copy.get(130)), (Some(&1300), Some(&7)));
        assert!(copy.unshared_with(&original).eq(127..254));
        assert_eq!(original.get(u32::MAX), None);
    }
}
