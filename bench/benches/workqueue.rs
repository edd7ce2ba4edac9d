//! The work queue: one item through add, get and done, alone and between tasks; adds with a delay and with a limiter.
//!
//! `cargo bench -p lookglass-bench --bench workqueue`; client-go's part is in `peers/client-go`. Every figure is the time of one
//! item. Items are `u32`, as an interned key is; the row named `string` uses a `namespace/name` of 26 bytes, cloned for each
//! hand-over.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lookglass_workqueue::{Bucket, DelayingQueue, ItemExponential, MaxOf, Queue, RateLimitingQueue, TokioTimer};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};

/// Different items in use at once.
const ITEMS: u32 = 1024;

/// What is added before any of it is taken.
const MANY: u32 = 200_000;

/// The result of a future that is ready.
fn ready<R>(future: impl Future<Output = R>) -> R {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("an item was added before"),
    }
}

fn one_worker(c: &mut Criterion) {
    let mut group = c.benchmark_group("one worker");
    let queue = Queue::new("u32");
    let mut n = 0_u32;
    group.bench_function("add+get+done", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            queue.add(n % ITEMS);
            drop(ready(queue.get()));
        });
    });

    let queue = Queue::new("blocking");
    group.bench_function("add+get_blocking+done", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            queue.add(n % ITEMS);
            drop(queue.get_blocking());
        });
    });

    let queue = Queue::new("next");
    queue.add(n);
    let mut item = ready(queue.get());
    group.bench_function("add, then done+get in one step", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            queue.add(n % ITEMS);
            item = item.take().and_then(|item| ready(item.next()));
        });
    });

    let keys: Vec<String> = (0..ITEMS).map(|n| format!("default/web-5f6d7c8b9-{n:04x}")).collect();
    let queue = Queue::new("string");
    group.bench_function("add+get+done, string", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            queue.add(keys[(n % ITEMS) as usize].clone());
            drop(ready(queue.get()));
        });
    });

    let queue = Queue::builder("times").metrics((), TokioTimer).build();
    group.bench_function("add+get+done, with times", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            queue.add(n % ITEMS);
            drop(ready(queue.get()));
        });
    });

    group.throughput(Throughput::Elements(MANY.into()));
    group.sample_size(20);
    group.bench_function("add 200,000, then get+done each", |b| {
        b.iter(|| {
            let queue = Queue::new("many");
            for item in 0..MANY {
                queue.add(item);
            }
            for _ in 0..MANY {
                drop(ready(queue.get()));
            }
        });
    });
    group.finish();
}

/// Sends the items through a queue with eight workers. Returns the time until all are done.
async fn through_eight_workers(items: u64, producers: usize, yields: bool) -> Duration {
    let queue = Queue::<u64>::new("eight");
    let done = Arc::new(AtomicU64::new(0));
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (queue, done) = (queue.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while let Some(item) = queue.get().await {
                    drop(item);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    tokio::task::yield_now().await;
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    let start = Instant::now();
    let producing: Vec<_> = (0..producers)
        .map(|producer| {
            let queue = queue.clone();
            tokio::spawn(async move {
                for item in (producer as u64..items).step_by(producers) {
                    queue.add(item);
                    if yields && item % 64 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            })
        })
        .collect();
    for producer in producing {
        producer.await.expect("a producer does not panic");
    }
    queue.shut_down();
    for worker in workers {
        worker.await.expect("a worker does not panic");
    }
    assert_eq!(done.load(Ordering::Relaxed), items);
    start.elapsed()
}

fn eight_workers(c: &mut Criterion) {
    let mut group = c.benchmark_group("eight async workers");
    group.sample_size(20);
    let mut multi = Builder::new_multi_thread();
    multi.worker_threads(2);
    // On one thread a producer that never yields would only fill the queue.
    for (name, mut builder, yields) in
        [("multi-thread", multi, false), ("current-thread", Builder::new_current_thread(), true)]
    {
        let runtime: Runtime = builder.enable_all().build().expect("a runtime");
        for producers in [1, 8] {
            group.bench_function(format!("{name}, {producers} producers"), |b| {
                b.iter_custom(|count| {
                    // Enough of them for the start of the tasks not to count.
                    let items = count.max(100_000);
                    let took = runtime.block_on(async move {
                        tokio::spawn(through_eight_workers(items, producers, yields)).await.expect("no panic")
                    });
                    took.mul_f64(count as f64 / items as f64)
                });
            });
        }
    }
    group.finish();
}

fn delays(c: &mut Criterion) {
    let mut group = c.benchmark_group("delays");
    let mut n = 0_u32;
    let limiter = MaxOf::new(ItemExponential::default()).and(Bucket::per_second(1e9, 100));
    let limited = RateLimitingQueue::builder("limited", TokioTimer).build_with(limiter);
    group.bench_function("add_rate_limited, 1,024 items", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            limited.add_rate_limited(n % ITEMS);
        });
    });

    let delaying = DelayingQueue::new("delaying");
    group.bench_function("add_after, 100,000 items delayed", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            // The later the call, the earlier the time: it moves the item in the heap.
            delaying.add_after(n % 100_000, Duration::from_secs(1_000_000_000 - u64::from(n >> 8)));
        });
    });

    group.bench_function("add+get+done beside 100,000 delayed", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            delaying.add(n % ITEMS);
            drop(ready(delaying.get()));
        });
    });
    group.finish();
}

criterion_group!(benches, one_worker, eight_workers, delays);
criterion_main!(benches);
