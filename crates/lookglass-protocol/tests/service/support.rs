//! Asking the service, and reading what it says.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use lookglass_protocol::{
    Catalog, Target, builtin,
    identity::{Anonymous, Authenticator},
    service::{Body, Service},
};
use serde_json::Value;
use tower_service::Service as _;

use crate::naive::Naive;

/// A backend, a service over it that lets everybody in, and the ConfigMaps of the namespace `w1`.
pub(crate) struct Server {
    pub(crate) backend: Naive,
    pub(crate) service: Service<Naive>,
    pub(crate) maps: Target,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::over(builtin::catalog().clone())
    }

    pub(crate) fn over(catalog: Arc<Catalog>) -> Self {
        let backend = Naive::new(catalog);
        let service = Service::builder(Arc::new(backend.clone()))
            .authenticator(everybody())
            .clock(|| "2026-11-21T02:43:57Z".parse().unwrap())
            .seed(7)
            .build();
        let maps = backend.target("", "v1", "configmaps", Some("w1"));
        Self { backend, service, maps }
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Response<Body> {
        let mut service = self.service.clone();
        match service.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.get_as(path, "application/json").await
    }

    pub(crate) async fn get_as(&self, path: &str, accept: &str) -> Got {
        self.ask("GET", path, &[("accept", accept)], "").await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Got {
        Got::read(self.send(request(method, path, headers, body)).await).await
    }

    /// Begins a watch.
    pub(crate) async fn watch(&self, path: &str, accept: &str) -> Watch {
        let response = self.send(request("GET", path, &[("accept", accept)], "")).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let (parts, body) = response.into_parts();
        assert!(body.is_stream(), "{path}");
        Watch { headers: parts.headers, body }
    }
}

/// Lets everybody in.
pub(crate) fn everybody() -> Authenticator {
    Authenticator::builder().anonymous(Anonymous::Everything).build()
}

pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(body.into())).unwrap()
}

/// An answer, read whole.
pub(crate) struct Got {
    pub(crate) code: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Got {
    pub(crate) async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let hint = body.size_hint().exact();
        let body = body.collect().await.unwrap().to_bytes();
        if let Some(length) = hint {
            assert_eq!(body.len() as u64, length, "a body is as long as it says");
        }
        Self { code: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }
}

/// A watch that is read by hand.
pub(crate) struct Watch {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Watch {
    /// The next chunk; `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Option<Bytes> {
        let frame = self.body.frame().await?;
        Some(frame.unwrap().into_data().unwrap())
    }

    /// The next chunk as JSON lines.
    pub(crate) async fn lines(&mut self) -> Vec<Value> {
        let chunk = self.chunk().await.expect("the watch is over");
        assert!(chunk.ends_with(b"\n"), "frames are lines");
        chunk.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(parse).collect()
    }

    /// The only frame of the next chunk.
    pub(crate) async fn line(&mut self) -> Value {
        let mut lines = self.lines().await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.remove(0)
    }

    /// Whether nothing comes now; what comes is put behind `chunks`.
    pub(crate) fn is_quiet_after(&mut self, chunks: &mut Vec<Bytes>) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        match pin!(&mut self.body).poll_frame(&mut cx) {
            Poll::Pending => true,
            Poll::Ready(frame) => {
                chunks.push(frame.expect("the watch is over").unwrap().into_data().unwrap());
                false
            }
        }
    }

    /// Whether nothing comes now.
    pub(crate) fn is_quiet(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        matches!(pin!(&mut self.body).poll_frame(&mut cx), Poll::Pending)
    }
}

fn parse(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}
