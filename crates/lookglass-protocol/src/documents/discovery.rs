//! In which form discovery is told.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use lookglass_object::{Status, protobuf, table::Table};

use super::{Document, resource_not_found, status};
use crate::{
    Catalog,
    answer::text::{indent, yaml},
    media::{self, Encoding, Form},
    request::Query,
};

/// A legacy document: an object of `meta/v1`.
pub(super) struct Told {
    pub(super) kind: &'static str,
    pub(super) json: Vec<u8>,
}

/// `/api` or `/apis`: the aggregated document for who asks for it, else the other one.
pub(super) fn root(
    headers: &HeaderMap,
    query: &Query,
    catalog: &Catalog,
    core: bool,
    legacy: impl FnOnce() -> Told,
) -> Document {
    let (form, aggregated) = match form(headers, query) {
        Ok(found) => found,
        Err(refusal) => return status(&refusal),
    };
    if !aggregated {
        return told(form, &legacy());
    }
    let kept = if core { catalog.kept().core(catalog) } else { catalog.kept().groups(catalog) };
    let document = if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == kept.tag) {
        Document::unchanged()
    } else {
        let kind = ("apidiscovery.k8s.io", "v2", "APIGroupDiscoveryList");
        let media_type = match form.encoding {
            Encoding::Json => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            Encoding::Yaml => "application/yaml;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            Encoding::Protobuf => {
                "application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            }
        };
        Document::new(200, media_type, encoded(form, kind, kept.body.clone()))
    };
    document
        .with(header::CACHE_CONTROL, HeaderValue::from_static("public"))
        .with(header::ETAG, kept.tag.clone())
        .with(header::VARY, HeaderValue::from_static("Accept"))
}

/// A legacy document below the roots; without one, nothing is served there.
pub(super) fn plain(headers: &HeaderMap, query: &Query, document: Option<Told>) -> Document {
    let Some(document) = document else { return resource_not_found() };
    match form(headers, query) {
        // Nothing below the roots is aggregated.
        Ok((form, aggregated)) => told(if aggregated { Form::plain(Encoding::Json) } else { form }, &document),
        Err(refusal) => status(&refusal),
    }
}

fn told(form: Form, document: &Told) -> Document {
    let body = encoded(form, ("", "v1", document.kind), document.json.clone().into());
    Document::new(200, form.encoding.media_type(), body)
}

/// The JSON in the form the client asked for.
fn encoded(form: Form, (group, version, kind): (&str, &str, &str), json: Bytes) -> Bytes {
    match form.encoding {
        Encoding::Json if form.pretty => indent(&json).into(),
        Encoding::Json => json,
        Encoding::Yaml => {
            yaml(&json).expect("it was made by a serialiser of JSON, and every JSON value is YAML").into()
        }
        Encoding::Protobuf => {
            let entry = Table::builtin().kind(group, version, kind).expect("the kinds of discovery are in the table");
            let mut raw = Vec::new();
            protobuf::from_json(entry.message(), &json, protobuf::Zeros::Written, &mut raw)
                .expect("discovery is written as its kind has it");
            let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            let mut out = Vec::new();
            protobuf::write_envelope(&api_version, kind, &raw, &mut out);
            out.into()
        }
    }
}

/// The form, and whether the document is the aggregated one.
fn form(headers: &HeaderMap, query: &Query) -> Result<(Form, bool), Status> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (mut form, aggregated) = media::discovery(text(header::ACCEPT))?;
    form.pretty |= media::wants_pretty(query, text(header::USER_AGENT).unwrap_or_default());
    Ok((form, aggregated))
}
