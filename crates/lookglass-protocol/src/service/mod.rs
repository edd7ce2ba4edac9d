//! The server itself, without a socket: a tower service over a backend.
//!
//! [`Service`] takes an [`http::Request`] with any body and gives an [`http::Response`]. A transport puts it on sockets; a client in the same
//! process calls it as it is.

mod body;
mod builder;
mod dispatch;
mod guard;
mod meter;
mod random;
mod reply;
mod warning;

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::fmt::rfc2822::DateTimePrinter;
use lookglass_object::Status;
use tokio::time::{Instant, timeout};

pub use self::{
    body::{Body, BoxError},
    builder::{Builder, Clock},
    random::Random,
};
use self::{
    builder::Options,
    dispatch::Seen,
    guard::{Panicked, caught},
    meter::InFlight,
    reply::Reply,
};
pub(crate) use self::{guard::guarded, meter::Meter};
use crate::{Backend, documents::Facts};

/// A server over a backend. Clones are handles of the same one.
///
/// # Promises
///
/// * Every request gets an answer, whatever is in it. One that panics inside is answered with a `Status` of code 500; one that takes too long
///   with 504. Neither touches other requests, nor the connection.
/// * A watch begins with its headers at once, and ends with a clean end of its body.
///
/// # Needs
///
/// A tokio runtime with time around it. Timeouts and bookmarks follow tokio's clock, paused or not.
///
/// # Cancel safety
///
/// A call that is dropped is as if the client had gone: see [`Backend`].
pub struct Service<B>(Arc<Shared<B>>);

struct Shared<B> {
    backend: Arc<B>,
    options: Options,
}

impl<B: Backend> Service<B> {
    /// A server with the defaults of its [`Builder`].
    #[must_use]
    pub fn new(backend: Arc<B>) -> Self {
        Self::builder(backend).build()
    }

    /// A builder.
    #[must_use]
    pub fn builder(backend: Arc<B>) -> Builder<B> {
        Builder::new(backend)
    }

    /// What it says of itself, and what it counts.
    #[must_use]
    pub fn facts(&self) -> &Arc<Facts> {
        &self.0.options.facts
    }

    /// What it is made over.
    #[must_use]
    pub fn backend(&self) -> &Arc<B> {
        &self.0.backend
    }
}

impl<B> Clone for Service<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B> fmt::Debug for Service<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("options", &self.0.options).finish_non_exhaustive()
    }
}

/// The answer on its way.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl<B, R> tower_service::Service<Request<R>> for Service<B>
where
    B: Backend,
    R: http_body::Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<R>) -> Answering {
        let shared = Arc::clone(&self.0);
        Box::pin(async move { Ok(shared.answer(request).await) })
    }
}

impl<B: Backend> Shared<B> {
    async fn answer<R>(&self, request: Request<R>) -> Response<Body>
    where
        R: http_body::Body<Error: Into<BoxError>> + Send,
        R::Data: Send,
    {
        let (parts, body) = request.into_parts();
        let began = Instant::now();
        let audit_id = self.audit_id(&parts.headers);
        let mut seen = Seen::of(&parts);
        let facts = &self.options.facts;
        let _in_flight = InFlight::new(Arc::clone(facts), !matches!(parts.method, Method::GET | Method::HEAD));
        let outcome = caught(timeout(self.options.request_timeout, self.handle(parts, body, &mut seen))).await;
        let reply = match outcome {
            Ok(Ok(reply)) => reply,
            Ok(Err(_elapsed)) => Err(Status::timeout(TOO_LATE, 0).into()),
            Err(Panicked) => {
                facts.metrics.panicked();
                Err(Status::internal_error(PANICKED).into())
            }
        };
        let reply = reply.unwrap_or_else(|refusal| Reply::refused(refusal, seen.status_form()));
        let mut response = reply.into_response();
        self.add_headers(&mut response, audit_id);
        if seen.method == Method::HEAD {
            remove_body(&mut response);
        }
        if !response.body().is_stream() {
            facts.metrics.answered(&seen.labels, response.status().as_u16(), Some(began.elapsed()));
        }
        response
    }

    /// The client's own, so that its log and ours can be laid side by side, or a new one.
    fn audit_id(&self, headers: &HeaderMap) -> HeaderValue {
        let given = headers.get(AUDIT_ID).filter(|id| (1..=64).contains(&id.len()) && id.to_str().is_ok());
        given.cloned().unwrap_or_else(|| self.options.random.header())
    }

    /// What all answers have.
    fn add_headers(&self, response: &mut Response<Body>, audit_id: HeaderValue) {
        let known = response.status() != StatusCode::UNAUTHORIZED;
        let headers = response.headers_mut();
        headers.insert(AUDIT_ID, audit_id);
        // A request that comes from nobody is turned away before it is given its place in a queue.
        if known {
            for (name, uid) in FAIRNESS.into_iter().zip(&self.options.fairness) {
                headers.insert(name, uid.clone());
            }
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
        }
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&(self.options.clock)());
        if let Some(date) = date.ok().and_then(|date| date.try_into().ok()) {
            headers.insert(header::DATE, date);
        }
    }
}

const AUDIT_ID: HeaderName = HeaderName::from_static("audit-id");
const FAIRNESS: [HeaderName; 2] = [
    HeaderName::from_static("x-kubernetes-pf-flowschema-uid"),
    HeaderName::from_static("x-kubernetes-pf-prioritylevel-uid"),
];
const TOO_LATE: &str = "request did not complete within the allotted timeout";
const PANICKED: &str = "this request caused apiserver to panic. Look in the logs for details.";

/// The answer to a `HEAD` says how long the body would be.
fn remove_body(response: &mut Response<Body>) {
    use http_body::Body as _;
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.body_mut() = Body::empty();
}
