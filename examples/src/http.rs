//! A web server in a few lines, for programs that answer from what they hold: [`serve`], and [`get`] to ask one.

use std::{convert::Infallible, fmt::Display, io, net::SocketAddr};

use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// What somebody asks for: `/pods?index=app&value=web`.
#[derive(Debug, Clone)]
pub struct Question {
    path: String,
    query: String,
}

impl Question {
    /// `/pods`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A parameter of the query, letter by letter: label values and names need no escapes.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}

/// Answers every question with a text, and an error with "400 Bad Request" and its words.
///
/// # Errors
///
/// The socket is gone.
///
/// # Cancel safety
///
/// Dropped, it closes its connections.
pub async fn serve<E, A>(listener: TcpListener, answer: A) -> io::Result<()>
where
    E: Display,
    A: Fn(&Question) -> Result<String, E> + Clone + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        let answer = answer.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let uri = request.uri();
            let question = Question { path: uri.path().to_owned(), query: uri.query().unwrap_or_default().to_owned() };
            let (status, text) = match answer(&question) {
                Ok(text) => (StatusCode::OK, text),
                Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")),
            };
            let mut response = Response::new(Full::new(Bytes::from(text)));
            *response.status_mut() = status;
            async move { Ok::<_, Infallible>(response) }
        });
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        while connections.try_join_next().is_some() {} // Those that have ended.
    }
}

/// Asks a server, and gives the text of its answer, whatever its status.
///
/// # Errors
///
/// Nobody answers.
///
/// # Cancel safety
///
/// Dropped early, it closes the connection.
pub async fn get(address: SocketAddr, path_and_query: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path_and_query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    body.ok_or_else(|| io::Error::other("no answer of HTTP"))
}
