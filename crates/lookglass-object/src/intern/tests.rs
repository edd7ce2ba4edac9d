use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn equal_sets_are_one_and_unused_ones_are_gone(
        sets in prop::collection::vec(prop::collection::vec(("[a-c]{0,2}", "[x-z]{0,1}"), 0..5), 0..20),
        order in any::<u64>(),
    ) {
        let interner = Interner::new();
        let mut all: Vec<_> = sets.iter().map(|set| {
            let pairs = || set.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            let wanted: BTreeMap<_, _> = pairs().collect();
            let labels = interner.labels(pairs());
            prop_assert!(labels.iter().eq(wanted.clone()));
            prop_assert_eq!(labels.len(), wanted.len());
            for (key, value) in &wanted {
                prop_assert_eq!(labels.get(key), Some(*value));
            }
            prop_assert_eq!(labels.get("nothing"), None);
            Ok(labels)
        }).collect::<Result<_, TestCaseError>>()?;
        for one in &all {
            for other in &all {
                prop_assert_eq!(one.is_same(other), one.iter().eq(other.iter()));
                prop_assert_eq!(one == other, one.is_same(other));
            }
        }
        let mut order = order;
        while !all.is_empty() {
            let distinct: std::collections::HashSet<_> = all.iter().filter(|set| !set.is_empty()).cloned().collect();
            prop_assert_eq!(interner.len(), distinct.len());
            drop(distinct);
            let at = order as usize % all.len();
            all.swap_remove(at);
            order = order.rotate_right(3);
        }
        prop_assert!(interner.is_empty());
    }
}

#[test]
fn a_table_that_has_shrunk_gives_its_memory_back() {
    let interner = Interner::new();
    let empty = interner.heap_size();
    let all: Vec<_> = (0..5000).map(|index| interner.labels([("app", format!("web-{index}").as_str())])).collect();
    let full = interner.heap_size();
    assert!(full > 5000 * 50);
    drop(all);
    assert!(interner.is_empty());
    assert!(interner.heap_size() < empty + 4096, "{}", interner.heap_size());
}

#[test]
fn threads_that_come_and_go_leave_nothing_behind() {
    let interner = Interner::new();
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let interner = &interner;
            scope.spawn(move || {
                for round in 0..5000_u32 {
                    let value = (round / 3 % 7).to_string();
                    let labels = interner.labels([("app", value.as_str())]);
                    assert_eq!(labels.get("app"), Some(value.as_str()));
                    if (round + thread).is_multiple_of(2) {
                        let copy = labels.clone();
                        drop(labels);
                        assert_eq!(copy.get("app"), Some(value.as_str()));
                    }
                }
            });
        }
    });
    assert!(interner.is_empty());
}

#[test]
fn sets_outlive_their_table() {
    let interner = Interner::new();
    let labels = interner.labels([("a", "b")]);
    drop(interner);
    assert_eq!(labels.get("a"), Some("b"));
}
