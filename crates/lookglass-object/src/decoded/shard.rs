//! One part of the cache, behind one lock: a table into a slab, through which runs the list of what is kept, by last use.

use std::{
    any::Any,
    sync::{Arc, OnceLock, Weak},
};

use hashbrown::HashTable;

use super::{DecodedStats, Id, Promise, Value};
use crate::decoder::DecodeError;

pub(super) struct Shard {
    budget: usize,
    index: HashTable<usize>,
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// Ends of the list of kept values: used last, and used longest ago.
    newest: usize,
    oldest: usize,
    /// Where the search for values that are remembered in vain goes on.
    hand: usize,
    stats: DecodedStats,
}

struct Slot {
    id: Id,
    state: State,
    cost: usize,
    newer: usize,
    older: usize,
}

enum State {
    Free,
    Decoding(Promise),
    Kept(Value),
    Remembered(Weak<dyn Any + Send + Sync>),
}

/// No slot.
const NONE: usize = usize::MAX;

pub(super) enum Found {
    Value(Value),
    /// To be kept by whoever comes first, and handed to [`Shard::settle`].
    Promise(Promise),
}

/// What must be dropped after the lock: values may be large, and their own drop is anybody's code.
#[derive(Default)]
pub(super) struct Garbage(Vec<Value>);

/// Spreads addresses, whose low bits are always zero.
pub(super) fn hash(cell: usize) -> u64 {
    (cell as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

impl Shard {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            budget,
            index: HashTable::new(),
            slots: Vec::new(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
            hand: 0,
            stats: DecodedStats::default(),
        }
    }

    pub(super) fn find(&mut self, id: Id) -> Found {
        let slots = &self.slots;
        if let Some(&at) = self.index.find(hash(id.cell), |&at| slots[at].id == id) {
            let (value, kept) = match &self.slots[at].state {
                State::Kept(value) => (Some(Arc::clone(value)), true),
                State::Remembered(value) => (value.upgrade(), false),
                State::Decoding(promise) => {
                    self.stats.hits += 1;
                    return Found::Promise(Arc::clone(promise));
                }
                State::Free => (None, false),
            };
            if let Some(value) = value {
                self.stats.hits += 1;
                if kept {
                    self.unlink(at);
                    self.link(at);
                }
                return Found::Value(value);
            }
            self.remove(at);
        }
        self.stats.misses += 1;
        let promise: Promise = Arc::new(OnceLock::new());
        self.insert(id, State::Decoding(Arc::clone(&promise)));
        Found::Promise(promise)
    }

    /// Keeps what came of a promise, unless another who waited for it has done so already.
    pub(super) fn settle(
        &mut self,
        id: Id,
        promise: &Promise,
        result: &Result<Value, DecodeError>,
        cost: usize,
    ) -> Garbage {
        let slots = &self.slots;
        let ours = |state: &State| matches!(state, State::Decoding(found) if Arc::ptr_eq(found, promise));
        let found = self.index.find(hash(id.cell), |&at| slots[at].id == id && ours(&slots[at].state));
        let Some(&at) = found else { return Garbage::default() };
        match result {
            Err(_) => {
                self.remove(at);
                Garbage::default()
            }
            Ok(value) => {
                self.slots[at].state = State::Kept(Arc::clone(value));
                self.slots[at].cost = cost;
                self.link(at);
                self.stats.objects += 1;
                self.stats.bytes += cost;
                self.sweep();
                self.evict()
            }
        }
    }

    pub(super) fn forget(&mut self, cell: usize) -> Garbage {
        let mut garbage = Garbage::default();
        loop {
            let slots = &self.slots;
            let Some(&at) = self.index.find(hash(cell), |&at| slots[at].id.cell == cell) else { return garbage };
            garbage.0.extend(self.remove(at));
        }
    }

    pub(super) fn stats(&self) -> DecodedStats {
        self.stats
    }

    /// Gives up what was used longest ago until the rest fits the budget.
    fn evict(&mut self) -> Garbage {
        let mut garbage = Garbage::default();
        while self.stats.bytes > self.budget && self.oldest != NONE {
            let at = self.oldest;
            self.stats.evictions += 1;
            let State::Kept(value) = &self.slots[at].state else { unreachable!("the list runs through kept values") };
            if Arc::strong_count(value) == 1 {
                garbage.0.extend(self.remove(at));
            } else {
                let remembered = State::Remembered(Arc::downgrade(value));
                self.unkeep(at);
                if let State::Kept(value) = std::mem::replace(&mut self.slots[at].state, remembered) {
                    garbage.0.push(value);
                }
            }
        }
        garbage
    }

    /// Looks at two entries and forgets them if they remember nothing any more. As each decoding adds at most one entry, those
    /// that remember nothing never become many.
    fn sweep(&mut self) {
        for _ in 0..2 {
            self.hand = if self.hand + 1 < self.slots.len() { self.hand + 1 } else { 0 };
            if matches!(self.slots.get(self.hand), Some(Slot { state: State::Remembered(value), .. }) if value.strong_count() == 0)
            {
                self.remove(self.hand);
            }
        }
    }

    fn insert(&mut self, id: Id, state: State) {
        let slot = Slot { id, state, cost: 0, newer: NONE, older: NONE };
        let at = if let Some(at) = self.free.pop() {
            self.slots[at] = slot;
            at
        } else {
            self.slots.push(slot);
            self.slots.len() - 1
        };
        let slots = &self.slots;
        self.index.insert_unique(hash(id.cell), at, |&at| hash(slots[at].id.cell));
    }

    /// Takes an entry out; gives back what it kept.
    fn remove(&mut self, at: usize) -> Option<Value> {
        if let Ok(entry) = self.index.find_entry(hash(self.slots[at].id.cell), |&found| found == at) {
            entry.remove();
        }
        if matches!(self.slots[at].state, State::Kept(_)) {
            self.unkeep(at);
        }
        self.free.push(at);
        match std::mem::replace(&mut self.slots[at].state, State::Free) {
            State::Kept(value) => Some(value),
            State::Free | State::Decoding(_) | State::Remembered(_) => None,
        }
    }

    fn unkeep(&mut self, at: usize) {
        self.unlink(at);
        self.stats.objects -= 1;
        self.stats.bytes -= self.slots[at].cost;
    }

    fn link(&mut self, at: usize) {
        (self.slots[at].newer, self.slots[at].older) = (NONE, self.newest);
        match self.newest {
            NONE => self.oldest = at,
            newest => self.slots[newest].newer = at,
        }
        self.newest = at;
    }

    fn unlink(&mut self, at: usize) {
        let Slot { newer, older, .. } = self.slots[at];
        match newer {
            NONE => self.newest = older,
            newer => self.slots[newer].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.slots[older].newer = newer,
        }
    }
}
