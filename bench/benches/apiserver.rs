//! The embedded API server: writes a second, how long watchers wait, what it costs to start and to hold.
//!
//! A plain program that prints a table, because what it measures is the whole of many tasks and not a call. Without `--bench`, as `cargo test`
//! runs it, everything is small and only shows that it works.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use lookglass_apiserver::storage::{Expect, Limits, Next, Storage};
use lookglass_object::{Key, LabelSet, Selector};
use lookglass_protocol::{
    ChangeKind, Resource, Stored, Target, WatchItem, Watcher as _, builtin,
    params::{WatchParams, WatchStart},
};
use tokio::{
    runtime::Runtime,
    task::JoinSet,
    time::{Duration, Instant, MissedTickBehavior, interval},
};

/// How much is done.
struct Scale {
    creates: usize,
    watchers: usize,
    seconds: usize,
}

fn main() {
    let full = std::env::args().any(|argument| argument == "--bench");
    let scale = if full {
        Scale { creates: 200_000, watchers: 1_000, seconds: 5 }
    } else {
        Scale { creates: 800, watchers: 40, seconds: 1 }
    };
    let runtime = Runtime::new().expect("a runtime");
    println!("{:<60} {:>14}", "what", "figure");
    runtime.block_on(async {
        creates(&scale).await;
        fan_out(&scale, "1,000 events/s, 20 of the watchers each", 1_000, 50).await;
        fan_out(&scale, "50 events/s, all watchers each", 50, 1).await;
    });
}

fn row(what: &str, figure: impl std::fmt::Display) {
    println!("{what:<60} {figure:>14}");
}

fn config_maps() -> Arc<Resource> {
    builtin::catalog().resource("", "v1", "configmaps").expect("a built-in resource").clone()
}

/// A ConfigMap of 1 KB in two parts, between which the version stands.
struct Prepared {
    key: Key,
    labels: LabelSet,
    before: String,
    after: &'static str,
}

impl Prepared {
    fn new(storage: &Storage, number: usize, app: usize) -> Self {
        let (name, app) = (format!("config-{number:08}"), format!("app-{app}"));
        let data = "x".repeat(800);
        let before = format!(
            r#"{{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"default","uid":"5e1fc7a8-2ad1-4ed3-8f1a-1e2c8a4f6b1d","creationTimestamp":"2026-01-01T00:00:00Z","labels":{{"app":"{app}"}}}},"data":{{"k":"{data}"}},"resourceVersion":""#
        );
        let labels = storage.interner().labels([("app", &*app)]);
        Self { key: Key::new("default", &name), labels, before, after: "\"}" }
    }

    fn commit(&self, storage: &Storage, resource: &Resource, expect: Expect, sent: impl FnOnce(u64)) {
        let done = storage.commit(&resource.gvr, &self.key, expect, |version| {
            sent(version);
            let json = [&*self.before, &version.to_string(), self.after].concat();
            let (key, labels) = (self.key.clone(), self.labels.clone());
            Next::Put(Stored::new(key, version, labels, ChangeKind::Added, json.as_bytes(), resource.entry))
        });
        assert!(done.is_ok(), "nobody else writes");
    }
}

/// Eight tasks create as fast as they can.
async fn creates(scale: &Scale) {
    const TASKS: usize = 8;
    let (storage, resource) = (Storage::default(), config_maps());
    let each = scale.creates / TASKS;
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (storage, resource) = (storage.clone(), resource.clone());
        tasks.spawn(async move {
            for number in 0..each {
                // Of all tasks, interleaved.
                let prepared = Prepared::new(&storage, number * TASKS + task, number % 50);
                prepared.commit(&storage, &resource, Expect::Absent, |_| {});
                if number % 64 == 0 {
                    tokio::task::yield_now().await;
                }
            }
        });
    }
    tasks.join_all().await;
    let took = begun.elapsed();
    row("storage: creates of 1 KB from 8 tasks, a second", (each * TASKS) as u128 * 1_000_000 / took.as_micros());
    let memory = storage.memory();
    row("storage: bytes for each object of 1 KB", memory.object_bytes / memory.objects);
}

/// So many events a second over watchers of `kinds` different selectors, and how long each waits for its event.
async fn fan_out(scale: &Scale, what: &str, rate: usize, kinds: usize) {
    let (storage, resource) = (Storage::new(Limits::default()), config_maps());
    let events = rate * scale.seconds;
    let begun = Instant::now();
    let sent: Arc<Vec<AtomicU64>> = Arc::new((0..events + 2).map(|_| AtomicU64::new(0)).collect());
    let mut watchers = JoinSet::new();
    for number in 0..scale.watchers {
        let mut params = WatchParams::default();
        // Each has a selector of its own; of those that differ only in what they exclude, all see the same.
        params.labels =
            Selector::new().eq("app", &format!("app-{}", number % kinds)).not_eq("not", &number.to_string());
        if kinds == 1 {
            params.labels = Selector::everything();
        }
        params.start = WatchStart::Now;
        let mut watch = storage.watch(&Target::collection(resource.clone(), Some("default")), &params).await;
        let sent = sent.clone();
        let expected = (0..events).filter(|event| event % kinds == number % kinds).count();
        watchers.spawn(async move {
            let mut waited = Vec::with_capacity(expected);
            while waited.len() < expected {
                match poll_fn(|cx| Pin::new(&mut watch).poll_next(cx)).await {
                    Some(WatchItem::Change(change)) => {
                        let sent = sent[change.object.version() as usize].load(Ordering::Relaxed);
                        waited.push(begun.elapsed().as_micros() as u64 - sent);
                    }
                    other => panic!("a change should come, not {other:?}"),
                }
            }
            waited
        });
    }
    let mut ticks = interval(Duration::from_millis(10));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut made = 0;
    while made < events {
        ticks.tick().await;
        // At 50 a second there is none in most ticks.
        let due = (begun.elapsed().as_millis() as usize * rate / 1_000).min(events);
        for event in made..due {
            let prepared = Prepared::new(&storage, event % 1_000, event % kinds);
            prepared.commit(&storage, &resource, Expect::Any, |version| {
                sent[version as usize].store(begun.elapsed().as_micros() as u64, Ordering::Relaxed);
            });
        }
        made = due.max(made);
    }
    let mut waited: Vec<u64> = watchers.join_all().await.into_iter().flatten().collect();
    waited.sort_unstable();
    let at = |share: f64| waited[((waited.len() - 1) as f64 * share) as usize];
    row(&format!("watchers {}: {what}: p50 us", scale.watchers), at(0.5));
    row(&format!("watchers {}: {what}: p99 us", scale.watchers), at(0.99));
    row(&format!("watchers {}: {what}: worst us", scale.watchers), at(1.0));
}
