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
pub struct Server {
    pub backend: Naive,
    pub service: Service<Naive>,
    pub maps: Target,
}

impl Server {
    pub fn new() -> Self {
        Self::over(builtin::catalog().clone())
    }

    pub fn over(catalog: Arc<Catalog>) -> Self {
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
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Response<Body> {
        let mut service = self.service.clone();
        match service.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    pub async fn get(&self, path: &str) -> Got {
        self.get_as(path, "application/json").await
    }

    pub async fn get_as(&self, path: &str, accept: &str) -> Got {
        self.ask("GET", path, &[("accept", accept)], "").await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Got {
        Got::read(self.send(request(method, path, headers, body)).await).await
    }

    /// Begins a watch.
    pub async fn watch(&self, path: &str, accept: &str) -> Watch {
        let response = self.send(request("GET", path, &[("accept", accept)], "")).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let (parts, body) = response.into_parts();
        assert!(body.is_stream(), "{path}");
        Watch { headers: parts.headers, body }
    }
}

/// Lets everybody in.
pub fn everybody() -> Authenticator {
    Authenticator::builder().anonymous(Anonymous::Everything).build()
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(body.into())).unwrap()
}

/// An answer, read whole.
pub struct Got {
    pub code: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Got {
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let hint = body.size_hint().exact();
        let body = body.collect().await.unwrap().to_bytes();
        if let Some(length) = hint {
            assert_eq!(body.len() as u64, length, "a body is as long as it says");
        }
        Self { code: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }
}

/// A watch that is read by hand.
pub struct Watch {
    pub headers: HeaderMap,
    pub body: Body,
}

impl Watch {
    /// The next chunk; `None` at the end.
    pub async fn chunk(&mut self) -> Option<Bytes> {
        let frame = self.body.frame().await?;
        Some(frame.unwrap().into_data().unwrap())
    }

    /// The next chunk as JSON lines.
    pub async fn lines(&mut self) -> Vec<Value> {
        let chunk = self.chunk().await.expect("the watch is over");
        assert!(chunk.ends_with(b"\n"), "frames are lines");
        chunk.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(parse).collect()
    }

    /// The only frame of the next chunk.
    pub async fn line(&mut self) -> Value {
        let mut lines = self.lines().await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.remove(0)
    }

    /// Whether nothing comes now; what comes is put behind `chunks`.
    pub fn is_quiet_after(&mut self, chunks: &mut Vec<Bytes>) -> bool {
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
    pub fn is_quiet(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        matches!(pin!(&mut self.body).poll_frame(&mut cx), Poll::Pending)
    }
}

fn parse(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}
