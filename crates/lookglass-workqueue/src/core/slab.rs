//! Values at stable numbers: 4 bytes name a value instead of a pointer or a second copy of it.

/// Values at stable numbers, which are used again once free.
#[derive(Debug)]
pub(crate) struct Slab<V> {
    values: Vec<Option<V>>,
    free: Vec<u32>,
}

/// Capacity that is kept when the last value leaves; more than this goes back to the allocator.
const KEPT: usize = 1024;

impl<V> Slab<V> {
    pub(crate) fn new() -> Self {
        Self { values: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    pub(crate) fn insert(&mut self, value: V) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.values[slot as usize] = Some(value);
            return slot;
        }
        let slot = u32::try_from(self.values.len()).expect("2^32 values of 16 bytes and more do not fit into memory");
        self.values.push(Some(value));
        slot
    }

    /// Takes the value out. Returns `None` when nothing is there.
    pub(crate) fn remove(&mut self, slot: u32) -> Option<V> {
        let value = self.values.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(value)
    }

    /// Whether nothing is left and a burst has left much room behind.
    pub(crate) fn is_bloated(&self) -> bool {
        self.len() == 0 && self.values.capacity() > KEPT
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&V> {
        self.values.get(slot as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut V> {
        self.values.get_mut(slot as usize)?.as_mut()
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
