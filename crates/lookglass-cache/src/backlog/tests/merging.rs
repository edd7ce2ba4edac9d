//! The table of merge rules, line by line.

use super::{Sample, added, at, updated};
use crate::Event;
use crate::backlog::merge::Merged;

fn deleted(value: u32, certain: bool) -> Event<Sample> {
    Event::Deleted { last: Sample::new("k", value), certain }
}

fn merged(events: &[Event<Sample>]) -> Vec<Event<Sample>> {
    let mut merged = Merged::default();
    for (number, event) in (0..).zip(events) {
        merged.merge(event.object().name, event, number, at(0));
    }
    assert_eq!(merged.keys(), usize::from(merged.events() > 0));
    let count = merged.events();
    let taken = merged.take(usize::MAX);
    assert_eq!(taken.len(), count);
    assert_eq!((merged.events(), merged.keys(), merged.oldest()), (0, 0, None));
    taken
}

/// What is pending, made from events that are taken apart here.
fn pending() -> [(&'static str, Vec<Event<Sample>>); 5] {
    [
        ("nothing", vec![]),
        ("added", vec![added("k", 1)]),
        ("updated", vec![updated("k", 1, 2)]),
        ("deleted", vec![deleted(1, true)]),
        ("recreated", vec![deleted(1, true), added("k", 2)]),
    ]
}

fn check(arriving: &Event<Sample>, expected: [Vec<Event<Sample>>; 5]) {
    for ((name, mut events), expected) in pending().into_iter().zip(expected) {
        events.push(arriving.clone());
        assert_eq!(merged(&events), expected, "{name} + {arriving:?}");
    }
}

#[test]
fn an_addition_arrives() {
    check(
        &added("k", 9),
        [
            vec![added("k", 9)],
            vec![added("k", 9)],
            vec![updated("k", 1, 9)],
            vec![deleted(1, true), added("k", 9)],
            vec![deleted(1, true), added("k", 9)],
        ],
    );
}

#[test]
fn an_update_arrives() {
    check(
        &updated("k", 8, 9),
        [
            vec![updated("k", 8, 9)],
            vec![added("k", 9)],
            vec![updated("k", 1, 9)],
            vec![deleted(1, true), added("k", 9)],
            vec![deleted(1, true), added("k", 9)],
        ],
    );
}

#[test]
fn a_deletion_arrives() {
    check(
        &deleted(9, true),
        [vec![deleted(9, true)], vec![], vec![deleted(9, true)], vec![deleted(1, true)], vec![deleted(1, true)]],
    );
    check(
        &deleted(9, false),
        [vec![deleted(9, false)], vec![], vec![deleted(9, false)], vec![deleted(1, true)], vec![deleted(1, true)]],
    );
    assert_eq!(merged(&[deleted(1, false), deleted(9, true)]), [deleted(9, true)], "the one that is certain");
    assert_eq!(merged(&[deleted(1, false), deleted(9, false)]), [deleted(9, false)], "else the newer");
}

#[test]
fn an_addition_stays_initial_while_it_is_pending() {
    let initial = |value| Event::Added { object: Sample::new("k", value), initial: true };
    assert_eq!(merged(&[initial(1), updated("k", 1, 2)]), [initial(2)]);
    assert_eq!(merged(&[initial(1), added("k", 2)]), [initial(2)]);
    assert_eq!(merged(&[added("k", 1), initial(2)]), [added("k", 2)]);
    assert_eq!(merged(&[deleted(1, true), initial(2), updated("k", 2, 3)]), [deleted(1, true), initial(3)]);
    assert_eq!(merged(&[initial(1), deleted(1, true), added("k", 2)]), [added("k", 2)], "another object");
}

#[test]
fn a_resync_is_swallowed_by_what_is_pending() {
    assert_eq!(merged(&[updated("k", 1, 2), updated("k", 2, 2)]), [updated("k", 1, 2)]);
    assert_eq!(merged(&[added("k", 2), updated("k", 2, 2)]), [added("k", 2)]);
    assert_eq!(merged(&[updated("k", 2, 2)]), [updated("k", 2, 2)], "otherwise it is told");
}

#[test]
fn a_busy_key_keeps_its_place_and_the_halves_of_a_recreation_can_be_taken_apart() {
    let mut merged = Merged::default();
    let events = [deleted(1, true), added("other", 1), added("k", 2)];
    for (number, event) in (0..).zip(&events) {
        merged.merge(event.object().name, event, number, at(0));
    }
    assert_eq!(merged.take(1), [deleted(1, true)]);
    assert_eq!(merged.oldest(), Some((0, at(0))), "its addition is still the first");
    merged.merge("k", &updated("k", 2, 3), 3, at(0));
    assert_eq!(merged.take(9), [added("k", 3), added("other", 1)]);

    for (number, event) in (0..).zip(&events) {
        merged.merge(event.object().name, event, number, at(0));
    }
    assert_eq!(merged.take(1), [deleted(1, true)]);
    merged.merge("k", &deleted(2, true), 3, at(0));
    assert_eq!(merged.take(9), [added("other", 1)], "it was told of the deletion, and never of the addition");
}
