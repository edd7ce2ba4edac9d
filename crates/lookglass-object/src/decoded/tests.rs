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

#[derive(Debug, Clone)]
enum Step {
    Get { cell: usize, cost: usize, hold: bool },
    LetGo(usize),
    Forget(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..12_usize, 1..6_usize, any::<bool>()).prop_map(|(cell, cost, hold)| Step::Get { cell, cost, hold }),
        2 => (0..8_usize).prop_map(Step::LetGo),
        1 => (1..12_usize).prop_map(Step::Forget),
    ]
}

proptest! {
    /// Against a list of what is kept, newest first.
    #[test]
    fn it_keeps_what_a_naive_list_keeps(steps in prop::collection::vec(step(), 0..120), budget in 0..20_usize) {
        let cache = Decoded::new(budget);
        let mut kept: Vec<(usize, usize)> = Vec::new();
        let mut held: Vec<Arc<usize>> = Vec::new();
        let mut made = std::collections::HashMap::new();
        for step in steps {
            match step {
                Step::Get { cell, cost, hold } => {
                    let shared = kept.iter().any(|one| one.0 == cell) || held.iter().any(|one| **one == cell);
                    let value = cache.get(cell * CELL, cost, || Ok(Arc::new(cell))).unwrap();
                    let again = made.insert(cell, Arc::downgrade(&value));
                    prop_assert_eq!(shared, again.is_some_and(|again| again.ptr_eq(&Arc::downgrade(&value))), "{}", cell);
                    if let Some(at) = kept.iter().position(|one| one.0 == cell) {
                        let one = kept.remove(at);
                        kept.insert(0, one);
                    } else if !shared {
                        kept.insert(0, (cell, cost));
                        while kept.iter().map(|one| one.1).sum::<usize>() > budget {
                            kept.pop();
                        }
                    }
                    if hold {
                        held.push(value);
                    }
                }
                Step::LetGo(at) if at < held.len() => drop(held.remove(at)),
                Step::LetGo(_) => {}
                Step::Forget(cell) => {
                    cache.forget(cell * CELL);
                    kept.retain(|one| one.0 != cell);
                    held.retain(|one| **one != cell);
                }
            }
            let stats = cache.stats();
            prop_assert_eq!((stats.objects, stats.bytes), (kept.len(), kept.iter().map(|one| one.1).sum::<usize>()));
        }
    }
}
