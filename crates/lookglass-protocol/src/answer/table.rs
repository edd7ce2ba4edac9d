//! Objects as rows: what `kubectl get` asks for.

use lookglass_object::{Quoted, Status};

use super::{View, partial, text::go_json};
use crate::{Page, Resource, Stored, media::Form, table};

/// What a row carries beside its cells: `includeObject`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Include {
    None,
    #[default]
    Metadata,
    Object,
}

impl Include {
    /// The parameter as the client wrote it; empty when it did not.
    pub(crate) fn parse(value: &str) -> Result<Self, Status> {
        Ok(match value {
            "" | "Metadata" => Self::Metadata,
            "Object" => Self::Object,
            "None" => Self::None,
            other => {
                return Err(Status::bad_request(format!(
                    "Unable to convert to Table as requested: includeObject: Invalid value: {}: must be 'Metadata', 'Object', 'None', or empty",
                    Quoted(other)
                )));
            }
        })
    }
}

/// What a list says of itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Metadata {
    /// 0 for none.
    pub(super) resource_version: u64,
    pub(super) continuation: String,
    pub(super) remaining: Option<usize>,
}

impl Metadata {
    pub(super) fn of(page: &Page) -> Self {
        Self {
            resource_version: page.version,
            continuation: page.next.as_ref().map(crate::params::Continue::encode).unwrap_or_default(),
            remaining: page.remaining,
        }
    }

    /// The version as text; empty for none.
    pub(super) fn version(&self) -> String {
        if self.resource_version == 0 { String::new() } else { self.resource_version.to_string() }
    }

    /// As Go's struct: in its order, without what is empty.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut separator: &[u8] = b"{";
        if self.resource_version != 0 {
            out.extend_from_slice(br#"{"resourceVersion":""#);
            out.extend_from_slice(itoa::Buffer::new().format(self.resource_version).as_bytes());
            out.push(b'"');
            separator = b",";
        }
        if !self.continuation.is_empty() {
            out.extend_from_slice(separator);
            out.extend_from_slice(br#""continue":"#);
            go_json(&self.continuation, out);
            separator = b",";
        }
        if let Some(remaining) = self.remaining {
            out.extend_from_slice(separator);
            out.extend_from_slice(br#""remainingItemCount":"#);
            out.extend_from_slice(itoa::Buffer::new().format(remaining).as_bytes());
            separator = b",";
        }
        if separator == b"{" {
            out.push(b'{');
        }
        out.push(b'}');
    }
}

/// What follows the rows.
pub(super) const END: &[u8] = b"]}";

/// Everything before the rows. A watch says the columns once.
pub(super) fn head(resource: &Resource, metadata: &Metadata, columns: bool, form: Form, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"kind":"Table","apiVersion":""#);
    out.extend_from_slice(partial::api_version(form).as_bytes());
    out.extend_from_slice(br#"","metadata":"#);
    metadata.write(out);
    out.extend_from_slice(br#","columnDefinitions":"#);
    if columns {
        let mut separator = b'[';
        for column in table::columns(resource) {
            out.push(separator);
            separator = b',';
            for (name, value) in [
                (&br#"{"name":"#[..], &column.name),
                (br#","type":"#, &column.kind),
                (br#","format":"#, &column.format),
                (br#","description":"#, &column.description),
            ] {
                out.extend_from_slice(name);
                go_json(value, out);
            }
            out.extend_from_slice(br#","priority":"#);
            out.extend_from_slice(itoa::Buffer::new().format(column.priority).as_bytes());
            out.push(b'}');
        }
        out.push(b']');
    } else {
        out.extend_from_slice(b"null");
    }
    out.extend_from_slice(br#","rows":["#);
}

/// A Table of one object, as the answer to a `GET` and in a watch.
pub(crate) fn row_alone(resource: &Resource, object: &Stored, columns: bool, view: View, out: &mut Vec<u8>) {
    head(resource, &Metadata { resource_version: object.version(), ..Metadata::default() }, columns, view.form, out);
    row(resource, object, view, out);
    out.extend_from_slice(END);
}

/// One object as a row.
pub(super) fn row(resource: &Resource, object: &Stored, view: View, out: &mut Vec<u8>) {
    let json = object.json();
    let row = table::row(resource, &json, view.now);
    out.extend_from_slice(br#"{"cells":"#);
    go_json(&row.cells, out);
    if !row.conditions.is_empty() {
        out.extend_from_slice(br#","conditions":"#);
        go_json(row.conditions, out);
    }
    out.extend_from_slice(br#","object":"#);
    match view.include {
        Include::None => out.extend_from_slice(b"null"),
        Include::Metadata => partial::write_json(object, view.form, out),
        Include::Object => out.extend_from_slice(&json),
    }
    out.push(b'}');
}
