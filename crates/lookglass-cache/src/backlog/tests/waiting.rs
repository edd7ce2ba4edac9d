//! Who is woken, and what becomes of it: subscribers that wait for events and publishers that wait for room.

use std::sync::Arc;
use std::task::Poll;

use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};

use super::{BacklogPolicy, Sample, added, at, backlog, push, updated};
use crate::{Backlog, Event, PushError};

fn one(value: u32) -> Arc<[Event<Sample>]> {
    Arc::from([added("a", value)])
}

#[test]
fn a_subscriber_is_woken_by_events_and_by_the_end() {
    let (feed, subscriber) = backlog(BacklogPolicy::default());
    let mut waiting = task::spawn(subscriber.next_batch(9));
    assert_pending!(waiting.poll());
    push(&feed, one(1));
    assert!(waiting.is_woken());
    assert_eq!(*assert_ready_ok!(waiting.poll()), *one(1));
    let mut waiting = task::spawn(subscriber.next_batch(9));
    assert_pending!(waiting.poll());
    drop(feed);
    assert!(waiting.is_woken());
    assert!(assert_ready!(waiting.poll()).is_err());
}

#[test]
fn a_future_dropped_between_wake_and_poll_loses_nothing() {
    let (feed, subscriber) = backlog(BacklogPolicy::Coalesce { bound: 1 });
    push(&feed, one(0));
    drop(subscriber.try_next_batch(9).unwrap());
    for value in 0..100_000 {
        let mut dropped = task::spawn(subscriber.next_batch(9));
        assert_pending!(dropped.poll());
        push(&feed, [updated("a", value, value + 1)]);
        assert!(dropped.is_woken());
        drop(dropped);
        let batch = assert_ready_ok!(task::spawn(subscriber.next_batch(9)).poll());
        assert_eq!(*batch, [updated("a", value, value + 1)]);
    }
    assert_eq!(subscriber.view().taken, 100_001);
}

#[test]
fn publishers_wait_for_room_in_line() {
    let (feed, subscriber) = backlog(BacklogPolicy::Block { bound: 1 });
    push(&feed, one(1));
    let mut dropped = task::spawn(feed.push(one(2), at(0)));
    let mut first = task::spawn(feed.push(one(3), at(0)));
    let mut second = task::spawn(feed.push(one(4), at(0)));
    for publisher in [&mut dropped, &mut first, &mut second] {
        assert_pending!(publisher.poll());
    }
    assert_eq!(feed.view().waiting_publishers, 3);
    assert_eq!(*subscriber.try_next_batch(9).unwrap().unwrap(), *one(1));
    assert!(dropped.is_woken() && !first.is_woken());
    assert!(matches!(feed.try_push(one(5), at(0)), Err(PushError::Full(_))), "a newcomer does not overtake");
    drop(dropped);
    assert!(first.is_woken(), "its turn was passed on");
    assert_ready_ok!(first.poll());
    assert_eq!(*subscriber.try_next_batch(9).unwrap().unwrap(), *one(3));
    assert!(second.is_woken());
    drop(subscriber);
    match assert_ready_err!(second.poll()) {
        PushError::Closed(events) => assert_eq!(*events, *one(4), "it is given back"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_policies_never_wait() {
    for policy in [BacklogPolicy::Unbounded, BacklogPolicy::Coalesce { bound: 1 }] {
        let (feed, _subscriber) = backlog(policy);
        for value in 1..100 {
            assert_ready_ok!(task::spawn(feed.push(one(value), at(0))).poll());
        }
    }
}

#[test]
fn a_key_function_that_panics_harms_nobody() {
    let (feed, subscriber) = Backlog::builder(|_: &Sample| -> &'static str { panic!("as a test") })
        .policy(BacklogPolicy::Coalesce { bound: 1 })
        .build();
    push(&feed, one(1));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| push(&feed, one(2)))).is_err());
    assert_eq!(*subscriber.try_next_batch(9).unwrap().unwrap(), *one(1));
    assert_eq!(subscriber.try_next_batch(9).unwrap().map(|batch| batch.len()), None, "the other was not taken at all");
}

#[test]
fn threads_go_through_a_full_backlog() {
    let (feed, subscriber) = backlog(BacklogPolicy::Block { bound: 1 });
    let publisher = std::thread::spawn(move || (1..=1000).try_for_each(|value| feed.push_blocking(one(value), at(0))));
    for value in 1..=1000 {
        assert_eq!(*subscriber.next_batch_blocking(9).unwrap(), *one(value));
    }
    publisher.join().unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_subscriber_that_gives_up_often_sees_every_version_once() {
    let (feed, subscriber) = backlog(BacklogPolicy::Block { bound: 4 });
    let publisher = tokio::spawn(async move {
        for value in 0..20_000 {
            let mut push = std::pin::pin!(feed.push(one(value), at(0)));
            std::future::poll_fn(|context| match push.as_mut().poll(context) {
                Poll::Ready(pushed) => Poll::Ready(pushed.is_ok()),
                Poll::Pending => Poll::Pending,
            })
            .await;
        }
    });
    let mut expected = 0;
    loop {
        let batch = tokio::select! {
            biased;
            batch = subscriber.next_batch(3) => batch,
            () = tokio::task::yield_now() => continue,
        };
        let Ok(batch) = batch else { break };
        for event in batch.iter() {
            assert_eq!(event, &added("a", expected));
            expected += 1;
        }
    }
    assert_eq!(expected, 20_000);
    publisher.await.unwrap();
}

#[test]
fn who_can_wait_no_longer_is_let_in_beyond_the_bound_and_loses_nothing() {
    let (feed, subscriber) = backlog(BacklogPolicy::Block { bound: 1 });
    push(&feed, one(1));
    let mut waiting = task::spawn(feed.push(one(2), at(0)));
    assert_pending!(waiting.poll());
    drop(waiting);
    feed.force_push(one(2), at(0)).unwrap();
    assert_eq!(subscriber.view().pending(), 2);
    for value in [1, 2] {
        assert_eq!(*subscriber.try_next_batch(1).unwrap().unwrap(), *one(value));
    }
    feed.close();
    assert!(matches!(feed.force_push(one(3), at(0)), Err(PushError::Closed(_))));
}
