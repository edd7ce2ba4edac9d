//! Everything that is served beside resources: discovery, version, health, metrics, OpenAPI.
//!
//! # Promises
//!
//! * [`document`] answers every path that is no resource's; what does not exist gets the real server's 404.
//! * What is listed, and in which order, is what the [`Catalog`] has: a resource that comes into it is in all documents at once.
//! * Bytes are Go's: the same order of members, the same escapes, and so the same `ETag` for the same resources.
//!
//! # Cost
//!
//! Aggregated discovery and OpenAPI, which are large, are made when they are first asked for and kept with the catalog; after that an answer
//! counts a reference. All else is small and made each time. Nothing is made at start.

mod aggregated;
mod discovery;
mod facts;
mod health;
mod kept;
mod legacy;
mod metrics;
mod openapi;
mod pages;
mod root;
mod tag;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use lookglass_object::{Reason, Status, StatusDetails};
use serde::Serialize;

use crate::{
    Catalog,
    answer::text::{go_json, indent},
    request::Query,
};

pub use facts::{Facts, Version};
pub use health::Health;
pub(crate) use kept::Kept;
pub use metrics::{Metrics, RequestLabels, RequestScope};

/// An answer that is no resource's.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Document {
    /// The HTTP code.
    pub code: u16,
    /// All headers but those of every answer (`Date`, `Audit-Id`, `Content-Length`).
    pub headers: HeaderMap,
    /// The body; for a `HEAD` only its length counts.
    pub body: Bytes,
}

/// The answer to a `GET` or `HEAD` of a path that is no resource's.
///
/// `path` is cleaned and begins with a slash, `query` is what follows the question mark, as the client wrote both.
///
/// ```
/// use lookglass_protocol::{builtin, documents::{Facts, document}};
///
/// let now = "2026-11-21T02:43:54Z".parse()?;
/// let facts = Facts::new("127.0.0.1:6443", now);
/// let answer = document("/apis/apps", "", &http::HeaderMap::new(), now, builtin::catalog(), &facts);
/// assert_eq!(answer.code, 200);
/// assert!(answer.body.starts_with(br#"{"kind":"APIGroup","apiVersion":"v1","name":"apps","#));
/// # Ok::<(), jiff::Error>(())
/// ```
#[must_use]
pub fn document(
    path: &str,
    query: &str,
    headers: &HeaderMap,
    now: Timestamp,
    catalog: &Catalog,
    facts: &Facts,
) -> Document {
    let parsed = Query::parse(query);
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    let found = match *steps.as_slice() {
        [] => Some(root::paths(catalog)),
        ["api"] => Some(discovery::root(headers, &parsed, catalog, true, || legacy::versions(facts))),
        ["apis"] => Some(discovery::root(headers, &parsed, catalog, false, || legacy::groups(catalog))),
        ["api", version] => Some(discovery::plain(headers, &parsed, legacy::resources(catalog, "", version))),
        ["apis", group] => legacy::group(catalog, group).map(|group| discovery::plain(headers, &parsed, Some(group))),
        ["apis", group, version] if legacy::has(catalog, group) => {
            Some(discovery::plain(headers, &parsed, legacy::resources(catalog, group, version)))
        }
        ["version"] => Some(indented(&facts.version)),
        ["healthz" | "livez" | "readyz", ..] => facts.health.answer(&steps, &parsed),
        ["metrics"] => Some(facts.metrics.answer(facts.started)),
        ["metrics", "slis"] => Some(facts.health.slis()),
        ["flagz"] => Some(pages::flags()),
        ["statusz"] => Some(pages::status(now, facts)),
        ["openid", "v1", "jwks"] => Some(root::keys()),
        [".well-known", "openid-configuration"] => Some(root::openid(facts)),
        ["openapi", "v2"] => Some(openapi::answer_v2(headers, catalog, facts)),
        ["openapi", "v3", ref rest @ ..] => openapi::answer(rest, &parsed, headers, now, catalog, facts),
        _ => None,
    };
    found.unwrap_or_else(not_found)
}

/// A document of JSON, indented for everybody, in the way of the real server's handlers that know no other form.
fn indented(value: &impl Serialize) -> Document {
    Document::new(200, "application/json", indent(&to_json(value, false)))
}

/// What Go makes of it, with the line's end that its encoder writes or, as its marshaller, without.
fn to_json(value: &impl Serialize, newline: bool) -> Vec<u8> {
    let mut body = Vec::new();
    go_json(value, &mut body);
    if newline {
        body.push(b'\n');
    }
    body
}

fn status(status: &Status) -> Document {
    let code = u16::try_from(status.code()).unwrap_or(500);
    Document::new(code, "application/json", to_json(status, true))
}

/// Go's own words for a path that nobody serves.
fn not_found() -> Document {
    Document::plain(404, "404 page not found\n")
}

/// No form of the document that the client takes, in the way of a handler that does not say which there are.
fn not_acceptable_plain() -> Document {
    let mut document = Document::text(406, Bytes::new());
    document.headers.remove(header::CONTENT_TYPE);
    document
}

/// A path below a group that is served.
fn resource_not_found() -> Document {
    let message = "the server could not find the requested resource";
    status(&Status::failure(Reason::NotFound, message).with_details(StatusDetails::default()))
}

impl Document {
    fn new(code: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { code, headers, body: body.into() }
    }

    /// What the client has is still what there is.
    fn unchanged() -> Self {
        let mut document = Self::new(304, "", Bytes::new());
        document.headers.remove(header::CONTENT_TYPE);
        document
    }

    /// Text.
    fn text(code: u16, body: impl Into<Bytes>) -> Self {
        Self::new(code, "text/plain; charset=utf-8", body)
    }

    /// Text as Go's `http.Error` writes it.
    fn plain(code: u16, body: impl Into<Bytes>) -> Self {
        Self::text(code, body).with(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}
