//! What was recorded: [`Recording`], a file of exchanges with a real API server.

use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use bytes::Bytes;
use serde_json::Value;

/// A file of exchanges, in the order in which they were made.
#[derive(Debug)]
pub(crate) struct Recording {
    /// The file's name.
    pub(crate) file: String,
    /// The exchanges.
    pub(crate) exchanges: Vec<Exchange>,
}

/// A request and what the real server made of it.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) label: String,
    pub(crate) request: Request,
    pub(crate) response: Response,
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With its query, as it was sent.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) auth: Auth,
    pub(crate) body: Bytes,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Auth {
    /// The administrator, by a client certificate.
    Certificate,
    /// Whoever the `Authorization` header says.
    Token(String),
    /// Nobody.
    Nobody,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content: Content,
}

/// What a response brought.
#[derive(Debug)]
pub(crate) enum Content {
    Json(Value),
    /// JSON of which the recorder left out the ends of long lists, and how long it was.
    CutJson(Value, Option<u64>),
    Text(String),
    /// Protobuf.
    Binary(Bytes),
    /// A watch.
    Frames(Frames),
}

/// What a watch brought.
#[derive(Debug)]
pub(crate) struct Frames {
    pub(crate) frames: Vec<Frame>,
    /// How long the recorder, or the server, let it run.
    pub(crate) closed_at_ms: u64,
    pub(crate) closed_by_server: bool,
}

#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) at_ms: u64,
    pub(crate) frame: Value,
}

impl Recording {
    /// Reads a file; `None` if it holds something other than exchanges.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(file, &text)
    }

    /// Reads a file's text.
    pub(crate) fn parse(file: String, text: &[u8]) -> anyhow::Result<Option<Self>> {
        let json: Value = serde_json::from_slice(text).with_context(|| format!("{file} is not JSON"))?;
        let Some(exchanges) = json.get("exchanges").and_then(Value::as_array) else { return Ok(None) };
        // What has no request is a remark of the recorder's.
        let exchanges = exchanges
            .iter()
            .enumerate()
            .filter(|(_, exchange)| exchange.get("request").is_some() && exchange.get("response").is_some())
            .map(|(at, exchange)| Exchange::read(exchange).with_context(|| format!("{file}, exchange {at}")))
            .collect::<anyhow::Result<_>>()?;
        Ok(Some(Self { file, exchanges }))
    }
}

impl Exchange {
    fn read(json: &Value) -> anyhow::Result<Self> {
        let request = json.get("request").context("has no request")?;
        let response = json.get("response").context("has no response")?;
        Ok(Self { label: text(json, "label"), request: Request::read(request)?, response: Response::read(response)? })
    }

    /// The value of a header of the response.
    pub(crate) fn answered(&self, name: &str) -> Option<&str> {
        let found = self.response.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The JSON of the response, whole or cut.
    pub(crate) fn json(&self) -> Option<&Value> {
        match &self.response.content {
            Content::Json(json) | Content::CutJson(json, _) => Some(json),
            _ => None,
        }
    }
}

impl Request {
    fn read(json: &Value) -> anyhow::Result<Self> {
        let auth = match json.get("auth").and_then(Value::as_str) {
            None | Some("cert") => Auth::Certificate,
            Some("none") => Auth::Nobody,
            Some(other) => Auth::Token(other.strip_prefix("token:").unwrap_or(other).to_owned()),
        };
        let body = match (json.get("body"), json.get("body_base64")) {
            // A text was sent as it is: it is how what is not JSON was recorded.
            (Some(Value::String(text)), _) => text.clone().into(),
            (None | Some(Value::Null), Some(Value::String(text))) => decode(text)?,
            (None | Some(Value::Null), _) => Bytes::new(),
            (Some(other), _) => serde_json::to_vec(other)?.into(),
        };
        let method = text(json, "method");
        let path = text(json, "path");
        anyhow::ensure!(!method.is_empty() && path.starts_with('/'), "has no method or no path");
        Ok(Self { method, path, headers: headers(json), auth, body })
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Response {
    fn read(json: &Value) -> anyhow::Result<Self> {
        // None where the connection broke: 0 is the code of no answer.
        let status = json.get("status").and_then(Value::as_u64).unwrap_or_default();
        let has_body = json.get("body").is_some_and(|body| !body.is_null());
        let content = if let Some(Value::Array(frames)) = json.get("frames").filter(|_| !has_body) {
            let frames = frames.iter().map(|frame| Frame {
                at_ms: number(frame, "at_ms"),
                frame: frame.get("frame").cloned().unwrap_or_default(),
            });
            let frames: Vec<Frame> = frames.collect();
            let last = frames.last().map_or(0, |frame| frame.at_ms);
            Content::Frames(Frames {
                closed_at_ms: number(json, "closed_at_ms").max(last),
                frames,
                closed_by_server: json.get("closed_by_server").and_then(Value::as_bool).unwrap_or_default(),
            })
        } else if let Some(body) = json.get("body").filter(|body| !body.is_null()) {
            Content::Json(body.clone())
        } else if let Some(body) = json.get("body_truncated").filter(|body| body.is_object()) {
            Content::CutJson(body.clone(), json.get("body_bytes").and_then(Value::as_u64))
        } else if let Some(Value::String(body)) = json.get("body_base64") {
            Content::Binary(decode(body)?)
        } else {
            Content::Text(text(json, "body_text"))
        };
        Ok(Self { status: u16::try_from(status)?, headers: headers(json), content })
    }
}

fn decode(text: &str) -> anyhow::Result<Bytes> {
    Ok(base64::engine::general_purpose::STANDARD.decode(text)?.into())
}

fn text(json: &Value, member: &str) -> String {
    json.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(json: &Value, member: &str) -> u64 {
    json.get(member).and_then(Value::as_u64).unwrap_or_default()
}

fn headers(json: &Value) -> Vec<(String, String)> {
    let members = json.get("headers").and_then(Value::as_object).into_iter().flatten();
    let mut headers = Vec::new();
    for (name, value) in members {
        match value {
            Value::Array(values) => {
                headers.extend(values.iter().filter_map(Value::as_str).map(|value| (name.clone(), value.to_owned())));
            }
            Value::String(value) => headers.push((name.clone(), value.clone())),
            _ => {}
        }
    }
    headers
}
