//! The contract of a plain queue, sentence by sentence.

use super::hands::{Hand, is_closed, take, take_exactly, waiting};
use crate::{contract::WorkQueue, drain::DrainOutcome};
use std::task::Poll;

pub(super) fn check<Q: WorkQueue>(make: &impl Fn() -> Q, item: &impl Fn(u32) -> Q::Item) {
    lines_up_once_and_in_order(&make(), item);
    one_claim_at_a_time(&make(), item);
    done_by_name(&make(), item);
    next_is_done_and_get(&make(), item);
    waiters_are_woken(&make(), item);
    dropped_waiters_pass_the_wake_on(&make(), item);
    shut_down_hands_out_the_rest(&make(), item);
    what_was_added_before_shut_down_runs(&make(), item);
    drain_waits_for_claims(&make(), item);
    full_drain_waits_for_everything(&make(), item);
    shut_down_ends_drains(&make(), item);
    an_unwinding_worker_is_done(&make(), item);
}

fn lines_up_once_and_in_order<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    assert!(queue.is_empty(), "a new queue is empty");
    for n in [1, 2, 1, 3, 2] {
        queue.add(item(n));
    }
    assert_eq!(queue.len(), 3, "an item that waits is not lined up again");
    for n in [1, 2, 3] {
        take_exactly(queue, &item(n));
    }
    assert!(queue.is_empty(), "what was handed out is not ready");
}

fn one_claim_at_a_time<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.add(item(1));
    let claim = take(queue);
    assert_eq!(queue.len(), 0, "`len` does not count what is claimed");
    queue.add(item(1));
    queue.add(item(1));
    queue.add(item(2));
    assert_eq!(queue.len(), 1, "an item that is claimed does not line up");
    take_exactly(queue, &item(2));
    let mut waiting = waiting(queue);
    drop(claim);
    assert!(waiting.is_woken(), "an item that lines up when its claim ends wakes a waiter");
    let claim = waiting.poll();
    assert!(matches!(claim, Poll::Ready(Some(claim)) if *claim == item(1)), "it runs once more");
    assert!(Hand::new(queue.get()).poll().is_pending(), "and only once");
}

fn done_by_name<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.done(&item(1));
    queue.add(item(1));
    queue.done(&item(1));
    assert_eq!(queue.len(), 1, "`done` says nothing about an item that nobody has");
    let first = take(queue);
    queue.done(&item(1));
    queue.add(item(1));
    let second = take(queue);
    queue.add(item(1));
    drop(first);
    assert_eq!(queue.len(), 0, "a claim that was ended by name does not end a later one");
    drop(second);
    assert_eq!(queue.len(), 1, "the later one ends when it is dropped");
}

fn next_is_done_and_get<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.add(item(1));
    let claim = take(queue);
    queue.add(item(1));
    let Poll::Ready(Some(claim)) = Hand::new(queue.next(claim)).poll() else { panic!("`next` gives what is ready") };
    drop(queue.next(claim));
    queue.add(item(1));
    assert_eq!(queue.len(), 1, "`next` is done with its claim even when it is dropped unpolled");
}

fn waiters_are_woken<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    let mut waiters = [waiting(queue), waiting(queue), waiting(queue)];
    queue.add(item(1));
    queue.add(item(2));
    assert!(waiters[0].is_woken(), "the one that has waited longest is woken");
    let mut claims = Vec::new();
    while let Some(claim) = waiters.iter_mut().find_map(|waiter| match waiter.poll_if_woken() {
        Poll::Ready(claim) => claim,
        Poll::Pending => None,
    }) {
        claims.push(claim);
    }
    assert_eq!(claims.len(), 2, "with two items ready, two waiters get one each");
}

fn dropped_waiters_pass_the_wake_on<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    let (first, second, mut third) = (waiting(queue), waiting(queue), waiting(queue));
    drop(second);
    queue.add(item(1));
    assert!(first.is_woken(), "the one that has waited longest is woken");
    drop(first);
    assert!(third.is_woken(), "a waiter dropped between wake and poll passes the wake on");
    assert!(third.poll().is_ready(), "and the item is there");
    drop(queue.get()); // Never polled: waits for nothing.
    queue.add(item(2));
    assert_eq!(queue.len(), 1, "a `get` that is not polled takes nothing");
}

fn shut_down_hands_out_the_rest<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    assert!(!queue.is_shutting_down(), "a new queue is open");
    let mut early = [waiting(queue), waiting(queue)];
    queue.add(item(1));
    queue.shut_down();
    queue.add(item(2));
    assert!(queue.is_shutting_down() && queue.len() == 1, "additions after shut down are ignored");
    assert!(early.iter().all(Hand::is_woken), "shut down wakes every waiter");
    assert!(matches!(early[0].poll(), Poll::Ready(Some(_))), "what is ready is still handed out");
    assert!(matches!(early[1].poll(), Poll::Ready(None)), "`get` ends after the last item");
    assert!(is_closed(queue), "and stays ended");
}

fn what_was_added_before_shut_down_runs<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.add(item(1));
    queue.add(item(2));
    let (first, second) = (take(queue), take(queue));
    queue.add(item(1));
    queue.shut_down();
    queue.add(item(2));
    drop((first, second));
    take_exactly(queue, &item(1));
    assert!(is_closed(queue), "an item added again after shut down, while it was claimed, does not run");
}

fn drain_waits_for_claims<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.add(item(1));
    queue.add(item(2));
    let claim = take(queue);
    let future = queue.shut_down_with_drain();
    assert!(queue.is_shutting_down(), "the shut down begins at the call");
    let (mut drain, mut dropped) = (Hand::new(future), Hand::new(queue.shut_down_with_drain()));
    assert!(drain.poll().is_pending() && dropped.poll().is_pending(), "a drain waits for claims");
    drop(dropped);
    drop(claim);
    assert!(drain.is_woken(), "the last claim wakes the drain");
    let claim = take(queue);
    assert_eq!(drain.poll(), Poll::Ready(DrainOutcome::Drained), "that nobody had an item for a moment is enough");
    drop(claim);
    assert_eq!(
        Hand::new(queue.shut_down_with_drain()).poll(),
        Poll::Ready(DrainOutcome::Drained),
        "without claims there is nothing to wait for"
    );
}

fn full_drain_waits_for_everything<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.add(item(1));
    queue.add(item(2));
    let mut drain = Hand::new(queue.shut_down_with_full_drain());
    assert!(drain.poll().is_pending(), "a full drain waits for what is ready");
    take_exactly(queue, &item(1));
    assert!(drain.poll().is_pending(), "for all of it");
    let claim = take(queue);
    assert!(drain.poll().is_pending(), "and for claims");
    drop(claim);
    assert!(drain.is_woken(), "the last claim wakes the drain");
    assert_eq!(drain.poll(), Poll::Ready(DrainOutcome::Drained), "nothing is left");
}

fn shut_down_ends_drains<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.add(item(1));
    let claim = take(queue);
    let mut drains = [Hand::new(queue.shut_down_with_drain()), Hand::new(queue.shut_down_with_full_drain())];
    assert!(drains.iter_mut().all(|drain| drain.poll().is_pending()), "drains wait for claims");
    queue.shut_down();
    for drain in &mut drains {
        assert!(drain.is_woken(), "a plain shut down wakes drains");
        assert_eq!(drain.poll(), Poll::Ready(DrainOutcome::Interrupted), "and ends them");
    }
    let mut again = Hand::new(queue.shut_down_with_drain());
    assert!(again.poll().is_pending(), "a drain after that waits as ever");
    drop(claim);
    assert_eq!(again.poll(), Poll::Ready(DrainOutcome::Drained), "and ends as ever");
}

fn an_unwinding_worker_is_done<Q: WorkQueue>(queue: &Q, item: &impl Fn(u32) -> Q::Item) {
    queue.add(item(1));
    let worker = queue.clone();
    let claim = take(queue);
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _claim = claim;
        worker.add(Q::Item::clone(&_claim));
        std::panic::resume_unwind(Box::new("a worker that fails"));
    }));
    assert!(unwound.is_err());
    assert_eq!(queue.len(), 1, "a worker that unwinds is done with its item");
}
