//! Addresses and headers of requests, and what was answered.

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use lookglass_object::{Encoding, Gvr};

use crate::Error;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const JSON: &str = "application/json";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Object,
    List,
    Watch,
}

/// What is accepted: the wanted encoding first, JSON in any case.
pub(crate) fn accept(encoding: Encoding, metadata_only: bool, asked: Asked) -> String {
    let mut clauses = Vec::new();
    let bases = if encoding == Encoding::Protobuf { &[PROTOBUF, JSON][..] } else { &[JSON] };
    for base in bases {
        let stream = if asked == Asked::Watch && *base == PROTOBUF { ";stream=watch" } else { "" };
        if metadata_only {
            let kind = if asked == Asked::List { "PartialObjectMetadataList" } else { "PartialObjectMetadata" };
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

/// A request that reads, of whatever stands under a path.
pub(crate) fn get(what: &str, path: &str, query: &str, accept: &str) -> Result<Request<Bytes>, Error> {
    let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let request = Request::get(uri).header(header::ACCEPT, accept).body(Bytes::new());
    request.map_err(|error| Error::request(what, format!("no address can be made of it: {error}")))
}

/// The path of a collection, or of what `below` leads to in it: a name, its subresources.
pub(crate) fn path(gvr: &Gvr, namespace: Option<&str>, below: &[&str]) -> Result<String, String> {
    let mut path = String::from(if gvr.group().is_empty() { "/api" } else { "/apis" });
    let mut add = |text: &str| segment(text).map(|()| path_segment(text, &mut path));
    if !gvr.group().is_empty() {
        add(gvr.group())?;
    }
    add(gvr.version())?;
    if let Some(namespace) = namespace {
        add("namespaces")?;
        add(namespace)?;
    }
    add(gvr.resource())?;
    below.iter().try_for_each(|text| add(text))?;
    Ok(path)
}

/// Refuses a segment of a path that would lead elsewhere: client-go's rule.
pub(crate) fn segment(text: &str) -> Result<(), String> {
    let leads_elsewhere = text.is_empty() || text == "." || text == ".." || text.contains(['/', '%']);
    if leads_elsewhere { Err(format!("{text:?} cannot be part of an address")) } else { Ok(()) }
}

/// Appends a slash and a segment, in which what would end the path is percent-encoded.
pub(crate) fn path_segment(text: &str, out: &mut String) {
    out.push('/');
    encode(text, b"-_.~!$&'()*+,;=:@", out);
}

/// Which encoding the answer has.
pub(crate) fn answered(what: &str, headers: &HeaderMap) -> Result<Encoding, Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or(JSON);
    match kind.split(';').next().unwrap_or_default().trim() {
        PROTOBUF => Ok(Encoding::Protobuf),
        JSON => Ok(Encoding::Json),
        other => Err(Error::malformed(what, format!("an answer of the type {other:?}, wanted {JSON} or {PROTOBUF}"))),
    }
}

/// Percent-encodes what must not stand in a query as it is.
pub(crate) fn escape(text: &str, out: &mut String) {
    encode(text, b"-_.~", out);
}

fn encode(text: &str, plain: &[u8], out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
