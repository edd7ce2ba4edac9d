//! Values, one by one, in lists and in maps.

use super::Writer;
use crate::protobuf::envelope::Envelope;
use crate::protobuf::error::{Error, ErrorKind};
use crate::protobuf::read::{self, IntOrString, SchemaOr};
use crate::protobuf::{MAGIC, put};
use crate::table::{Field, FieldKind};
use crate::wire::{Reader, Tag};

impl Writer<'_> {
    /// Writes the list whose first element's tag has been read, up to the next field.
    pub(super) fn list(
        &mut self,
        field: &'static Field,
        reader: &mut Reader<'_>,
        first: Tag,
        depth: usize,
    ) -> Result<(), Error> {
        self.out.push(b'[');
        let (mut index, mut tag) = (0_usize, first);
        loop {
            self.elements(field, reader, tag, depth, &mut index)?;
            match following(reader, first)? {
                Some(next) => tag = next,
                None => break,
            }
        }
        self.out.push(b']');
        Ok(())
    }

    /// Writes the element behind a tag, or the packed elements.
    #[inline]
    pub(super) fn elements(
        &mut self,
        field: &'static Field,
        reader: &mut Reader<'_>,
        tag: Tag,
        depth: usize,
        index: &mut usize,
    ) -> Result<(), Error> {
        if !read::packs(field, tag) {
            return self.element(field, reader, tag, depth, index);
        }
        let mut packed = reader.message()?;
        while !packed.is_empty() {
            self.element(field, &mut packed, read::packed_tag(field), depth, index)?;
        }
        Ok(())
    }

    #[inline]
    fn element(
        &mut self,
        field: &'static Field,
        reader: &mut Reader<'_>,
        tag: Tag,
        depth: usize,
        index: &mut usize,
    ) -> Result<(), Error> {
        if *index != 0 {
            self.out.push(b',');
        }
        let offset = reader.offset();
        self.single(field.kind(), field.message_id(), reader, Some(tag), depth)
            .map_err(|error| error.in_index(*index).at(offset))?;
        *index += 1;
        Ok(())
    }

    /// Writes the map whose first entry's tag has been read, up to the next field.
    pub(super) fn map(
        &mut self,
        field: &'static Field,
        reader: &mut Reader<'_>,
        first: Tag,
        depth: usize,
    ) -> Result<(), Error> {
        self.out.push(b'{');
        let mut previous: Option<&[u8]> = None;
        let mut tag = first;
        loop {
            let offset = reader.offset();
            let mut entry = read::entry(read::payload(reader, Some(tag), "map entry")?, &self.lossy)?;
            match previous {
                Some(previous) if previous < entry.key => self.out.push(b','),
                // JSON must not hold a key twice, and Go sorts them; the slow path sees to both.
                Some(_) => return Err(Error::scattered(offset)),
                None => {}
            }
            previous = Some(entry.key);
            put::put_string(self.out, entry.key);
            self.out.push(b':');
            self.single(field.kind(), field.message_id(), &mut entry.value, entry.tag, depth)
                .map_err(|error| error.in_key(&read::repaired(entry.key)).at(offset))?;
            match following(reader, first)? {
                Some(next) => tag = next,
                None => break,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Appends one value; no tag stands for the kind's zero.
    #[inline]
    pub(super) fn single(
        &mut self,
        kind: FieldKind,
        message: u16,
        reader: &mut Reader<'_>,
        tag: Option<Tag>,
        depth: usize,
    ) -> Result<(), Error> {
        match kind {
            FieldKind::String => put::put_string(self.out, read::payload(reader, tag, "text")?.rest()),
            FieldKind::Message => {
                let payload = read::payload(reader, tag, "message")?;
                self.message(self.table.message_at(message), payload, None, depth + 1)?;
            }
            FieldKind::Bool => {
                let value = read::number(reader, tag)? != 0;
                self.out.extend_from_slice(if value { b"true" } else { b"false" });
            }
            FieldKind::Int32 => self.int(i64::from(read::int32(reader, tag)?)),
            FieldKind::Int64 => self.int(read::number(reader, tag)?),
            FieldKind::Float64 => {
                let offset = reader.offset();
                let value = read::float(reader, tag)?;
                put::put_double(self.out, value).map_err(|what| Error::invalid(what, offset))?;
            }
            FieldKind::Bytes => self.base64(read::payload(reader, tag, "bytes")?.rest()),
            FieldKind::Time | FieldKind::MicroTime => {
                let micros = kind == FieldKind::MicroTime;
                match read::time_text(read::payload(reader, tag, "time")?, micros, &self.lossy)? {
                    Some(text) => {
                        self.out.push(b'"');
                        self.out.extend_from_slice(text.as_str().as_bytes());
                        self.out.push(b'"');
                    }
                    None => self.null(),
                }
            }
            FieldKind::Quantity => {
                let payload = read::payload(reader, tag, "quantity")?;
                put::put_string(self.out, read::quantity(payload, &self.lossy)?);
            }
            FieldKind::IntOrString => {
                match read::int_or_string(read::payload(reader, tag, "IntOrString")?, &self.lossy)? {
                    IntOrString::Int(value) => self.int(i64::from(value)),
                    IntOrString::String(text) => put::put_string(self.out, text),
                }
            }
            FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
                match read::only_field(read::payload(reader, tag, "message")?, &self.lossy)? {
                    Some(raw) if !raw.is_empty() => self.raw(raw, depth)?,
                    _ => self.null(),
                }
            }
            FieldKind::SchemaOrArray | FieldKind::SchemaOrBool | FieldKind::SchemaOrStringArray => {
                self.schema_or(kind, read::payload(reader, tag, "message")?, depth)?;
            }
            FieldKind::Interface => {
                return Err(Error::new(ErrorKind::WireTypeMismatch { expected: "protobuf value" }, reader.offset()));
            }
        }
        Ok(())
    }

    fn schema_or(&mut self, kind: FieldKind, payload: Reader<'_>, depth: usize) -> Result<(), Error> {
        match read::schema_or(payload, kind, &self.lossy)? {
            SchemaOr::Null => self.null(),
            SchemaOr::Bool(value) => self.out.extend_from_slice(if value { b"true" } else { b"false" }),
            SchemaOr::Schema(schema) => self.message(self.table.schema_props(), schema, None, depth + 1)?,
            SchemaOr::List(mut list) => {
                self.out.push(b'[');
                let mut index = 0_usize;
                while let Some(tag) = list.tag()? {
                    if tag.number != 2 {
                        list.skip(tag)?;
                        continue;
                    }
                    if index != 0 {
                        self.out.push(b',');
                    }
                    let element = read::payload(&mut list, Some(tag), "message")?;
                    if kind == FieldKind::SchemaOrArray {
                        self.message(self.table.schema_props(), element, None, depth + 1)
                            .map_err(|error| error.in_index(index))?;
                    } else {
                        put::put_string(self.out, element.rest());
                    }
                    index += 1;
                }
                self.out.push(b']');
            }
        }
        Ok(())
    }

    /// JSON that is kept as bytes, compacted as Go does it; or an object in an envelope.
    fn raw(&mut self, raw: Reader<'_>, depth: usize) -> Result<(), Error> {
        if !raw.rest().starts_with(&MAGIC) {
            return put::put_compact(self.out, raw.rest()).map_err(|(what, at)| Error::json(what, raw.offset() + at));
        }
        let start = raw.offset();
        let inner = Envelope::parse(raw.rest()).map_err(|error| error.shifted(start))?;
        let message = inner.message().map_err(|error| error.at(start))?;
        let range = inner.raw_range();
        let reader = Reader::over(raw.buffer(), start + range.start..start + range.end);
        self.message(message, reader, inner.type_meta(), depth + 1)
    }

    fn base64(&mut self, bytes: &[u8]) {
        use base64::Engine as _;
        const GROUPS: usize = 48;
        self.out.push(b'"');
        let mut text = [0; GROUPS / 3 * 4];
        for group in bytes.chunks(GROUPS) {
            // A buffer of four thirds of the group always suffices.
            let length = base64::engine::general_purpose::STANDARD.encode_slice(group, &mut text).unwrap_or(0);
            self.out.extend_from_slice(&text[..length]);
        }
        self.out.push(b'"');
    }

    fn int(&mut self, value: i64) {
        self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    #[inline]
    pub(super) fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }
}

/// The next tag, if it is of the same field; else the reader stays.
#[inline]
fn following(reader: &mut Reader<'_>, first: Tag) -> Result<Option<Tag>, Error> {
    let before = *reader;
    let tag = reader.tag()?.filter(|tag| tag.number == first.number);
    if tag.is_none() {
        *reader = before;
    }
    Ok(tag)
}
