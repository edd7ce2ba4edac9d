//! A connection of HTTP/2, on `h2` itself.
//!
//! `hyper`'s client stands on the same crate, but keeps from its callers what a pool must know: how many streams the peer allows, and when it says so; whether it has asked to go
//! elsewhere while streams are still open; which requests it has not begun with. It starts a task for each request, too.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use h2::{Ping, PingPong, client};
use http::{HeaderMap, Request, Response, Version, header};
use tokio::{
    sync::oneshot,
    time::{Instant, Sleep, sleep_until, timeout},
};

use super::{Failure, Refused, count::Counted, dial::Io};
use crate::config::Timeouts;

/// What nobody reads of one stream; then its sender waits. Go's transport, and thus client-go, has 4 MiB.
const STREAM_WINDOW: u32 = 2 << 20;

/// All of a connection's streams may be full and unread, and there is still room: so none can keep another from being read. It is a bound and not a buffer. Go's transport has 1 GiB.
const CONNECTION_WINDOW: u32 = 256 << 20;

/// Frames cost memory beyond their bytes; this is what many small unread ones may cost.
const FRAME_BUDGET: usize = CONNECTION_WINDOW as usize;

/// Fewer frames than with the protocol's 16 KiB, where the server uses it.
const FRAME: u32 = 64 << 10;

/// The limit before the peer has told its own: a number that no peer tells.
const UNTOLD: usize = 0x7e57_ab1e;

/// A connection that did not answer a ping for so long gets no new streams until it does.
const SILENT: Duration = Duration::from_secs(2);

/// No connection lasts so long.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The way to a connection.
pub(super) type Sender = client::SendRequest<Bytes>;

/// What a connection tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The peer allows so many streams.
    Limit(usize),
    /// The peer wants new streams to go elsewhere, or the connection is broken.
    Leaving,
    /// It has not answered a ping for a moment; or it has again.
    Silent(bool),
}

/// A connection, to be driven.
pub(super) struct Connection {
    connection: client::Connection<Counted<Box<dyn Io>>, Bytes>,
    /// Until it is to end.
    sender: Option<Sender>,
    pings: Option<PingPong>,
    limit: usize,
    read: Arc<AtomicU64>,
}

/// A connection, once the peer has told how many streams it allows.
pub(super) async fn begin(
    io: Counted<Box<dyn Io>>,
    patience: Duration,
) -> Result<(Sender, usize, Connection), Failure> {
    let read = io.read();
    let begun = client::Builder::new()
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .data_frame_budget(FRAME_BUDGET)
        .max_frame_size(FRAME)
        .initial_max_send_streams(UNTOLD)
        .enable_push(false)
        .handshake(io)
        .await;
    let (sender, mut connection) = begun.map_err(Failure::broken)?;
    let pings = connection.ping_pong();
    let told = std::future::poll_fn(|cx| {
        let ended = Pin::new(&mut connection).poll(cx);
        match (sender.current_max_send_streams(), ended) {
            (UNTOLD, Poll::Pending) => Poll::Pending,
            (UNTOLD, Poll::Ready(end)) => {
                Poll::Ready(Err(end.map_or_else(Failure::broken, |()| Failure::broken("closed at once"))))
            }
            (limit, _) => Poll::Ready(Ok(limit)),
        }
    });
    let late = |_| Err(Failure::broken("the server accepted HTTP/2 and did not begin with it"));
    let limit = timeout(patience, told).await.unwrap_or_else(late)?;
    let connection = Connection { connection, sender: Some(sender.clone()), pings, limit, read };
    Ok((sender, limit, connection))
}

impl Connection {
    /// Drives the connection until it is over. `close`: when its other end is dropped, it ends as soon as its streams have; when something is sent, at once.
    pub(super) async fn drive(
        mut self,
        mut close: oneshot::Receiver<()>,
        timeouts: Timeouts,
        tell: impl Fn(News) + Sync,
    ) {
        let mut life = pin!(Life::new(self.pings.take(), timeouts, Arc::clone(&self.read)));
        let mut closing = false;
        std::future::poll_fn(|cx| {
            if !closing && let Poll::Ready(end) = Pin::new(&mut close).poll(cx) {
                if end.is_ok() {
                    return Poll::Ready(());
                }
                closing = true;
                self.sender = None;
            }
            if Pin::new(&mut self.connection).poll(cx).is_ready() {
                return Poll::Ready(());
            }
            if let Some(sender) = &mut self.sender {
                let limit = sender.current_max_send_streams();
                if std::mem::replace(&mut self.limit, limit) != limit {
                    tell(News::Limit(limit));
                }
                if let Poll::Ready(Err(_)) = sender.poll_ready(cx) {
                    self.sender = None;
                    tell(News::Leaving);
                    // The connection ends once nobody can send on it any more, which it has to be told.
                    cx.waker().wake_by_ref();
                }
            }
            life.as_mut().poll(cx, &tell)
        })
        .await;
    }
}

/// Whether the other end still lives.
struct Life {
    pings: Option<PingPong>,
    timeouts: Timeouts,
    read: Arc<AtomicU64>,
    seen: u64,
    heard: Instant,
    asked: Option<Instant>,
    silent: bool,
    timer: Pin<Box<Sleep>>,
}

impl Life {
    fn new(pings: Option<PingPong>, timeouts: Timeouts, read: Arc<AtomicU64>) -> Self {
        let now = Instant::now();
        let timer = Box::pin(sleep_until(later(now, timeouts.ping_after)));
        Self { pings, timeouts, read, seen: 0, heard: now, asked: None, silent: false, timer }
    }

    /// Ready when it is dead.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>, tell: &(impl Fn(News) + Sync)) -> Poll<()> {
        let this = &mut *self;
        let Some(pings) = &mut this.pings else { return Poll::Pending };
        let read = this.read.load(Ordering::Relaxed);
        if std::mem::replace(&mut this.seen, read) != read {
            this.heard = Instant::now();
            if std::mem::take(&mut this.silent) {
                tell(News::Silent(false));
            }
        }
        if this.asked.is_some() && pings.poll_pong(cx).is_ready() {
            this.asked = None;
            this.timer.as_mut().reset(later(this.heard, this.timeouts.ping_after));
        }
        while this.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let next = match this.asked {
                None if now < later(this.heard, this.timeouts.ping_after) => {
                    later(this.heard, this.timeouts.ping_after)
                }
                None => {
                    // It fails only when the connection is ending.
                    _ = pings.send_ping(Ping::opaque());
                    this.asked = Some(now);
                    cx.waker().wake_by_ref();
                    now + SILENT.min(this.timeouts.ping)
                }
                Some(asked) if now >= later(asked, this.timeouts.ping) => return Poll::Ready(()),
                Some(asked) => {
                    if !std::mem::replace(&mut this.silent, true) {
                        tell(News::Silent(true));
                    }
                    later(asked, this.timeouts.ping)
                }
            };
            this.timer.as_mut().reset(next);
        }
        Poll::Pending
    }
}

/// A time that may be meant to never come.
fn later(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).unwrap_or_else(|| now + NEVER)
}

/// Sends a request whose address names scheme and host.
pub(super) async fn send(sender: &mut Sender, request: Request<Bytes>) -> Result<Response<h2::RecvStream>, Refused> {
    let (mut parts, body) = request.into_parts();
    parts.version = Version::HTTP_2;
    prepare(&mut parts.headers);
    let has_body = !body.is_empty();
    if has_body || !parts.method.is_safe() {
        parts.headers.entry(header::CONTENT_LENGTH).or_insert(body.len().into());
    }
    parts.extensions.clear();
    let begun = sender.send_request(Request::from_parts(parts, ()), !has_body);
    let (answer, mut stream) = begun.map_err(unbegun)?;
    if has_body {
        // It is one piece that is in memory already, so nothing is gained by handing it over by and by.
        stream.send_data(body, true).map_err(refused)?;
    }
    answer.await.map_err(refused)
}

/// A stream that was never opened: whatever the reason, the peer knows nothing of the request.
fn unbegun(error: h2::Error) -> Refused {
    let is_dead = error.is_io() || error.is_go_away();
    let failure = Failure::unsent(error);
    if is_dead { Refused::Connection(failure) } else { Refused::Stream(failure) }
}

/// What the error of a request means for it, and for its connection.
fn refused(error: h2::Error) -> Refused {
    if error.is_reset() {
        Refused::Stream(Failure::of_stream(error))
    } else {
        Refused::Connection(Failure::of_stream(error))
    }
}

/// Takes away what belongs to a connection of HTTP/1.1 (RFC 9113, 8.2.2); the host is in the address.
fn prepare(headers: &mut HeaderMap) {
    for name in [header::HOST, header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE] {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection"] {
        headers.remove(name);
    }
}
