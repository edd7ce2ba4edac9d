//! Requests through the tower service, as a client in the same process sends them.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use lookglass_apiserver::{ApiServer, BoxError};
use lookglass_protocol::service::Body;
use serde_json::Value;
use tower_service::Service as _;

/// An answer, read whole.
pub(crate) struct Reply {
    pub(crate) code: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub(crate) fn reason(&self) -> String {
        self.json()["reason"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::from(body.to_owned())).expect("a request")
}

pub(crate) async fn send(api: &ApiServer, request: Request<Full<Bytes>>) -> Result<Response<Body>, BoxError> {
    api.service().call(request).await
}

pub(crate) async fn read(response: Response<Body>) -> Result<Reply, BoxError> {
    let (parts, body) = response.into_parts();
    Ok(Reply { code: parts.status.as_u16(), headers: parts.headers, body: body.collect().await?.to_bytes() })
}

pub(crate) async fn ask(api: &ApiServer, method: &str, path: &str, body: &str) -> Reply {
    let answer = send(api, request(method, path, &[], body)).await.expect("an answer");
    read(answer).await.expect("a whole one")
}

pub(crate) async fn get(api: &ApiServer, path: &str) -> Reply {
    ask(api, "GET", path, "").await
}

/// A watch in JSON, read frame by frame.
pub(crate) struct Watch {
    body: Body,
    /// What has come of the next frame.
    rest: Vec<u8>,
}

/// What a watch says next.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// A frame: its type, the name of its object, and its version.
    Frame(String, String, u64),
    /// The end, after these bytes of a frame that never was whole.
    End(String),
    /// A failure, after these bytes.
    Cut(String),
}

impl Watch {
    pub(crate) async fn open(api: &ApiServer, path: &str) -> Self {
        let response = send(api, request("GET", path, &[("accept", "application/json")], "")).await.expect("an answer");
        assert_eq!(response.status(), 200);
        Self { body: response.into_body(), rest: Vec::new() }
    }

    /// The next frame as it came.
    pub(crate) async fn raw(&mut self) -> Result<Value, Next> {
        loop {
            if let Some(at) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=at).collect();
                return Ok(serde_json::from_slice(&line).expect("a frame"));
            }
            let rest = || String::from_utf8(self.rest.clone()).expect("text");
            match self.body.frame().await {
                Some(Ok(frame)) => self.rest.extend_from_slice(&frame.into_data().expect("data")),
                Some(Err(_)) => return Err(Next::Cut(rest())),
                None => return Err(Next::End(rest())),
            }
        }
    }

    pub(crate) async fn next(&mut self) -> Next {
        match self.raw().await {
            Ok(frame) => {
                let meta = &frame["object"]["metadata"];
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let version = text(&meta["resourceVersion"]).parse().unwrap_or_default();
                Next::Frame(text(&frame["type"]), text(&meta["name"]), version)
            }
            Err(end) => end,
        }
    }

    /// The names of the next frames, with their types.
    pub(crate) async fn names(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(match self.next().await {
                Next::Frame(kind, name, _) => format!("{kind} {name}"),
                end => format!("{end:?}"),
            });
        }
        names
    }

    /// Whether nothing comes before `time` has passed.
    pub(crate) async fn silent_for(&mut self, time: std::time::Duration) -> bool {
        tokio::time::timeout(time, self.next()).await.is_err()
    }
}
