//! A server for tests that notes what it is asked, and answers what it was told to: [`Recorder`].

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use parking_lot::Mutex;
use serde_json::Value;
use tower_service::Service;

use crate::Client;

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `GET /api`, for comparing.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// The server.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    answers: Vec<Answer>,
}

/// What the next request gets, or the next one to this path.
struct Answer {
    path: Option<&'static str>,
    code: u16,
    content_type: &'static str,
    body: Bytes,
}

impl Recorder {
    pub(crate) fn client(&self) -> Client {
        Client::from(kube::Client::new(self.clone(), "default"))
    }

    /// Answers the next request so.
    pub(crate) fn answer(&self, body: impl Into<Bytes>) {
        self.answer_as("application/json", body);
    }

    pub(crate) fn answer_as(&self, content_type: &'static str, body: impl Into<Bytes>) {
        self.add(Answer { path: None, code: 200, content_type, body: body.into() });
    }

    pub(crate) fn answer_at(&self, path: &'static str, content_type: &'static str, body: impl Into<Bytes>) {
        self.add(Answer { path: Some(path), code: 200, content_type, body: body.into() });
    }

    fn add(&self, answer: Answer) {
        self.0.lock().answers.push(answer);
    }

    pub(crate) fn refuse(&self, code: u16, reason: &str) {
        let status = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": reason, "message": "no", "code": code,
        });
        self.add(Answer { path: None, code, content_type: "application/json", body: status.to_string().into() });
    }

    /// What came since it was last asked.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().seen)
    }

    /// The one request that came.
    #[track_caller]
    pub(crate) fn one(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }
}

impl Service<Request<kube::client::Body>> for Recorder {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        let state = Arc::clone(&self.0);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let target = parts.uri.path_and_query().unwrap().to_string();
            let mut state = state.lock();
            state.seen.push(Seen { method: parts.method, target, headers: parts.headers, body });
            let fits = |answer: &Answer| answer.path.is_none_or(|path| path == parts.uri.path());
            let at = state.answers.iter().position(fits).expect("a request for which no answer was laid down");
            let Answer { code, content_type, body, .. } = state.answers.remove(at);
            let response = Response::builder().status(code).header("content-type", content_type);
            Ok(response.body(Full::new(body)).unwrap())
        })
    }
}
