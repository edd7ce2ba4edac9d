//! Every interleaving of the places where a wake-up decides.
//!
//! ```sh
//! CARGO_TARGET_DIR=target/loom RUSTFLAGS="--cfg loom" cargo test -p lookglass-cache --release --lib loom
//! ```
//!
//! A lost wake-up shows as a deadlock, which loom reports. Preemptions are bounded to three per run, which finds all
//! but the most contrived errors and keeps the whole under a minute.

use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Instant;

use loom::model::Builder;
use loom::thread;

use crate::{Backlog, BacklogPolicy, Change, Closed, DeltaFifo, DeltaQueue, Event, PushError};

type Numbers = DeltaQueue<u32, u32, ()>;

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

fn queue(capacity: usize) -> Numbers {
    Numbers::builder(|number: &u32| *number).capacity(capacity).build()
}

/// Polls a future once, with a waker that nobody listens to, and drops it; gives its result if there was one.
fn poll_and_drop<F: Future>(future: F) -> Option<F::Output> {
    struct Deaf;
    impl Wake for Deaf {
        fn wake(self: Arc<Self>) {}
    }
    let waker = Waker::from(Arc::new(Deaf));
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => {
            thread::yield_now();
            None
        }
    }
}

#[test]
fn each_of_two_consumers_gets_one_of_two_changes() {
    check(|| {
        let queue = queue(2);
        let consumers = [(); 2].map(|()| {
            let queue = queue.clone();
            thread::spawn(move || queue.pop_batch_blocking(1).map(|batch| batch.len()))
        });
        queue.try_push(Change::Added(1)).expect("there is room");
        queue.try_push(Change::Added(2)).expect("there is room");
        for consumer in consumers {
            assert_eq!(consumer.join().expect("no panic"), Ok(1));
        }
    });
}

#[test]
fn a_consumer_that_gives_up_passes_its_turn_on() {
    check(|| {
        let queue = queue(1);
        let fickle = thread::spawn({
            let queue = queue.clone();
            move || poll_and_drop(queue.pop()).is_some()
        });
        let steady = thread::spawn({
            let queue = queue.clone();
            move || queue.pop_batch_blocking(1).is_ok()
        });
        queue.push_blocking(Change::Added(1)).expect("it is open");
        if fickle.join().expect("no panic") {
            // The one change went there; the steady one needs another.
            queue.push_blocking(Change::Added(2)).expect("it is open");
        }
        assert!(steady.join().expect("no panic"));
    });
}

#[test]
fn a_producer_that_gives_up_passes_its_turn_on() {
    check(|| {
        let queue = queue(1);
        queue.try_push(Change::Added(1)).expect("there is room");
        let fickle = thread::spawn({
            let queue = queue.clone();
            move || usize::from(poll_and_drop(queue.push(Change::Added(2))).is_some())
        });
        let steady = thread::spawn({
            let queue = queue.clone();
            move || queue.push_blocking(Change::Added(3)).is_ok()
        });
        for _ in 0..2 {
            assert!(queue.pop_batch_blocking(1).is_ok());
        }
        // The fickle one may have come in between; then the steady one still needs room.
        let more = fickle.join().expect("no panic");
        for _ in 0..more {
            assert!(queue.pop_batch_blocking(1).is_ok());
        }
        assert!(steady.join().expect("no panic"));
        assert!(queue.is_empty());
    });
}

#[test]
fn producers_and_a_consumer_go_through_one_place() {
    check(|| {
        let queue = queue(1);
        let producers = [1, 2].map(|number| {
            let queue = queue.clone();
            thread::spawn(move || queue.push_blocking(Change::Added(number)).is_ok())
        });
        let mut sum = 0;
        for _ in 0..2 {
            for change in queue.pop_batch_blocking(1).expect("it is open") {
                let Change::Added(number) = change else { panic!("{change:?}") };
                sum += number;
            }
        }
        assert_eq!(sum, 3);
        for producer in producers {
            assert!(producer.join().expect("no panic"));
        }
    });
}

#[test]
fn a_chunk_larger_than_the_queue_goes_through() {
    check(|| {
        let queue = queue(1);
        let producer = thread::spawn({
            let queue = queue.clone();
            move || queue.push_all_blocking(&mut vec![Change::Added(1), Change::Added(2)]).is_ok()
        });
        let mut popped = Vec::new();
        for _ in 0..2 {
            popped.extend(queue.pop_batch_blocking(2).expect("it is open"));
        }
        assert_eq!(popped, [Change::Added(1), Change::Added(2)]);
        assert!(producer.join().expect("no panic"));
    });
}

#[test]
fn a_chunk_that_is_given_up_is_where_it_was_or_in_the_queue() {
    check(|| {
        let queue = queue(1);
        let fickle = thread::spawn({
            let queue = queue.clone();
            move || {
                let mut chunk = vec![Change::Added(1), Change::Added(2)];
                poll_and_drop(queue.push_all(&mut chunk));
                chunk
            }
        });
        let steady = thread::spawn({
            let queue = queue.clone();
            move || queue.push_blocking(Change::Added(3)).is_ok()
        });
        let mut popped = Vec::new();
        // The steady one's change comes last, or before all of the chunk.
        while !popped.contains(&Change::Added(3)) {
            popped.extend(queue.pop_batch_blocking(1).expect("it is open"));
        }
        assert!(steady.join().expect("no panic"));
        let left = fickle.join().expect("no panic");
        popped.extend(queue.try_pop_batch(1).expect("it is open").into_iter().flatten());
        popped.retain(|change| *change != Change::Added(3));
        popped.extend(left);
        assert_eq!(popped, [Change::Added(1), Change::Added(2)]);
    });
}

#[test]
fn a_close_reaches_producer_and_consumer() {
    check(|| {
        let queue = queue(1);
        queue.try_push(Change::Added(1)).expect("there is room");
        let producer = thread::spawn({
            let queue = queue.clone();
            move || queue.push_blocking(Change::Added(2))
        });
        let consumer = thread::spawn({
            let queue = queue.clone();
            move || {
                let mut popped = 0;
                while let Ok(batch) = queue.pop_batch_blocking(1) {
                    popped += batch.len();
                }
                popped
            }
        });
        queue.close();
        let pushed = producer.join().expect("no panic");
        let popped = consumer.join().expect("no panic");
        match pushed {
            Ok(()) => assert_eq!(popped, 2),
            Err(PushError::Closed(change)) => assert_eq!((change, popped), (Change::Added(2), 1)),
            Err(other) => panic!("{other:?}"),
        }
    });
}

#[test]
fn everybody_who_waits_for_sync_hears_of_it() {
    check(|| {
        let queue = queue(1);
        let checker = queue.sync_checker();
        let waiting = [(); 2].map(|()| {
            let checker = checker.clone();
            thread::spawn(move || checker.synced_blocking())
        });
        queue
            .try_push(Change::ReplacedAll { revision: (), objects: vec![], unreadable: vec![] })
            .expect("there is room");
        drop(queue.try_pop_batch(1).expect("it is open"));
        for waiter in waiting {
            assert_eq!(waiter.join().expect("no panic"), Ok(()));
        }
    });
}

#[test]
fn a_classic_queue_loses_no_wake_up() {
    check(|| {
        let fifo = DeltaFifo::new(|number: &u32| *number);
        let consumers = [(); 2].map(|()| {
            let fifo = fifo.clone();
            thread::spawn(move || fifo.pop_blocking().map(|popped| *popped.key()))
        });
        fifo.add(1).expect("it is open");
        fifo.close();
        let mut got = consumers.map(|consumer| consumer.join().expect("no panic"));
        got.sort_by_key(Result::is_err);
        assert_eq!(got, [Ok(1), Err(Closed)]);
    });
}

#[test]
fn a_subscriber_that_goes_frees_a_blocked_publisher() {
    #[expect(clippy::disallowed_methods, reason = "no model looks at ages")]
    let now = Instant::now();
    let event = |number: u32| Arc::from([Event::Added { object: number, initial: false }]);
    check(move || {
        let (feed, subscriber) =
            Backlog::builder(|number: &u32| *number).policy(BacklogPolicy::Block { bound: 1 }).build();
        feed.try_push(event(1), now).expect("there is room");
        feed.mark_synced();
        let publisher = thread::spawn(move || feed.push_blocking(event(2), now).is_ok());
        let checker = subscriber.sync_checker();
        drop(subscriber.next_batch_blocking(1).expect("one is pending"));
        assert_eq!(checker.synced_blocking(), Ok(()));
        drop(subscriber);
        // It got in, or it was told that nobody listens; it does not hang.
        publisher.join().expect("no panic");
    });
}

#[test]
fn a_subscriber_hears_of_events_and_of_the_end() {
    #[expect(clippy::disallowed_methods, reason = "no model looks at ages")]
    let now = Instant::now();
    check(move || {
        let (feed, subscriber) = Backlog::new(|number: &u32| *number);
        let listening = thread::spawn(move || {
            let mut heard = 0;
            while let Ok(batch) = subscriber.next_batch_blocking(9) {
                heard += batch.len();
            }
            heard
        });
        for number in 0..2 {
            feed.try_push(Arc::from([Event::Added { object: number, initial: false }]), now).expect("it is open");
        }
        drop(feed);
        assert_eq!(listening.join().expect("no panic"), 2);
    });
}
