//! How OpenAPI documents are handed out.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::super::{Document, Facts, not_acceptable_plain};
use crate::{Catalog, request::Query};

/// `/openapi/v3` and what is below it. A document that does not exist has no answer.
pub(in super::super) fn answer(
    steps: &[&str],
    query: &Query,
    headers: &HeaderMap,
    now: Timestamp,
    catalog: &Catalog,
    facts: &Facts,
) -> Option<Document> {
    let specs = catalog.kept().specs(catalog);
    let modified = http_date(facts.started);
    if steps.is_empty() {
        // The real server has never said of the index that it is JSON.
        return Some(as_file(Document::text(200, specs.index(catalog)), modified));
    }
    let path = steps.join("/");
    let spec = specs.get(&path, catalog)?;
    let Some(form) = form(headers) else { return Some(not_acceptable_plain()) };
    let tag = header(format!("\"{}\"", spec.hash));
    let asked = query.get("hash").filter(|hash| !hash.is_empty());
    let mut document = match asked {
        Some(hash) if hash != spec.hash => {
            let place = header(format!("/openapi/v3/{path}?hash={}", spec.hash));
            Document::new(301, form.content_type(), Bytes::new()).with(header::LOCATION, place)
        }
        _ if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) => Document::unchanged(),
        _ => {
            let body = match form {
                Form::Json => spec.body.clone(),
                Form::Protobuf => spec.protobuf(),
            };
            as_file(Document::new(200, form.content_type(), body), modified)
        }
    };
    if asked == Some(&spec.hash) {
        // What it is at an address with its hash, it is for ever.
        let year = now.to_zoned(TimeZone::UTC).saturating_add(1.year());
        document = document
            .with(header::CACHE_CONTROL, HeaderValue::from_static("public, immutable"))
            .with(header::EXPIRES, header(year.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string()));
    }
    Some(document.with(header::ETAG, tag).with(header::VARY, HeaderValue::from_static("Accept")))
}

/// `/openapi/v2`, in JSON alone.
pub(in super::super) fn answer_v2(headers: &HeaderMap, catalog: &Catalog, facts: &Facts) -> Document {
    if form(headers) != Some(Form::Json) {
        return not_acceptable_plain().with(header::VARY, HeaderValue::from_static("Accept"));
    }
    let spec = catalog.kept().specs(catalog).whole(catalog);
    let tag = header(format!("\"{}\"", spec.hash));
    let document = if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        Document::unchanged()
    } else {
        as_file(Document::new(200, "application/json", spec.body.clone()), http_date(facts.started))
    };
    document.with(header::ETAG, tag).with(header::VARY, HeaderValue::from_static("Accept"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Protobuf,
}

impl Form {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/com.github.proto-openapi.spec.v3.v1.0+protobuf",
        }
    }
}

/// The first form that the client would take, by the weights it gives; JSON if it names none.
fn form(headers: &HeaderMap) -> Option<Form> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.trim().is_empty() {
        return Some(Form::Json);
    }
    let mut clauses: Vec<(&str, f64)> = accept.split(',').map(clause).collect();
    clauses.sort_by(|a, b| b.1.total_cmp(&a.1));
    clauses.into_iter().find_map(|(name, _)| match name {
        "*/*" | "application/*" | "application/json" => Some(Form::Json),
        "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"
        | "application/com.github.proto-openapi.spec.v3@v1.0+protobuf" => Some(Form::Protobuf),
        _ => None,
    })
}

/// The type of a clause, and its weight.
fn clause(clause: &str) -> (&str, f64) {
    let mut parts = clause.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|weight| weight.parse().ok());
    (name, weight.unwrap_or(1.0))
}

/// What Go says of everything it hands out as it does files. A range that is asked for may be answered with the whole, and is.
fn as_file(document: Document, modified: HeaderValue) -> Document {
    document.with(header::LAST_MODIFIED, modified).with(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
}

fn http_date(moment: Timestamp) -> HeaderValue {
    header(moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

fn header(text: String) -> HeaderValue {
    HeaderValue::from_maybe_shared(Bytes::from(text))
        .expect("hexadecimal digits, names of groups and dates are visible ASCII")
}
