//! A server that answers by a script and remembers what it was asked: [`Script`].

use std::{
    collections::HashMap,
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Full;
use parking_lot::Mutex;
use tokio::time::sleep;
use tower_service::Service;

use crate::{BoxError, Client, client::Body};

pub(crate) const V2: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
pub(crate) const V2BETA1: &str = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
pub(crate) const JSON: &str = "application/json";

/// A server that answers by a script. Every answer takes a millisecond, so that requests can be on their way at the same time.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    asked: Vec<String>,
    running: usize,
    most_running: usize,
}

#[derive(Clone)]
pub(crate) struct Answer {
    code: u16,
    content_type: &'static str,
    headers: Vec<(header::HeaderName, String)>,
    body: Bytes,
    manner: Manner,
}

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Plain,
    /// Takes no parameters in what is accepted.
    Picky,
    Unreachable,
    Silent,
}

/// A good answer with a JSON body.
pub(crate) fn json(body: impl Into<Bytes>) -> Answer {
    Answer { code: 200, content_type: JSON, headers: Vec::new(), body: body.into(), manner: Manner::Plain }
}

/// An aggregated document with these items.
pub(crate) fn aggregated(items: &str) -> Answer {
    json(format!(r#"{{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{items}]}}"#))
        .of(V2)
}

/// A refusal without a word.
pub(crate) fn code(code: u16) -> Answer {
    Answer { code, ..json("") }
}

/// A connection that cannot be made.
pub(crate) fn unreachable() -> Answer {
    Answer { manner: Manner::Unreachable, ..json("") }
}

/// No answer, ever.
pub(crate) fn silence() -> Answer {
    Answer { manner: Manner::Silent, ..json("") }
}

impl Answer {
    /// Refuses who wants it in a special form.
    pub(crate) fn picky(self) -> Self {
        Self { manner: Manner::Picky, ..self }
    }

    pub(crate) fn of(self, content_type: &'static str) -> Self {
        Self { content_type, ..self }
    }

    pub(crate) fn with(mut self, name: header::HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Answers a request that knows this tag with 304.
    pub(crate) fn tagged(self, etag: &str) -> Self {
        self.with(header::ETAG, etag)
    }

    fn response(&self, request: &Request<Body>) -> Result<Response<Full<Bytes>>, BoxError> {
        if self.manner == Manner::Unreachable {
            return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into());
        }
        let accept = request.headers().get(header::ACCEPT).map(|it| it.as_bytes().contains(&b';'));
        if self.manner == Manner::Picky && accept == Some(true) {
            return Ok(Response::builder().status(406).body(Full::default())?);
        }
        let mut response = Response::builder().status(self.code).header(header::CONTENT_TYPE, self.content_type);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let knows = request.headers().get(header::IF_NONE_MATCH);
        let tag = self.headers.iter().find(|(name, _)| *name == header::ETAG).map(|(_, tag)| tag.as_bytes());
        if knows.is_some_and(|known| Some(known.as_bytes()) == tag) {
            return Ok(response.status(304).body(Full::default())?);
        }
        Ok(response.body(Full::new(self.body.clone()))?)
    }
}

impl Script {
    /// From now on this is the answer to requests for this path.
    pub(crate) fn on(&self, path: &str, answer: Answer) -> &Self {
        self.0.lock().answers.insert(path.to_owned(), answer);
        self
    }

    pub(crate) fn client(&self) -> Client {
        Client::from(kube::Client::new(self.clone(), "default"))
    }

    /// The paths that were asked for since the last time; with `?` those that could be answered with 304.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.0.lock().asked);
        asked.sort();
        asked
    }

    pub(crate) fn most_at_a_time(&self) -> usize {
        self.0.lock().most_running
    }
}

/// Counts a request that is on its way.
struct Running(Script);

impl Running {
    fn new(script: Script) -> Self {
        let mut state = script.0.lock();
        state.running += 1;
        state.most_running = state.most_running.max(state.running);
        drop(state);
        Self(script)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.lock().running -= 1;
    }
}

impl Service<Request<Body>> for Script {
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let script = self.clone();
        Box::pin(async move {
            let running = Running::new(script.clone());
            let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
            let may_be_304 = if request.headers().contains_key(header::IF_NONE_MATCH) { "?" } else { "" };
            let answer = {
                let mut state = script.0.lock();
                state.asked.push(format!("{path}{may_be_304}"));
                state.answers.get(&path).cloned().unwrap_or_else(|| code(404))
            };
            if answer.manner == Manner::Silent {
                std::future::pending::<()>().await;
            }
            sleep(Duration::from_millis(1)).await;
            drop(running);
            answer.response(&request)
        })
    }
}
