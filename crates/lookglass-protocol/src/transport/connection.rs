//! One connection, from its first byte to its last: [`Host::entertain`].

use std::{
    future::poll_fn,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use http_body_util::{Either, Full};
use hyper::{body::Incoming, rt};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{net::TcpStream, sync::watch, time};
use tower_service::Service;

use super::{Tls, Transport, ending::Ending, serving::told, tls};
use crate::{
    identity::{Peer, User},
    service::BoxError,
};

/// What all connections of a listener share.
pub(super) struct Host<S> {
    service: S,
    http: auto::Builder<TokioExecutor>,
    tls: Option<Tls>,
    trusted: Option<User>,
    patience: Duration,
}

/// A connection that was accepted.
pub(super) struct Guest {
    pub(super) stream: TcpStream,
    pub(super) remote: SocketAddr,
    pub(super) local: SocketAddr,
    pub(super) stopped: watch::Receiver<bool>,
}

impl<S> Host<S> {
    pub(super) fn new(transport: Transport, service: S) -> Self {
        let Transport { tls, trusted, header_timeout, streams, .. } = transport;
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout);
        http.http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(streams)
            .max_send_buf_size(SEND_BUFFER)
            .keep_alive_interval(PING_EVERY)
            .keep_alive_timeout(PING_TIMEOUT);
        Self { service, http, tls, trusted, patience: header_timeout }
    }
}

/// What waits for a slow reader of a stream; above it the body is not asked for more.
const SEND_BUFFER: usize = 256 * 1024;
/// A client that vanished without a word is found out by pings.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

impl<S, B> Host<S>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    /// Serves a connection until it ends. How it ended concerns nobody but the client, who knows.
    pub(super) async fn entertain(&self, guest: Guest) {
        let Guest { stream, remote, local, stopped } = guest;
        // Frames are written whole; to wait for more to send would only delay them. A socket that cannot do it works all the same.
        let _ = stream.set_nodelay(true);
        let peer = Peer::unknown().between(remote, local);
        let deadline = time::Instant::now() + self.patience;
        match &self.tls {
            None => self.speak(TokioIo::new(stream), peer, deadline, stopped).await,
            Some(tls) => {
                let Some((stream, user)) = self.shake_hands(tls, stream, deadline, stopped.clone()).await else {
                    return;
                };
                let peer = match user {
                    Some(user) => peer.with_user(user),
                    None => peer,
                };
                self.speak(TokioIo::new(stream), peer, deadline, stopped).await;
            }
        }
    }

    /// `None` if the handshake fails, takes too long or comes at the end: there is nobody to answer to.
    async fn shake_hands(
        &self,
        tls: &Tls,
        stream: TcpStream,
        deadline: time::Instant,
        stopped: watch::Receiver<bool>,
    ) -> Option<(tls::Stream, Option<User>)> {
        let mut shaken = pin!(time::timeout_at(deadline, tls.accept(stream)));
        let mut stop = pin!(told(stopped));
        poll_fn(|cx| {
            if stop.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            shaken.as_mut().poll(cx).map(|done| done.ok()?.ok())
        })
        .await
    }

    async fn speak<I>(&self, io: I, peer: Peer, deadline: time::Instant, stopped: watch::Receiver<bool>)
    where
        I: rt::Read + rt::Write + Unpin + Send + 'static,
    {
        let asked = Arc::<AtomicBool>::default();
        let service = Door {
            service: self.service.clone(),
            peer,
            trusted: self.trusted.clone(),
            asked: Arc::clone(&asked),
            stopped: stopped.clone(),
        };
        let mut connection = pin!(self.http.serve_connection(io, service));
        let mut stop = pin!(told(stopped));
        let mut silent = pin!(time::sleep_until(deadline));
        let (mut stopping, mut spoken) = (false, false);
        poll_fn(|cx| {
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            spoken = spoken || asked.load(Ordering::Relaxed);
            if !spoken && silent.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            if !stopping && stop.as_mut().poll(cx).is_ready() {
                stopping = true;
                connection.as_mut().graceful_shutdown();
                cx.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await;
    }
}

/// Where the requests of one connection come in.
struct Door<S> {
    service: S,
    peer: Peer,
    trusted: Option<User>,
    /// Set once the client has said what it wants.
    asked: Arc<AtomicBool>,
    stopped: watch::Receiver<bool>,
}

type Answer<B> = Response<Either<Ending<B>, Full<Bytes>>>;

impl<S, B> hyper::service::Service<Request<Incoming>> for Door<S>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Answer<B>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Answer<B>, BoxError>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.asked.store(true, Ordering::Relaxed);
        let mut peer = self.peer.clone();
        if let Some(user) = &self.trusted {
            if !from_here(request.uri(), request.headers()) {
                return Box::pin(std::future::ready(Ok(forbidden())));
            }
            if !request.headers().contains_key(header::AUTHORIZATION) {
                peer = peer.with_user(user.clone());
            }
        }
        request.extensions_mut().insert(peer);
        let (mut service, stopped) = (self.service.clone(), self.stopped.clone());
        Box::pin(async move {
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
            let answer = service.call(request).await.map_err(Into::into)?;
            Ok(answer.map(|body| Either::Left(Ending::new(body, stopped))))
        })
    }
}

/// Whether a request was written for this machine, and not by a page from another one that a browser here shows.
fn from_here(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.authority().map(|authority| authority.as_str().as_bytes());
    let host = host.or_else(|| headers.get(header::HOST).map(|host| host.as_bytes()));
    let origin = headers.get(header::ORIGIN).map(|origin| origin.as_bytes());
    let local_origin = |origin: &[u8]| {
        let at = origin.windows(3).position(|window| window == b"://");
        at.is_some_and(|at| local(&origin[at + 3..]))
    };
    host.is_none_or(local) && origin.is_none_or(local_origin)
}

/// Whether `host` or `host:port` is this machine by name.
fn local(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn forbidden<B>() -> Answer<B> {
    let text = "this server trusts requests from this machine only; Host and Origin must be localhost\n";
    let mut answer = Response::new(Either::Right(Full::from(text)));
    *answer.status_mut() = StatusCode::FORBIDDEN;
    answer
}
