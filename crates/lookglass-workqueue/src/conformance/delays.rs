//! The contracts of delays and limits.

use super::hands::{Hand, is_closed, take_exactly, timer, waiting};
use crate::{
    contract::{DelayingWorkQueue, RateLimitingWorkQueue, WorkQueue},
    limiter::{ItemExponential, RateLimiter},
    timer::ManualTimer,
};
use std::{future::Future, hash::Hash, task::Poll, time::Duration};

const SECOND: Duration = Duration::from_secs(1);

/// One sentence of the contract, on a queue, its clock and items made of numbers.
type Check<Q> = fn(&Q, &ManualTimer, &dyn Fn(u32) -> <Q as WorkQueue>::Item);

pub(super) fn check<Q: DelayingWorkQueue>(make: &impl Fn(ManualTimer) -> Q, item: &impl Fn(u32) -> Q::Item) {
    let checks: [Check<Q>; 6] = [
        due_items_line_up,
        the_earliest_time_counts,
        a_waiter_waits_for_delays_too,
        another_waiter_takes_over,
        an_add_takes_no_delay_back,
        shut_down_drops_delays,
    ];
    for check in checks {
        let timer = timer();
        check(&make(timer.clone()), &timer, item);
    }
}

fn due_items_line_up<Q: DelayingWorkQueue>(queue: &Q, timer: &ManualTimer, item: &dyn Fn(u32) -> Q::Item) {
    queue.add_after(item(1), Duration::ZERO);
    assert_eq!(queue.len(), 1, "without a delay the item is added at once");
    take_exactly(queue, &item(1));
    queue.add_after(item(2), 2 * SECOND);
    queue.add_after(item(3), SECOND);
    queue.add_after(item(4), Duration::MAX);
    assert_eq!(queue.len(), 0, "`len` does not count what is delayed");
    timer.advance(SECOND - Duration::from_nanos(1));
    assert_eq!(queue.len(), 0, "nothing comes early");
    timer.advance(2 * SECOND);
    assert_eq!(queue.len(), 2, "what is due is ready");
    take_exactly(queue, &item(3));
    take_exactly(queue, &item(2));
}

fn the_earliest_time_counts<Q: DelayingWorkQueue>(queue: &Q, timer: &ManualTimer, item: &dyn Fn(u32) -> Q::Item) {
    for delay in [5, 2, 9] {
        queue.add_after(item(1), delay * SECOND);
    }
    timer.advance(2 * SECOND);
    take_exactly(queue, &item(1));
    timer.advance(10 * SECOND);
    assert_eq!(queue.len(), 0, "the later times are forgotten");
}

fn a_waiter_waits_for_delays_too<Q: DelayingWorkQueue>(queue: &Q, timer: &ManualTimer, item: &dyn Fn(u32) -> Q::Item) {
    let mut waiters = [waiting(queue), waiting(queue)];
    queue.add_after(item(1), 10 * SECOND);
    settle(&mut waiters);
    queue.add_after(item(2), SECOND);
    settle(&mut waiters);
    timer.advance(SECOND);
    let claims = served(&mut waiters);
    assert!(claims.len() == 1 && *claims[0] == item(2), "an earlier item is not kept waiting by a later one");
    timer.advance(9 * SECOND);
    let claims = served(&mut waiters);
    assert!(claims.len() == 1 && *claims[0] == item(1), "the other waiter watches on");
}

fn another_waiter_takes_over<Q: DelayingWorkQueue>(queue: &Q, timer: &ManualTimer, item: &dyn Fn(u32) -> Q::Item) {
    for gone in 0..3 {
        queue.add_after(item(gone), SECOND);
        let mut waiters: Vec<_> = (0..3).map(|_| waiting(queue)).collect();
        drop(waiters.remove(gone as usize));
        settle(&mut waiters);
        timer.advance(SECOND);
        assert_eq!(served(&mut waiters).len(), 1, "whoever watched and is gone, another waiter takes over");
    }
    queue.add_after(item(1), SECOND);
    let watching = waiting(queue);
    let mut left = [waiting(queue)];
    timer.advance(SECOND);
    drop(watching);
    assert_eq!(served(&mut left).len(), 1, "a waiter whose time has come and which is dropped passes it on");
}

fn an_add_takes_no_delay_back<Q: DelayingWorkQueue>(queue: &Q, timer: &ManualTimer, item: &dyn Fn(u32) -> Q::Item) {
    queue.add_after(item(1), SECOND);
    queue.add(item(1));
    take_exactly(queue, &item(1));
    timer.advance(SECOND);
    take_exactly(queue, &item(1));
    queue.add_after(item(1), SECOND);
    queue.add(item(1));
    timer.advance(SECOND);
    take_exactly(queue, &item(1));
    assert_eq!(queue.len(), 0, "an item that is due while it waits is not lined up again");
}

fn shut_down_drops_delays<Q: DelayingWorkQueue>(queue: &Q, timer: &ManualTimer, item: &dyn Fn(u32) -> Q::Item) {
    queue.add_after(item(1), SECOND);
    let mut waiter = waiting(queue);
    queue.shut_down();
    queue.add_after(item(2), Duration::ZERO);
    queue.add_after(item(3), SECOND);
    timer.advance(SECOND);
    assert!(matches!(waiter.poll_if_woken(), Poll::Ready(None)), "shut down ends the wait for what is delayed");
    assert!(is_closed(queue), "and nothing comes afterwards");
}

/// Lets the waiters that were woken do what they have to do, without being served.
fn settle<F: Future>(waiters: &mut [Hand<F>]) {
    for waiter in waiters {
        assert!(waiter.poll_if_woken().is_pending(), "nothing is due");
    }
}

/// What the waiters are given that are woken; they wait again.
fn served<C, F: Future<Output = Option<C>>>(waiters: &mut [Hand<F>]) -> Vec<C> {
    let mut claims = Vec::new();
    while let Some(waiter) = waiters.iter_mut().find(|waiter| waiter.is_woken()) {
        if let Poll::Ready(claim) = waiter.poll() {
            claims.push(claim.expect("the queue is open"));
        }
    }
    claims
}

/// The limiter that the checks expect: 1 s, 2 s, 4 s.
pub(super) fn limiter<T: Clone + Eq + Hash + Send + 'static>() -> Box<dyn RateLimiter<T>> {
    Box::new(ItemExponential::new(SECOND, 4 * SECOND))
}

pub(super) fn check_limited<Q: RateLimitingWorkQueue>(
    make: &impl Fn(ManualTimer, Box<dyn RateLimiter<Q::Item>>) -> Q,
    item: &impl Fn(u32) -> Q::Item,
) {
    let timer = timer();
    let queue = make(timer.clone(), limiter());
    for (retry, delay) in (1..).zip([1, 2, 4, 4]) {
        queue.add_rate_limited(item(1));
        assert_eq!(queue.num_requeues(&item(1)), retry, "each call counts");
        assert_eq!(queue.num_requeues(&item(2)), 0, "for its own item");
        timer.advance(delay * SECOND - Duration::from_nanos(1));
        assert_eq!(queue.len(), 0, "the item waits for as long as the limiter says");
        timer.advance(Duration::from_nanos(1));
        take_exactly(&queue, &item(1));
    }
    queue.add(item(1));
    queue.forget(&item(1));
    assert_eq!(queue.num_requeues(&item(1)), 0, "`forget` clears the count");
    assert_eq!(queue.len(), 1, "and leaves the item where it is");
    queue.add_rate_limited(item(2));
    timer.advance(SECOND);
    assert_eq!(queue.len(), 2, "and others too");
}
