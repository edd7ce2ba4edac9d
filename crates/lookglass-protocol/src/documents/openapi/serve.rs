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
    if !takes_json(headers) {
        return Some(not_acceptable_plain());
    }
    let tag = header(format!("\"{}\"", spec.hash));
    let asked = query.get("hash").filter(|hash| !hash.is_empty());
    let mut document = match asked {
        Some(hash) if hash != spec.hash => {
            let place = header(format!("/openapi/v3/{path}?hash={}", spec.hash));
            Document::new(301, "application/json", Bytes::new()).with(header::LOCATION, place)
        }
        _ if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) => Document::unchanged(),
        _ => as_file(Document::new(200, "application/json", spec.body.clone()), modified),
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
    if !takes_json(headers) {
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

/// Whether the client takes JSON; there is no protobuf of these documents.
fn takes_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let types = accept.split(',').map(|clause| clause.split(';').next().unwrap_or_default().trim());
    accept.trim().is_empty() || types.into_iter().any(|it| matches!(it, "*/*" | "application/*" | "application/json"))
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
