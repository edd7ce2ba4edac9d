//! The state machine against a naive one: a list of ready items, sets of what is dirty and in processing, a list of delays.

use super::{Core, Counts, Ticket, Turn};
use crate::testing::start;
use proptest::{collection::vec, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU64,
    time::{Duration, Instant},
};

#[derive(Clone, Debug)]
enum Op {
    Add(u8),
    AddAfter(u8, u64),
    Advance(u64),
    Take,
    /// Finishes the n-th claim ever made, whether or not it is finished already.
    Finish(usize),
    FinishItem(u8),
    Shut,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let item = 0_u8..6;
    let op = prop_oneof![
        6 => item.clone().prop_map(Op::Add),
        4 => (item.clone(), 0_u64..40).prop_map(|(item, delay)| Op::AddAfter(item, delay)),
        3 => (0_u64..30).prop_map(Op::Advance),
        8 => Just(Op::Take),
        5 => (0_usize..40).prop_map(Op::Finish),
        2 => item.prop_map(Op::FinishItem),
    ];
    (vec(op, 0..120), proptest::option::of(0_usize..120)).prop_map(|(mut ops, shut)| {
        if let Some(at) = shut.filter(|&at| at <= ops.len()) {
            ops.insert(at, Op::Shut);
        }
        ops
    })
}

/// What the specification says, written as it is said.
#[derive(Default)]
struct Oracle {
    ready: Vec<u8>,
    /// With the time since when.
    dirty: BTreeMap<u8, u64>,
    /// With the number of the claim and its start.
    processing: BTreeMap<u8, (usize, u64)>,
    /// Time, order of setting, item.
    delayed: BTreeSet<(u64, usize, u8)>,
    shut: bool,
    claims: usize,
}

impl Oracle {
    fn add(&mut self, item: u8, now: u64) -> bool {
        if self.shut || self.dirty.contains_key(&item) {
            return false;
        }
        self.dirty.insert(item, now);
        if !self.processing.contains_key(&item) {
            self.ready.push(item);
        }
        true
    }

    fn add_at(&mut self, item: u8, due: u64, order: usize) {
        if self.shut {
            return;
        }
        match self.delayed.iter().find(|delay| delay.2 == item).copied() {
            Some(delay) if delay.0 <= due => return,
            Some(delay) => _ = self.delayed.remove(&delay),
            None => {}
        }
        self.delayed.insert((due, order, item));
    }

    fn promote(&mut self, now: u64) -> usize {
        let mut promoted = 0;
        while let Some((due, _, item)) = self.delayed.first().copied().filter(|delay| delay.0 <= now) {
            self.delayed.pop_first();
            promoted += usize::from(self.add(item, due));
        }
        promoted
    }

    fn take(&mut self, now: u64) -> Option<(u8, u64)> {
        let item = (!self.ready.is_empty()).then(|| self.ready.remove(0))?;
        let since = self.dirty.remove(&item).expect("what is ready is dirty");
        self.processing.insert(item, (self.claims, now));
        self.claims += 1;
        Some((item, now - since))
    }

    fn finish(&mut self, item: u8, now: u64) -> Option<u64> {
        let (_, started) = self.processing.remove(&item)?;
        if self.dirty.contains_key(&item) {
            self.ready.push(item);
        }
        Some(now - started)
    }

    fn counts(&self) -> Counts {
        Counts {
            ready: self.ready.len(),
            processing: self.processing.len(),
            again: self.processing.keys().filter(|item| self.dirty.contains_key(item)).count(),
            delayed: self.delayed.len(),
        }
    }

    fn holds(&self, item: u8) -> bool {
        self.dirty.contains_key(&item)
            || self.processing.contains_key(&item)
            || self.delayed.iter().any(|delay| delay.2 == item)
    }
}

/// All items share few hash codes, so that the table has to compare.
fn hash(item: u8) -> u64 {
    u64::from(item % 2)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn does_what_the_naive_queue_does(ops in ops(), timed: bool) {
        let origin = start();
        let at = |time: u64| -> Instant { origin + millis(time) };
        let (mut core, mut oracle) = (Core::<u8>::new(timed), Oracle::default());
        let mut now = 0;
        // By claim: the item and its ticket.
        let mut claims: Vec<(u8, Ticket)> = Vec::new();
        for (order, op) in ops.into_iter().enumerate() {
            let clock = timed.then(|| at(now));
            match op {
                Op::Add(item) => {
                    let known = oracle.holds(item) || oracle.shut;
                    let added = core.add(hash(item), item, clock);
                    prop_assert_eq!(added.new, oracle.add(item, now));
                    prop_assert_eq!(added.spare, known.then_some(item));
                }
                Op::AddAfter(item, delay) => {
                    let known = oracle.holds(item) || oracle.shut;
                    let spare = core.add_at(hash(item), item, at(now + delay));
                    oracle.add_at(item, now + delay, order);
                    prop_assert_eq!(spare, known.then_some(item));
                }
                Op::Advance(by) => now += by,
                Op::Take => {
                    prop_assert_eq!(core.promote(at(now)), oracle.promote(now));
                    match (core.take(clock), oracle.take(now)) {
                        (Turn::Item { item, ticket, waited }, Some((expected, since))) => {
                            prop_assert_eq!(item, expected);
                            prop_assert_eq!(waited, timed.then_some(millis(since)));
                            claims.push((item, ticket));
                        }
                        (Turn::Closed, None) => prop_assert!(oracle.shut),
                        (Turn::WaitUntil(until), None) => {
                            prop_assert!(!oracle.shut);
                            prop_assert_eq!(until, oracle.delayed.first().map(|delay| at(delay.0)));
                        }
                        (turn, expected) => prop_assert!(false, "{turn:?} instead of {expected:?}"),
                    }
                }
                Op::Finish(claim) => {
                    if let Some(&(item, ticket)) = claims.get(claim) {
                        // An old claim says nothing about a new one of the same item.
                        let current = oracle.processing.get(&item).is_some_and(|&(number, _)| number == claim);
                        let expected = if current { oracle.finish(item, now) } else { None };
                        let finished = core.finish(ticket, clock);
                        prop_assert_eq!(finished.is_some(), expected.is_some());
                        if let (Some(finished), Some(worked)) = (finished, expected) {
                            prop_assert_eq!(finished.worked, timed.then_some(millis(worked)));
                            prop_assert_eq!(finished.spare, (!oracle.holds(item)).then_some(item));
                        }
                    }
                }
                Op::FinishItem(item) => {
                    let expected = oracle.finish(item, now);
                    let finished = core.finish_item(hash(item), &item, clock);
                    prop_assert_eq!(finished.is_some(), expected.is_some());
                    if let (Some(finished), Some(worked)) = (finished, expected) {
                        prop_assert_eq!(finished.worked, timed.then_some(millis(worked)));
                        prop_assert_eq!(finished.spare, (!oracle.holds(item)).then_some(item));
                    }
                }
                Op::Shut => {
                    let mut gone = core.shut();
                    gone.sort_unstable();
                    let held: Vec<u8> = (0..6).filter(|&item| oracle.holds(item)).collect();
                    oracle.shut = true;
                    oracle.delayed.clear();
                    let lost: Vec<u8> = held.into_iter().filter(|&item| !oracle.holds(item)).collect();
                    prop_assert_eq!(gone, lost);
                }
            }
            prop_assert_eq!(core.counts(), oracle.counts());
            prop_assert_eq!(core.has_ready(), !oracle.ready.is_empty());
            prop_assert_eq!(core.is_shut(), oracle.shut);
            prop_assert_eq!(core.next_due(), oracle.delayed.first().map(|delay| at(delay.0)));
            prop_assert_eq!(core.entries.len(), (0..6).filter(|&item| oracle.holds(item)).count());
            prop_assert_eq!(core.by_item.len(), core.entries.len());
            let worked = oracle.processing.values().map(|&(_, started)| now - started);
            let in_progress = (millis(worked.clone().sum()), millis(worked.max().unwrap_or(0)));
            prop_assert_eq!(core.in_progress(at(now)), timed.then_some(in_progress));
        }
    }
}

/// An item whose `Clone` panics when told to.
#[derive(PartialEq, Eq, Debug)]
struct Fragile(bool);

impl Clone for Fragile {
    fn clone(&self) -> Self {
        assert!(!self.0, "not cloned");
        Self(self.0)
    }
}

#[test]
fn an_item_that_panics_while_cloned_stays_where_it_was() {
    let mut core = Core::new(false);
    core.add(0, Fragile(true), None);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| core.take(None)));
    assert!(panic.is_err());
    assert_eq!(core.counts(), Counts { ready: 1, ..Counts::default() });
}

#[test]
fn a_burst_gives_its_memory_back() {
    let mut core = Core::new(false);
    for item in 0..10_000_u64 {
        core.add(item, item, None);
    }
    while let Turn::Item { ticket, .. } = core.take(None) {
        core.finish(ticket, None);
    }
    assert_eq!((core.by_item.capacity(), core.ready.capacity()), (0, 0));
    // Tickets of before mean nothing afterwards.
    core.add(7, 7, None);
    let Turn::Item { ticket, .. } = core.take(None) else { panic!("an item") };
    assert_eq!(core.finish(Ticket { slot: ticket.slot, number: NonZeroU64::MIN }, None), None);
    assert!(core.finish(ticket, None).is_some());
}
