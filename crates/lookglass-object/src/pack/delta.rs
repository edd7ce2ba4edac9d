//! Bytes told by how they differ from others.
//!
//! Objects of one workload are alike but for what is theirs alone: a name, a uid, addresses, digests, times. Against one of them
//! the others are therefore a few dozen stretches to copy, with literals in between. And what the literals of Kubernetes are
//! made of is mostly digits, hexadecimal ones or those of numbers, addresses and times, of which two fit a byte.
//!
//! # Promises
//!
//! * [`apply`] of what [`Matcher::encode`] wrote gives back the bytes, against the same base, whatever bytes they are.
//! * What is written depends on the bytes and the base alone.
//!
//! # Cost
//!
//! Pods of 3 to 9 KB that differ in 200 to 500 bytes become 200 to 300 bytes, in 1.5 to 2.5 us; applying takes half of one. A base is
//! indexed once for all that follow it, which takes one more. Neither way allocates but for the buffers that it is given.
//!
//! # Form
//!
//! A number (seven bits a byte, lowest first) says how long the bytes are. Parts follow until the end, each a number and what belongs to it. The three lowest bits of the number are
//! the [sort](sort) of the part, the others how many bytes it makes.

mod digits;
#[cfg(test)]
mod tests;

use digits::literals;

/// The sorts of parts.
mod sort {
    /// Bytes of the base, from where the last part would have ended in it.
    pub(super) const SAME: u8 = 0;
    /// Bytes of the base, from elsewhere: how much further follows, as a signed number.
    pub(super) const MOVED: u8 = 1;
    /// Bytes that were made before: how far back follows.
    pub(super) const AGAIN: u8 = 2;
    /// Bytes that follow.
    pub(super) const PLAIN: u8 = 3;
    /// Hexadecimal digits, of which each byte that follows holds two.
    pub(super) const HEX: u8 = 4;
    /// Digits and what stands between them in numbers, addresses and times, likewise.
    pub(super) const NUMERIC: u8 = 5;
    /// A UUID, as the 16 bytes that follow.
    pub(super) const UUID: u8 = 6;
}

/// Copies are at least so long: what is shorter costs as much as it saves.
const SHORTEST: usize = size_of::<u64>();
/// Every so many bytes of the base can be found, so that copies of `SHORTEST + STRIDE - 1` bytes are always.
const STRIDE: usize = 4;
/// How many places of what is being encoded are remembered, a power of two.
const RECENT: usize = 1 << 9;
/// After so many bytes in which nothing was found only every second is looked at, after twice as many every third.
const PATIENCE: usize = 16;

/// Finds what bytes have in common with a base.
pub(super) struct Matcher {
    base: Vec<u8>,
    /// Positions in the base, by the hash of what is there; a power of two of them, and none until they are needed.
    places: Vec<u32>,
    /// Positions in what is being encoded, likewise.
    recent: Box<[u32; RECENT]>,
}

impl Default for Matcher {
    fn default() -> Self {
        Self { base: Vec::new(), places: Vec::new(), recent: Box::new([0; RECENT]) }
    }
}

impl Matcher {
    /// Takes the bytes that `fill` appends as the base.
    pub(super) fn hold(&mut self, fill: impl FnOnce(&mut Vec<u8>)) {
        self.base.clear();
        self.places.clear();
        fill(&mut self.base);
    }

    pub(super) fn heap_size(&self) -> usize {
        self.base.capacity() + size_of::<u32>() * (self.places.capacity() + RECENT)
    }

    /// Appends to `out` how `new` differs from the base, unless that takes `most` bytes or more; says whether it did.
    pub(super) fn encode(&mut self, new: &[u8], most: usize, out: &mut Vec<u8>) -> bool {
        if self.places.is_empty() {
            self.index();
        }
        let Self { base, places, recent } = self;
        recent.fill(0);
        let end = out.len() + most;
        varint(out, new.len() as u64);
        // What is before `told` is written. `expected` is where in the base that is what stands at `at`, if nothing was put in
        // or left out since.
        let (mut at, mut told, mut expected) = (0, 0, 0);
        while let Some(here) = word(new, at) {
            let (own, from) = if word(base, expected) == Some(here) {
                (false, expected)
            } else {
                let hash = hash(here);
                let place = places[hash & (places.len() - 1)] as usize;
                let again = &mut recent[hash >> 16 & (RECENT - 1)];
                if word(base, place) == Some(here) {
                    (false, place)
                } else if *again as usize + SHORTEST <= at && word(new, *again as usize) == Some(here) {
                    (true, *again as usize)
                } else {
                    *again = at as u32;
                    let step = 1 + (at - told) / PATIENCE;
                    at += step;
                    expected += step;
                    continue;
                }
            };
            if out.len() >= end {
                return false;
            }
            // It may have begun before it was looked for.
            let back = common_end(&new[told..at], if own { &new[..from] } else { &base[..from] });
            let (start, from, unmoved) = (at - back, from - back, expected - back);
            // Of what is made by then only, so that applying is one move.
            let source = if own { &new[from..start] } else { &base[from..] };
            let length = common_start(&new[start..], source);
            literals(&new[told..start], out);
            if own {
                part(out, length, sort::AGAIN);
                varint(out, (start - from) as u64);
                expected = unmoved + length;
            } else {
                if from == unmoved {
                    part(out, length, sort::SAME);
                } else {
                    part(out, length, sort::MOVED);
                    varint(out, zigzag(from as i64 - unmoved as i64));
                }
                expected = from + length;
            }
            at = start + length;
            told = at;
        }
        literals(&new[told..], out);
        out.len() < end
    }

    fn index(&mut self) {
        let size = (2 * self.base.len() / STRIDE).next_power_of_two();
        self.places.resize(size, 0);
        for at in (0..self.base.len()).step_by(STRIDE) {
            if let Some(word) = word(&self.base, at) {
                self.places[hash(word) & (size - 1)] = at as u32;
            }
        }
    }
}

/// How long the bytes are that `delta` tells.
pub(super) fn unpacked_len(mut delta: &[u8]) -> usize {
    read_varint(&mut delta) as usize
}

/// Makes in `out`, which is empty, the bytes that `delta` tells against `base`.
///
/// # Panics
///
/// `delta` was not written against `base`.
pub(super) fn apply(mut delta: &[u8], base: &[u8], out: &mut Vec<u8>) {
    out.reserve(read_varint(&mut delta) as usize);
    let mut expected = 0;
    while !delta.is_empty() {
        let part = read_varint(&mut delta);
        let length = (part >> SORT_BITS) as usize;
        match part as u8 & SORT_MASK {
            sort::SAME => out.extend_from_slice(&base[expected..expected + length]),
            sort::MOVED => {
                expected = (expected as i64 + unzigzag(read_varint(&mut delta))) as usize;
                out.extend_from_slice(&base[expected..expected + length]);
            }
            sort::AGAIN => {
                let from = out.len() - read_varint(&mut delta) as usize;
                out.extend_from_within(from..from + length);
            }
            sort => digits::read(sort, length, &mut delta, out),
        }
        expected += length;
    }
}

fn part(out: &mut Vec<u8>, length: usize, sort: u8) {
    varint(out, (length as u64) << SORT_BITS | u64::from(sort));
}

const SORT_BITS: u32 = 3;
const SORT_MASK: u8 = (1 << SORT_BITS) - 1;

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn read_varint(from: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    while let Some((&byte, rest)) = from.split_first() {
        *from = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// Small numbers of either sign as small numbers.
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}

#[inline]
fn hash(word: u64) -> usize {
    (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

/// How many bytes are the same from the start.
fn common_start(one: &[u8], other: &[u8]) -> usize {
    let (blocks, _) = one.as_chunks::<BLOCK>();
    let (others, _) = other.as_chunks::<BLOCK>();
    let mut at = BLOCK * std::iter::zip(blocks, others).take_while(|(one, other)| one == other).count();
    while let (Some(word), Some(other)) = (word(one, at), word(other, at)) {
        let differ = word ^ other;
        if differ != 0 {
            return at + differ.trailing_zeros() as usize / 8;
        }
        at += size_of::<u64>();
    }
    at + std::iter::zip(&one[at..], &other[at..]).take_while(|(one, other)| one == other).count()
}

/// So many bytes are compared at once.
const BLOCK: usize = 32;

/// How many bytes are the same before the end.
fn common_end(one: &[u8], other: &[u8]) -> usize {
    std::iter::zip(one.iter().rev(), other.iter().rev()).take_while(|(one, other)| one == other).count()
}
