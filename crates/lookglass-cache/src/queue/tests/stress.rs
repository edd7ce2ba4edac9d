//! Many tasks, and futures dropped wherever that is worst: nothing is lost or doubled, and one producer's order holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use crate::{Change, DeltaQueue};

/// Polls a future once and drops it if it is not ready; gives the result if it was.
async fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dropped_futures_lose_and_double_nothing() {
    const PRODUCERS: u32 = 4;
    const EACH: u32 = 25_000;
    let queue = DeltaQueue::<u32, (u32, u32), ()>::builder(|(producer, number): &(u32, u32)| producer << 24 | number)
        .capacity(16)
        .build();
    let abandoned = Arc::new(AtomicU32::new(0));
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|producer| {
            let (queue, abandoned) = (queue.clone(), Arc::clone(&abandoned));
            tokio::spawn(async move {
                for number in 0..EACH {
                    // Some attempts are given up while they wait, perhaps after they were woken; those queue nothing.
                    let change = || Change::Added((producer, number));
                    match poll_once(queue.push(change())).await {
                        Some(pushed) => pushed.expect("the queue is open"),
                        None => {
                            abandoned.fetch_add(1, Ordering::Relaxed);
                            queue.push(change()).await.expect("the queue is open");
                        }
                    }
                }
            })
        })
        .collect();
    let consumers: Vec<_> = (0..8_usize)
        .map(|consumer| {
            let (queue, abandoned) = (queue.clone(), Arc::clone(&abandoned));
            tokio::spawn(async move {
                let mut seen = Vec::new();
                loop {
                    let popped = match poll_once(queue.pop_batch(1 + consumer)).await {
                        Some(popped) => popped,
                        None => {
                            abandoned.fetch_add(1, Ordering::Relaxed);
                            // Stays in line over a yield, so that it is often dropped between wake-up and poll.
                            tokio::select! {
                                biased;
                                popped = queue.pop_batch(1 + consumer) => popped,
                                () = tokio::task::yield_now() => continue,
                            }
                        }
                    };
                    match popped {
                        Ok(batch) => seen.extend(batch),
                        Err(_) => return seen,
                    }
                }
            })
        })
        .collect();
    for producer in producers {
        producer.await.expect("producers do not panic");
    }
    queue.close();
    let mut all = Vec::new();
    for consumer in consumers {
        let seen = consumer.await.expect("consumers do not panic");
        for producer in 0..PRODUCERS {
            let numbers = seen.iter().filter_map(|change| match change {
                Change::Added((from, number)) if *from == producer => Some(*number),
                _ => None,
            });
            assert!(numbers.is_sorted(), "one producer's changes stay in order for each consumer");
        }
        all.extend(seen);
    }
    assert_eq!(all.len(), (PRODUCERS * EACH) as usize);
    let distinct: std::collections::HashSet<_> = all
        .iter()
        .map(|change| match change {
            Change::Added(value) => *value,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(distinct.len(), all.len(), "nothing is doubled");
    assert!(abandoned.load(Ordering::Relaxed) > 0, "some futures were dropped");
    let view = queue.view();
    assert_eq!((view.waiting_consumers, view.waiting_producers, view.changes), (0, 0, 0));
}
