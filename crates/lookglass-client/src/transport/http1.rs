//! A connection of HTTP/1.1.
//!
//! `hyper` hands a body over piece by piece, and a server that watches sends a piece for each event. If a task of its own drove the connection, each event would send two
//! tasks to the scheduler, on two threads: that costs more than everything else that is done with an event. So whoever reads a body drives the connection himself while
//! he waits; its own task does so before and after, and is woken when the reader goes. What the two halves of `hyper` tell each other meanwhile wakes nobody: the reader is
//! awake.

#[cfg(test)]
mod tests;

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Version, header};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{Failure, count::Counted, dial::Io};

/// The way to a connection. It carries one request at a time.
pub(super) struct Sender {
    sender: http1::SendRequest<Full<Bytes>>,
    connection: Connection,
    /// It has carried a request before.
    used: bool,
}

/// A connection that anybody may drive who has something to wait for.
#[derive(Clone)]
pub(super) struct Connection(Arc<Mutex<State>>);

struct State {
    /// None when it is over.
    driving: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Of the connection's own task.
    task: Option<Waker>,
}

/// The body of an answer.
pub(super) struct Body {
    body: hyper::body::Incoming,
    connection: Connection,
    reader: Arc<Reader>,
    /// Wakes that reader.
    waker: Waker,
}

/// Whoever reads a body. He is not woken while he reads: that would send him to the scheduler again for what he is about to see.
struct Reader {
    state: AtomicU8,
    waker: Mutex<Waker>,
}

/// To be woken.
const AWAY: u8 = 0;
/// He reads.
const READING: u8 = 1;
/// He reads, and would have been woken.
const CALLED: u8 = 2;

pub(super) async fn begin(io: Counted<Box<dyn Io>>) -> Result<(Sender, Connection), Failure> {
    let begun = http1::Builder::new().handshake(TokioIo::new(io)).await;
    let (sender, connection) = begun.map_err(Failure::unsent)?;
    // Nobody reads errors here: the request that they broke has got them.
    let driving = Box::pin(async move { _ = connection.with_upgrades().await });
    let connection = Connection(Arc::new(Mutex::new(State { driving: Some(driving), task: None })));
    Ok((Sender { sender, connection: connection.clone(), used: false }, connection))
}

/// Drives a connection until it is over. `close`: when something is sent, it ends at once. It also ends when the future is dropped.
pub(super) async fn drive(connection: Connection, mut close: oneshot::Receiver<()>) {
    let ends = Ends(connection);
    let mut may_close = true;
    poll_fn(|cx| {
        if may_close && let Poll::Ready(end) = Pin::new(&mut close).poll(cx) {
            if end.is_ok() {
                return Poll::Ready(());
            }
            // It ends by itself once nobody can send on it any more.
            may_close = false;
        }
        ends.0.drive(cx)
    })
    .await;
}

/// Ends a connection when it goes.
struct Ends(Connection);

impl Drop for Ends {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        let over = (state.driving.take(), state.task.take());
        drop(state);
        // A reader is told by this.
        drop(over);
    }
}

impl Connection {
    /// By its own task.
    fn drive(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock();
        match &mut state.task {
            Some(task) => task.clone_from(cx.waker()),
            task => *task = Some(cx.waker().clone()),
        }
        state.drive(cx)
    }

    /// By a reader, unless somebody else is at it: then he wakes the reader if there is something for him, and else is woken by what comes.
    fn drive_for_reader(&self, cx: &mut Context<'_>) {
        let Some(mut state) = self.0.try_lock() else { return };
        if state.drive(cx).is_ready() {
            drop(state);
            self.wake_task();
        }
    }

    /// Has its own task drive it, or see that it is over.
    fn wake_task(&self) {
        let task = self.0.lock().task.take();
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl State {
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(driving) = &mut self.driving else { return Poll::Ready(()) };
        let progress = driving.as_mut().poll(cx);
        if progress.is_ready() {
            self.driving = None;
        }
        progress
    }
}

impl Reader {
    fn new() -> Self {
        Self { state: AtomicU8::new(AWAY), waker: Mutex::new(Waker::noop().clone()) }
    }

    fn begins(&self, waker: &Waker) {
        self.waker.lock().clone_from(waker);
        self.state.store(READING, Ordering::Release);
    }

    /// What he was called for so far he is about to see.
    fn looks(&self) {
        // Acquire: he sees what was done before the call. A call that comes later is remembered.
        self.state.swap(READING, Ordering::AcqRel);
    }

    /// He has got something, and will come again.
    fn got(&self) {
        self.state.store(AWAY, Ordering::Release);
    }

    fn call(&self) {
        // Whatever a waker does, it does without the lock.
        let waker = self.waker.lock().clone();
        waker.wake();
    }

    /// He has to wait.
    fn waits(&self) {
        if self.state.swap(AWAY, Ordering::AcqRel) == CALLED {
            self.call();
        }
    }
}

impl Wake for Reader {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let before =
            self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| (state != AWAY).then_some(CALLED));
        if before.is_err() {
            self.call();
        }
    }
}

impl Body {
    fn new(body: hyper::body::Incoming, connection: Connection) -> Self {
        let reader = Arc::new(Reader::new());
        let waker = Waker::from(Arc::clone(&reader));
        Self { body, connection, reader, waker }
    }

    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        self.reader.begins(cx.waker());
        let inner = &mut Context::from_waker(&self.waker);
        let mut frame = Pin::new(&mut self.body).poll_frame(inner);
        if frame.is_pending() {
            self.reader.looks();
            self.connection.drive_for_reader(inner);
            frame = Pin::new(&mut self.body).poll_frame(inner);
        }
        match &frame {
            Poll::Ready(_) => self.reader.got(),
            Poll::Pending => self.reader.waits(),
        }
        frame.map(|frame| frame.map(|frame| frame.map_err(Failure::broken)))
    }

    pub(super) fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    pub(super) fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // From now on it is the task that drives.
        self.connection.wake_task();
    }
}

impl Sender {
    pub(super) async fn send(&mut self, request: Request<Bytes>) -> Result<Response<Body>, Failure> {
        // A connection that was used has to have finished with the request before, and may have been closed since.
        self.sender.ready().await.map_err(Failure::unsent)?;
        let used = std::mem::replace(&mut self.used, true);
        let reads = request.method().is_safe();
        let answered = self.sender.try_send_request(request.map(Full::new)).await.map_err(|mut error| {
            if error.take_message().is_some() {
                return Failure::unsent(error.into_error());
            }
            let error = error.into_error();
            // A server closes what was idle for long just when something is sent: not a word comes back. What only reads can go elsewhere.
            if used && reads && error.is_incomplete_message() { Failure::unsent(error) } else { Failure::broken(error) }
        });
        answered.map(|response| response.map(|body| Body::new(body, self.connection.clone())))
    }
}

/// As HTTP/1.1 wants it: the address is the path alone, and the host is a header.
pub(super) fn prepared(mut request: Request<Bytes>) -> Request<Bytes> {
    let host = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
    if let Some(path) = request.uri().path_and_query().cloned() {
        *request.uri_mut() = path.into();
    }
    *request.version_mut() = Version::HTTP_11;
    request
}
