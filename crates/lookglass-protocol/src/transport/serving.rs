//! A listener at work: [`Serving`].

use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
    time,
};
use tower_service::Service;

use super::{
    Transport,
    connection::{Guest, Host},
};
use crate::service::BoxError;

/// A service at work on a socket. Clones are handles to the same; when the last one is dropped, the listener and all its connections are closed
/// at once.
#[derive(Clone)]
pub struct Serving(Arc<Inner>);

struct Inner {
    /// Says that the end has come. Whatever belongs to this listener holds a receiver for as long as it lives.
    stop: watch::Sender<bool>,
    accepting: AbortHandle,
    connections: Arc<AtomicUsize>,
    local: SocketAddr,
    scheme: &'static str,
    grace: Duration,
}

impl Serving {
    /// Where it listens: the port is the real one where 0 was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.0.local
    }

    /// `https://127.0.0.1:6443`. A server that listens on all addresses is named by the loopback one.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.0.local;
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        format!("{}://{address}", self.0.scheme)
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.connections.load(Ordering::Relaxed)
    }

    /// Ends gracefully: takes no new connections, ends watches between two frames, waits for other answers as long as the
    /// [grace](Transport::grace) lasts, and closes what is left. Afterwards every socket is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropped early, it has begun to end; called again, by any handle, it goes on to wait.
    pub async fn shutdown(&self) {
        self.0.stop.send_replace(true);
        let closed = || self.0.stop.closed();
        if time::timeout(self.0.grace, closed()).await.is_err() {
            self.0.accepting.abort();
            closed().await;
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serving({}, {} connections)", self.url(), self.connections())
    }
}

/// Begins to accept.
pub(super) fn start<S, B>(transport: Transport, listener: TcpListener, local: SocketAddr, service: S) -> Serving
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let (stop, stopped) = watch::channel(false);
    let connections = Arc::<AtomicUsize>::default();
    let scheme = if transport.tls.is_some() { "https" } else { "http" };
    let grace = transport.grace;
    let host = Arc::new(Host::new(transport, service));
    let accepting = tokio::spawn(accept(listener, local, host, stopped, Arc::clone(&connections))).abort_handle();
    Serving(Arc::new(Inner { stop, accepting, connections, local, scheme, grace }))
}

/// Accepts until it is told to stop, then waits for the connections to end. Dropped, it ends them.
async fn accept<S, B>(
    listener: TcpListener,
    local: SocketAddr,
    host: Arc<Host<S>>,
    stopped: watch::Receiver<bool>,
    count: Arc<AtomicUsize>,
) where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let mut connections = JoinSet::new();
    let mut stop = pin!(told(stopped.clone()));
    loop {
        match next(&listener, &mut connections, stop.as_mut()).await {
            Next::Stop => break,
            Next::Guest(stream, remote) => {
                let counted = Counted::new(&count);
                let guest = Guest { stream, remote, local, stopped: stopped.clone() };
                let host = Arc::clone(&host);
                connections.spawn(async move {
                    host.entertain(guest).await;
                    drop(counted);
                });
            }
            // A client that was gone before it was accepted is nothing to wait for.
            Next::Failed(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Next::Failed(_) => time::sleep(OUT_OF_SOCKETS).await,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// How long accepting pauses when it fails, which is when the process has no more file descriptors.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(100);

enum Next {
    Stop,
    Guest(TcpStream, SocketAddr),
    Failed(io::Error),
}

/// What happens next; connections that ended are let go on the way.
async fn next(
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> Next {
    poll_fn(|cx| {
        while let Poll::Ready(Some(_)) = connections.poll_join_next(cx) {}
        if stop.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Next::Stop);
        }
        listener.poll_accept(cx).map(|accepted| match accepted {
            Ok((stream, remote)) => Next::Guest(stream, remote),
            Err(error) => Next::Failed(error),
        })
    })
    .await
}

/// Ends when the server is told to stop, or is gone.
pub(super) async fn told(mut stopped: watch::Receiver<bool>) {
    // An error says that the sender is gone, which is a stop too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// One connection in the count.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
