//! Getters dropped between wake and poll, a hundred thousand times, with eight workers on two threads.

use lookglass_workqueue::{DrainOutcome, Get, Item, Queue};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};

const DROPS: usize = 100_000;
const PRODUCERS: usize = 4;

/// A `get` that is dropped as soon as it is woken, without being polled again.
struct Fickle {
    get: Get<(usize, usize)>,
    polled: bool,
}

enum Outcome {
    Taken(Option<Item<(usize, usize)>>),
    Woken,
}

impl Future for Fickle {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        if std::mem::replace(&mut self.polled, true) {
            return Poll::Ready(Outcome::Woken);
        }
        Pin::new(&mut self.get).poll(cx).map(Outcome::Taken)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn getters_dropped_between_wake_and_poll_lose_and_double_nothing() {
    let queue = Queue::new("stress");
    let dropped = Arc::new(AtomicUsize::new(0));
    // By producer: how many of its items were taken, which must be the one it has just added.
    let taken: Arc<[AtomicUsize; PRODUCERS]> = Arc::default();
    let answers: Arc<[Semaphore; PRODUCERS]> = Arc::new([(); PRODUCERS].map(|()| Semaphore::new(0)));

    let mut workers = JoinSet::new();
    for _ in 0..8 {
        let (queue, dropped, taken, answers) = (queue.clone(), dropped.clone(), taken.clone(), answers.clone());
        workers.spawn(async move {
            loop {
                match (Fickle { get: queue.get(), polled: false }).await {
                    Outcome::Woken => _ = dropped.fetch_add(1, Ordering::Relaxed),
                    Outcome::Taken(None) => return,
                    Outcome::Taken(Some(item)) => {
                        let (producer, number) = *item;
                        assert_eq!(taken[producer].fetch_add(1, Ordering::SeqCst), number, "lost or doubled");
                        item.done();
                        answers[producer].add_permits(1);
                    }
                }
            }
        });
    }

    let mut producers = JoinSet::new();
    for producer in 0..PRODUCERS {
        let (queue, dropped, answers) = (queue.clone(), dropped.clone(), answers.clone());
        producers.spawn(async move {
            let mut number = 0;
            while dropped.load(Ordering::Relaxed) < DROPS {
                queue.add((producer, number));
                number += 1;
                let answer = timeout(Duration::from_secs(60), answers[producer].acquire()).await;
                answer.expect("every item is taken, however many getters are dropped").expect("open").forget();
            }
            number
        });
    }
    let added: usize = producers.join_all().await.into_iter().sum();

    assert_eq!(queue.shut_down_with_full_drain().await, DrainOutcome::Drained);
    workers.join_all().await;
    assert_eq!(taken.iter().map(|count| count.load(Ordering::SeqCst)).sum::<usize>(), added);
    assert!(dropped.load(Ordering::Relaxed) >= DROPS);
    let stats = queue.stats();
    assert_eq!((stats.ready, stats.processing, stats.getters), (0, 0, 0));
}
