//! Protobuf to JSON, appended to a buffer, with nothing built in between.
//!
//! Go writes protobuf in the order of the fields' numbers and JSON in the order of its struct. Where the two are one, JSON
//! is written as the bytes are read; else a message is walked twice, once to note where its fields stand (stepping over their
//! values), once to write them.

use super::envelope::Envelope;
use super::error::{Error, ErrorKind};
use super::put;
use super::read::{self, IntOrString, Lossy, SchemaOr};
use super::{Lossiness, MAGIC, MAX_DEPTH, check, normalise};
use crate::table::{Absent, Field, FieldKind, MAX_FIELDS, Message, Shape, Slot, Table};
use crate::wire::{Reader, Tag};

/// Appends the JSON of a message, byte for byte as Go writes it.
///
/// `type_meta` is the apiVersion and kind that stand in front; without it there are none, as for the items of a list.
/// After an error the buffer is as it was.
///
/// # Errors
///
/// Malformed bytes; a time that JSON cannot say; embedded JSON that is none.
pub fn to_json(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
    out: &mut Vec<u8>,
) -> Result<Lossiness, Error> {
    check(message, raw)?;
    let start = out.len();
    let result = match contiguous(message, raw, type_meta, out) {
        Err(error) if error.is_scattered() => {
            out.truncate(start);
            normalise(message, raw).and_then(|raw| contiguous(message, &raw, type_meta, out))
        }
        result => result,
    };
    if result.is_err() {
        out.truncate(start);
    }
    result
}

fn contiguous(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
    out: &mut Vec<u8>,
) -> Result<Lossiness, Error> {
    // A zero struct is some hundred bytes of JSON and two of protobuf, so what a hostile body may grow to is bounded.
    let limit = out.len().saturating_add(raw.len().saturating_mul(64)).saturating_add(1 << 20);
    let mut writer = Writer { table: Table::builtin(), out, lossy: Lossy::new(false), limit };
    writer.message(message, Reader::new(raw), type_meta, 0)?;
    Ok(Lossiness::of(writer.lossy.get()))
}

/// An object that is being written.
struct Object {
    message: &'static Message,
    /// Where in the output its first member stands.
    start: usize,
    /// The index of the first field that may come yet.
    next: usize,
    /// The bits of the fields that JSON holds and that have not been written.
    missing: u64,
    depth: usize,
}

/// Where the values of a message's fields stand: the first one's tag, and the end of what holds it.
struct Places {
    spans: [(u32, u32); MAX_FIELDS],
    seen: u64,
}

struct Writer<'o> {
    table: &'static Table,
    out: &'o mut Vec<u8>,
    lossy: Lossy,
    limit: usize,
}

impl Writer<'_> {
    fn message(
        &mut self,
        message: &'static Message,
        reader: Reader<'_>,
        type_meta: Option<(&str, &str)>,
        depth: usize,
    ) -> Result<(), Error> {
        if depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), reader.offset()));
        }
        if self.out.len() > self.limit {
            return Err(Error::new(ErrorKind::TooLarge(self.limit), reader.offset()));
        }
        if message.is_wrapper() {
            return self.wrapper(&message.fields()[0], reader, depth);
        }
        self.out.push(b'{');
        let start = self.out.len();
        if let Some((api_version, kind)) = type_meta.filter(|_| message.has_type_meta()) {
            self.out.extend_from_slice(b"\"kind\":");
            put::put_string(self.out, kind.as_bytes());
            self.out.extend_from_slice(b",\"apiVersion\":");
            put::put_string(self.out, api_version.as_bytes());
        }
        if message.is_ordered() {
            let mut object = Object { message, start, next: 0, missing: message.always(), depth };
            self.in_order(&mut object, 0, reader)?;
            self.missing(&mut object, u64::MAX)?;
        } else {
            self.by_places(message, start, reader, depth)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Writes the only list of a message as that list.
    fn wrapper(&mut self, field: &'static Field, mut reader: Reader<'_>, depth: usize) -> Result<(), Error> {
        self.out.push(b'[');
        let mut index = 0_usize;
        while let Some(tag) = reader.tag()? {
            if tag.number == field.number() {
                self.elements(field, &mut reader, tag, depth, &mut index)?;
            } else {
                self.lossy.set(true);
                reader.skip(tag)?;
            }
        }
        self.out.push(b']');
        Ok(())
    }

    /// Writes the members of an object as its fields come; out of order, they are to be sorted first.
    fn in_order(&mut self, object: &mut Object, frame: usize, mut reader: Reader<'_>) -> Result<(), Error> {
        let message = object.message;
        let slots = &message.frames()[frame];
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { return Ok(()) };
            let index = match slots.slot(tag.number) {
                Slot::Field(index) => usize::from(index),
                Slot::Frame(inner) => {
                    let inlined = read::payload(&mut reader, Some(tag), "message")?;
                    // Go inlines two levels, and the table is finite: this ends.
                    self.in_order(object, usize::from(inner), inlined)?;
                    continue;
                }
                Slot::Unknown => {
                    self.lossy.set(true);
                    reader.skip(tag)?;
                    continue;
                }
            };
            if index < object.next {
                return Err(Error::scattered(start));
            }
            object.next = index + 1;
            let below = (1_u64 << index) - 1;
            if object.missing & below != 0 {
                self.missing(object, below)?;
            }
            object.missing &= !(1 << index);
            let field = &message.fields()[index];
            if read::dropped(field, reader, tag)? {
                reader.skip(tag)?;
                continue;
            }
            self.key(field, object.start);
            let offset = reader.offset();
            let written = match field.shape() {
                Shape::List => self.list(field, &mut reader, tag, object.depth),
                Shape::Map => self.map(field, &mut reader, tag, object.depth),
                _ => self.single(field.kind(), field.message_id(), &mut reader, Some(tag), object.depth),
            };
            written.map_err(|error| error.in_key(field.name()).at(offset))?;
        }
    }

    /// Writes the members that JSON holds and the bytes do not, of those among `which`.
    fn missing(&mut self, object: &mut Object, which: u64) -> Result<(), Error> {
        let mut missing = object.missing & which;
        object.missing &= !which;
        while missing != 0 {
            let field = &object.message.fields()[missing.trailing_zeros() as usize];
            missing &= missing - 1;
            self.absent(field, object.start, object.depth)?;
        }
        Ok(())
    }

    /// Writes a member that the bytes do not hold.
    fn absent(&mut self, field: &'static Field, start: usize, depth: usize) -> Result<(), Error> {
        self.key(field, start);
        if field.absent() == Absent::Null {
            self.null();
            return Ok(());
        }
        self.single(field.kind(), field.message_id(), &mut Reader::new(&[]), None, depth)
            .map_err(|error| error.in_key(field.name()))
    }

    /// Writes a member's key, behind a comma unless it is the first since `start`.
    #[inline]
    fn key(&mut self, field: &Field, start: usize) {
        let first = usize::from(self.out.len() == start);
        self.out.extend_from_slice(&field.key().as_bytes()[first..]);
    }

    /// Writes the members of an object whose fields stand in another order than its JSON wants.
    fn by_places(
        &mut self,
        message: &'static Message,
        start: usize,
        reader: Reader<'_>,
        depth: usize,
    ) -> Result<(), Error> {
        let mut places = Places { spans: [(0, 0); MAX_FIELDS], seen: 0 };
        self.place(message, 0, reader, &mut places)?;
        let mut shown = places.seen | message.always();
        while shown != 0 {
            let index = shown.trailing_zeros() as usize;
            shown &= shown - 1;
            let field = &message.fields()[index];
            if places.seen >> index & 1 == 0 {
                self.absent(field, start, depth)?;
                continue;
            }
            let (place, end) = places.spans[index];
            let mut at = Reader::over(reader.buffer(), place as usize..end as usize);
            let Some(tag) = at.tag()? else { continue };
            if read::dropped(field, at, tag)? {
                continue;
            }
            self.key(field, start);
            let offset = at.offset();
            let written = match field.shape() {
                Shape::List => self.list(field, &mut at, tag, depth),
                Shape::Map => self.map(field, &mut at, tag, depth),
                _ => self.single(field.kind(), field.message_id(), &mut at, Some(tag), depth),
            };
            written.map_err(|error| error.in_key(field.name()).at(offset))?;
        }
        Ok(())
    }

    /// Notes where the fields stand.
    #[inline]
    fn place(&self, message: &Message, frame: usize, mut reader: Reader<'_>, places: &mut Places) -> Result<(), Error> {
        let frames = message.frames();
        let mut last = MAX_FIELDS;
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { return Ok(()) };
            match frames[frame].slot(tag.number) {
                Slot::Field(index) => {
                    let index = usize::from(index);
                    reader.skip(tag)?;
                    if places.seen >> index & 1 == 0 {
                        places.seen |= 1 << index;
                        places.spans[index] = (start as u32, reader.end() as u32);
                    } else if index != last || matches!(message.fields()[index].shape(), Shape::One | Shape::Pointer) {
                        return Err(Error::scattered(start));
                    }
                    last = index;
                }
                Slot::Frame(inner) => {
                    let inlined = read::payload(&mut reader, Some(tag), "message")?;
                    // Go inlines two levels, and the table is finite: this ends.
                    self.place(message, usize::from(inner), inlined, places)?;
                    last = MAX_FIELDS;
                }
                Slot::Unknown => {
                    self.lossy.set(true);
                    reader.skip(tag)?;
                    last = MAX_FIELDS;
                }
            }
        }
    }

    /// Writes the list whose first element's tag has been read, up to the next field.
    fn list(&mut self, field: &'static Field, reader: &mut Reader<'_>, first: Tag, depth: usize) -> Result<(), Error> {
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
    fn elements(
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
    fn map(&mut self, field: &'static Field, reader: &mut Reader<'_>, first: Tag, depth: usize) -> Result<(), Error> {
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
    fn single(
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

    fn null(&mut self) {
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
