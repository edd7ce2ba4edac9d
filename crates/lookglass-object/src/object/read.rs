//! Reading single values out of a cell's bytes.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{
    Datum, DecodeError, Encoding, Path, PathError,
    cell::Cell,
    decoder::{Fault, json_fault},
    json::{JsonError, Reader},
    protobuf::{member_to_json, to_json},
    table::{Message, Shape, Slot},
    wire,
};

/// Why nothing could be read at a path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The path is malformed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The object is.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// The value at `path`.
pub(super) fn at(cell: &Cell, path: &Path) -> Result<Option<Datum>, DecodeError> {
    with_value(cell, path, Datum::read)
}

/// The tree that `json` is.
pub(super) fn parse(cell: &Cell, json: &[u8]) -> Result<serde_json::Value, DecodeError> {
    serde_json::from_slice(json).map_err(|error| cell.error(json_fault(json, &error)))
}

/// A member of `metadata` as a value; the default if it is absent or null.
pub(super) fn metadata_member<T: DeserializeOwned + Default>(cell: &Cell, name: &str) -> Result<T, DecodeError> {
    let path = Path::of(&["metadata", name]);
    let text = with_value(cell, &path, |mut reader| {
        let range = reader.skip()?;
        Ok(reader.text(range).to_owned())
    })?;
    let value = text.map(|text| serde_json::from_str::<Option<T>>(&text).map_err(|error| (text, error)));
    match value.transpose() {
        Ok(value) => Ok(value.flatten().unwrap_or_default()),
        Err((text, error)) => {
            let inside = json_fault(text.as_bytes(), &error);
            let path = if inside.path.is_empty() { String::new() } else { format!(".{}", inside.path) };
            // Where in the object the member stands is not known any more; the path says it.
            Err(cell.error(Fault { path: format!("metadata.{name}{path}"), offset: None, ..inside }))
        }
    }
}

/// Kind and metadata, as a JSON text that is an object of its own.
pub(super) fn metadata_document(cell: &Cell) -> Result<Box<[u8]>, DecodeError> {
    let metadata = with_value(cell, &Path::of(&["metadata"]), |mut reader| {
        let range = reader.skip()?;
        Ok(reader.text(range).to_owned())
    })?;
    let gvk = cell.family.gvk();
    let head = serde_json::json!({"apiVersion": gvk.api_version(), "kind": gvk.kind()}).to_string();
    let head = head.strip_suffix('}').unwrap_or(&head);
    let document = format!("{head},\"metadata\":{}}}", metadata.as_deref().unwrap_or("{}"));
    Ok(document.into_bytes().into())
}

/// Gives a reader that stands before the value at `path` to `read`.
fn with_value<R>(
    cell: &Cell,
    path: &Path,
    read: impl FnOnce(Reader<'_>) -> Result<R, JsonError>,
) -> Result<Option<R>, DecodeError> {
    let read = |bytes: &[u8], skip| {
        let found = Reader::from_bytes(bytes).and_then(|reader| path.find(reader, skip));
        let value = found.and_then(|found| found.map(read).transpose());
        value.map_err(|error| {
            let reason = error.kind.to_string();
            cell.error(Fault { path: path.to_string(), offset: Some(error.offset), reason })
        })
    };
    let with = |bytes: &[u8]| match cell.encoding() {
        Encoding::Json => read(bytes, 0),
        Encoding::Protobuf => match part(cell, bytes, path)? {
            Some((json, skip)) => read(&json, skip),
            None => Ok(None),
        },
    };
    if path.steps().next() == Some("metadata") { cell.with_metadata(with)? } else { cell.with_bytes(with)? }
}

/// The JSON of the smallest value on the way to `path` that can be told from its neighbours, and how many steps lead to it.
///
/// What is not on the way is stepped over, so reading `spec.containers[0].image` writes the JSON of an image and not of the
/// whole object. Where protobuf is more lenient than this walk (a message that comes in pieces, or not at all, which for
/// plain structs means empty), it stops, and what it stands in is written.
fn part(cell: &Cell, bytes: &[u8], path: &Path) -> Result<Option<(Vec<u8>, usize)>, DecodeError> {
    let (mut message, mut inside) = (cell.family.message.ok_or_else(|| cell.error(Fault::no_message()))?, bytes);
    let names: Vec<&str> = path.steps().collect();
    let mut skip = 0;
    while let Some(step) = descend(message, inside, &names[skip..]) {
        (message, inside, skip) = (step.message, step.bytes, skip + step.names);
    }
    let gvk = cell.family.gvk();
    let api_version = gvk.api_version();
    if let (0, [name @ ("apiVersion" | "kind")]) = (skip, &*names) {
        let text = if *name == "kind" { gvk.kind() } else { &*api_version };
        return Ok(Some((serde_json::Value::from(text).to_string().into_bytes(), 1)));
    }
    let type_meta = (skip == 0).then(|| (&*api_version, gvk.kind()));
    let index = names.get(skip).and_then(|name| message.field_index(name.as_bytes()));
    let mut json = Vec::new();
    let written = match index {
        // Fields that nobody knows are not in JSON either.
        None if skip < names.len() => return Ok(None),
        // `kind` and `apiVersion` are no fields in protobuf.
        Some(index) if !message.fields()[index].is_type_meta() => {
            member_to_json(message, inside, index, &mut json).map(|shown| shown.map(|()| skip + 1))
        }
        _ => to_json(message, inside, type_meta, &mut json).map(|_| Some(skip)),
    };
    let written = match written {
        // A field that comes again after others, or a value that a later one overrides: the whole message tells.
        Err(_) => to_json(message, inside, type_meta, &mut json).map(|_| Some(skip)),
        written => written,
    };
    let written = written.map_err(|error| {
        // Offset and path are those within the part, so only what was wrong is known of the whole.
        let within = Fault::from(&error);
        cell.error(if skip == 0 { within } else { Fault { path: path.to_string(), offset: None, ..within } })
    })?;
    Ok(written.map(|skip| (json, skip)))
}

/// A message further on the way to a path.
struct Step<'b> {
    message: &'static Message,
    bytes: &'b [u8],
    /// How many names of the path lead to it.
    names: usize,
}

/// The struct that the first of `names` names, if it is there exactly once; or the element, if that is a list of structs and
/// the second one an index.
fn descend<'b>(message: &'static Message, bytes: &'b [u8], names: &[&str]) -> Option<Step<'b>> {
    let index = message.field_index(names.first()?.as_bytes())?;
    let field = &message.fields()[index];
    // The first frame is the message itself; a field that JSON shows here may lie in one that is inlined.
    let own = message.frames().first()?.slot(field.number()) == Slot::Field(u8::try_from(index).ok()?);
    let inner = field.message().filter(|inner| own && !inner.is_wrapper())?;
    let element = match field.shape() {
        Shape::One | Shape::Pointer => None,
        Shape::List => Some(Path::index(names.get(1)?)?),
        Shape::Map => return None,
    };
    let (mut found, mut count) = (None, 0);
    let mut reader = wire::Reader::new(bytes);
    while let Some(tag) = reader.tag().ok()? {
        if tag.number != field.number() {
            reader.skip(tag).ok()?;
            continue;
        }
        if tag.wire != wire::WireType::Bytes {
            return None;
        }
        let inside = reader.bytes().ok()?;
        if element.is_none_or(|element| element == count) {
            found = Some(inside);
        }
        count += 1;
    }
    let once = element.is_some() || count == 1;
    let names = 1 + usize::from(element.is_some());
    found.filter(|_| once).map(|bytes| Step { message: inner, bytes, names })
}
