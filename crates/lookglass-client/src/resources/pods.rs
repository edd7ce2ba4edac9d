//! What only pods can: logs, eviction, binding, resizing.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::Method;
use http_body::Body as _;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use lookglass_object::Object;
use serde_json::json;

use super::{
    DeleteOptions, Resources,
    core::{Call, Core, Reply},
};
use crate::{Error, RestRequest, client::Body, list_watch::options::Query};

/// What is asked of the logs of a pod. Defaults:
///
/// * [`container`](Self::container): the only one, or the one that the pod's annotation names;
/// * [`since`](Self::since), [`since_time`](Self::since_time), [`tail`](Self::tail), [`limit_bytes`](Self::limit_bytes): all that there is;
/// * [`previous`](Self::previous), [`timestamps`](Self::timestamps): no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogOptions {
    /// Which container.
    pub container: Option<String>,
    /// Whether the run of the container before this one is meant.
    pub previous: bool,
    /// Only what was written in this last time.
    pub since: Option<Duration>,
    /// Only what was written since then.
    pub since_time: Option<Timestamp>,
    /// Only so many of the last lines.
    pub tail: Option<u64>,
    /// Only so many bytes, and a little more.
    pub limit_bytes: Option<u64>,
    /// Whether each line begins with its time.
    pub timestamps: bool,
}

impl LogOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Which container.
    #[must_use]
    pub fn container(self, name: &str) -> Self {
        Self { container: Some(name.to_owned()), ..self }
    }

    /// Whether the run of the container before this one is meant.
    #[must_use]
    pub fn previous(self, previous: bool) -> Self {
        Self { previous, ..self }
    }

    /// Only what was written in this last time, in whole seconds.
    #[must_use]
    pub fn since(self, since: Duration) -> Self {
        Self { since: Some(since), ..self }
    }

    /// Only what was written since then.
    #[must_use]
    pub fn since_time(self, time: Timestamp) -> Self {
        Self { since_time: Some(time), ..self }
    }

    /// Only so many of the last lines.
    #[must_use]
    pub fn tail(self, lines: u64) -> Self {
        Self { tail: Some(lines), ..self }
    }

    /// Only so many bytes, and a little more.
    #[must_use]
    pub fn limit_bytes(self, bytes: u64) -> Self {
        Self { limit_bytes: Some(bytes), ..self }
    }

    /// Whether each line begins with its time.
    #[must_use]
    pub fn timestamps(self, timestamps: bool) -> Self {
        Self { timestamps, ..self }
    }

    fn query(&self, query: &mut Query) {
        let mut add = |name, value: Option<String>| {
            if let Some(value) = value {
                query.add(name, &value);
            }
        };
        let yes = |wanted: bool| wanted.then(|| "true".to_owned());
        add("container", self.container.clone());
        add("previous", yes(self.previous));
        add("sinceSeconds", self.since.map(|since| since.as_secs().max(1).to_string()));
        add("sinceTime", self.since_time.map(|time| time.to_string()));
        add("tailLines", self.tail.map(|lines| lines.to_string()));
        add("limitBytes", self.limit_bytes.map(|bytes| bytes.to_string()));
        add("timestamps", yes(self.timestamps));
    }
}

impl Resources<Pod> {
    /// What the pod has written up to now. What is no text in it is replaced.
    ///
    /// # Errors
    ///
    /// The server refuses, such as when the pod has several containers and none is named; nobody answers; or the answer was cut off.
    pub async fn logs(&self, name: &str, options: &LogOptions) -> Result<String, Error> {
        let bytes = self.core.log_bytes(name, options).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What the pod has written and goes on to write, line by line, until its container ends.
    ///
    /// # Errors
    ///
    /// As for [`logs`](Self::logs).
    pub async fn follow_logs(&self, name: &str, options: &LogOptions) -> Result<Logs, Error> {
        self.core.follow_logs(name, options).await
    }

    /// Asks that the pod go, with heed to what its disruption budgets allow. [Too many requests](lookglass_object::Status::is_too_many_requests) is the answer when they do not at present.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers.
    pub async fn evict(&self, name: &str, options: &DeleteOptions) -> Result<(), Error> {
        // A dry run is said in the query.
        let eviction = json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": self.core.metadata(name),
            "deleteOptions": options.body(false),
        });
        self.core.consent(name, "eviction", &eviction).await
    }

    /// Puts the pod on a node, which is what schedulers do.
    ///
    /// # Errors
    ///
    /// The server refuses, [with a conflict](lookglass_object::Status::is_conflict) when the pod has a node already; or nobody answers.
    pub async fn bind(&self, name: &str, node: &str) -> Result<(), Error> {
        let binding = json!({
            "apiVersion": "v1", "kind": "Binding", "metadata": self.core.metadata(name),
            "target": { "apiVersion": "v1", "kind": "Node", "name": node },
        });
        self.core.consent(name, "binding", &binding).await
    }

    /// Writes the ephemeral containers of a pod, and nothing else.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn update_ephemeral_containers(&self, pod: &Pod) -> Result<Object<Pod>, Error> {
        self.update_subresource("ephemeralcontainers", pod).await
    }

    /// Writes what the containers of a pod ask for and may have, and nothing else.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn resize(&self, pod: &Pod) -> Result<Object<Pod>, Error> {
        self.update_subresource("resize", pod).await
    }

    /// A request to what the pod itself serves, through the API server: `name`, `name:port` or `https:name:port`. Where to, [`suffix`](RestRequest::suffix) says.
    pub fn proxy(&self, method: Method, name: &str) -> RestRequest {
        self.core.proxy(method, name)
    }
}

impl Core {
    fn log_bytes(&self, name: &str, options: &LogOptions) -> Reply<Bytes> {
        let (what, request) = self.logs(name, options).request();
        let client = self.client.clone();
        Box::pin(async move { Ok(client.fetch(&what, request?).await?.into_body()) })
    }

    fn follow_logs(&self, name: &str, options: &LogOptions) -> Reply<Logs> {
        let (what, request) = self.logs(name, options).query(|query| query.add("follow", "true")).request();
        let client = self.client.clone();
        Box::pin(async move {
            let body = client.send(&what, request?).await?.into_body();
            Ok(Logs { what, body: Some(body), held: Vec::new(), looked: 0 })
        })
    }

    fn logs(&self, name: &str, options: &LogOptions) -> Call {
        let call = self.named(Method::GET, "get", name, &["log"]);
        call.accept("text/plain,application/json;q=0.5,*/*;q=0.1".to_owned()).query(|query| options.query(query))
    }

    fn metadata(&self, name: &str) -> serde_json::Value {
        json!({ "name": name, "namespace": self.namespace.as_deref() })
    }

    /// Sends something to what is below an object; all that matters of the answer is that it is no refusal.
    fn consent(&self, name: &str, subresource: &str, tree: &serde_json::Value) -> Reply<()> {
        let call = self.named(Method::POST, "create", name, &[subresource]);
        let call = call.body("application/json", tree.to_string().into()).accept("application/json".to_owned());
        let (what, request) = call.query(|query| self.options.query(query)).request();
        let client = self.client.clone();
        Box::pin(async move { client.fetch(&what, request?).await.map(drop) })
    }
}

/// What a pod writes, line by line, until its container ends or the connection breaks. A [`Stream`] as well; dropping it closes it.
///
/// A line longer than a mebibyte comes in pieces of that. What is no text is replaced.
pub struct Logs {
    what: String,
    body: Option<Body>,
    held: Vec<u8>,
    /// How much of `held` is known to have no end of a line.
    looked: usize,
}

/// Kubelets cut at 16 KiB what containers write as one line, and put the pieces together again.
const LONGEST: usize = 1 << 20;

impl Logs {
    /// The next line, without its end.
    ///
    /// # Errors
    ///
    /// The connection broke; then nothing more comes.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has come stays for the next call.
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The first line of what is held, if it is whole.
    fn line(&mut self) -> Option<String> {
        let end = memchr::memchr(b'\n', &self.held[self.looked..]).map(|at| self.looked + at);
        let (length, taken) = match end {
            Some(end) if end <= LONGEST => (end, end + 1),
            _ if self.held.len() >= LONGEST => (LONGEST, LONGEST),
            _ => {
                self.looked = self.held.len();
                return None;
            }
        };
        let line = &self.held[..length];
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        self.held.drain(..taken);
        self.looked = 0;
        Some(line)
    }
}

impl Stream for Logs {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(line) = self.line() {
                return Poll::Ready(Some(Ok(line)));
            }
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => self.held.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(error)) => {
                    self.body = None;
                    return Poll::Ready(Some(Err(Error::cut_off(&self.what, error))));
                }
                None => {
                    self.body = None;
                    let rest = std::mem::take(&mut self.held);
                    let rest = (!rest.is_empty()).then(|| Ok(String::from_utf8_lossy(&rest).into_owned()));
                    return Poll::Ready(rest);
                }
            }
        }
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").field("what", &self.what).field("open", &self.body.is_some()).finish_non_exhaustive()
    }
}
