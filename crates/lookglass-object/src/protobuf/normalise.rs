//! The slow path: bytes in which a field comes again after another, made contiguous.

use super::error::{Error, ErrorKind};
use super::{Envelope, MAX_DEPTH, check, read, write_envelope};
use crate::table::{Field, FieldKind, Message, Shape, Slot, Table};
use crate::wire::{Reader, Tag, WireType, put_bytes};

/// Rewrites a message so that every field's values stand together, in the order of their numbers: single messages given
/// several times are merged, of other single values the last one stays, map entries are sorted by key with the last of each
/// staying, unknown fields follow at the end as they came.
///
/// One copy per level of nesting; what Go wrote comes back unchanged.
///
/// # Errors
///
/// Malformed bytes, or messages nested too deep.
pub fn normalise(message: &'static Message, raw: &[u8]) -> Result<Vec<u8>, Error> {
    check(message, raw)?;
    let mut out = Vec::with_capacity(raw.len());
    rewrite(Some(message), 0, &[Reader::new(raw)], 0, &mut out)?;
    Ok(out)
}

/// The second try after bytes were refused: perhaps only for a field that came again after another, or for a value that a
/// later one overrides, which no reader is to see.
pub(super) struct Normal {
    pub(super) bytes: Vec<u8>,
    refused: Error,
}

impl Normal {
    /// Bytes worth another try after `refused`, which is given back if there are none.
    #[cold]
    pub(super) fn after(message: &'static Message, raw: &[u8], refused: Error) -> Result<Self, Error> {
        match normalise(message, raw) {
            Ok(bytes) if refused.is_scattered() || bytes != raw => Ok(Self { bytes, refused }),
            Err(error) if refused.is_scattered() => Err(error),
            _ => Err(refused),
        }
    }

    /// Why the bytes are refused for good: the first reason, whose offset counts in the bytes as they came.
    #[cold]
    pub(super) fn refusal(self, again: Error) -> Error {
        if self.refused.is_scattered() { again } else { self.refused }
    }
}

/// One value: its tag and the reader behind it.
type Value<'a> = (Tag, Reader<'a>);

/// Appends the merged content of all `parts` of one message. `None` stands for the `JSONSchemaPropsOr...` forms, whose
/// single message is field 1 or 2.
fn rewrite(
    message: Option<&'static Message>,
    frame: usize,
    parts: &[Reader<'_>],
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    if depth >= MAX_DEPTH {
        return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), parts.first().map_or(0, Reader::offset)));
    }
    let mut values: Vec<Value<'_>> = Vec::new();
    for part in parts {
        let mut reader = *part;
        while let Some(tag) = reader.tag()? {
            values.push((tag, reader));
            reader.skip(tag)?;
        }
    }
    let slot = |tag: Tag| match message {
        Some(message) => message.frames()[frame].slot(tag.number),
        None => Slot::Field(0),
    };
    let known = |tag: Tag| slot(tag) != Slot::Unknown;
    // Stable, so that the values of a field keep their order and unknown fields theirs.
    values.sort_by_key(|(tag, _)| if known(*tag) { tag.number } else { u32::MAX });
    for run in values.chunk_by(|a, b| known(a.0) && a.0.number == b.0.number) {
        let (tag, reader) = run[run.len() - 1];
        match (slot(tag), message) {
            (Slot::Unknown, _) | (Slot::Field(_), None) => run.iter().try_for_each(|value| copy(value, out))?,
            (Slot::Frame(inner), _) => {
                merge(message, usize::from(inner), &payloads(run)?, tag.number, depth + 1, out)?;
            }
            (Slot::Field(index), Some(message)) => {
                let field = &message.fields()[usize::from(index)];
                let inner = Table::builtin().messages().get(usize::from(field.message_id()));
                match field.shape() {
                    Shape::Map => entries(field, run, depth, out)?,
                    Shape::List => {
                        for value in run {
                            one(field, inner, std::slice::from_ref(value), depth, out)?;
                        }
                    }
                    Shape::One | Shape::Pointer if field.kind() == FieldKind::Message => {
                        one(field, inner, run, depth, out)?;
                    }
                    Shape::One | Shape::Pointer => one(field, inner, &[(tag, reader)], depth, out)?,
                }
            }
        }
    }
    Ok(())
}

/// Appends one value, which is all of `run` merged.
fn one(
    field: &Field,
    inner: Option<&'static Message>,
    run: &[Value<'_>],
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    match (field.kind(), inner) {
        (FieldKind::Message, Some(_)) => merge(inner, 0, &payloads(run)?, field.number(), depth + 1, out),
        (FieldKind::SchemaOrArray | FieldKind::SchemaOrBool | FieldKind::SchemaOrStringArray, _) => {
            run.iter().try_for_each(|value| schema_or(field.kind(), value, depth, out))
        }
        (FieldKind::RawExtension, _) => run.iter().try_for_each(|value| extension(value, depth, out)),
        _ => run.iter().try_for_each(|value| copy(value, out)),
    }
}

/// Appends a `RawExtension`; an object of a known kind in it is rewritten too.
fn extension(value: &Value<'_>, depth: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    let (tag, mut reader) = *value;
    let content = read::payload(&mut reader, Some(tag), "message")?;
    let raw = read::only_field(content, &read::Lossy::new(false))?.map_or(&b""[..], |raw| raw.rest());
    let Some((envelope, message)) = Envelope::parse(raw).ok().and_then(|inner| Some((inner, inner.message().ok()?)))
    else {
        return copy(value, out);
    };
    let (mut inner, mut object, mut rewritten) = (Vec::new(), Vec::new(), Vec::new());
    rewrite(Some(message), 0, &[Reader::new(envelope.raw())], depth + 1, &mut inner)?;
    write_envelope(envelope.api_version(), envelope.kind(), &inner, &mut object);
    put_bytes(&mut rewritten, 1, &object);
    copy_beyond(1, content, &mut rewritten)?;
    put_bytes(out, tag.number, &rewritten);
    Ok(())
}

/// Appends one of the `JSONSchemaPropsOr...` forms with its schemas rewritten.
fn schema_or(kind: FieldKind, value: &Value<'_>, depth: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    let (tag, mut reader) = *value;
    let content = read::payload(&mut reader, Some(tag), "message")?;
    let schema = Some(Table::builtin().schema_props());
    let mut rewritten = Vec::new();
    let (mut single, mut walk) = (Vec::new(), content);
    let single_number = if kind == FieldKind::SchemaOrBool { 2 } else { 1 };
    while let Some(tag) = walk.tag()? {
        let here = (tag, walk);
        if tag.number == single_number {
            single.push(read::payload(&mut walk, Some(tag), "message")?);
            continue;
        }
        walk.skip(tag)?;
        if kind == FieldKind::SchemaOrArray && tag.number == 2 {
            merge(schema, 0, &payloads(&[here])?, 2, depth + 2, &mut rewritten)?;
        } else {
            copy(&here, &mut rewritten)?;
        }
    }
    if !single.is_empty() {
        merge(schema, 0, &single, single_number, depth + 2, &mut rewritten)?;
    }
    put_bytes(out, tag.number, &rewritten);
    Ok(())
}

/// Appends a map's entries sorted by key, the last of each.
fn entries(field: &Field, run: &[Value<'_>], depth: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    let lossy = read::Lossy::new(false);
    let mut entries = Vec::with_capacity(run.len());
    for (tag, reader) in run {
        let mut reader = *reader;
        let content = read::payload(&mut reader, Some(*tag), "map entry")?;
        entries.push((read::entry(content, &lossy)?, content));
    }
    entries.sort_by(|(a, _), (b, _)| a.key.cmp(b.key));
    let inner = Table::builtin().messages().get(usize::from(field.message_id()));
    for same in entries.chunk_by(|(a, _), (b, _)| a.key == b.key) {
        let (entry, whole) = &same[same.len() - 1];
        let mut content = Vec::new();
        put_bytes(&mut content, 1, entry.key);
        if let Some(tag) = entry.tag {
            let start = content.len();
            one(field, inner, &[(tag, entry.value)], depth + 1, &mut content)?;
            // The value was written under the map's number; in an entry it is field 2.
            renumber(&mut content, start, tag)?;
        }
        copy_beyond(2, *whole, &mut content)?;
        put_bytes(out, field.number(), &content);
    }
    Ok(())
}

/// Appends the fields of a hand-read message that nobody knows: those with numbers beyond `known`.
fn copy_beyond(known: u32, mut message: Reader<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    while let Some(tag) = message.tag()? {
        let here = (tag, message);
        message.skip(tag)?;
        if tag.number > known {
            copy(&here, out)?;
        }
    }
    Ok(())
}

/// Gives the single value that was appended at `start` the tag it has in a map's entry.
fn renumber(content: &mut Vec<u8>, start: usize, tag: Tag) -> Result<(), Error> {
    let mut reader = Reader::over(content, start..content.len());
    reader.tag()?;
    let behind = reader.offset();
    let mut own = Vec::with_capacity(1);
    crate::wire::put_tag(&mut own, 2, tag.wire);
    content.splice(start..behind, own);
    Ok(())
}

/// Appends a message that is all of `parts` merged.
fn merge(
    message: Option<&'static Message>,
    frame: usize,
    parts: &[Reader<'_>],
    number: u32,
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut content = Vec::new();
    rewrite(message, frame, parts, depth, &mut content)?;
    put_bytes(out, number, &content);
    Ok(())
}

fn payloads<'a>(run: &[Value<'a>]) -> Result<Vec<Reader<'a>>, Error> {
    run.iter()
        .map(|(tag, reader)| {
            let mut reader = *reader;
            read::payload(&mut reader, Some(*tag), "message")
        })
        .collect()
}

/// Appends a value as it came.
fn copy(value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    let (tag, reader) = *value;
    let mut end = reader;
    end.skip(tag)?;
    if tag.wire == WireType::Bytes {
        let mut reader = reader;
        put_bytes(out, tag.number, reader.bytes()?);
    } else {
        crate::wire::put_tag(out, tag.number, tag.wire);
        out.extend_from_slice(&reader.buffer()[reader.offset()..end.offset()]);
    }
    Ok(())
}
