//! Where the memory is: [`Memory`].

use std::{
    iter::Sum,
    ops::{Add, AddAssign},
    sync::atomic::{AtomicUsize, Ordering},
};

/// What objects take, as plain numbers. Asked of one object, one kind or a whole [`Depot`](crate::Depot).
///
/// Exact by construction: what a kind says is the sum of what its live objects say. While objects come and go on other threads
/// the numbers are those of slightly different moments. Allocator overhead is not in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// Objects alive, whoever holds them.
    pub objects: usize,
    /// Their cells and keys.
    pub header_bytes: usize,
    /// Objects held as they came.
    pub raw_objects: usize,
    /// Bytes of those.
    pub raw_bytes: usize,
    /// Objects held packed.
    pub packed_objects: usize,
    /// Bytes of those.
    pub packed_bytes: usize,
    /// Bytes that those would have unpacked.
    pub unpacked_bytes: usize,
    /// Packed bytes of objects that are gone, kept because others are told by what differs from them.
    pub kept_bytes: usize,
    /// Objects held as a value of their type.
    pub typed_objects: usize,
    /// About what those take; no type can be asked for it, so it is estimated from the bytes they were made from.
    pub typed_bytes: usize,
    /// Dictionaries in use, also of objects packed before the newest was learnt.
    pub dictionaries: usize,
    /// Bytes of those.
    pub dictionary_bytes: usize,
    /// Different label sets in use.
    pub label_sets: usize,
    /// Bytes of those and of the table they are in.
    pub label_bytes: usize,
    /// Decoded values that are kept for the next reader.
    pub decoded_objects: usize,
    /// About what those take; estimated as `typed_bytes` is.
    pub decoded_bytes: usize,
}

impl Memory {
    /// All bytes together.
    #[must_use]
    pub fn total_bytes(&self) -> usize {
        self.header_bytes
            + self.raw_bytes
            + self.packed_bytes
            + self.kept_bytes
            + self.typed_bytes
            + self.dictionary_bytes
            + self.label_bytes
            + self.decoded_bytes
    }
}

impl Add for Memory {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            objects: self.objects + other.objects,
            header_bytes: self.header_bytes + other.header_bytes,
            raw_objects: self.raw_objects + other.raw_objects,
            raw_bytes: self.raw_bytes + other.raw_bytes,
            packed_objects: self.packed_objects + other.packed_objects,
            packed_bytes: self.packed_bytes + other.packed_bytes,
            unpacked_bytes: self.unpacked_bytes + other.unpacked_bytes,
            kept_bytes: self.kept_bytes + other.kept_bytes,
            typed_objects: self.typed_objects + other.typed_objects,
            typed_bytes: self.typed_bytes + other.typed_bytes,
            dictionaries: self.dictionaries + other.dictionaries,
            dictionary_bytes: self.dictionary_bytes + other.dictionary_bytes,
            label_sets: self.label_sets + other.label_sets,
            label_bytes: self.label_bytes + other.label_bytes,
            decoded_objects: self.decoded_objects + other.decoded_objects,
            decoded_bytes: self.decoded_bytes + other.decoded_bytes,
        }
    }
}

impl AddAssign for Memory {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Memory {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// The counters of one kind. All accesses are relaxed: each number stands for itself.
#[derive(Default)]
pub(crate) struct Counts {
    objects: AtomicUsize,
    header_bytes: AtomicUsize,
    raw_objects: AtomicUsize,
    raw_bytes: AtomicUsize,
    packed_objects: AtomicUsize,
    packed_bytes: AtomicUsize,
    unpacked_bytes: AtomicUsize,
    kept_bytes: AtomicUsize,
    typed_objects: AtomicUsize,
    typed_bytes: AtomicUsize,
    dictionaries: AtomicUsize,
    dictionary_bytes: AtomicUsize,
}

impl Counts {
    pub(crate) fn memory(&self) -> Memory {
        let get = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        Memory {
            objects: get(&self.objects),
            header_bytes: get(&self.header_bytes),
            raw_objects: get(&self.raw_objects),
            raw_bytes: get(&self.raw_bytes),
            packed_objects: get(&self.packed_objects),
            packed_bytes: get(&self.packed_bytes),
            unpacked_bytes: get(&self.unpacked_bytes),
            kept_bytes: get(&self.kept_bytes),
            typed_objects: get(&self.typed_objects),
            typed_bytes: get(&self.typed_bytes),
            dictionaries: get(&self.dictionaries),
            dictionary_bytes: get(&self.dictionary_bytes),
            ..Memory::default()
        }
    }

    /// How many objects there are, and what they would take if all were raw.
    pub(crate) fn size(&self) -> (usize, usize) {
        let bytes = self.raw_bytes.load(Ordering::Relaxed) + self.unpacked_bytes.load(Ordering::Relaxed);
        (self.objects.load(Ordering::Relaxed), bytes)
    }

    pub(crate) fn charge(&self, object: &Memory) {
        for (number, amount) in self.of_objects(object) {
            if amount != 0 {
                number.fetch_add(amount, Ordering::Relaxed);
            }
        }
    }

    /// Says whether no object is left.
    pub(crate) fn release(&self, object: &Memory) -> bool {
        let [(objects, gone), others @ ..] = self.of_objects(object);
        for (number, amount) in others {
            if amount != 0 {
                number.fetch_sub(amount, Ordering::Relaxed);
            }
        }
        gone != 0 && objects.fetch_sub(gone, Ordering::Relaxed) == gone
    }

    /// Bytes that are packed as a whole count for themselves, not with their object, which they may outlive.
    pub(crate) fn whole_packed(&self, bytes: usize) {
        self.packed_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// They have shrunk, or their object has gone.
    pub(crate) fn whole_unpacked(&self, bytes: usize) {
        self.packed_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Their object has gone.
    pub(crate) fn keep(&self, bytes: usize) {
        self.kept_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// They have gone, or shrunk after their object had.
    pub(crate) fn let_go(&self, bytes: usize) {
        self.kept_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn dictionary_made(&self, bytes: usize) {
        self.dictionaries.fetch_add(1, Ordering::Relaxed);
        self.dictionary_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn dictionary_gone(&self, bytes: usize) {
        self.dictionaries.fetch_sub(1, Ordering::Relaxed);
        self.dictionary_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Each number that objects account for, with its place here.
    fn of_objects(&self, object: &Memory) -> [(&AtomicUsize, usize); 9] {
        [
            (&self.objects, object.objects),
            (&self.header_bytes, object.header_bytes),
            (&self.raw_objects, object.raw_objects),
            (&self.raw_bytes, object.raw_bytes),
            (&self.packed_objects, object.packed_objects),
            (&self.packed_bytes, object.packed_bytes),
            (&self.unpacked_bytes, object.unpacked_bytes),
            (&self.typed_objects, object.typed_objects),
            (&self.typed_bytes, object.typed_bytes),
        ]
    }
}
