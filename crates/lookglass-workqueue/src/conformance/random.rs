//! Random runs: waiters come, go unpolled, or are polled only when woken. Nothing may be lost, doubled, or left asleep.

use super::hands::Hand;
use crate::contract::WorkQueue;
use std::task::Poll;

/// More items than claims are held at once, few enough to meet often.
const ITEMS: usize = 5;

struct Run<'a, Q: WorkQueue> {
    queue: &'a Q,
    items: Vec<Q::Item>,
    waiters: Vec<Hand<Q::Get>>,
    claims: Vec<Q::Claim>,
    /// By item: whether it was added since it was last handed out.
    owed: [bool; ITEMS],
    seed: u64,
    random: u64,
}

pub(super) fn check<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item, seed: u64) {
    let items = (0..).map(item).take(ITEMS).collect();
    let (waiters, claims) = (Vec::new(), Vec::new());
    let mut run = Run { queue, items, waiters, claims, owed: [false; ITEMS], seed, random: seed };
    for _ in 0..300 {
        run.step();
    }
    run.finish();
}

impl<Q: WorkQueue> Run<'_, Q> {
    fn step(&mut self) {
        match self.below(10) {
            0..=3 => {
                let n = self.below(ITEMS);
                self.queue.add(self.items[n].clone());
                self.owed[n] = true;
            }
            4 | 5 => {
                let mut waiter = Hand::new(self.queue.get());
                match waiter.poll() {
                    Poll::Ready(claim) => self.claimed(claim),
                    Poll::Pending => self.waiters.push(waiter),
                }
            }
            6 if !self.waiters.is_empty() => {
                let n = self.below(self.waiters.len());
                drop(self.waiters.remove(n)); // Woken or not.
            }
            7 if !self.claims.is_empty() => {
                let n = self.below(self.claims.len());
                drop(self.claims.remove(n));
            }
            8 if !self.claims.is_empty() => {
                let n = self.below(self.claims.len());
                let claim = self.claims.remove(n);
                let mut waiter = Hand::new(self.queue.next(claim));
                match waiter.poll() {
                    Poll::Ready(claim) => self.claimed(claim),
                    Poll::Pending => self.waiters.push(waiter),
                }
            }
            _ => {
                if !self.waiters.is_empty() {
                    let n = self.below(self.waiters.len());
                    if let Poll::Ready(claim) = self.waiters[n].poll_if_woken() {
                        drop(self.waiters.remove(n));
                        self.claimed(claim);
                    }
                }
            }
        }
    }

    fn claimed(&mut self, claim: Option<Q::Claim>) {
        let seed = self.seed;
        let Some(claim) = claim else { panic!("seed {seed}: the queue is open") };
        assert!(self.claims.iter().all(|other| **other != *claim), "seed {seed}: one item has one claim at a time");
        let Some(n) = self.items.iter().position(|item| *item == *claim) else { panic!("seed {seed}: a foreign item") };
        assert!(self.owed[n], "seed {seed}: an item is handed out once for the additions before");
        self.owed[n] = false;
        self.claims.push(claim);
    }

    /// Everything comes to an end by wake-ups alone, and nothing is owed then.
    fn finish(&mut self) {
        let seed = self.seed;
        loop {
            while let Some(n) = self.waiters.iter().position(Hand::is_woken) {
                if let Poll::Ready(claim) = self.waiters[n].poll() {
                    drop(self.waiters.remove(n));
                    self.claimed(claim);
                }
            }
            assert!(
                self.waiters.is_empty() || self.queue.is_empty(),
                "seed {seed}: a waiter sleeps beside a ready item"
            );
            if self.claims.pop().is_none() {
                break;
            }
        }
        while !self.queue.is_empty() {
            let Poll::Ready(claim) = Hand::new(self.queue.get()).poll() else { panic!("seed {seed}: `get` waits") };
            self.claimed(claim);
            self.claims.clear();
        }
        assert_eq!(self.owed, [false; ITEMS], "seed {seed}: what was added is handed out");
    }

    /// A number below the bound, by splitmix64.
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below a usize")]
    fn below(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}
