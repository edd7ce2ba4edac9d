//! A small service on real sockets of the loopback interface, and clients that behave and that do not.

mod clients;
mod kubeconfigs;
mod stopping;
#[cfg(any(feature = "rustls-ring", feature = "rustls-aws-lc"))]
mod tls;
mod trusting;

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
    rt,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::{Serving, Transport};
use crate::identity::Peer;

/// Answers `/watch` with what the test sends, `/hang` never, and all else with what it knows of the client.
#[derive(Clone)]
struct Service(Arc<Shared>);

struct Shared {
    feeds: mpsc::UnboundedSender<Feed>,
}

/// The test's end of a body.
type Feed = mpsc::UnboundedSender<&'static str>;

fn service() -> (Service, mpsc::UnboundedReceiver<Feed>) {
    let (feeds, fed) = mpsc::unbounded_channel();
    (Service(Arc::new(Shared { feeds })), fed)
}

impl tower_service::Service<Request<Incoming>> for Service {
    type Response = Response<Fed>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Fed>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let (feed, fed) = mpsc::unbounded_channel();
        let length = match request.uri().path() {
            "/watch" => {
                self.0.feeds.send(feed).unwrap();
                None
            }
            "/ten" => {
                self.0.feeds.send(feed).unwrap();
                Some(10)
            }
            "/hang" => {
                self.0.feeds.send(feed).unwrap();
                return Box::pin(async move {
                    let _held = fed;
                    std::future::pending().await
                });
            }
            _ => {
                let peer = request.extensions().get::<Peer>().expect("the transport says who it is");
                assert!(peer.remote().is_some() && peer.local().is_some());
                let user = peer.user().map_or("nobody".to_owned(), |user| format!("{} {:?}", user.name, user.groups));
                feed.send(Box::leak(format!("{user} {:?}", request.version()).into_boxed_str())).unwrap();
                None
            }
        };
        Box::pin(async move { Ok(Response::new(Fed { fed, length })) })
    }
}

struct Fed {
    fed: mpsc::UnboundedReceiver<&'static str>,
    length: Option<u64>,
}

impl Body for Fed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.fed.poll_recv(cx).map(|text| text.map(|text| Ok(Frame::data(Bytes::from(text)))))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn serve(transport: Transport) -> (Serving, mpsc::UnboundedReceiver<Feed>) {
    let (service, feeds) = service();
    (transport.serve(listener().await, service).unwrap(), feeds)
}

async fn connect(serving: &Serving) -> TcpStream {
    TcpStream::connect(serving.local_addr()).await.unwrap()
}

async fn over_http1<I>(io: I) -> http1::SendRequest<Empty<Bytes>>
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(io)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn over_http2<I>(io: I) -> http2::SendRequest<Empty<Bytes>>
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    TokioIo<I>: rt::Read + rt::Write,
{
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(io)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(path).header("host", "localhost").body(Empty::new()).unwrap()
}

async fn text(response: Response<Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}
