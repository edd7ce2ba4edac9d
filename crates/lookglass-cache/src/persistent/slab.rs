//! Numbered places for values, reused after removal.

use super::Chunked;

/// End of the list of free slots.
const NONE: u32 = u32::MAX;

/// Below this many slots there is nothing worth compacting.
const SMALL: u32 = 128;

#[derive(Clone)]
enum Slot<T> {
    Full(T),
    /// Empty; names the next free slot. Lies in the space of a value, so that free slots cost nothing beside.
    Free(u32),
}

/// Values by slot number. Clones share what has not changed since.
pub(crate) struct Slab<T> {
    slots: Chunked<Slot<T>>,
    free: u32,
    len: u32,
}

impl<T: Clone> Slab<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Chunked::new(), free: NONE, len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len as usize
    }

    /// How many slots there are, used or free.
    pub(crate) fn slots(&self) -> u32 {
        self.slots.slots()
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> Option<&T> {
        match self.slots.get(slot)? {
            Slot::Full(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        match self.slots.get_mut(slot)? {
            Slot::Full(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    /// Puts the value into a free slot and says which.
    pub(crate) fn insert(&mut self, value: T) -> u32 {
        if self.free == NONE {
            let first = self.slots.slots();
            self.slots.grow(|slot| Slot::Free(slot + 1));
            let last = self.slots.slots() - 1;
            *self.slots.get_mut(last).expect("just grown") = Slot::Free(NONE);
            self.free = first;
        }
        let number = self.free;
        let slot = self.slots.get_mut(number).expect("the free list names slots that exist");
        if let Slot::Free(next) = *slot {
            self.free = next;
        }
        *slot = Slot::Full(value);
        self.len += 1;
        number
    }

    /// Takes the value out of its slot.
    pub(crate) fn remove(&mut self, number: u32) -> Option<T> {
        self.get(number)?;
        let slot = self.slots.get_mut(number)?;
        let Slot::Full(value) = std::mem::replace(slot, Slot::Free(self.free)) else { return None };
        self.free = number;
        self.len -= 1;
        Some(value)
    }

    /// The used slots in order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.slots.iter().zip(0..).filter_map(|(slot, number)| match slot {
            Slot::Full(value) => Some((number, value)),
            Slot::Free(_) => None,
        })
    }

    /// Whether so little is used that [`compacted`](Self::compacted) would give most of the memory back.
    pub(crate) fn is_sparse(&self) -> bool {
        let slots = self.slots.slots();
        if self.len == 0 { slots > 0 } else { slots > SMALL && self.len < slots / 4 }
    }

    /// The same values in slots without gaps, and for each old slot its new number (meaningless where it was free).
    pub(crate) fn compacted(&self) -> (Self, Vec<u32>) {
        let mut moved = vec![NONE; self.slots.slots() as usize];
        let mut compact = Self::new();
        for (number, value) in self.iter() {
            moved[number as usize] = compact.insert(value.clone());
        }
        (compact, moved)
    }

    /// The slots that may differ between the two.
    pub(crate) fn unshared_with(&self, other: &Self) -> impl Iterator<Item = u32> {
        self.slots.unshared_with(&other.slots)
    }
}

impl<T> Clone for Slab<T> {
    fn clone(&self) -> Self {
        Self { slots: self.slots.clone(), free: self.free, len: self.len }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn reuses_slots_and_keeps_a_clone_as_it_was() {
        let mut slab = Slab::new();
        let slots: Vec<u32> = (0..300).map(|value| slab.insert(value)).collect();
        assert!(slots.iter().copied().eq(0..300));
        let before = slab.clone();
        assert_eq!(slab.remove(7), Some(7));
        assert_eq!(slab.remove(7), None);
        assert_eq!(slab.insert(1000), 7);
        assert_eq!((before.get(7), slab.get(7)), (Some(&7), Some(&1000)));
        assert_eq!(slab.len(), 300);
    }

    #[test]
    fn compacts_when_mostly_empty() {
        let mut slab = Slab::new();
        for value in 0..1000_u32 {
            slab.insert(value);
        }
        for value in (0..1000).filter(|value| value % 100 != 0) {
            slab.remove(value);
        }
        assert!(slab.is_sparse());
        let (compact, moved) = slab.compacted();
        assert!(compact.slots() <= 16);
        for value in (0..1000).step_by(100) {
            assert_eq!(compact.get(moved[value as usize]), Some(&value));
        }
        assert!(!compact.is_sparse());
    }

    #[test]
    fn a_free_slot_costs_no_tag_where_the_value_has_a_pointer() {
        assert_eq!(size_of::<Slot<(Arc<str>, Arc<u8>)>>(), size_of::<(Arc<str>, Arc<u8>)>());
    }
}
