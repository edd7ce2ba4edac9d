//! A small server of HTTP/2 that does what a test says.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use h2::{RecvStream, SendStream, server::SendResponse};
use http::{Request, Response};
use lookglass_client::{Body, Client, ClientBuilder, Config, Error};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// What happens on all connections of a [`Server`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Serve,
    /// Says goodbye on those that are open; new ones are served.
    GoAway,
    /// Those that are open neither read nor write any more; new ones are served.
    Freeze,
    /// Breaks those that are open; new ones are served.
    Break,
}

/// One request at the server.
pub(crate) struct Asked {
    pub(crate) request: Request<RecvStream>,
    pub(crate) answer: SendResponse<Bytes>,
    /// Counted from 0.
    pub(crate) connection: usize,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.request.uri().path()
    }

    pub(crate) fn is_watch(&self) -> bool {
        self.request.uri().query().is_some_and(|query| query.contains("watch=true"))
    }

    /// Answers as a whole.
    pub(crate) fn say(mut self, status: u16, text: impl Into<Bytes>) {
        let head = Response::builder().status(status).body(()).unwrap();
        // The client may have gone.
        if let Ok(mut body) = self.answer.send_response(head, false) {
            _ = body.send_data(text.into(), true);
        }
    }

    /// Begins an answer.
    pub(crate) fn begin(&mut self) -> SendStream<Bytes> {
        self.answer.send_response(Response::new(()), false).unwrap()
    }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    orders: watch::Sender<Order>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves with so many streams on a connection. `serve` must not block; what takes long it hands to a task.
    pub(crate) async fn start(streams: u32, serve: impl Fn(Asked) + Send + Sync + Clone + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (accepted, open) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let (orders, _) = watch::channel(Order::Serve);
        let task = tokio::spawn({
            let (accepted, open, orders) = (Arc::clone(&accepted), Arc::clone(&open), orders.clone());
            async move {
                while let Ok((tcp, _)) = listener.accept().await {
                    let number = accepted.fetch_add(1, Ordering::SeqCst);
                    let (serve, open, orders) = (serve.clone(), Arc::clone(&open), orders.subscribe());
                    tokio::spawn(async move {
                        open.fetch_add(1, Ordering::SeqCst);
                        connection(tcp, streams, number, serve, orders).await;
                        open.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            }
        });
        Self { address, accepted, open, orders, task }
    }

    /// How many connections there were.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(crate) fn order(&self, order: Order) {
        self.orders.send_replace(order);
    }

    pub(crate) fn config(&self) -> Config {
        Config::new(&format!("http://{}", self.address)).unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(self.config()).http2_prior_knowledge(true)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connection(
    tcp: tokio::net::TcpStream,
    streams: u32,
    number: usize,
    serve: impl Fn(Asked),
    mut orders: watch::Receiver<Order>,
) {
    let builder = h2::server::Builder::new().max_concurrent_streams(streams).handshake::<_, Bytes>(tcp).await;
    let Ok(mut connection) = builder else { return };
    orders.mark_unchanged();
    loop {
        tokio::select! {
            biased;
            Ok(()) = orders.changed() => match *orders.borrow() {
                Order::Serve => {}
                Order::GoAway => connection.graceful_shutdown(),
                Order::Freeze => break,
                Order::Break => return,
            },
            asked = connection.accept() => match asked {
                Some(Ok((request, answer))) => serve(Asked { request, answer, connection: number }),
                _ => return,
            },
        }
    }
    // Frozen: it is neither polled nor dropped, until the test's runtime is.
    std::future::pending::<()>().await;
}

pub(crate) fn get(path: &str) -> Request<Bytes> {
    Request::get(path).body(Bytes::new()).unwrap()
}

/// Reads up to the next frame of data.
pub(crate) async fn frame(body: &mut Body) -> Option<Result<Bytes, Error>> {
    use http_body_util::BodyExt as _;
    let frame = body.frame().await?;
    Some(
        frame
            .map(|frame| frame.into_data().unwrap_or_default())
            .map_err(|source| Error::CutOff { what: "read".to_owned(), source: Some(source) }),
    )
}

/// An error with all its causes, as a program would log it; and as it is printed for a developer.
pub(crate) fn all_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = format!("{error:?}");
    let mut next = Some(error);
    while let Some(error) = next {
        text.push_str(&format!("\n{error}"));
        next = error.source();
    }
    text
}

/// Waits until something holds that another task brings about.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool + Sync) {
    let patient = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), patient).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// A field of a kubeconfig's text that holds PEM.
pub(crate) fn pem(kubeconfig: &str, field: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let line = kubeconfig.lines().find_map(|line| line.trim().strip_prefix(field)).unwrap();
    String::from_utf8(BASE64_STANDARD.decode(line.trim_start_matches(':').trim()).unwrap()).unwrap()
}

/// A directory of its own, gone with the value.
pub(crate) struct Directory(pub(crate) std::path::PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lookglass-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Passes bytes on to wherever it is told to.
pub(crate) struct Switch {
    pub(crate) address: SocketAddr,
    pub(crate) to: Arc<parking_lot::Mutex<SocketAddr>>,
    pub(crate) accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Switch {
    pub(crate) async fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let to = Arc::new(parking_lot::Mutex::new(to));
        let accepted = Arc::<AtomicUsize>::default();
        let task = tokio::spawn({
            let (to, accepted) = (Arc::clone(&to), Arc::clone(&accepted));
            async move {
                while let Ok((mut tcp, _)) = listener.accept().await {
                    accepted.fetch_add(1, Ordering::SeqCst);
                    let to = *to.lock();
                    tokio::spawn(async move {
                        let mut there = tokio::net::TcpStream::connect(to).await.unwrap();
                        _ = tokio::io::copy_bidirectional(&mut tcp, &mut there).await;
                    });
                }
            }
        });
        Self { address, to, accepted, task }
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Lets the client believe that time has passed, so that it looks at files again.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
