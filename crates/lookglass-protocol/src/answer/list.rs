//! Many objects as an answer.

use bytes::Bytes;
use lookglass_object::{
    Status,
    protobuf::MAGIC,
    wire::{WireType, put_bytes, put_number, put_tag, put_varint, varint_len},
};

use super::{Encoded, Pieces, View, dress, no_protobuf, partial, table, text::go_json};
use crate::{
    Page, Resource,
    media::{Encoding, PROTOBUF, Transform},
};

/// A list, or a page of one, as an answer.
pub(crate) fn list(resource: &Resource, page: &Page, view: View) -> Result<Encoded, Status> {
    let metadata = table::Metadata::of(page);
    let mut json = Pieces::with_capacity(2 * page.items.len() + 3);
    match (view.form.transform, view.form.encoding) {
        (Transform::None, Encoding::Protobuf) => {
            let items = page.items.iter().map(|item| item.protobuf().cloned().ok_or_else(no_protobuf));
            return encode(&resource.kind.api_version(), &resource.list_kind, &metadata, items);
        }
        (Transform::Partial, Encoding::Protobuf) => {
            let items = page.items.iter().map(|item| partial::message(item).map(Bytes::from).ok_or_else(no_protobuf));
            return encode(partial::api_version(view.form), "PartialObjectMetadataList", &metadata, items);
        }
        (Transform::None, _) if resource.entry.is_some() => {
            typed(&resource.kind.api_version(), &resource.list_kind, &metadata, &mut json);
            for (index, item) in page.items.iter().enumerate() {
                json.push(Bytes::from_static(if index == 0 { b"{" } else { b",{" }));
                let whole = item.json();
                json.push(whole.slice_ref(item.members()));
            }
            json.push(Bytes::from_static(b"]}"));
        }
        (Transform::None, _) => untyped(resource, page, &metadata, &mut json),
        (Transform::Partial, _) => {
            typed(partial::api_version(view.form), "PartialObjectMetadataList", &metadata, &mut json);
            for (index, item) in page.items.iter().enumerate() {
                json.push(Bytes::from_static(if index == 0 { b"" } else { b"," }));
                partial::json(item, view.form, &mut json);
            }
            json.push(Bytes::from_static(b"]}"));
        }
        (Transform::Table, _) => {
            let mut out = Vec::new();
            table::head(resource, &metadata, true, view.form, &mut out);
            for (index, item) in page.items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                table::row(resource, item, view, &mut out);
            }
            out.extend_from_slice(table::END);
            json.push(out);
        }
    }
    dress(view.form, json)
}

/// What stands before the items of a list whose Go type is a struct.
fn typed(api_version: &str, kind: &str, metadata: &table::Metadata, json: &mut Pieces) {
    let mut head = Vec::with_capacity(256);
    head.extend_from_slice(br#"{"kind":"#);
    go_json(&kind, &mut head);
    head.extend_from_slice(br#","apiVersion":"#);
    go_json(&api_version, &mut head);
    head.extend_from_slice(br#","metadata":"#);
    metadata.write(&mut head);
    head.extend_from_slice(br#","items":["#);
    json.push(head);
}

/// A list of custom resources, which Go has as a map: keys sorted, and a `continue` that is there even when empty.
fn untyped(resource: &Resource, page: &Page, metadata: &table::Metadata, json: &mut Pieces) {
    let mut head = br#"{"apiVersion":"#.to_vec();
    go_json(&resource.kind.api_version(), &mut head);
    head.extend_from_slice(br#","items":["#);
    json.push(head);
    for (index, item) in page.items.iter().enumerate() {
        json.push(Bytes::from_static(if index == 0 { b"" } else { b"," }));
        json.push(item.json());
    }
    let mut tail = br#"],"kind":"#.to_vec();
    go_json(&resource.list_kind, &mut tail);
    tail.extend_from_slice(br#","metadata":{"continue":"#);
    go_json(&metadata.continuation, &mut tail);
    if let Some(remaining) = metadata.remaining {
        tail.extend_from_slice(br#","remainingItemCount":"#);
        tail.extend_from_slice(itoa::Buffer::new().format(remaining).as_bytes());
    }
    tail.extend_from_slice(br#","resourceVersion":""#);
    tail.extend_from_slice(metadata.version().as_bytes());
    tail.extend_from_slice(br#""}}"#);
    json.push(tail);
}

/// A list as protobuf: every list has its metadata in field 1 and its items in field 2.
fn encode(
    api_version: &str,
    kind: &str,
    metadata: &table::Metadata,
    items: impl Iterator<Item = Result<Bytes, Status>>,
) -> Result<Encoded, Status> {
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let mut list_meta = Vec::new();
    put_bytes(&mut list_meta, 1, b"");
    put_bytes(&mut list_meta, 2, metadata.version().as_bytes());
    put_bytes(&mut list_meta, 3, metadata.continuation.as_bytes());
    if let Some(remaining) = metadata.remaining {
        put_number(&mut list_meta, 4, remaining as u64);
    }
    let mut type_meta = Vec::new();
    put_bytes(&mut type_meta, 1, api_version.as_bytes());
    put_bytes(&mut type_meta, 2, kind.as_bytes());

    let field = |length: usize| 1 + varint_len(length as u64) + length;
    let length = field(list_meta.len()) + items.iter().map(|item| field(item.len())).sum::<usize>();
    let mut heads = MAGIC.to_vec();
    put_bytes(&mut heads, 1, &type_meta);
    put_tag(&mut heads, 2, WireType::Bytes);
    put_varint(&mut heads, length as u64);
    put_bytes(&mut heads, 1, &list_meta);
    // What stands before each item is made in one buffer, so that an item costs no allocation.
    let mut ends = Vec::with_capacity(items.len());
    for item in &items {
        put_tag(&mut heads, 2, WireType::Bytes);
        put_varint(&mut heads, item.len() as u64);
        ends.push(heads.len());
    }
    let heads = Bytes::from(heads);
    let mut body = Pieces::with_capacity(2 * items.len() + 2);
    let mut start = 0;
    for (item, end) in items.into_iter().zip(ends) {
        body.push(heads.slice(start..end));
        body.push(item);
        start = end;
    }
    body.push(heads.slice(start..));
    // Neither an encoding nor another content type, said as Go says it.
    body.push(Bytes::from_static(&[0x1a, 0, 0x22, 0]));
    Ok(Encoded { content_type: PROTOBUF, body })
}
