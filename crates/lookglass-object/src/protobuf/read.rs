//! One field's value out of protobuf bytes, for all readers alike.
//!
//! A value's position is a reader that stands behind its tag, and the tag; no tag stands for a value that is not there,
//! which reads as the kind's zero.

use std::cell::Cell;

use super::error::{Error, ErrorKind};
use super::time;
use crate::table::{Field, FieldKind, PlainZero};
use crate::wire::{Reader, Tag, WireType};

/// Set once a tag was met that the table does not know.
pub(super) type Lossy = Cell<bool>;

/// The bytes of a length-delimited value.
#[inline]
pub(super) fn payload<'a>(
    reader: &mut Reader<'a>,
    tag: Option<Tag>,
    expected: &'static str,
) -> Result<Reader<'a>, Error> {
    match tag.map(|tag| tag.wire) {
        Some(WireType::Bytes) => Ok(reader.message()?),
        None => Ok(Reader::over(reader.buffer(), reader.offset()..reader.offset())),
        Some(_) => Err(mismatch(reader, expected)),
    }
}

#[cold]
fn mismatch(reader: &Reader<'_>, expected: &'static str) -> Error {
    Error::new(ErrorKind::WireTypeMismatch { expected }, reader.offset())
}

/// The bytes of a text.
#[inline]
pub(super) fn text<'a>(reader: &mut Reader<'a>, tag: Option<Tag>) -> Result<&'a [u8], Error> {
    match tag.map(|tag| tag.wire) {
        Some(WireType::Bytes) => Ok(reader.bytes()?),
        None => Ok(b""),
        Some(_) => Err(mismatch(reader, "text")),
    }
}

/// A number, whatever wire type it came in.
#[inline]
pub(super) fn number(reader: &mut Reader<'_>, tag: Option<Tag>) -> Result<i64, Error> {
    match tag.map(|tag| tag.wire) {
        Some(WireType::Varint) => Ok(reader.varint()? as i64),
        Some(WireType::Fixed64) => Ok(reader.fixed64()? as i64),
        Some(WireType::Fixed32) => Ok(i64::from(reader.fixed32()? as i32)),
        None => Ok(0),
        Some(_) => Err(mismatch(reader, "number")),
    }
}

/// A number of 32 bits; as in Go, higher bits are cut off.
#[inline]
pub(super) fn int32(reader: &mut Reader<'_>, tag: Option<Tag>) -> Result<i32, Error> {
    Ok(number(reader, tag)? as i32)
}

pub(super) fn float(reader: &mut Reader<'_>, tag: Option<Tag>) -> Result<f64, Error> {
    match tag.map(|tag| tag.wire) {
        Some(WireType::Fixed64) => Ok(f64::from_bits(reader.fixed64()?)),
        Some(WireType::Fixed32) => Ok(f64::from(f32::from_bits(reader.fixed32()?))),
        None => Ok(0.0),
        Some(_) => Err(mismatch(reader, "double")),
    }
}

/// The next field of a message that is read by hand: tags below 3 are given out, others mark the object lossy.
fn fields(
    mut message: Reader<'_>,
    lossy: &Lossy,
    mut each: impl FnMut(&mut Reader<'_>, Tag) -> Result<bool, Error>,
) -> Result<(), Error> {
    while let Some(tag) = message.tag()? {
        if !each(&mut message, tag)? {
            lossy.set(true);
            message.skip(tag)?;
        }
    }
    Ok(())
}

/// Seconds and nanoseconds; `None` is Go's zero time.
pub(super) fn time(message: Reader<'_>, lossy: &Lossy) -> Result<Option<(i64, u32)>, Error> {
    if message.is_empty() {
        return Ok(None);
    }
    let offset = message.offset();
    let (mut seconds, mut nanos) = (0, 0);
    fields(message, lossy, |reader, tag| {
        match tag.number {
            1 => seconds = number(reader, Some(tag))?,
            2 => nanos = int32(reader, Some(tag))?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
    let nanos = nanos.ok_or_else(|| Error::invalid("a time's nanoseconds lie between 0 and 999999999", offset))?;
    Ok(if seconds == time::ZERO && nanos == 0 { None } else { Some((seconds, nanos)) })
}

/// As [`time`], of which `metav1.Time` keeps whole seconds: the nanoseconds that made it not zero are not kept.
pub(super) fn json_time(message: Reader<'_>, micros: bool, lossy: &Lossy) -> Result<Option<(i64, u32)>, Error> {
    Ok(time(message, lossy)?.filter(|(seconds, _)| micros || *seconds != time::ZERO))
}

/// A time's JSON text; `None` is `null`.
pub(super) fn time_text(message: Reader<'_>, micros: bool, lossy: &Lossy) -> Result<Option<time::Text>, Error> {
    let Some((seconds, nanos)) = json_time(message, micros, lossy)? else { return Ok(None) };
    let text = time::format(seconds, micros.then_some(nanos / 1000));
    text.map(Some).ok_or_else(|| Error::invalid("a time outside the years 0 to 9999", message.offset()))
}

/// The bytes of field 1, the last one when repeated.
pub(super) fn only_field<'a>(mut message: Reader<'a>, lossy: &Lossy) -> Result<Option<Reader<'a>>, Error> {
    let mut found = None;
    while let Some(tag) = message.tag()? {
        if tag.number == 1 {
            found = Some(payload(&mut message, Some(tag), "text")?);
        } else {
            lossy.set(true);
            message.skip(tag)?;
        }
    }
    Ok(found)
}

/// A quantity's text.
pub(super) fn quantity<'a>(message: Reader<'a>, lossy: &Lossy) -> Result<&'a [u8], Error> {
    let text = only_field(message, lossy)?.map_or(&b""[..], |text| text.rest());
    Ok(if text.is_empty() { b"0" } else { text })
}

/// A number or a text.
pub(super) enum IntOrString<'a> {
    Int(i32),
    String(&'a [u8]),
}

pub(super) fn int_or_string<'a>(mut message: Reader<'a>, lossy: &Lossy) -> Result<IntOrString<'a>, Error> {
    let offset = message.offset();
    let (mut kind, mut int, mut text) = (0, 0, &b""[..]);
    while let Some(tag) = message.tag()? {
        match tag.number {
            1 => kind = number(&mut message, Some(tag))?,
            2 => int = int32(&mut message, Some(tag))?,
            3 => text = payload(&mut message, Some(tag), "text")?.rest(),
            _ => {
                lossy.set(true);
                message.skip(tag)?;
            }
        }
    }
    match kind {
        0 => Ok(IntOrString::Int(int)),
        1 => Ok(IntOrString::String(text)),
        _ => Err(Error::invalid("an IntOrString is of type 0 or 1", offset)),
    }
}

/// One of the three `JSONSchemaPropsOr...` forms.
pub(super) enum SchemaOr<'a> {
    Null,
    Bool(bool),
    Schema(Reader<'a>),
    /// Holds field 2 one or more times.
    List(Reader<'a>),
}

pub(super) fn schema_or<'a>(mut message: Reader<'a>, kind: FieldKind, lossy: &Lossy) -> Result<SchemaOr<'a>, Error> {
    let whole = message;
    let (mut allows, mut schema, mut listed) = (false, None, false);
    let bool_first = kind == FieldKind::SchemaOrBool;
    while let Some(tag) = message.tag()? {
        match (tag.number, bool_first) {
            (1, true) => allows = number(&mut message, Some(tag))? != 0,
            (1, false) | (2, true) => {
                if schema.is_some() {
                    return Err(Error::scattered(message.offset()));
                }
                schema = Some(payload(&mut message, Some(tag), "message")?);
            }
            (2, false) => {
                listed = true;
                message.skip(tag)?;
            }
            _ => {
                lossy.set(true);
                message.skip(tag)?;
            }
        }
    }
    Ok(match (kind, schema) {
        (FieldKind::SchemaOrArray | FieldKind::SchemaOrStringArray, _) if listed => SchemaOr::List(whole),
        (_, Some(schema)) => SchemaOr::Schema(schema),
        (FieldKind::SchemaOrBool, None) => SchemaOr::Bool(allows),
        (_, None) => SchemaOr::Null,
    })
}

/// Whether JSON leaves out the value that stands here.
#[inline]
pub(super) fn dropped(field: &Field, reader: Reader<'_>, tag: Tag) -> Result<bool, Error> {
    Ok(behind_dropped(field, reader, tag)?.is_some())
}

/// A reader behind the value that stands here, if JSON leaves it out.
#[inline]
pub(super) fn behind_dropped<'a>(field: &Field, mut reader: Reader<'a>, tag: Tag) -> Result<Option<Reader<'a>>, Error> {
    if matches!(field.zero(), PlainZero::Kept | PlainZero::NotWritten) {
        return Ok(None);
    }
    let zero = match tag.wire {
        // As wide as Go's variable: an int32 of 2^32 is zero.
        WireType::Varint if field.kind() == FieldKind::Int32 => reader.varint()? as u32 == 0,
        WireType::Varint => reader.varint()? == 0,
        WireType::Fixed64 => reader.fixed64()? == 0,
        WireType::Fixed32 => reader.fixed32()? == 0,
        WireType::Bytes if field.kind() == FieldKind::Time => time(reader.message()?, &Lossy::new(false))?.is_none(),
        WireType::Bytes => reader.chunk()?.is_empty(),
        WireType::GroupStart | WireType::GroupEnd => false,
    };
    Ok(zero.then_some(reader))
}

/// Whether a list's elements may be packed into one length-delimited value.
#[inline]
pub(super) fn packs(field: &Field, tag: Tag) -> bool {
    field.packs() && tag.wire == WireType::Bytes
}

/// Whether a packed list without elements stands here, which to Go is as if nothing stood here.
#[inline]
pub(super) fn is_empty_list(field: &Field, reader: &Reader<'_>, tag: Tag) -> bool {
    packs(field, tag) && { *reader }.chunk().is_ok_and(|elements| elements.is_empty())
}

/// The tag that an element of a packed list would have had.
pub(super) fn packed_tag(field: &Field) -> Tag {
    let wire = if field.kind() == FieldKind::Float64 { WireType::Fixed64 } else { WireType::Varint };
    Tag { number: field.number(), wire }
}

/// The key and the value of a map's entry; what is not there reads as zero, what is repeated counts last.
pub(super) struct Entry<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: Reader<'a>,
    pub(super) tag: Option<Tag>,
}

#[inline]
pub(super) fn entry<'a>(mut message: Reader<'a>, lossy: &Lossy) -> Result<Entry<'a>, Error> {
    let end = Reader::over(message.buffer(), message.end()..message.end());
    let mut entry = Entry { key: b"", value: end, tag: None };
    while let Some(tag) = message.tag()? {
        match tag.number {
            1 => entry.key = payload(&mut message, Some(tag), "text")?.rest(),
            2 => {
                entry.value = message;
                entry.tag = Some(tag);
                message.skip(tag)?;
            }
            _ => {
                lossy.set(true);
                message.skip(tag)?;
            }
        }
    }
    Ok(entry)
}

/// Text as Go's JSON shows it: each byte that is not UTF-8 becomes one replacement character.
pub(super) fn repaired(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
    }
    text
}
