//! The requests of lists and watches, and what was answered.

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use lookglass_object::{Encoding, Gvr};

use crate::Error;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const JSON: &str = "application/json";

/// What is accepted: the wanted encoding first, JSON in any case.
pub(super) fn accept(encoding: Encoding, metadata_only: bool, watch: bool) -> String {
    let mut clauses = Vec::new();
    let bases = if encoding == Encoding::Protobuf { &[PROTOBUF, JSON][..] } else { &[JSON] };
    for base in bases {
        let stream = if watch && *base == PROTOBUF { ";stream=watch" } else { "" };
        if metadata_only {
            let kind = if watch { "PartialObjectMetadata" } else { "PartialObjectMetadataList" };
            clauses.push(format!("{base};as={kind};g=meta.k8s.io;v=v1{stream}"));
        } else {
            clauses.push(format!("{base}{stream}"));
        }
    }
    // A server that has no metadata alone may give the whole object: the metadata is taken from it.
    if metadata_only {
        clauses.push(JSON.to_owned());
    }
    clauses.join(",")
}

/// A request for a collection.
pub(super) fn get(
    what: &str,
    gvr: &Gvr,
    namespace: Option<&str>,
    query: &str,
    accept: String,
) -> Result<Request<Bytes>, Error> {
    let wrong = |why: String| Error::Request { what: what.to_owned(), why };
    let mut path = if gvr.group().is_empty() {
        format!("/api/{}", segment(gvr.version()).map_err(wrong)?)
    } else {
        format!("/apis/{}/{}", segment(gvr.group()).map_err(wrong)?, segment(gvr.version()).map_err(wrong)?)
    };
    if let Some(namespace) = namespace {
        path.push_str("/namespaces/");
        path.push_str(segment(namespace).map_err(wrong)?);
    }
    path.push('/');
    path.push_str(segment(gvr.resource()).map_err(wrong)?);
    if !query.is_empty() {
        path.push('?');
        path.push_str(query);
    }
    let request = Request::get(path).header(header::ACCEPT, accept).body(Bytes::new());
    request.map_err(|error| wrong(format!("no address can be made of it: {error}")))
}

/// A segment of a path, refused where it would lead elsewhere: client-go's rule.
fn segment(text: &str) -> Result<&str, String> {
    let leads_elsewhere = text.is_empty() || text == "." || text == ".." || text.contains(['/', '%', '?', '#']);
    if leads_elsewhere { Err(format!("{text:?} cannot be part of an address")) } else { Ok(text) }
}

/// Which encoding the answer has.
pub(super) fn answered(what: &str, headers: &HeaderMap) -> Result<Encoding, Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or(JSON);
    match kind.split(';').next().unwrap_or_default().trim() {
        PROTOBUF => Ok(Encoding::Protobuf),
        JSON => Ok(Encoding::Json),
        other => Err(Error::malformed(what, format!("an answer of the type {other:?}, wanted {JSON} or {PROTOBUF}"))),
    }
}

/// Percent-encodes what must not stand in a query as it is.
pub(super) fn escape(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            byte => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}
