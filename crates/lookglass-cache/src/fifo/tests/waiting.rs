//! Who is woken, and what becomes of it.

use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};

use super::{Sample, named};
use crate::DeltaFifo;

#[test]
fn consumers_are_served_in_the_order_they_came() {
    let fifo = DeltaFifo::new(named());
    let mut first = task::spawn(fifo.pop());
    let mut second = task::spawn(fifo.pop());
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    fifo.add(Sample::new("a", 1)).unwrap();
    assert!(first.is_woken() && !second.is_woken(), "one at a time");
    assert_pending!(second.poll(), "a stray poll does not overtake");
    assert_eq!(assert_ready_ok!(first.poll()).key(), &"a");
    fifo.add(Sample::new("b", 1)).unwrap();
    assert!(second.is_woken());
    assert_eq!(assert_ready_ok!(second.poll()).key(), &"b");
}

#[test]
fn the_woken_wake_the_next_if_there_is_more() {
    let fifo = DeltaFifo::new(named());
    let mut waiting: Vec<_> = (0..3).map(|_| task::spawn(fifo.pop())).collect();
    for consumer in &mut waiting {
        assert_pending!(consumer.poll());
    }
    fifo.replace(vec![Sample::new("a", 1), Sample::new("b", 1)]).unwrap();
    assert!(waiting[0].is_woken() && !waiting[1].is_woken());
    drop(assert_ready_ok!(waiting[0].poll()));
    assert!(waiting[1].is_woken() && !waiting[2].is_woken());
    drop(assert_ready_ok!(waiting[1].poll()));
    assert!(!waiting[2].is_woken(), "there is nothing for it");
    fifo.close();
    assert!(waiting[2].is_woken());
    assert!(assert_ready!(waiting[2].poll()).is_err());
}

#[test]
fn a_turn_taken_by_try_pop_is_waited_for_again() {
    let fifo = DeltaFifo::new(named());
    let mut waiting = task::spawn(fifo.pop());
    assert_pending!(waiting.poll());
    fifo.add(Sample::new("a", 1)).unwrap();
    drop(fifo.try_pop().unwrap().expect("it takes what is there"));
    assert!(waiting.is_woken());
    assert_pending!(waiting.poll());
    fifo.add(Sample::new("b", 1)).unwrap();
    assert!(waiting.is_woken());
    drop(assert_ready_ok!(waiting.poll()));
}

#[test]
fn a_future_dropped_between_wake_and_poll_passes_its_turn_on() {
    let fifo = DeltaFifo::new(named());
    for value in 1..=100_000 {
        let mut dropped = task::spawn(fifo.pop());
        let mut kept = task::spawn(fifo.pop());
        assert_pending!(dropped.poll());
        assert_pending!(kept.poll());
        fifo.add(Sample::new("a", value)).unwrap();
        assert!(dropped.is_woken() && !kept.is_woken());
        drop(dropped);
        assert!(kept.is_woken(), "round {value}");
        let popped = assert_ready_ok!(kept.poll());
        assert_eq!(popped.newest().and_then(|delta| delta.object()), Some(&Sample::new("a", value)));
    }
    assert!(fifo.is_empty());
    assert_eq!(fifo.view().waiting, 0, "nobody is left in line");
}

#[test]
fn a_future_moved_to_another_task_wakes_that_one() {
    let fifo = DeltaFifo::new(named());
    let mut future = Box::pin(fifo.pop());
    let mut old = task::spawn(());
    assert_pending!(old.enter(|context, _| future.as_mut().poll(context)));
    let mut new = task::spawn(());
    assert_pending!(new.enter(|context, _| future.as_mut().poll(context)));
    fifo.add(Sample::new("a", 1)).unwrap();
    assert!(new.is_woken() && !old.is_woken());
}

#[test]
fn a_blocked_thread_is_woken() {
    let fifo = DeltaFifo::new(named());
    let consumer = std::thread::spawn({
        let fifo = fifo.clone();
        move || fifo.pop_blocking().map(|popped| *popped.key())
    });
    fifo.add(Sample::new("a", 1)).unwrap();
    assert_eq!(consumer.join().unwrap(), Ok("a"));
}
