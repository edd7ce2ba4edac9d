//! What is due when: a binary heap that knows where each slot lies, so that an earlier time replaces a later one in place.

use std::time::Instant;

/// Slots ordered by the time they are due; among equal times, by the order in which those times were set.
#[derive(Debug)]
pub(crate) struct DelayHeap {
    nodes: Vec<Node>,
    /// By slot: where its node lies in `nodes`, or `ABSENT`.
    places: Vec<u32>,
    /// Number of the next time set, which breaks ties.
    next: u64,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    due: Instant,
    order: u64,
    slot: u32,
}

const ABSENT: u32 = u32::MAX;

impl DelayHeap {
    pub(crate) fn new() -> Self {
        Self { nodes: Vec::new(), places: Vec::new(), next: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.place(slot).is_some()
    }

    /// When the first slot is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.nodes.first().map(|node| node.due)
    }

    /// Sets the time of the slot; when it has one already, the earlier wins.
    pub(crate) fn set(&mut self, slot: u32, due: Instant) {
        let node = Node { due, order: self.next, slot };
        self.next += 1;
        match self.place(slot) {
            Some(place) if self.nodes[place].due <= due => {}
            Some(place) => {
                self.nodes[place] = node;
                self.rise(place);
            }
            None => {
                if self.places.len() <= slot as usize {
                    self.places.resize(slot as usize + 1, ABSENT);
                }
                self.nodes.push(node);
                self.rise(self.nodes.len() - 1);
            }
        }
    }

    /// Takes out the first slot if it is due at `now`, with the time it was due.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(u32, Instant)> {
        let first = *self.nodes.first().filter(|node| node.due <= now)?;
        let last = self.nodes.pop()?;
        self.places[first.slot as usize] = ABSENT;
        if let Some(root) = self.nodes.first_mut() {
            *root = last;
            self.sink();
        } else if self.places.capacity() > 1024 {
            // A burst of delays is over: give its memory back.
            (self.nodes, self.places) = (Vec::new(), Vec::new());
        }
        Some((first.slot, first.due))
    }

    /// Takes everything out, in no order.
    pub(crate) fn clear(&mut self) -> impl Iterator<Item = u32> + use<> {
        self.places = Vec::new();
        std::mem::take(&mut self.nodes).into_iter().map(|node| node.slot)
    }

    fn place(&self, slot: u32) -> Option<usize> {
        self.places.get(slot as usize).filter(|&&place| place != ABSENT).map(|&place| place as usize)
    }

    fn before(&self, a: usize, b: usize) -> bool {
        (self.nodes[a].due, self.nodes[a].order) < (self.nodes[b].due, self.nodes[b].order)
    }

    fn rise(&mut self, mut place: usize) {
        while place > 0 && self.before(place, (place - 1) / 2) {
            self.swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
        self.note(place);
    }

    fn sink(&mut self) {
        let mut place = 0;
        loop {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            let mut least = place;
            if left < self.nodes.len() && self.before(left, least) {
                least = left;
            }
            if right < self.nodes.len() && self.before(right, least) {
                least = right;
            }
            if least == place {
                return self.note(place);
            }
            self.swap(place, least);
            place = least;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.nodes.swap(a, b);
        self.note(a);
        self.note(b);
    }

    #[expect(clippy::cast_possible_truncation, reason = "there are no more nodes than slots, and those are u32")]
    fn note(&mut self, place: usize) {
        self.places[self.nodes[place].slot as usize] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn pops_like_a_sorted_list(sets in proptest::collection::vec((0_u32..20, 0_u64..50), 0..200), until in 0_u64..60) {
            let start = crate::testing::start();
            let at = |millis| start + Duration::from_millis(millis);
            let (mut heap, mut oracle) = (DelayHeap::new(), Vec::<(u64, usize, u32)>::new());
            for (order, (slot, due)) in sets.into_iter().enumerate() {
                heap.set(slot, at(due));
                match oracle.iter_mut().find(|entry| entry.2 == slot) {
                    Some(entry) if entry.0 <= due => {}
                    Some(entry) => *entry = (due, order, slot),
                    None => oracle.push((due, order, slot)),
                }
            }
            oracle.sort_unstable();
            prop_assert_eq!(heap.next_due(), oracle.first().map(|entry| at(entry.0)));
            prop_assert_eq!(heap.len(), oracle.len());
            let left = oracle.iter().filter(|entry| entry.0 > until).count();
            for (due, _, slot) in oracle.into_iter().filter(|entry| entry.0 <= until) {
                prop_assert!(heap.contains(slot));
                prop_assert_eq!(heap.pop_due(at(until)), Some((slot, at(due))));
                prop_assert!(!heap.contains(slot));
            }
            prop_assert_eq!(heap.pop_due(at(until)), None);
            prop_assert_eq!(heap.clear().count(), left);
            prop_assert_eq!(heap.len(), 0);
        }
    }
}
