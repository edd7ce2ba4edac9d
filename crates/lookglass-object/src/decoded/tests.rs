use std::sync::{
    Barrier,
    atomic::{AtomicUsize, Ordering},
};

use proptest::prelude::*;

use super::*;
use crate::{Encoding, Gvk, Key, decoder::Fault};

fn get(cache: &Decoded, cell: usize, cost: usize) -> Arc<usize> {
    cache.get(cell, cost, || Ok(Arc::new(cell))).expect("it decodes")
}

/// Addresses as cells have them.
const CELL: usize = 0x10_0000;

#[test]
fn what_was_used_last_is_kept() {
    let cache = Decoded::new(30);
    for cell in [1, 2, 3].map(|cell| cell * CELL) {
        get(&cache, cell, 10);
    }
    get(&cache, CELL, 10);
    get(&cache, 4 * CELL, 10);
    let stats = cache.stats();
    assert_eq!((stats.objects, stats.bytes, stats.evictions), (3, 30, 1));
    get(&cache, CELL, 10);
    assert_eq!((cache.stats().hits, cache.stats().misses), (2, 4));
    get(&cache, 2 * CELL, 10);
    assert_eq!(cache.stats().misses, 5, "the one used longest ago went");
}

#[test]
fn what_is_in_use_is_shared_beyond_the_budget_and_then_forgotten() {
    let cache = Decoded::new(0);
    let value = get(&cache, CELL, 10);
    assert!(Arc::ptr_eq(&value, &get(&cache, CELL, 10)));
    assert_eq!(cache.stats().objects, 0);
    let weak = Arc::downgrade(&value);
    drop(value);
    assert_eq!(weak.strong_count(), 0);
    for cell in 2..6 {
        get(&cache, cell * CELL, 10);
    }
    assert_eq!(weak.weak_count(), 0, "the memory of what nobody uses is let go after a few decodings");
}

#[test]
fn a_cell_that_goes_takes_all_types_along() {
    let cache = Decoded::new(1 << 20);
    let (number, text) = (get(&cache, CELL, 1), cache.get(CELL, 1, || Ok(Arc::new("x".to_owned()))).unwrap());
    assert_eq!(cache.stats().objects, 2);
    cache.forget(CELL);
    assert_eq!((cache.stats().objects, cache.stats().bytes), (0, 0));
    assert_eq!((Arc::strong_count(&number), Arc::strong_count(&text)), (1, 1));
}

#[test]
fn an_error_is_not_kept() {
    let cache = Decoded::new(1 << 20);
    let fault = Fault { path: String::new(), offset: None, reason: "no".into() };
    let error = DecodeError::new(&Key::new("a", "b"), &Gvk::core("v1", "Pod"), Encoding::Json, fault);
    assert_eq!(cache.get::<usize>(CELL, 1, || Err(error.clone())).unwrap_err(), error);
    assert_eq!(*get(&cache, CELL, 1), CELL);
}

#[test]
fn who_comes_while_it_is_decoded_waits_for_it() {
    let cache = Decoded::new(1 << 20);
    let decoded = AtomicUsize::new(0);
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                start.wait();
                for cell in 1..200 {
                    let value = cache.get(cell * CELL, 8, || {
                        decoded.fetch_add(1, Ordering::Relaxed);
                        Ok(Arc::new(cell))
                    });
                    assert_eq!(*value.unwrap(), cell);
                }
            });
        }
    });
    assert_eq!(decoded.into_inner(), 199);
    assert_eq!((cache.stats().misses, cache.stats().hits), (199, 3 * 199));
}

/// Reads so many objects once each, the first of them in the cell at `first`.
fn read_once(cache: &Decoded, first: usize, objects: usize) {
    for cell in first..first + objects {
        get(cache, cell * CELL, 10);
    }
}

#[test]
fn what_is_read_once_is_kept_until_that_has_not_paid_for_long() {
    let cache = Decoded::new(640);
    read_once(&cache, 1, 128);
    assert_eq!(cache.stats().bytes, 640, "all that fits is kept at first");
    read_once(&cache, 1000, 100);
    assert_eq!(cache.stats().bytes, 20, "a thirty-second of the budget");
    get(&cache, 1098 * CELL, 10);
    get(&cache, 1099 * CELL, 10);
    assert_eq!(
        (cache.stats().hits, cache.stats().bytes),
        (2, 20),
        "who comes at once finds the newest, and nothing else"
    );
}

#[test]
fn what_is_read_over_and_over_is_found_from_the_third_time_on() {
    let cache = Decoded::new(640);
    read_once(&cache, 1, 1000);
    let misses = |first| {
        let before = cache.stats().misses;
        read_once(&cache, first, 50);
        cache.stats().misses - before
    };
    assert_eq!([misses(2000), misses(2000), misses(2000), misses(2000)], [50, 48, 0, 0]);
    assert_eq!((misses(3000), misses(3000)), (50, 0), "others are kept the first time");
}

#[test]
fn what_is_read_again_and_again_is_kept_beside_what_is_read_once() {
    let cache = Decoded::new(640);
    for round in 1..100 {
        read_once(&cache, 100 * round, 40);
        get(&cache, CELL, 10);
    }
    assert_eq!((cache.stats().hits, cache.stats().misses), (98, 99 * 40 + 1));
}

#[test]
fn what_was_in_use_when_it_was_given_up_is_missed_like_the_rest() {
    let cache = Decoded::new(640);
    read_once(&cache, 1, 1000);
    let held: Vec<_> = (2000..2050).map(|cell| get(&cache, cell * CELL, 10)).collect();
    read_once(&cache, 2000, 50);
    assert_eq!(cache.stats().hits, 50, "what is in use is shared");
    drop(held);
    read_once(&cache, 2000, 50);
    let misses = cache.stats().misses;
    read_once(&cache, 2000, 50);
    assert_eq!(cache.stats().misses, misses);
}

#[derive(Debug, Clone)]
enum Step {
    Get { cell: usize, cost: usize, hold: bool },
    LetGo(usize),
    Forget(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..60_usize, 1..30_usize, prop::bool::weighted(0.3)).prop_map(|(cell, cost, hold)| Step::Get { cell, cost, hold }),
        2 => (0..8_usize).prop_map(Step::LetGo),
        1 => (1..60_usize).prop_map(Step::Forget),
    ]
}

/// The list as it should be, newest first.
#[derive(Default)]
struct Naive {
    places: Vec<Place>,
    decoded: usize,
    paid: usize,
}

struct Place {
    cell: usize,
    cost: usize,
    used: usize,
    kept: bool,
}

impl Naive {
    fn used(&mut self, cell: usize, cost: usize, in_use: bool, budget: usize) {
        let found = self.places.iter().position(|place| place.cell == cell);
        match found {
            Some(at) if self.places[at].kept => {
                let place = self.places.remove(at);
                if self.decoded - place.used > budget / 32 {
                    self.paid = self.decoded;
                }
                self.places.insert(0, Place { used: self.decoded, ..place });
                return;
            }
            _ if in_use => return,
            Some(at) => {
                self.places.remove(at);
                self.paid = self.decoded;
            }
            None => {}
        }
        self.decoded += cost;
        self.places.insert(0, Place { cell, cost, used: self.decoded, kept: true });
        while self.places.iter().map(|place| place.cost).sum::<usize>() > budget {
            self.places.pop();
        }
        if self.decoded - self.paid > 2 * budget {
            for _ in 0..2 {
                let oldest = self.places.iter().rposition(|place| place.kept);
                if let Some(oldest) = oldest.filter(|oldest| *oldest > 0 && self.kept().1 > budget / 32) {
                    self.places[oldest].kept = false;
                }
            }
        }
    }

    /// How many values are kept, and what they cost.
    fn kept(&self) -> (usize, usize) {
        let kept = || self.places.iter().filter(|place| place.kept);
        (kept().count(), kept().map(|place| place.cost).sum())
    }
}

proptest! {
    #[test]
    fn it_keeps_what_a_naive_list_keeps(steps in prop::collection::vec(step(), 0..200), budget in 0..400_usize) {
        let cache = Decoded::new(budget);
        let mut naive = Naive::default();
        let mut held: Vec<Arc<usize>> = Vec::new();
        let mut made = std::collections::HashMap::new();
        for step in steps {
            match step {
                Step::Get { cell, cost, hold } => {
                    let in_use = held.iter().any(|one| **one == cell);
                    let shared = in_use || naive.places.iter().any(|place| place.cell == cell && place.kept);
                    let value = cache.get(cell * CELL, cost, || Ok(Arc::new(cell))).unwrap();
                    let again = made.insert(cell, Arc::downgrade(&value));
                    prop_assert_eq!(shared, again.is_some_and(|again| again.ptr_eq(&Arc::downgrade(&value))), "{}", cell);
                    naive.used(cell, cost, in_use, budget);
                    if hold {
                        held.push(value);
                    }
                }
                Step::LetGo(at) if at < held.len() => drop(held.remove(at)),
                Step::LetGo(_) => {}
                Step::Forget(cell) => {
                    cache.forget(cell * CELL);
                    naive.places.retain(|place| place.cell != cell);
                    held.retain(|one| **one != cell);
                }
            }
            prop_assert_eq!((cache.stats().objects, cache.stats().bytes), naive.kept());
        }
    }
}
