//! A connection of HTTP/1.1.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Version, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use super::{Failure, count::Counted, dial::Io};

/// The way to a connection. It carries one request at a time.
pub(super) struct Sender {
    sender: http1::SendRequest<Full<Bytes>>,
    /// It has carried a request before.
    used: bool,
}

pub(super) type Connection = http1::Connection<TokioIo<Counted<Box<dyn Io>>>, Full<Bytes>>;

pub(super) async fn begin(io: Counted<Box<dyn Io>>) -> Result<(Sender, Connection), Failure> {
    let begun = http1::Builder::new().handshake(TokioIo::new(io)).await;
    let (sender, connection) = begun.map_err(Failure::unsent)?;
    Ok((Sender { sender, used: false }, connection))
}

/// Drives a connection until it is over. `close`: when something is sent, it ends at once.
pub(super) async fn drive(connection: Connection, mut close: oneshot::Receiver<()>) {
    let mut driving = pin!(connection.with_upgrades());
    let mut may_close = true;
    poll_fn(|cx| {
        if may_close && let Poll::Ready(end) = Pin::new(&mut close).poll(cx) {
            if end.is_ok() {
                return Poll::Ready(());
            }
            // It ends by itself once nobody can send on it any more.
            may_close = false;
        }
        // Nobody reads errors here: the request that they broke has got them.
        driving.as_mut().poll(cx).map(|_| ())
    })
    .await;
}

impl Sender {
    pub(super) async fn send(&mut self, request: Request<Bytes>) -> Result<Response<hyper::body::Incoming>, Failure> {
        // A connection that was used has to have finished with the request before, and may have been closed since.
        self.sender.ready().await.map_err(Failure::unsent)?;
        let used = std::mem::replace(&mut self.used, true);
        let reads = request.method().is_safe();
        self.sender.try_send_request(request.map(Full::new)).await.map_err(|mut error| {
            if error.take_message().is_some() {
                return Failure::unsent(error.into_error());
            }
            let error = error.into_error();
            // A server closes what was idle for long just when something is sent: not a word comes back. What only reads can go elsewhere.
            if used && reads && error.is_incomplete_message() { Failure::unsent(error) } else { Failure::broken(error) }
        })
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
