//! Every interleaving of two or three threads, where a waker decides whether somebody sleeps for ever. The command stands in
//! the README. A lost wake-up shows as a deadlock, which loom reports.

use crate::{DrainOutcome, Queue};
use loom::{
    future::block_on,
    model::Builder,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use std::{
    future::Future as _,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// Bounded preemption keeps the models within seconds; most lost wake-ups need one or two.
fn model(preemptions: usize, run: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(run);
}

fn queue() -> Queue<u32> {
    Queue::builder("model").hash_seed(1).build()
}

/// Takes until the queue is closed. Returns the sum of what it was given.
async fn work(queue: Queue<u32>) -> u32 {
    let mut sum = 0;
    while let Some(item) = queue.get().await {
        sum += *item;
    }
    sum
}

#[test]
fn loom_two_getters_and_two_adds() {
    model(3, || {
        let queue = queue();
        let workers = [(); 2].map(|()| {
            let queue = queue.clone();
            thread::spawn(move || block_on(async move { queue.get().await.map(|item| *item) }))
        });
        queue.add(1);
        queue.add(2);
        let sum: u32 = workers.into_iter().filter_map(|worker| worker.join().unwrap()).sum();
        assert_eq!(sum, 3);
    });
}

#[test]
fn loom_shut_down_ends_every_getter_and_loses_nothing() {
    model(3, || {
        let queue = queue();
        let workers = [(); 2].map(|()| {
            let queue = queue.clone();
            thread::spawn(move || block_on(work(queue)))
        });
        queue.add(1);
        queue.shut_down();
        let sum: u32 = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
        assert_eq!(sum, 1);
    });
}

#[test]
fn loom_a_getter_dropped_between_wake_and_poll_passes_the_wake_on() {
    model(3, || {
        let queue = queue();
        let patient = {
            let queue = queue.clone();
            thread::spawn(move || block_on(async move { queue.get().await.map(|item| *item) }))
        };
        let fickle = {
            let queue = queue.clone();
            thread::spawn(move || {
                // Polled once, perhaps woken, and dropped.
                let mut get = pin!(queue.get());
                match get.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(item) => item.map(|item| *item),
                    Poll::Pending => None,
                }
            })
        };
        queue.add(1);
        let taken = fickle.join().unwrap();
        if taken.is_some() {
            queue.add(1);
        }
        assert_eq!(patient.join().unwrap(), Some(1));
    });
}

#[test]
fn loom_a_getter_that_is_kept_unpolled_costs_one_event() {
    model(3, || {
        let queue = queue();
        let patient = {
            let queue = queue.clone();
            thread::spawn(move || block_on(async move { queue.get().await.map(|item| *item) }))
        };
        // Polled once, perhaps woken, and kept.
        let mut kept = pin!(queue.get());
        assert!(kept.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        queue.add(1);
        queue.add(1);
        assert_eq!(patient.join().unwrap(), Some(1));
    });
}

#[test]
fn loom_blocking_and_async_getters_share_the_line() {
    model(3, || {
        let queue = queue();
        let blocking = {
            let queue = queue.clone();
            thread::spawn(move || queue.get_blocking().map(|item| *item))
        };
        let polling = {
            let queue = queue.clone();
            thread::spawn(move || block_on(async move { queue.get().await.map(|item| *item) }))
        };
        queue.add(1);
        queue.add(2);
        assert_eq!(blocking.join().unwrap().unwrap() + polling.join().unwrap().unwrap(), 3);
    });
}

#[test]
fn loom_one_item_is_never_in_two_workers_and_an_add_meanwhile_runs_afterwards() {
    model(2, || {
        let (queue, inside, runs) = (queue(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        queue.add(1);
        let workers = [(); 2].map(|()| {
            let (queue, inside, runs) = (queue.clone(), inside.clone(), runs.clone());
            thread::spawn(move || {
                block_on(async move {
                    while let Some(item) = queue.get().await {
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        // The first run asks for another one.
                        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                            queue.add(*item);
                            queue.shut_down();
                        }
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            })
        });
        for worker in workers {
            worker.join().unwrap();
        }
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn loom_drains_end_when_workers_do() {
    model(3, || {
        let queue = queue();
        queue.add(1);
        queue.add(2);
        let worker = {
            let queue = queue.clone();
            thread::spawn(move || block_on(work(queue)))
        };
        assert_eq!(block_on(queue.shut_down_with_full_drain()), DrainOutcome::Drained);
        assert!(queue.stats().drained());
        assert_eq!(worker.join().unwrap(), 3);
    });
}

#[test]
fn loom_drain_in_the_meaning_of_client_go_ends_when_nobody_works() {
    model(3, || {
        let queue = queue();
        queue.add(1);
        let item = queue.get_blocking().unwrap();
        let worker = thread::spawn(move || item.done());
        assert_eq!(queue.shut_down_with_drain().wait_blocking(), DrainOutcome::Drained);
        worker.join().unwrap();
    });
}

#[test]
fn loom_a_plain_shut_down_ends_a_drain() {
    model(3, || {
        let queue = queue();
        queue.add(1);
        let item = queue.get_blocking().unwrap();
        let drain = queue.shut_down_with_drain();
        let other = {
            let queue = queue.clone();
            thread::spawn(move || queue.shut_down())
        };
        assert_eq!(block_on(drain), DrainOutcome::Interrupted);
        other.join().unwrap();
        item.done();
    });
}

#[test]
fn loom_a_drain_that_is_dropped_holds_up_nobody() {
    model(3, || {
        let queue = queue();
        queue.add(1);
        let item = queue.get_blocking().unwrap();
        let worker = thread::spawn(move || item.done());
        let mut dropped = queue.shut_down_with_drain();
        let polled = std::pin::Pin::new(&mut dropped).poll(&mut Context::from_waker(Waker::noop()));
        drop(dropped);
        assert!(matches!(polled, Poll::Pending | Poll::Ready(DrainOutcome::Drained)));
        assert_eq!(block_on(queue.shut_down_with_drain()), DrainOutcome::Drained);
        worker.join().unwrap();
    });
}
