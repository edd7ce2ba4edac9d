//! Who is woken, and what becomes of it: consumers that wait for changes and producers that wait for room.

use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};

use super::{Sample, Samples, added, named};
use crate::{Change, PushError};

fn full(capacity: u32) -> Samples {
    let queue = Samples::builder(named()).capacity(capacity as usize).build();
    for value in 1..=capacity {
        queue.try_push(added(value)).expect("there is room");
    }
    queue
}

fn take(queue: &Samples) -> Change<&'static str, Sample, u64> {
    let batch = queue.try_pop_batch(1).expect("it is not at its end").expect("something is queued");
    batch.into_iter().next().expect("no batch is empty")
}

#[test]
fn producers_are_admitted_in_the_order_they_came() {
    let queue = full(1);
    let mut first = task::spawn(queue.push(added(10)));
    let mut second = task::spawn(queue.push(added(11)));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    assert_eq!(queue.view().waiting_producers, 2);
    assert_eq!(take(&queue), added(1));
    assert!(first.is_woken() && !second.is_woken());
    assert_pending!(second.poll(), "a stray poll does not overtake");
    assert!(matches!(queue.try_push(added(12)), Err(PushError::Full(_))), "nor does a newcomer");
    assert_ready_ok!(first.poll());
    assert!(!second.is_woken());
    assert_eq!(take(&queue), added(10));
    assert_ready_ok!(second.poll());
}

#[test]
fn a_large_list_is_not_overtaken_for_ever() {
    let queue = full(2);
    let objects = vec![Sample::new("a", 1); 3];
    let mut list = task::spawn(queue.push(Change::ReplacedAll { revision: 1, objects, unreadable: vec![] }));
    let mut later = task::spawn(queue.push(added(10)));
    assert_pending!(list.poll());
    assert_pending!(later.poll());
    take(&queue);
    assert!(list.is_woken());
    assert_pending!(list.poll(), "it needs the queue for itself");
    assert_pending!(later.poll());
    take(&queue);
    assert!(list.is_woken());
    assert_ready_ok!(list.poll());
    assert_pending!(later.poll());
    assert!(matches!(take(&queue), Change::ReplacedAll { .. }));
    assert!(later.is_woken());
    assert_ready_ok!(later.poll());
}

#[test]
fn room_for_many_admits_many() {
    let queue = Samples::builder(named()).capacity(3).build();
    for name in ["a", "b", "c"] {
        queue.try_push(Change::Added(Sample::new(name, 1))).unwrap();
    }
    let mut waiting: Vec<_> = (0..3).map(|value| task::spawn(queue.push(added(10 + value)))).collect();
    for producer in &mut waiting {
        assert_pending!(producer.poll());
    }
    assert_eq!(queue.try_pop_batch(2).unwrap().unwrap().len(), 2);
    assert!(waiting[0].is_woken() && !waiting[1].is_woken());
    assert_ready_ok!(waiting[0].poll());
    assert!(waiting[1].is_woken());
    assert_ready_ok!(waiting[1].poll());
    assert!(!waiting[2].is_woken());
}

#[test]
fn a_producer_dropped_after_its_wake_up_passes_its_turn_on_and_queues_nothing() {
    let queue = full(1);
    for value in 10..100_010 {
        let mut dropped = task::spawn(queue.push(added(1)));
        let mut kept = task::spawn(queue.push(added(value)));
        assert_pending!(dropped.poll());
        assert_pending!(kept.poll());
        take(&queue);
        assert!(dropped.is_woken() && !kept.is_woken());
        drop(dropped);
        assert!(kept.is_woken(), "round {value}");
        assert_ready_ok!(kept.poll());
        drop(kept);
        assert_eq!(queue.view().waiting_producers, 0);
    }
    assert_eq!(take(&queue), added(100_009));
    assert!(queue.is_empty());
}

#[test]
fn a_consumer_dropped_after_its_wake_up_passes_its_turn_on() {
    let queue = Samples::new(named());
    let mut dropped = task::spawn(queue.pop_batch(5));
    let mut kept = task::spawn(queue.pop());
    assert_pending!(dropped.poll());
    assert_pending!(kept.poll());
    queue.try_push(added(1)).unwrap();
    drop(dropped);
    assert!(kept.is_woken());
    assert_eq!(assert_ready_ok!(kept.poll()).len(), 1);
}

#[test]
fn a_close_gives_waiting_producers_their_change_back() {
    let queue = full(1);
    let mut waiting = [10, 11].map(|value| task::spawn(queue.push(added(value))));
    for producer in &mut waiting {
        assert_pending!(producer.poll());
    }
    queue.close();
    for (producer, value) in waiting.iter_mut().zip([10, 11]).rev() {
        assert!(producer.is_woken(), "all at once, in any order");
        match assert_ready_err!(producer.poll()) {
            PushError::Closed(change) => assert_eq!(change, added(value)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(take(&queue), added(1));
    assert!(assert_ready!(task::spawn(queue.pop()).poll()).is_err());
}

#[test]
fn a_chunk_enters_as_room_comes_and_nobody_gets_between() {
    let queue = full(2);
    let mut chunk: Vec<_> = (10..15).map(added).collect();
    let mut pushing = task::spawn(queue.push_all(&mut chunk));
    let mut later = task::spawn(queue.push(added(20)));
    assert_pending!(pushing.poll());
    assert_pending!(later.poll());
    assert_eq!(take(&queue), added(1));
    assert!(pushing.is_woken() && !later.is_woken());
    assert_pending!(pushing.poll(), "one of five has entered");
    assert_eq!((queue.len(), queue.view().waiting_producers), (2, 2));
    for value in [2, 10, 11, 12] {
        assert!(!pushing.is_woken() && !later.is_woken(), "a partial entry wakes no producer");
        assert_eq!(take(&queue), added(value));
        assert!(pushing.is_woken() && !later.is_woken());
        if value < 12 {
            assert_pending!(pushing.poll());
        }
    }
    assert_ready_ok!(pushing.poll());
    assert!(!later.is_woken());
    drop(pushing);
    assert!(chunk.is_empty());
    assert_eq!(take(&queue), added(13));
    assert_ready_ok!(later.poll());
    assert_eq!((take(&queue), take(&queue)), (added(14), added(20)));
}

#[test]
fn a_chunk_wakes_consumers_with_its_first_part() {
    let queue = Samples::builder(named()).capacity(2).build();
    let mut consumers = [(); 3].map(|()| task::spawn(queue.pop()));
    for consumer in &mut consumers {
        assert_pending!(consumer.poll());
    }
    let mut chunk: Vec<_> = (1..=3).map(added).collect();
    let mut pushing = task::spawn(queue.push_all(&mut chunk));
    assert_pending!(pushing.poll());
    let woken = consumers.iter().filter(|consumer| consumer.is_woken());
    assert_eq!(woken.count(), 1, "one wake-up for what has entered; who is woken wakes the next");
    assert_eq!(assert_ready_ok!(consumers[0].poll())[..], [added(1)]);
    assert!(consumers[1].is_woken() && pushing.is_woken());
    assert_eq!(assert_ready_ok!(consumers[1].poll())[..], [added(2)]);
    assert!(!consumers[2].is_woken());
    assert_ready_ok!(pushing.poll());
    assert_eq!(assert_ready_ok!(consumers[2].poll())[..], [added(3)]);
}

#[test]
fn a_dropped_chunk_keeps_what_has_not_entered() {
    let queue = full(2);
    let mut chunk: Vec<_> = (10..14).map(added).collect();
    let mut pushing = task::spawn(queue.push_all(&mut chunk));
    let mut later = task::spawn(queue.push(added(20)));
    assert_pending!(pushing.poll());
    assert_pending!(later.poll());
    take(&queue);
    assert_pending!(pushing.poll());
    take(&queue);
    assert!(pushing.is_woken() && !later.is_woken());
    drop(pushing);
    assert!(later.is_woken(), "its turn is passed on");
    assert_eq!(chunk, [11, 12, 13].map(added), "10 has entered");
    assert_ready_ok!(later.poll());
    assert_eq!((take(&queue), take(&queue)), (added(10), added(20)));
    queue.try_push(added(1)).unwrap();
    assert!(matches!(queue.try_push_all(&mut chunk), Err(PushError::Full(()))));
    assert_eq!(chunk, [12, 13].map(added), "one found room");
}

#[test]
fn a_close_leaves_the_rest_of_a_chunk_to_its_owner() {
    let queue = full(2);
    let mut chunk: Vec<_> = (10..13).map(added).collect();
    let mut pushing = task::spawn(queue.push_all(&mut chunk));
    assert_pending!(pushing.poll());
    take(&queue);
    assert_pending!(pushing.poll());
    queue.close();
    assert!(pushing.is_woken());
    assert!(matches!(assert_ready_err!(pushing.poll()), PushError::Closed(())));
    drop(pushing);
    assert_eq!(chunk, [11, 12].map(added));
    assert!(matches!(queue.try_push_all(&mut chunk), Err(PushError::Closed(()))));
    assert_eq!(chunk.len(), 2);
}

#[test]
fn a_chunk_with_a_list_too_large_waits_without_waking_itself() {
    let queue = Samples::builder(named()).capacity(2).build();
    let list = Change::ReplacedAll { revision: 1, objects: vec![Sample::new("a", 1); 3], unreadable: vec![] };
    let mut chunk = vec![added(1), list];
    let mut pushing = task::spawn(queue.push_all(&mut chunk));
    assert_pending!(pushing.poll());
    assert!(!pushing.is_woken(), "there is room, but not for the list");
    assert_pending!(pushing.poll());
    assert!(!pushing.is_woken(), "nor after a stray poll");
    assert_eq!(take(&queue), added(1));
    assert!(pushing.is_woken());
    assert_ready_ok!(pushing.poll());
}

#[test]
fn blocked_threads_go_through_a_full_queue() {
    let queue = Samples::builder(named()).capacity(1).build();
    let producer = std::thread::spawn({
        let queue = queue.clone();
        move || (1..=1000).try_for_each(|value| queue.push_blocking(added(value)))
    });
    for value in 1..=1000 {
        assert_eq!(*queue.pop_batch_blocking(9).unwrap(), [added(value)]);
    }
    producer.join().unwrap().unwrap();
}
