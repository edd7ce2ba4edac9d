//! Which keys a batch has already.

/// A set of hashes that is emptied in one step, whatever its size, and keeps its memory.
///
/// Sixteen bytes for twice the largest batch so far. It is not for untrusted hashes: seeding them is the caller's part.
#[derive(Default)]
pub(super) struct Seen {
    /// A power of two of them; those of earlier rounds are free.
    slots: Vec<Slot>,
    round: u64,
    mask: usize,
}

#[derive(Clone, Default)]
struct Slot {
    hash: u64,
    round: u64,
}

impl Seen {
    /// Empties the set and makes room for up to `count` hashes.
    pub(super) fn begin(&mut self, count: usize) {
        let slots = (2 * count).next_power_of_two();
        if self.slots.len() < slots {
            self.slots.resize(slots, Slot::default());
        }
        self.round += 1;
        // A small set stays in the front part, so that it stays in cache.
        self.mask = slots - 1;
    }

    /// Puts a hash in; whether it was new. Not for more than [`begin`](Self::begin) was told.
    pub(super) fn insert(&mut self, hash: u64) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
        let mut at = hash as usize & self.mask;
        // Half the slots at least are free, so one is found.
        loop {
            let slot = &mut self.slots[at];
            if slot.round != self.round {
                *slot = Slot { hash, round: self.round };
                return true;
            }
            if slot.hash == hash {
                return false;
            }
            at = (at + 1) & self.mask;
        }
    }
}
