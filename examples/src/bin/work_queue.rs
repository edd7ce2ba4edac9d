//! A controller's queue: one item in one worker at a time, additions meanwhile run afterwards, several workers, retries with
//! back-off up to a limit, and the ways to shut down.

use lookglass::workqueue::{ItemExponential, Queue, RateLimitingQueue, TokioTimer};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::timeout};

const WORKERS: usize = 4;
const MAX_RETRIES: u32 = 3;
const PODS: [&str; 4] = ["default/web-0", "default/flaky", "default/web-1", "default/broken"];

#[tokio::main]
async fn main() {
    lookglass_examples::about("A controller's queue: workers, retries with back-off, and the ways to shut down.");
    one_worker_at_a_time().await;
    retries().await;
    shutting_down().await;
}

async fn one_worker_at_a_time() {
    let queue = Queue::new("pods");
    queue.add("default/web-0");
    queue.add("default/web-0");
    println!("added twice: {} waiting", queue.len());
    let Some(item) = queue.get().await else { return };
    queue.add(*item);
    println!("added while a worker has it: {} waiting", queue.len());
    let other = timeout(Duration::from_millis(10), queue.get()).await;
    println!("a second worker is given it: {}", other.is_ok());
    item.done();
    println!("when the worker is done: {} waiting", queue.len());
}

/// What the workers have seen.
#[derive(Default)]
struct Log {
    running: BTreeSet<String>,
    doubled: usize,
    runs: BTreeMap<String, usize>,
    /// Those that need no further run.
    settled: BTreeSet<String>,
}

/// `broken` never works, `flaky` works at the third attempt.
fn reconcile(key: &str, run: usize) -> Result<(), &'static str> {
    match key {
        "default/broken" => Err("no such image"),
        "default/flaky" if run < 3 => Err("conflict"),
        _ => Ok(()),
    }
}

async fn retries() {
    let (base, max) = (Duration::from_millis(1), Duration::from_millis(50));
    let queue = RateLimitingQueue::builder("pods", TokioTimer).build_with(ItemExponential::new(base, max));
    let log = Arc::new(Mutex::new(Log::default()));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(work(queue.clone(), Arc::clone(&log)));
    }
    for key in PODS {
        queue.add(key.to_owned());
    }
    workers.join_all().await;
    let log = log.lock().unwrap_or_else(PoisonError::into_inner);
    for key in ["default/flaky", "default/broken"] {
        println!("{key}: {} runs", log.runs.get(key).copied().unwrap_or_default());
    }
    println!("in two workers at once: {}", log.doubled);
}

async fn work(queue: RateLimitingQueue<String>, log: Arc<Mutex<Log>>) {
    while let Some(key) = queue.get().await {
        let run = {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            if !log.running.insert(key.clone()) {
                log.doubled += 1;
            }
            let run = log.runs.entry(key.clone()).or_default();
            *run += 1;
            *run
        };
        tokio::task::yield_now().await; // Where a real worker waits for the API server.
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.running.remove(&*key);
        match reconcile(&key, run) {
            Err(_) if queue.num_requeues(&key) < MAX_RETRIES => {
                queue.add_rate_limited(key.clone());
                continue;
            }
            Err(error) => println!("{} given up: {error}", *key),
            Ok(()) => {}
        }
        queue.forget(&key);
        log.settled.insert(key.clone());
        if log.settled.len() == PODS.len() {
            queue.shut_down(); // Ends every worker.
        }
    } // `key` is dropped here: done, whatever happened.
}

async fn shutting_down() {
    let queue = Queue::new("pods");
    for n in 0..3 {
        queue.add(n);
    }
    let Some(item) = queue.get().await else { return };
    let drain = queue.shut_down_with_drain(); // As client-go's: waits for what workers have.
    queue.add(3);
    println!("added after shut down: {} waiting", queue.len());
    item.done();
    println!("drain of processing items: {:?}, {} waiting", drain.await, queue.len());

    let worker = tokio::spawn({
        let queue = queue.clone();
        async move {
            while let Some(item) = queue.get().await {
                item.done();
            }
        }
    });
    let outcome = queue.shut_down_with_full_drain().await; // Waits for what is queued too.
    println!("drain of everything: {outcome:?}, {} waiting", queue.len());
    println!("the worker ended: {}", worker.await.is_ok());
}
