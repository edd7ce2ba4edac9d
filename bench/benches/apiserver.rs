//! The embedded API server: writes a second, how long watchers wait, what it costs to start and to hold.
//!
//! A plain program that prints a table, because what it measures is the whole of many tasks and not a call. Without `--bench`, as `cargo test`
//! runs it, everything is small and only shows that it works.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use lookglass_apiserver::{
    ApiServer, ApiService,
    storage::{Expect, Next, Storage},
};
use lookglass_object::{Key, LabelSet, Selector};
use lookglass_protocol::{
    ChangeKind, Resource, Stored, Target, WatchItem, Watcher as _, builtin,
    params::{WatchParams, WatchStart},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Runtime,
    task::JoinSet,
    time::{Duration, Instant, interval},
};
use tower_service::Service as _;

/// How much is done.
struct Scale {
    creates: usize,
    pods: usize,
    watchers: usize,
    seconds: usize,
}

fn main() {
    let full = std::env::args().any(|argument| argument == "--bench");
    let scale = if full {
        Scale { creates: 200_000, pods: 1_000, watchers: 1_000, seconds: 5 }
    } else {
        Scale { creates: 800, pods: 20, watchers: 40, seconds: 1 }
    };
    let runtime = Runtime::new().expect("a runtime");
    println!("{:<84} {:>10}", "what", "figure");
    runtime.block_on(async {
        // First, while the process holds nothing else.
        start().await;
        list(&scale).await;
        storage_creates(&scale).await;
        service_creates(&scale).await;
        for through in [Through::Storage, Through::Service] {
            fan_out(&scale, through, "1,000 events/s, each to a fiftieth", 1_000, 50).await;
            fan_out(&scale, through, "50 events/s, each to all", 50, 1).await;
        }
    });
}

fn row(what: &str, figure: impl std::fmt::Display) {
    println!("{what:<84} {figure:>10}");
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

    fn commit(&self, storage: &Storage, resource: &Resource, change: ChangeKind, sent: impl FnOnce(u64)) {
        let expect = if change == ChangeKind::Added { Expect::Absent } else { Expect::Any };
        let done = storage.commit(&resource.gvr, &self.key, expect, |version| {
            sent(version);
            let json = [&*self.before, &version.to_string(), self.after].concat();
            let (key, labels) = (self.key.clone(), self.labels.clone());
            Next::Put(Stored::new(key, version, labels, change, json.as_bytes(), resource.entry))
        });
        assert!(done.is_ok(), "nobody else writes");
    }
}

/// From nothing to the first answer over a socket, and what the process then holds.
async fn start() {
    let before = resident();
    let begun = Instant::now();
    let api = ApiServer::start().await.expect("a server");
    let serving = api.serve_plain("127.0.0.1:0").await.expect("a socket");
    let answer = get(serving.local_addr(), "/api/v1/namespaces").await;
    let took = begun.elapsed();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    row("start to the first answer, us", took.as_micros());
    row("resident with nothing in it, KB", resident() / 1_000);
    row("resident before it started, KB", before / 1_000);
}

/// A list of pods over HTTP/1.1, connecting included.
async fn list(scale: &Scale) {
    let api = ApiServer::start().await.expect("a server");
    let mut service = api.service();
    for number in 0..scale.pods {
        let container = r#"{"name":"main","image":"registry.example/app:1.2.3","ports":[{"containerPort":8080}]}"#;
        let body = format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"pod-{number:05}","labels":{{"app":"web"}}}},"spec":{{"containers":[{container}]}}}}"#
        );
        post(&mut service, "/api/v1/namespaces/default/pods", body).await;
    }
    let serving = api.serve_plain("127.0.0.1:0").await.expect("a socket");
    let mut took = Vec::new();
    let mut bytes = 0;
    for _ in 0..30 {
        let begun = Instant::now();
        bytes = get(serving.local_addr(), "/api/v1/pods").await.len();
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    row(&format!("list of {} pods over HTTP, {} KB: median us", scale.pods, bytes / 1_000), took[15].as_micros());
    row(&format!("list of {} pods over HTTP, {} KB: worst us", scale.pods, bytes / 1_000), took[29].as_micros());
}

/// A request on a connection of its own; head and body of the answer as they come.
async fn get(address: std::net::SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("it takes requests");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    answer
}

async fn post(service: &mut ApiService, path: &str, body: String) {
    let body = Full::new(Bytes::from(body));
    let request = http::Request::post(path).header("content-type", "application/json").body(body).expect("a request");
    let answer = service.call(request).await.expect("no fault is set");
    assert_eq!(answer.status(), 201);
    answer.into_body().collect().await.expect("a body");
}

/// Bytes of memory that the process has.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<usize>().ok());
    pages.map_or(0, |pages| pages * 4_096)
}

/// Eight tasks create as fast as they can, with all that a request means.
async fn service_creates(scale: &Scale) {
    const TASKS: usize = 8;
    let api = ApiServer::start().await.expect("a server");
    let each = scale.creates / TASKS;
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let mut service = api.service();
        tasks.spawn(async move {
            let data = "x".repeat(800);
            for number in 0..each {
                let name = format!("config-{:08}", number * TASKS + task);
                let body = format!(
                    r#"{{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"{name}","labels":{{"app":"app-{}"}}}},"data":{{"k":"{data}"}}}}"#,
                    number % 50
                );
                post(&mut service, "/api/v1/namespaces/default/configmaps", body).await;
            }
        });
    }
    tasks.join_all().await;
    let took = begun.elapsed();
    row("service: creates of 1 KB from 8 tasks, a second", (each * TASKS) as u128 * 1_000_000 / took.as_micros());
}

/// Eight tasks commit as fast as they can.
async fn storage_creates(scale: &Scale) {
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
                prepared.commit(&storage, &resource, ChangeKind::Added, |_| {});
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

/// How watchers watch.
#[derive(Clone, Copy, Debug)]
enum Through {
    /// By the storage's own watches.
    Storage,
    /// By HTTP requests without a socket: frames of JSON.
    Service,
}

/// So many events a second over watchers of `kinds` different selectors, and how long each waits for its event.
async fn fan_out(scale: &Scale, through: Through, what: &str, rate: usize, kinds: usize) {
    let api = ApiServer::start().await.expect("a server");
    let (storage, resource) = (api.storage().clone(), config_maps());
    let events = rate * scale.seconds;
    let (first, begun) = (storage.version() + 1, Instant::now());
    let sent: Arc<Vec<AtomicU64>> = Arc::new((0..events).map(|_| AtomicU64::new(0)).collect());
    let mut watchers = JoinSet::new();
    for number in 0..scale.watchers {
        // Each has a selector of its own; those that differ only in what they exclude see the same.
        let own = Selector::new().eq("app", &format!("app-{}", number % kinds)).not_eq("not", &number.to_string());
        let labels = if kinds == 1 { Selector::everything() } else { own };
        let sent = sent.clone();
        let expected = (0..events).filter(|event| event % kinds == number % kinds).count();
        let waited = move |version: u64| {
            begun.elapsed().as_micros() as u64 - sent[(version - first) as usize].load(Ordering::Relaxed)
        };
        match through {
            Through::Storage => {
                let mut params = WatchParams::default();
                params.labels = labels;
                params.start = WatchStart::Now;
                let mut watch = storage.watch(&Target::collection(resource.clone(), Some("default")), &params).await;
                watchers.spawn(async move {
                    let mut all = Vec::with_capacity(expected);
                    while all.len() < expected {
                        match poll_fn(|cx| Pin::new(&mut watch).poll_next(cx)).await {
                            Some(WatchItem::Change(change)) => all.push(waited(change.object.version())),
                            other => panic!("a change should come, not {other:?}"),
                        }
                    }
                    all
                });
            }
            Through::Service => {
                let labels = labels.to_string().replace('=', "%3D").replace('!', "%21").replace(',', "%2C");
                let version = storage.version();
                let path = "/api/v1/namespaces/default/configmaps";
                let path = format!("{path}?watch=1&resourceVersion={version}&labelSelector={labels}");
                let request = http::Request::get(path).body(Full::new(Bytes::new())).expect("a request");
                let mut body = api.service().call(request).await.expect("no fault is set").into_body();
                watchers.spawn(async move {
                    let mut all = Vec::with_capacity(expected);
                    while all.len() < expected {
                        let frame = body.frame().await.expect("it goes on").expect("no error");
                        let data = frame.into_data().expect("no trailers");
                        let lines = str::from_utf8(&data).expect("text").lines();
                        all.extend(lines.map(version_of).map(&waited));
                    }
                    all
                });
            }
        }
    }
    let mut ticks = interval(Duration::from_millis(10));
    let started = begun.elapsed();
    let mut made = 0;
    while made < events {
        ticks.tick().await;
        // At 50 a second there is none in most ticks.
        let due = ((begun.elapsed() - started).as_millis() as usize * rate / 1_000).min(events);
        for event in made..due {
            let prepared = Prepared::new(&storage, event % 1_000, event % kinds);
            let change = if event < 1_000 { ChangeKind::Added } else { ChangeKind::Modified };
            prepared.commit(&storage, &resource, change, |version| {
                sent[(version - first) as usize].store(begun.elapsed().as_micros() as u64, Ordering::Relaxed);
            });
        }
        made = due.max(made);
    }
    let mut waited: Vec<u64> = watchers.join_all().await.into_iter().flatten().collect();
    waited.sort_unstable();
    let at = |share: f64| waited[((waited.len() - 1) as f64 * share) as usize];
    for (name, share) in [("p50", 0.5), ("p99", 0.99), ("worst", 1.0)] {
        row(&format!("{} watchers by {through:?}, {what}: {name} us", scale.watchers), at(share));
    }
}

/// The version in a frame of a [`Prepared`] object, where it stands last.
fn version_of(line: &str) -> u64 {
    let digits = line.rsplit('"').nth(1);
    digits.and_then(|digits| digits.parse().ok()).expect("a version at the end")
}
