//! Objects of which only the metadata is asked for: `PartialObjectMetadata`.

use bytes::Bytes;
use lookglass_object::{
    json::Reader,
    protobuf,
    table::{KindEntry, Table},
    wire::{self, WireType},
};

use super::Pieces;
use crate::{
    Stored,
    media::{Encoding, Form},
};

pub(crate) const KIND: &str = "PartialObjectMetadata";

/// The version in which the client asked for metadata.
pub(crate) fn api_version(form: Form) -> &'static str {
    if form.meta_version == "v1beta1" { "meta.k8s.io/v1beta1" } else { "meta.k8s.io/v1" }
}

/// What stands before the metadata.
fn head(form: Form) -> &'static [u8] {
    if form.meta_version == "v1beta1" {
        br#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1beta1","metadata":"#
    } else {
        br#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":"#
    }
}

/// An object's metadata as JSON, as it stands in the object. Reads no further than to its end.
fn metadata(object: &Stored) -> Bytes {
    let json = object.json();
    let find = || {
        let mut reader = Reader::from_bytes(&json).ok()?;
        reader.object().ok()?;
        while let Some(name) = reader.member().ok()? {
            if name.is("metadata") {
                return reader.skip().ok();
            }
            reader.step_over().ok()?;
        }
        None
    };
    find().map_or(Bytes::from_static(b"{}"), |range| json.slice(range))
}

/// The object as JSON.
pub(crate) fn json(object: &Stored, form: Form, out: &mut Pieces) {
    out.push(Bytes::from_static(head(form)));
    out.push(metadata(object));
    out.push(Bytes::from_static(b"}"));
}

/// The same, appended to a buffer.
pub(crate) fn write_json(object: &Stored, form: Form, out: &mut Vec<u8>) {
    out.extend_from_slice(head(form));
    out.extend_from_slice(&metadata(object));
    out.push(b'}');
}

/// The object's message in protobuf. Metadata is the first field of every object's message, so that of a built-in kind is cut out of it; of
/// other kinds it is made from JSON.
pub(crate) fn message(object: &Stored) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    if let Some(message) = object.protobuf() {
        let mut reader = wire::Reader::new(message);
        while let Some(tag) = reader.tag().ok()? {
            if tag.number == 1 && tag.wire == WireType::Bytes {
                wire::put_bytes(&mut out, 1, reader.bytes().ok()?);
                return Some(out);
            }
            reader.skip(tag).ok()?;
        }
        return Some(out);
    }
    let mut json = Vec::new();
    write_json(object, Form::plain(Encoding::Json), &mut json);
    protobuf::from_json(entry()?.message(), &json, protobuf::Zeros::Written, &mut out).ok()?;
    Some(out)
}

fn entry() -> Option<&'static KindEntry> {
    Table::builtin().kind("meta.k8s.io", "v1", KIND)
}
