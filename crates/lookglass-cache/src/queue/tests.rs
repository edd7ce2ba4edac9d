//! Tests of [`DeltaQueue`](super::DeltaQueue): the contract, its edges, and a property against a naive queue.

mod property;
mod stress;
mod waiting;

use super::{DeltaQueue, PushError, QueueView};
use crate::conformance::{Sample, queue as conformance};
use crate::key::with_cause;
use crate::{Change, Closed, KeyFunction, NeverSynced, Tombstone};

type Samples = DeltaQueue<&'static str, Sample, u64>;

fn named() -> KeyFunction<&'static str, Sample> {
    KeyFunction::fallible(|sample: &Sample| if sample.value == 0 { Err("value 0") } else { Ok(sample.name) })
}

fn added(value: u32) -> Change<&'static str, Sample, u64> {
    Change::Added(Sample::new("a", value))
}

#[test]
fn keeps_the_contract() {
    conformance::run(|capacity| Samples::builder(named()).capacity(capacity).build());
}

#[test]
fn transforms_each_object_on_its_way_in() {
    let queue = Samples::builder(named())
        .transformer(|sample: Sample| match sample.value {
            13 => Err("value 13"),
            value => Ok(Sample::new(sample.name, value + 100)),
        })
        .build();
    let list = |value| Change::ReplacedAll {
        revision: 1,
        objects: vec![Sample::new("a", value), Sample::new("b", 1)],
        unreadable: vec![],
    };
    queue.try_push(list(1)).unwrap();
    queue.try_push(Change::Deleted(Sample::new("a", 2))).unwrap();
    let tombstone = Change::Tombstone(Tombstone { key: "b", last: Some(Sample::new("b", 3)) });
    queue.try_push(tombstone.clone()).unwrap();
    assert!(matches!(queue.try_push(list(13)), Err(PushError::Transform(_))));
    let refusal = queue.try_push(Change::Added(Sample::new("a", 13))).unwrap_err();
    assert_eq!(with_cause(&refusal), "the value could not be transformed: value 13");
    let first = queue.try_pop_batch(9).unwrap().unwrap();
    let objects = vec![Sample::new("a", 101), Sample::new("b", 101)];
    assert_eq!(*first, [Change::ReplacedAll { revision: 1, objects, unreadable: vec![] }]);
    let second = queue.try_pop_batch(9).unwrap().unwrap();
    assert_eq!(*second, [Change::Deleted(Sample::new("a", 102)), tombstone]);
}

#[test]
fn an_error_says_which_element_of_a_list_it_is_about() {
    let queue = Samples::builder(named())
        .transformer(|sample: Sample| if sample.value == 13 { Err("value 13") } else { Ok(sample) })
        .build();
    let list = |value| Change::ReplacedAll {
        revision: 1,
        objects: [1, 2, value].map(|n| Sample::new("a", n)).to_vec(),
        unreadable: vec![],
    };
    let refusal = queue.try_push(list(13)).unwrap_err();
    assert_eq!(with_cause(&refusal), "element 2 of the list could not be transformed: value 13");
    let PushError::Key(refusal) = queue.try_push(list(0)).unwrap_err() else { panic!("it has no key") };
    assert_eq!((refusal.element, &*with_cause(&refusal)), (Some(2), "element 2 of the list has no key: value 0"));
    assert!(matches!(queue.try_push(added(0)), Err(PushError::Key(error)) if error.element.is_none()));
}

#[test]
fn one_change_of_a_chunk_that_cannot_enter_leaves_the_others() {
    let queue = Samples::builder(named())
        .transformer(|sample: Sample| if sample.value == 13 { Err("value 13") } else { Ok(sample) })
        .build();
    let mut chunk = [1, 0, 2, 13, 3].map(added).to_vec();
    assert!(matches!(queue.try_push_all(&mut chunk), Err(PushError::Key(_))));
    assert_eq!(chunk, [1, 2, 13, 3].map(added), "without the change that the error is about");
    assert!(matches!(queue.push_all_blocking(&mut chunk), Err(PushError::Transform(_))));
    assert_eq!(chunk, [1, 2, 3].map(added));
    assert_eq!(queue.view(), QueueView { capacity: 2000, ..QueueView::default() }, "nothing has entered");
    queue.push_all_blocking(&mut chunk).unwrap();
    assert_eq!((chunk.len(), queue.len()), (0, 3));
}

#[test]
fn a_chunk_of_nothing_asks_for_nothing() {
    let queue = Samples::builder(named()).capacity(1).build();
    queue.try_push(added(1)).unwrap();
    queue.try_push_all(&mut vec![]).unwrap();
    queue.push_all_blocking(&mut vec![]).unwrap();
    queue.close();
    queue.push_all_blocking(&mut vec![]).unwrap();
}

#[test]
fn an_iterator_made_of_a_batch_keeps_it_unprocessed() {
    let queue = Samples::new(named());
    queue.try_push(Change::ReplacedAll { revision: 1, objects: vec![], unreadable: vec![] }).unwrap();
    let mut changes = queue.pop_batch_blocking(9).unwrap().into_iter();
    assert_eq!(changes.len(), 1);
    assert!(matches!(changes.next(), Some(Change::ReplacedAll { .. })));
    assert!(!queue.has_synced());
    drop(changes);
    assert!(queue.has_synced());
}

#[test]
fn a_checker_outlives_its_queue() {
    let queue = Samples::new(named());
    let checker = queue.sync_checker();
    queue.try_push(Change::Bookmark(1)).unwrap();
    queue.close();
    assert!(!checker.is_synced());
    drop(queue.pop_batch_blocking(1).unwrap());
    assert_eq!(checker.synced_blocking(), Err(NeverSynced), "closed before anything populated it");
    assert_eq!(queue.pop_batch_blocking(1).unwrap_err(), Closed);

    let queue = Samples::new(named());
    queue.try_push(Change::ReplacedAll { revision: 1, objects: vec![], unreadable: vec![] }).unwrap();
    queue.close();
    let batch = queue.pop_batch_blocking(1).unwrap();
    assert!(!queue.sync_checker().is_synced());
    drop(batch);
    assert_eq!(queue.sync_checker().synced_blocking(), Ok(()), "the list had come before the end");
}

#[test]
fn an_empty_list_takes_room_too() {
    let queue = Samples::builder(named()).capacity(1).build();
    queue.try_push(Change::ReplacedAll { revision: 1, objects: vec![], unreadable: vec![] }).unwrap();
    assert!(matches!(queue.try_push(Change::SyncAll), Err(PushError::Full(Change::SyncAll))));
    let queue = Samples::builder(named()).capacity(0).build();
    queue.try_push(Change::SyncAll).unwrap();
    assert_eq!(queue.view().capacity, 1, "a queue that can hold nothing would be of no use");
}

#[test]
fn shows_numbers_and_no_objects() {
    let queue = Samples::new(named());
    queue
        .try_push(Change::ReplacedAll {
            revision: 1,
            objects: vec![Sample::new("a", 1), Sample::new("b", 1)],
            unreadable: vec![],
        })
        .unwrap();
    queue.try_push(added(2)).unwrap();
    let expected = QueueView {
        changes: 2,
        objects: 3,
        capacity: 2000,
        populated: true,
        initial_left: 1,
        pushed: 2,
        ..QueueView::default()
    };
    assert_eq!(queue.view(), expected);
    assert_eq!(format!("{queue:?}"), format!("DeltaQueue({expected:?})"));
    let batch = queue.try_pop_batch(9).unwrap().unwrap();
    assert_eq!(format!("{batch:?}"), "ChangeBatch { changes: 1, is_initial: true, .. }");
    assert_eq!((queue.view().popped, queue.view().initial_left), (1, 1));
    drop(batch);
    assert_eq!((queue.view().synced, queue.view().initial_left, queue.len()), (true, 0, 1));
    queue.close();
    assert_eq!(format!("{:?}", queue.try_push(added(3)).unwrap_err()), "Closed(..)");
}

#[test]
fn handles_can_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    anywhere(&Samples::new(named()));
}
