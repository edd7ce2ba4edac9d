//! Sockets: HTTP/1.1 and HTTP/2, plain and TLS.
//!
//! A [`Transport`] says how a service is offered on a listener; [`serve`](Transport::serve) does it and hands back a [`Serving`], whose last
//! clone ends everything when it is dropped. What the transport knows of the client (where it is, whose certificate it showed) it puts into the
//! extensions of each request as a [`Peer`](crate::identity::Peer), where the [`Authenticator`](crate::identity::Authenticator) finds it.
//!
//! - HTTP/2 is spoken where ALPN says so, and on plain sockets to clients that begin with it. Everybody else gets HTTP/1.1.
//! - A client that does not say what it wants (no TLS handshake, half a header) is dropped after [`header_timeout`](Transport::header_timeout).
//!   It costs a task and a socket until then, and nobody waits for it.
//! - Running out of file descriptors pauses accepting; it ends nothing.
//!
//! # Cost
//!
//! A task for each connection, one more for each request over HTTP/2; two small allocations for each request. Bodies pass through uncopied.

mod authority;
mod connection;
mod ending;
mod kubeconfig;
mod serving;
#[cfg(any(feature = "rustls-ring", feature = "rustls-aws-lc"))]
mod tls;
#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
#[path = "tls_missing.rs"]
mod tls;

#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tower_service::Service;

pub use self::{
    authority::{Authority, Certificate, Tls},
    kubeconfig::Kubeconfig,
    serving::Serving,
};
use crate::{identity::User, service::BoxError};

/// How a service is offered on a socket.
///
/// Defaults:
///
/// - [`header_timeout`](Self::header_timeout): 32 s, as the real server;
/// - [`grace`](Self::grace): 5 s, enough for any answer that is not a watch;
/// - [`streams`](Self::streams): 100 requests at once on a connection of HTTP/2, as the real server;
/// - [`trusting`](Self::trusting): nobody; who has no credentials is anonymous.
///
/// ```
/// use http::{Request, Response};
/// use hyper::{body::Incoming, service::Service as _};
/// use http_body_util::Full;
/// use lookglass_protocol::transport::Transport;
/// # #[derive(Clone)] struct Hello;
/// # impl tower_service::Service<Request<Incoming>> for Hello {
/// #     type Response = Response<Full<bytes::Bytes>>;
/// #     type Error = std::convert::Infallible;
/// #     type Future = std::future::Ready<Result<Self::Response, Self::Error>>;
/// #     fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> { std::task::Poll::Ready(Ok(())) }
/// #     fn call(&mut self, _: Request<Incoming>) -> Self::Future { std::future::ready(Ok(Response::default())) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let serving = Transport::plain().serve(listener, Hello)?;
/// println!("at {}", serving.url());
/// serving.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is served before `serve`"]
pub struct Transport {
    tls: Option<Tls>,
    trusted: Option<User>,
    header_timeout: Duration,
    grace: Duration,
    streams: u32,
}

impl Transport {
    /// Without encryption.
    pub fn plain() -> Self {
        Self {
            tls: None,
            trusted: None,
            header_timeout: Duration::from_secs(32),
            grace: Duration::from_secs(5),
            streams: 100,
        }
    }

    /// With TLS, and with client certificates for those who have one.
    pub fn tls(tls: Tls) -> Self {
        Self { tls: Some(tls), ..Self::plain() }
    }

    /// How long a client may take to say what it wants: to shake hands, to send the first header, and each later one over HTTP/1.1, which
    /// makes it the time after which an idle connection of HTTP/1.1 is closed.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.header_timeout = timeout;
        self
    }

    /// How long [`Serving::shutdown`] waits for answers that are under way.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How many requests a connection of HTTP/2 may have open.
    pub fn streams(mut self, streams: u32) -> Self {
        self.streams = streams;
        self
    }

    /// Requests without an `Authorization` header come from this user.
    ///
    /// That is for a server on the loopback interface, and only there it can be had. Any program on the machine may use it, but not every web
    /// page that a browser on the machine shows: requests whose `Host` or `Origin` is another machine are refused with 403.
    pub fn trusting(mut self, user: User) -> Self {
        self.trusted = Some(user);
        self
    }

    /// Serves until the last clone of the answer is dropped or [told to stop](Serving::shutdown). Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// The listener has no address; somebody is [trusted](Self::trusting) and the listener is not on loopback.
    pub fn serve<S, B>(self, listener: TcpListener, service: S) -> Result<Serving, TransportError>
    where
        S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let local = listener.local_addr().map_err(TransportError::Listener)?;
        if self.trusted.is_some() && !local.ip().is_loopback() {
            return Err(TransportError::NotLoopback(local));
        }
        Ok(serving::start(self, listener, local, service))
    }
}

/// Why a service cannot be offered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The listener is of no use.
    #[error("the listener has no address")]
    Listener(#[source] io::Error),
    /// Trust was asked for where everybody could make use of it.
    #[error(
        "{0} is not a loopback address: to trust everybody there, listen on 127.0.0.1 or [::1], else use TLS and credentials"
    )]
    NotLoopback(SocketAddr),
    /// A certificate or a TLS configuration could not be made.
    #[error("TLS cannot be offered")]
    Tls(#[source] BoxError),
    /// TLS was not built in.
    #[error(
        "this program was built without TLS: enable the feature `rustls-ring` or `rustls-aws-lc`, or serve without TLS"
    )]
    TlsMissing,
    /// A certificate has room for one group.
    #[error("{user} is in {groups} groups, and a certificate made here names at most one: give the user a token")]
    TooManyGroups {
        /// The user's name.
        user: String,
        /// How many groups.
        groups: usize,
    },
}
