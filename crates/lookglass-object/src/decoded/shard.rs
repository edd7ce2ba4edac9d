//! One part of the cache, behind one lock: a table into a slab, through which runs the list of what was used last.
//!
//! The list is as long as the budget allows. While keeping pays, everything in it is kept. When twice the budget has been
//! decoded without a look-up that only a large cache could answer, all but the newest few are given up early, by whoever
//! decodes next and mostly decoded them; their places in the list stay. A look-up that finds such a place is one that the
//! budget would have answered: from then on everything is kept again.

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
    /// Ends of the list: used last, and used longest ago.
    newest: usize,
    oldest: usize,
    /// The place in the list behind which, towards the oldest, nothing is kept.
    edge: usize,
    /// What the places in the list cost or would cost, kept and given up alike.
    listed: usize,
    /// What all decodings so far cost.
    decoded: u64,
    /// What they did when a look-up last was worth more than the few newest values.
    paid: u64,
    /// Where the search for values that are remembered in vain goes on.
    hand: usize,
    stats: DecodedStats,
}

struct Slot {
    id: Id,
    state: State,
    cost: usize,
    /// What all decodings had cost when it was used last.
    used: u64,
    /// Whether it has a place in the list.
    listed: bool,
    newer: usize,
    older: usize,
}

enum State {
    Free,
    Decoding(Promise),
    Kept(Value),
    /// In use when it was given up.
    Remembered(Weak<dyn Any + Send + Sync>),
    /// A place in the list, whose value was given up early.
    GivenUp,
}

/// No slot.
const NONE: usize = usize::MAX;

/// How many budgets are decoded in vain before values are given up early.
const PATIENCE: u64 = 2;

/// The part of the budget that the newest values have even then: enough for handlers that read one event together, and so
/// little that what is decoded next finds its memory in the processor's cache.
const NEWEST: usize = 32;

/// How many values one decoding may give up early.
const AT_ONCE: usize = 2;

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
            edge: NONE,
            listed: 0,
            decoded: 0,
            paid: 0,
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
                State::Free | State::GivenUp => (None, false),
            };
            if let Some(value) = value {
                self.stats.hits += 1;
                if kept {
                    if self.decoded - self.slots[at].used > self.least() as u64 {
                        self.paid = self.decoded;
                    }
                    self.unlink(at);
                    self.link(at);
                }
                return Found::Value(value);
            }
            if self.slots[at].listed {
                self.paid = self.decoded;
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
                self.decoded += cost as u64;
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

    /// What is kept in any case.
    fn least(&self) -> usize {
        self.budget / NEWEST
    }

    /// Gives up what was used longest ago until the rest fits the budget, and more if keeping does not pay.
    fn evict(&mut self) -> Garbage {
        let mut garbage = Garbage::default();
        while self.listed > self.budget && self.oldest != NONE {
            let at = self.oldest;
            garbage.0.extend(self.give_up(at));
            self.unlink(at);
            if !matches!(self.slots[at].state, State::Remembered(_)) {
                self.remove(at);
            }
        }
        if self.decoded - self.paid > PATIENCE * self.budget as u64 {
            for _ in 0..AT_ONCE {
                if self.stats.bytes <= self.least() || self.edge == self.newest {
                    break;
                }
                garbage.0.extend(self.give_up(self.edge));
                self.edge = self.slots[self.edge].newer;
            }
        }
        garbage
    }

    /// Keeps a value no longer; what is in use is remembered.
    fn give_up(&mut self, at: usize) -> Option<Value> {
        let slot = &mut self.slots[at];
        let State::Kept(value) = &slot.state else { return None };
        let left =
            if Arc::strong_count(value) == 1 { State::GivenUp } else { State::Remembered(Arc::downgrade(value)) };
        let State::Kept(value) = std::mem::replace(&mut slot.state, left) else { return None };
        self.stats.evictions += 1;
        self.stats.objects -= 1;
        self.stats.bytes -= slot.cost;
        Some(value)
    }

    /// Looks at two entries and forgets what they remember if nobody uses it any more. As each decoding adds at most one
    /// entry, those that remember nothing never become many.
    fn sweep(&mut self) {
        for _ in 0..2 {
            self.hand = if self.hand + 1 < self.slots.len() { self.hand + 1 } else { 0 };
            let Some(slot) = self.slots.get_mut(self.hand) else { return };
            match &slot.state {
                State::Remembered(value) if value.strong_count() > 0 => {}
                State::Remembered(_) if slot.listed => slot.state = State::GivenUp,
                State::Remembered(_) => drop(self.remove(self.hand)),
                State::Free | State::Decoding(_) | State::Kept(_) | State::GivenUp => {}
            }
        }
    }

    fn insert(&mut self, id: Id, state: State) {
        let slot = Slot { id, state, cost: 0, used: 0, listed: false, newer: NONE, older: NONE };
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
        if self.slots[at].listed {
            self.unlink(at);
        }
        self.free.push(at);
        match std::mem::replace(&mut self.slots[at].state, State::Free) {
            State::Kept(value) => {
                self.stats.objects -= 1;
                self.stats.bytes -= self.slots[at].cost;
                Some(value)
            }
            State::Free | State::Decoding(_) | State::Remembered(_) | State::GivenUp => None,
        }
    }

    /// Gives the newest place in the list to a value that is kept.
    fn link(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        (slot.newer, slot.older, slot.used, slot.listed) = (NONE, self.newest, self.decoded, true);
        self.listed += slot.cost;
        match self.newest {
            NONE => self.oldest = at,
            newest => self.slots[newest].newer = at,
        }
        self.newest = at;
        if self.edge == NONE {
            self.edge = at;
        }
    }

    fn unlink(&mut self, at: usize) {
        let Slot { newer, older, cost, .. } = self.slots[at];
        self.slots[at].listed = false;
        self.listed -= cost;
        match newer {
            NONE => self.newest = older,
            newer => self.slots[newer].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.slots[older].newer = newer,
        }
        if self.edge == at {
            self.edge = newer;
        }
    }
}
