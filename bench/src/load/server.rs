//! Who answers: [`Server`].

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{Request, Response, StatusCode, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use lookglass_object::{Encoding, Gvr};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::Instant,
};

use super::{
    body::{LoadBody, Wait, Watch},
    collection::{Collection, Released},
    discovery,
    prepared::ListMeta,
};
use crate::{
    fleet::{Fleet, Kind},
    measure::cpu_time,
};

/// How a [`Server`] serves.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Options {
    /// In chunks of how many bytes lists come.
    pub chunk: usize,
    /// How many streams an HTTP/2 connection may have.
    pub streams: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { chunk: 64 << 10, streams: 100 }
    }
}

/// Serves a fleet. Clones are handles to one server.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

struct Shared {
    collections: Vec<Arc<Collection>>,
    options: Options,
    totals: Arc<Totals>,
    connections: AtomicUsize,
    /// Told whenever a connection ends.
    ended: Notify,
    quit: Notify,
}

/// What has been sent.
#[derive(Default)]
pub(super) struct Totals {
    objects: AtomicU64,
    events: AtomicU64,
}

impl Totals {
    // Relaxed throughout: these are only counted.
    pub(super) fn sent_objects(&self, count: usize) {
        self.objects.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(super) fn sent_events(&self, count: usize) {
        self.events.fetch_add(count as u64, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

impl Server {
    /// Prepares the objects of these kinds: about 40 us and, for pods, 14 KB each.
    #[must_use]
    pub fn new(fleet: &Fleet, kinds: &[Kind], options: Options) -> Self {
        let collections = kinds.iter().map(|kind| Arc::new(Collection::new(fleet, *kind))).collect();
        let shared = Shared {
            collections,
            options,
            totals: Arc::default(),
            connections: AtomicUsize::new(0),
            ended: Notify::new(),
            quit: Notify::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Serves until it is told to quit.
    ///
    /// # Errors
    ///
    /// No connection can be taken any more.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http2().max_concurrent_streams(self.shared.options.streams);
        let quit = self.shared.quit.notified();
        tokio::pin!(quit);
        loop {
            let (stream, _) = tokio::select! {
                () = &mut quit => return Ok(()),
                accepted = listener.accept() => accepted?,
            };
            tokio::spawn(self.clone().connection(http.clone(), stream));
        }
    }

    /// Returns when there have been connections and now are none for a while.
    pub async fn idle(&self, grace: Duration) {
        loop {
            self.shared.ended.notified().await;
            tokio::time::sleep(grace).await;
            if self.shared.connections.load(Ordering::SeqCst) == 0 {
                return;
            }
        }
    }

    async fn connection(self, http: auto::Builder<TokioExecutor>, stream: TcpStream) {
        self.shared.connections.fetch_add(1, Ordering::SeqCst);
        // Who breaks the connection knows it; what is left to serve is for others.
        let _ = stream.set_nodelay(true);
        let service = service_fn(|request| {
            let server = self.clone();
            async move { Ok::<_, Infallible>(server.answer(&request)) }
        });
        let _ = http.serve_connection(TokioIo::new(stream), service).await;
        self.shared.connections.fetch_sub(1, Ordering::SeqCst);
        self.shared.ended.notify_one();
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<LoadBody> {
        let path = request.uri().path();
        let query = Query(request.uri().query().unwrap_or_default());
        if let Some(answer) = self.control(path, &query).or_else(|| discovery::answer(path)) {
            return respond(StatusCode::OK, JSON, LoadBody::of(answer.to_string()));
        }
        let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        let encoding = if accept.contains("protobuf") { Encoding::Protobuf } else { Encoding::Json };
        self.resource(path, &query, encoding).unwrap_or_else(|| {
            let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404, "message": "the load server has no such resource" });
            respond(StatusCode::NOT_FOUND, JSON, LoadBody::of(status.to_string()))
        })
    }

    /// The answers that no API server gives.
    fn control(&self, path: &str, query: &Query<'_>) -> Option<Value> {
        let collection = || {
            let resource = query.get("resource").unwrap_or("pods");
            self.shared.collections.iter().find(|collection| collection.kind.gvr().resource() == resource)
        };
        match path {
            "/load/expire" => {
                collection()?.expire();
                Some(json!({}))
            }
            "/load/churn" => {
                let collection = collection()?;
                collection.release(query.number("events").unwrap_or(1), query.number("rate").unwrap_or(0));
                Some(json!({}))
            }
            "/load/stats" => Some(json!({
                "cpu_ns": cpu_time().as_nanos() as u64,
                "objects": self.shared.totals.objects.load(Ordering::Relaxed),
                "events": self.shared.totals.events.load(Ordering::Relaxed),
                "watches": self.shared.collections.iter().map(|collection| collection.watches()).sum::<usize>(),
            })),
            "/load/quit" => {
                self.shared.quit.notify_one();
                Some(json!({}))
            }
            _ => None,
        }
    }

    fn resource(&self, path: &str, query: &Query<'_>, encoding: Encoding) -> Option<Response<LoadBody>> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let (group, version, rest) = match segments.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let (namespace, resource, name) = match *rest {
            ["namespaces", namespace, resource] => (Some(namespace), resource, None),
            ["namespaces", namespace, resource, name] => (Some(namespace), resource, Some(name)),
            [resource] => (None, resource, None),
            [resource, name] => (None, resource, Some(name)),
            _ => return None,
        };
        let gvr = Gvr::new(group.to_owned(), version.to_owned(), resource.to_owned());
        let collection = self.shared.collections.iter().find(|collection| collection.kind.gvr() == gvr)?;
        let (encoding, prepared) = collection.prepared(encoding);
        let (content, stream) = match encoding {
            Encoding::Json => (JSON, JSON),
            Encoding::Protobuf => (PROTOBUF, "application/vnd.kubernetes.protobuf;stream=watch"),
        };
        if let Some(name) = name {
            let object = prepared.object(collection.find(namespace, name)?);
            return Some(respond(StatusCode::OK, content, LoadBody::of(object)));
        }
        let within = collection.within(namespace);
        if matches!(query.get("watch"), Some("true" | "1")) {
            return Some(respond(StatusCode::OK, stream, self.watch(collection, encoding, within, query)));
        }
        let start =
            query.number("continue").map_or(within.start, |token| (token as usize).clamp(within.start, within.end));
        let limit = query.number("limit").filter(|limit| *limit > 0 && query.get("resourceVersion") != Some("0"));
        let end = limit.map_or(within.end, |limit| within.end.min(start + limit as usize));
        let token = (end < within.end).then_some(end);
        let meta = ListMeta {
            version: collection.version + collection.released().borrow().events,
            token,
            remaining: within.end - end,
        };
        self.shared.totals.sent_objects(end - start);
        let body = LoadBody::chunked(&prepared.list(&(start..end), &meta), self.shared.options.chunk);
        Some(respond(StatusCode::OK, content, body))
    }

    fn watch(
        &self,
        collection: &Arc<Collection>,
        encoding: Encoding,
        within: std::ops::Range<usize>,
        query: &Query<'_>,
    ) -> LoadBody {
        let released = collection.released();
        let Released { events: now, expired } = *released.borrow();
        let asked = query.number("resourceVersion").filter(|version| *version > 0);
        let streams = query.get("sendInitialEvents") == Some("true");
        let initial = if streams || asked.is_none() { within.clone() } else { 0..0 };
        let cursor = if initial.is_empty() {
            asked.map_or(now, |version| version.saturating_sub(collection.version).min(now))
        } else {
            now
        };
        let timeout = query.number("timeoutSeconds").map(Duration::from_secs);
        LoadBody::Watch(Box::new(Watch {
            collection: Arc::clone(collection),
            encoding,
            totals: Arc::clone(&self.shared.totals),
            within,
            initial,
            mark_end: streams,
            bookmarks: query.get("allowWatchBookmarks") == Some("true"),
            cursor,
            expired: Some(expired),
            ready: VecDeque::new(),
            wait: Wait::new(released, timeout, Instant::now()),
        }))
    }
}

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

fn respond(status: StatusCode, content_type: &'static str, body: LoadBody) -> Response<LoadBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

/// A query whose values need no decoding.
struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| value)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}
