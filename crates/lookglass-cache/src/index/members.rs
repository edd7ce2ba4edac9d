//! The set of slots under one index value.

use triomphe::Arc;

/// Slots in no order. Each slot knows its position, so adding and removing cost the same in a set of 2 and of 50,000.
#[derive(Clone)]
pub(crate) enum Members {
    One(u32),
    /// Shared with snapshots; copied (4 bytes a member) at the first change after one.
    Many(Arc<Vec<u32>>),
}

impl Members {
    #[inline]
    pub(crate) fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(slot) => std::slice::from_ref(slot),
            Self::Many(slots) => slots,
        }
    }

    /// Adds a slot and returns its position.
    pub(crate) fn push(&mut self, slot: u32) -> u32 {
        if let Self::One(first) = *self {
            *self = Self::Many(Arc::new(vec![first]));
        }
        let Self::Many(slots) = self else { return 0 };
        let slots = Arc::make_mut(slots);
        slots.push(slot);
        u32::try_from(slots.len() - 1).expect("slots fit u32")
    }

    /// Takes out the slot at `position`. The one that fills its place is returned. Must not be the only one.
    pub(crate) fn remove(&mut self, position: u32) -> Option<u32> {
        let Self::Many(slots) = self else { return None };
        let slots = Arc::make_mut(slots);
        slots.swap_remove(position as usize);
        let filler = slots.get(position as usize).copied();
        if let [last] = slots[..] {
            *self = Self::One(last);
        } else if slots.len() < slots.capacity() / 4 {
            slots.shrink_to(slots.len() * 2);
        }
        filler
    }

    /// Renames every slot by the map.
    pub(crate) fn rename(&mut self, moved: &[u32]) {
        match self {
            Self::One(slot) => *slot = moved[*slot as usize],
            Self::Many(slots) => {
                for slot in Arc::make_mut(slots) {
                    *slot = moved[*slot as usize];
                }
            }
        }
    }
}
