//! What a change costs on its way through the queues: nanoseconds per object, one thread, no waiting.
//!
//! ```sh
//! cargo bench -p lookglass-bench --bench delta_queues
//! ```
//!
//! Objects are `Arc`s and keys are 30-byte names behind an `Arc`, as in a real cache. Peers: client-go's DeltaFIFO takes
//! 1415 ns and its RealFIFO 1036 ns for add and pop.

use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lookglass_cache::{Backlog, BacklogPolicy, Change, DeltaFifo, DeltaQueue, Event};

struct Object {
    key: Arc<str>,
}

type Value = Arc<Object>;

/// Enough keys that their bookkeeping leaves the first level of cache.
const KEYS: usize = 10_000;
const BATCH: usize = 64;

fn objects() -> Vec<Value> {
    let object =
        |number| Arc::new(Object { key: format!("namespace-{:03}/deployment-{number:07}", number % 100).into() });
    (0..KEYS).map(object).collect()
}

fn key(object: &Value) -> Arc<str> {
    Arc::clone(&object.key)
}

/// Gives the objects round and round.
fn endless(objects: &[Value]) -> impl Iterator<Item = Value> {
    objects.iter().cycle().cloned()
}

fn delta_fifo(criterion: &mut Criterion) {
    let objects = objects();
    let mut group = criterion.benchmark_group("delta_fifo");
    group.bench_function("add+pop", |bencher| {
        let fifo = DeltaFifo::new(key);
        let mut objects = endless(&objects);
        bencher.iter(|| {
            fifo.add(objects.next().expect("endless")).expect("open");
            fifo.try_pop().expect("open")
        });
    });
    group.throughput(Throughput::Elements(KEYS as u64));
    group.bench_function("add all twice, pop all", |bencher| {
        let fifo = DeltaFifo::new(key);
        bencher.iter(|| {
            for object in objects.iter().chain(&objects) {
                fifo.add(Arc::clone(object)).expect("open");
            }
            while let Some(popped) = fifo.try_pop().expect("open") {
                drop(popped);
            }
        });
    });
}

fn delta_queue(criterion: &mut Criterion) {
    let objects = objects();
    let mut group = criterion.benchmark_group("delta_queue");
    group.bench_function("push+pop", |bencher| {
        let queue = DeltaQueue::<Arc<str>, Value, u64>::new(key);
        let mut objects = endless(&objects);
        bencher.iter(|| {
            assert!(queue.try_push(Change::Updated(objects.next().expect("endless"))).is_ok());
            queue.try_pop_batch(1).expect("open")
        });
    });
    group.bench_function("push+pop, numbers", |bencher| {
        let queue = DeltaQueue::<u32, u32, u64>::new(|number: &u32| *number);
        let mut numbers = 0..;
        bencher.iter(|| {
            assert!(queue.try_push(Change::Updated(numbers.next().expect("endless"))).is_ok());
            queue.try_pop_batch(1).expect("open")
        });
    });
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("push 64, pop batch of 64", |bencher| {
        let queue = DeltaQueue::<Arc<str>, Value, u64>::new(key);
        let mut objects = endless(&objects);
        bencher.iter(|| {
            for object in objects.by_ref().take(BATCH) {
                assert!(queue.try_push(Change::Updated(object)).is_ok());
            }
            let batch = queue.try_pop_batch(BATCH).expect("open").expect("full");
            assert_eq!(batch.len(), BATCH);
        });
    });
    group.bench_function("push all of 64, pop batch of 64", |bencher| {
        let queue = DeltaQueue::<Arc<str>, Value, u64>::new(key);
        let mut objects = endless(&objects);
        let mut chunk = Vec::new();
        bencher.iter(|| {
            chunk.extend(objects.by_ref().take(BATCH).map(Change::Updated));
            assert!(queue.try_push_all(&mut chunk).is_ok());
            let batch = queue.try_pop_batch(BATCH).expect("open").expect("full");
            assert_eq!(batch.len(), BATCH);
        });
    });
    group.bench_function("push all of 64, pop batch of 64, numbers", |bencher| {
        let queue = DeltaQueue::<u32, u32, u64>::new(|number: &u32| *number);
        let mut numbers = 0..;
        let mut chunk = Vec::new();
        bencher.iter(|| {
            chunk.extend(numbers.by_ref().take(BATCH).map(Change::Updated));
            assert!(queue.try_push_all(&mut chunk).is_ok());
            let batch = queue.try_pop_batch(BATCH).expect("open").expect("full");
            assert_eq!(batch.len(), BATCH);
        });
    });
    // What the others cannot go below: the clones that are this benchmark's own.
    group.bench_function("make and drop 64 changes", |bencher| {
        let mut objects = endless(&objects);
        let mut chunk: Vec<Change<Arc<str>, Value, u64>> = Vec::new();
        bencher.iter(|| {
            chunk.extend(objects.by_ref().take(BATCH).map(Change::Updated));
            std::hint::black_box(&chunk);
            chunk.clear();
        });
    });
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is a program's door")]
fn backlog(criterion: &mut Criterion) {
    let objects = objects();
    let now = Instant::now();
    let updates: Vec<Arc<[Event<Value>]>> = objects
        .chunks(BATCH)
        .map(|chunk| chunk.iter().map(|object| Event::Updated { old: object.clone(), new: object.clone() }).collect())
        .collect();
    let mut group = criterion.benchmark_group("backlog");
    group.throughput(Throughput::Elements(KEYS as u64));
    for (name, policy) in [
        ("push batches of 64, drain, kept", BacklogPolicy::Unbounded),
        ("push batches of 64, drain, merged", BacklogPolicy::Coalesce { bound: BATCH }),
    ] {
        group.bench_function(name, |bencher| {
            let (feed, subscriber) = Backlog::builder(key).policy(policy).build();
            bencher.iter(|| {
                for events in &updates {
                    assert!(feed.try_push(Arc::clone(events), now).is_ok());
                }
                while let Some(batch) = subscriber.try_next_batch(1000).expect("open") {
                    drop(batch);
                }
            });
        });
    }
    group.bench_function("push batches of 64 four times, drain, merged", |bencher| {
        let (feed, subscriber) = Backlog::builder(key).policy(BacklogPolicy::Coalesce { bound: BATCH }).build();
        bencher.iter(|| {
            for events in std::iter::repeat_n(&updates, 4).flatten() {
                assert!(feed.try_push(Arc::clone(events), now).is_ok());
            }
            while let Some(batch) = subscriber.try_next_batch(1000).expect("open") {
                drop(batch);
            }
        });
    });
}

criterion_group!(benches, delta_fifo, delta_queue, backlog);
criterion_main!(benches);
