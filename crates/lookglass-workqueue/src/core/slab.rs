//! Values at stable numbers: 4 bytes name a value instead of a pointer or a second copy of it.

/// Values at stable numbers, which are used again once free: the last one freed first.
#[derive(Debug)]
pub(crate) struct Slab<V> {
    slots: Vec<Slot<V>>,
    /// The first free slot; past the end when all are filled.
    free: u32,
    filled: usize,
}

#[derive(Debug)]
enum Slot<V> {
    Filled(V),
    /// Names the next free slot.
    Free(u32),
}

/// Capacity that is kept when the last value leaves; more than this goes back to the allocator.
const KEPT: usize = 1024;

impl<V> Slab<V> {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new(), free: 0, filled: 0 }
    }

    pub(crate) fn insert(&mut self, value: V) -> u32 {
        let slot = self.free;
        if let Some(place) = self.slots.get_mut(slot as usize) {
            if let Slot::Free(next) = std::mem::replace(place, Slot::Filled(value)) {
                self.free = next;
            }
        } else {
            self.slots.push(Slot::Filled(value));
            self.free = slot.checked_add(1).expect("2^32 values of 16 bytes and more do not fit into memory");
        }
        self.filled += 1;
        slot
    }

    /// Takes the value out. Returns `None` when nothing is there.
    pub(crate) fn remove(&mut self, slot: u32) -> Option<V> {
        let place = self.slots.get_mut(slot as usize).filter(|place| matches!(place, Slot::Filled(_)))?;
        let value = std::mem::replace(place, Slot::Free(self.free));
        self.free = slot;
        self.filled -= 1;
        match value {
            Slot::Filled(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    /// Whether nothing is left and a burst has left much room behind.
    pub(crate) fn is_bloated(&self) -> bool {
        self.filled == 0 && self.slots.capacity() > KEPT
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&V> {
        match self.slots.get(slot as usize) {
            Some(Slot::Filled(value)) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut V> {
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Filled(value)) => Some(value),
            _ => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.filled
    }
}

impl<V> std::ops::Index<u32> for Slab<V> {
    type Output = V;

    fn index(&self, slot: u32) -> &V {
        self.get(slot).expect("a slot named by the table, a line or the heap is filled until it is removed from them")
    }
}

impl<V> std::ops::IndexMut<u32> for Slab<V> {
    fn index_mut(&mut self, slot: u32) -> &mut V {
        self.get_mut(slot)
            .expect("a slot named by the table, a line or the heap is filled until it is removed from them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable_and_used_again() {
        let mut slab = Slab::new();
        let (a, b) = (slab.insert("a"), slab.insert("b"));
        assert_eq!((slab[a], slab[b], slab.len()), ("a", "b", 2));
        assert_eq!(slab.remove(a), Some("a"));
        assert_eq!(slab.remove(a), None);
        assert_eq!(slab.get(a), None);
        assert_eq!(slab.insert("c"), a);
        assert_eq!((slab[a], slab[b]), ("c", "b"));
        assert_eq!(slab.remove(99), None);
    }

    #[test]
    fn only_an_empty_slab_after_a_burst_is_bloated() {
        let mut slab = Slab::new();
        let slots: Vec<u32> = (0..=KEPT).map(|n| slab.insert(n)).collect();
        assert!(!slab.is_bloated());
        for slot in slots {
            slab.remove(slot);
        }
        assert!(slab.is_bloated());
        assert!(!Slab::<u8>::new().is_bloated());
    }
}
