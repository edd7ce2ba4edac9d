//! Telling somebody about requests: [`RequestObserver`].

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, header};

use crate::auth::PluginRan;

/// Is told about each request, for metrics. It must not block. What it is not interested in it leaves out.
///
/// It sees no header, no body, no name and no namespace: nothing secret, and nothing of which there are many.
///
/// ```
/// use std::{sync::atomic::{AtomicU64, Ordering}, sync::Arc};
/// use lookglass_client::{Answered, Client, Config, RequestLabels, RequestObserver};
///
/// #[derive(Default)]
/// struct Refusals(AtomicU64);
///
/// impl RequestObserver for Refusals {
///     fn answered(&self, _: &RequestLabels, answer: &Answered) {
///         if answer.code.is_some_and(|code| code >= 400) {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// let refusals = Arc::new(Refusals::default());
/// let client = Client::builder(Config::new("http://localhost:8001")?).observer(refusals.clone()).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait RequestObserver: Send + Sync {
    /// The head of an answer is there, or none will come: the end of the request as far as it can be tried again.
    fn answered(&self, request: &RequestLabels, answer: &Answered) {
        _ = (request, answer);
    }

    /// A request is going to be sent again.
    fn retrying(&self, request: &RequestLabels, retry: &Retrying) {
        _ = (request, retry);
    }

    /// An answer has been read, or dropped.
    fn ended(&self, request: &RequestLabels, body: &BodyEnded) {
        _ = (request, body);
    }

    /// The config's credential plugin was run, or was not let run. Clients whose configs say the same of a plugin share its runs, and each is told of all.
    fn plugin_ran(&self, ran: &PluginRan) {
        _ = ran;
    }
}

/// What a request is, in few different words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RequestLabels {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `apply`, `delete`, `deletecollection`; the method's name for what is no resource.
    pub verb: Cow<'static, str>,
    /// The path with `{namespace}` and `{name}` in the places of what they stand for: `/api/v1/namespaces/{namespace}/pods/{name}/log`.
    pub resource: String,
    /// The server: its host, and its port where the config names it.
    pub host: Arc<str>,
}

/// How a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered {
    /// The answer's code; none if no answer came.
    pub code: Option<u16>,
    /// From the moment when the client's own rate limit let it through until the head of the last answer was there, waits between attempts among it.
    pub latency: Duration,
    /// How long the rate limit held it.
    pub held: Duration,
    /// How often it was sent again.
    pub retries: u32,
    /// How many connections the client has open; 0 where it has none of its own.
    pub connections: usize,
}

/// Why a request is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retrying {
    /// The answer's code; none if the connection broke.
    pub code: Option<u16>,
    /// After which wait.
    pub wait: Duration,
}

/// What was read of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyEnded {
    /// Bytes of the request's body.
    pub bytes_out: u64,
    /// Bytes of the answer's body that were read, still compressed if they were.
    pub bytes_in: u64,
    /// From the head of the answer on.
    pub lasted: Duration,
}

/// A request and who observes it.
pub(super) struct Observed {
    labels: RequestLabels,
    observer: Arc<dyn RequestObserver>,
}

impl Observed {
    pub(super) fn new(request: &Request<Bytes>, host: &Arc<str>, observer: &Arc<dyn RequestObserver>) -> Self {
        Self { labels: labels(request, host), observer: Arc::clone(observer) }
    }

    pub(super) fn answered(&self, answer: &Answered) {
        self.observer.answered(&self.labels, answer);
    }

    pub(super) fn retrying(&self, retry: &Retrying) {
        self.observer.retrying(&self.labels, retry);
    }

    pub(super) fn ended(&self, body: &BodyEnded) {
        self.observer.ended(&self.labels, body);
    }
}

fn labels(request: &Request<Bytes>, host: &Arc<str>) -> RequestLabels {
    let (resource, shape) = template(request.uri().path());
    RequestLabels { verb: verb(request, shape), resource, host: Arc::clone(host) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Other,
    Collection,
    Named,
}

/// The path with names taken out.
fn template(path: &str) -> (String, Shape) {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let prefix = match segments.first() {
        Some(&"api") => 2,
        Some(&"apis") => 3,
        // Health checks and such; what comes behind may be anything.
        first => return (format!("/{}", first.unwrap_or(&"")), Shape::Other),
    };
    let Some((prefix, rest)) = segments.split_at_checked(prefix).filter(|(_, rest)| !rest.is_empty()) else {
        return (path.to_owned(), Shape::Other);
    };
    let mut out = format!("/{}", prefix.join("/"));
    let rest = match rest {
        // `status` and `finalize` are subresources of a namespace, and not resources within it.
        ["namespaces", _, resource, ..] if !matches!(*resource, "status" | "finalize") => {
            out.push_str("/namespaces/{namespace}");
            &rest[2..]
        }
        rest => rest,
    };
    for (at, segment) in rest.iter().take(3).enumerate() {
        out.push('/');
        out.push_str(if at == 1 { "{name}" } else { segment });
    }
    (out, if rest.len() == 1 { Shape::Collection } else { Shape::Named })
}

fn verb(request: &Request<Bytes>, shape: Shape) -> Cow<'static, str> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_apply = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/apply-patch"));
    let named = shape == Shape::Named;
    match *request.method() {
        _ if shape == Shape::Other => request.method().as_str().to_ascii_lowercase().into(),
        Method::GET if super::is_long(request) => "watch".into(),
        Method::GET => if named { "get" } else { "list" }.into(),
        Method::POST => "create".into(),
        Method::PUT => "update".into(),
        Method::PATCH => if is_apply { "apply" } else { "patch" }.into(),
        Method::DELETE => if named { "delete" } else { "deletecollection" }.into(),
        _ => request.method().as_str().to_ascii_lowercase().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_few_and_hold_no_names() {
        let cases = [
            (
                Method::GET,
                "/api/v1/namespaces/prod/pods/web-0/log?follow=true",
                "watch",
                "/api/v1/namespaces/{namespace}/pods/{name}/log",
            ),
            (Method::GET, "/api/v1/namespaces/prod/pods?watch=1", "watch", "/api/v1/namespaces/{namespace}/pods"),
            (Method::GET, "/api/v1/pods?limit=5", "list", "/api/v1/pods"),
            (Method::GET, "/api/v1/nodes/n1", "get", "/api/v1/nodes/{name}"),
            (Method::GET, "/api/v1/namespaces/prod", "get", "/api/v1/namespaces/{name}"),
            (Method::PUT, "/api/v1/namespaces/prod/status", "update", "/api/v1/namespaces/{name}/status"),
            (
                Method::DELETE,
                "/apis/apps/v1/namespaces/prod/deployments",
                "deletecollection",
                "/apis/apps/v1/namespaces/{namespace}/deployments",
            ),
            (
                Method::POST,
                "/apis/apps/v1/namespaces/prod/deployments",
                "create",
                "/apis/apps/v1/namespaces/{namespace}/deployments",
            ),
            (
                Method::GET,
                "/api/v1/namespaces/prod/services/web/proxy/my/secret/path",
                "get",
                "/api/v1/namespaces/{namespace}/services/{name}/proxy",
            ),
            (Method::GET, "/healthz/etcd", "get", "/healthz"),
            (Method::GET, "/apis/apps/v1", "get", "/apis/apps/v1"),
            (Method::GET, "/apis", "get", "/apis"),
            (Method::GET, "/", "get", "/"),
        ];
        for (method, path, verb, resource) in cases {
            let request = Request::builder().method(method).uri(path).body(Bytes::new()).unwrap();
            let labels = labels(&request, &"host".into());
            assert_eq!((&*labels.verb, &*labels.resource), (verb, resource), "{path}");
        }
    }
}
