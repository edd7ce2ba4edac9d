//! Suites that check the contracts of [`WorkQueue`], [`DelayingWorkQueue`] and [`RateLimitingWorkQueue`] on any
//! implementation.
//!
//! They poll by hand, on one thread, with time that moves when told to, hence need no runtime and always do the same. Each
//! panics at the first breach, saying what was promised; the random runs name their seed.
//!
//! ```
//! use lookglass_workqueue::{DelayingQueue, Queue, RateLimitingQueue, conformance};
//!
//! conformance::queue(|| Queue::new("queue"), |n| n);
//! conformance::delaying_queue(|timer| DelayingQueue::builder("delaying", timer).build(), |n| format!("item {n}"));
//! conformance::rate_limiting_queue(
//!     |timer, limiter| RateLimitingQueue::builder("limited", timer).build_with(limiter),
//!     |n| n,
//! );
//! ```

mod delays;
mod hands;
mod plain;
mod random;

use crate::{
    contract::{DelayingWorkQueue, RateLimitingWorkQueue, WorkQueue},
    limiter::RateLimiter,
    timer::ManualTimer,
};

/// Checks the contract of [`WorkQueue`] on queues made by `make`, with items made of numbers: equal numbers give equal items,
/// different ones different items.
///
/// # Panics
///
/// When the contract is broken.
pub fn queue<Q: WorkQueue>(make: impl Fn() -> Q, item: impl Fn(u32) -> Q::Item) {
    plain::check(&make, &item);
    for seed in 0..200 {
        random::check(&make(), &item, seed);
    }
}

/// Checks the contracts of [`WorkQueue`] and [`DelayingWorkQueue`] on queues that live by the timer given to `make`.
///
/// # Panics
///
/// When a contract is broken.
pub fn delaying_queue<Q: DelayingWorkQueue>(make: impl Fn(ManualTimer) -> Q, item: impl Fn(u32) -> Q::Item) {
    queue(|| make(hands::timer()), &item);
    delays::check(&make, &item);
}

/// Checks all three contracts on queues that live by the timer and the limiter given to `make`.
///
/// # Panics
///
/// When a contract is broken.
pub fn rate_limiting_queue<Q: RateLimitingWorkQueue>(
    make: impl Fn(ManualTimer, Box<dyn RateLimiter<Q::Item>>) -> Q,
    item: impl Fn(u32) -> Q::Item,
) {
    delaying_queue(|timer| make(timer, delays::limiter()), &item);
    delays::check_limited(&make, &item);
}
