//! Typed objects straight from protobuf bytes: a serde deserializer that walks the bytes in place.
//!
//! It hands out what Go's JSON of the same object would hold, no more and no less: zero values that JSON leaves out are
//! left out, zero values that protobuf left out and JSON holds are made up, inlined messages are flat. Strings are borrowed
//! from the bytes, keys from the table; only base64 and repaired text are allocated here.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::{Error, ErrorKind};
use super::read::{self, IntOrString, Lossy, SchemaOr};
use super::{Envelope, MAX_DEPTH};
use crate::table::{Absent, Field, FieldKind, Message, Shape, Slot, Table};
use crate::wire::{Reader, Tag};

/// What all parts of one decode share.
#[derive(Debug)]
pub(super) struct Shared<'de> {
    pub(super) table: &'static Table,
    pub(super) lossy: Lossy,
    /// `apiVersion` and `kind` of the object, which protobuf keeps in the envelope.
    pub(super) type_meta: Option<(&'de str, &'de str)>,
    /// The depth of the object that `type_meta` speaks of; more than zero for an object in a `RawExtension`.
    pub(super) root: usize,
}

/// A message as a serde deserializer.
#[derive(Debug)]
pub(super) struct Root<'a, 'de> {
    pub(super) shared: &'a Shared<'de>,
    pub(super) message: &'static Message,
    pub(super) reader: Reader<'de>,
}

impl<'de> Deserializer<'de> for Root<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visit_struct(self.shared, self.message, self.reader, self.shared.root, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// Walks a message that is an object in JSON.
fn visit_struct<'de, V: Visitor<'de>>(
    shared: &Shared<'de>,
    message: &'static Message,
    reader: Reader<'de>,
    depth: usize,
    visitor: V,
) -> Result<V::Value, Error> {
    let mut fields = Fields::of(shared, message, reader, depth)?;
    visitor.visit_map(&mut fields).map_err(|error| error.at(reader.offset()))
}

/// Walks a message, which may be a bare list in JSON.
fn visit_message<'de, V: Visitor<'de>>(
    shared: &Shared<'de>,
    message: &'static Message,
    reader: Reader<'de>,
    depth: usize,
    visitor: V,
) -> Result<V::Value, Error> {
    if !message.is_wrapper() {
        return visit_struct(shared, message, reader, depth, visitor);
    }
    visit_wrapper(shared, message, reader, depth, visitor)
}

fn visit_wrapper<'de, V: Visitor<'de>>(
    shared: &Shared<'de>,
    message: &'static Message,
    reader: Reader<'de>,
    depth: usize,
    visitor: V,
) -> Result<V::Value, Error> {
    let mut fields = Fields::of(shared, message, reader, depth)?;
    let elements = Elements { fields: &mut fields, index: 0, number: 1, field: 0, pending: None, packed: None };
    visitor.visit_seq(elements).map_err(|error| error.at(reader.offset()))
}

/// What stands at the reader of [`Fields`].
#[derive(Debug, Clone, Copy)]
enum Next {
    /// The first key is still to be asked for; of an object, `apiVersion` comes first.
    Start,
    /// The value of `apiVersion`, then the key `kind`.
    ApiVersion,
    /// The value of `kind`.
    Kind,
    /// The value behind a tag.
    Wire(Tag),
    /// A value that the bytes do not hold.
    Absent,
    /// A key, or the end.
    Key,
}

/// The fields of a message.
#[derive(Debug)]
struct Fields<'a, 'de> {
    shared: &'a Shared<'de>,
    message: &'static Message,
    /// `apiVersion` and `kind`, if they come first.
    type_meta: Option<(&'de str, &'de str)>,
    reader: Reader<'de>,
    /// The frame of `message` that `reader` walks.
    frame: u8,
    /// The readers around the inlined message that is being walked. Go inlines two levels at most.
    outer: [(Reader<'de>, u8); 2],
    inlined: usize,
    seen: u64,
    next: Next,
    /// The field whose value comes next.
    current: usize,
    depth: usize,
    /// The number of a list whose visitor may have left elements unread.
    rest_of_list: u32,
}

impl<'a, 'de> Fields<'a, 'de> {
    fn of(
        shared: &'a Shared<'de>,
        message: &'static Message,
        reader: Reader<'de>,
        depth: usize,
    ) -> Result<Self, Error> {
        if depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), reader.offset()));
        }
        let type_meta = shared.type_meta.filter(|_| depth == shared.root && message.has_type_meta());
        Ok(Self {
            shared,
            message,
            type_meta,
            reader,
            frame: 0,
            outer: [(reader, 0); 2],
            inlined: 0,
            seen: 0,
            next: if type_meta.is_some() { Next::Start } else { Next::Key },
            current: 0,
            depth,
            rest_of_list: 0,
        })
    }

    fn field(&self) -> &'static Field {
        &self.message.fields()[self.current]
    }

    /// The next key.
    #[inline(never)]
    fn key(&mut self) -> Result<Option<&'static str>, Error> {
        match self.next {
            Next::Start => {
                self.next = Next::ApiVersion;
                return Ok(Some("apiVersion"));
            }
            Next::ApiVersion => {
                self.next = Next::Kind;
                return Ok(Some("kind"));
            }
            _ => self.next = Next::Key,
        }
        Ok(if self.advance()? || self.absent() { Some(self.field().name()) } else { None })
    }

    /// Key and value, if the value of `apiVersion` or `kind` comes next.
    #[inline]
    fn type_meta_value(&self) -> Option<(&'static str, &'de str)> {
        match self.next {
            Next::ApiVersion => self.type_meta.map(|(api_version, _)| ("apiVersion", api_version)),
            Next::Kind => self.type_meta.map(|(_, kind)| ("kind", kind)),
            _ => None,
        }
    }

    /// Steps to the next field that JSON would show; false at the end of the bytes.
    #[inline]
    fn advance(&mut self) -> Result<bool, Error> {
        loop {
            let offset = self.reader.offset();
            let Some(tag) = self.reader.tag()? else {
                if self.inlined == 0 {
                    return Ok(false);
                }
                self.rest_of_list = 0;
                self.inlined -= 1;
                (self.reader, self.frame) = self.outer[self.inlined];
                continue;
            };
            match self.message.frames()[usize::from(self.frame)].slot(tag.number) {
                Slot::Unknown => {
                    self.rest_of_list = 0;
                    self.shared.lossy.set(true);
                    self.reader.skip(tag)?;
                }
                Slot::Frame(frame) => {
                    self.rest_of_list = 0;
                    let inner = read::payload(&mut self.reader, Some(tag), "message")?;
                    let Some(outer) = self.outer.get_mut(self.inlined) else {
                        return Err(Error::new(ErrorKind::TooDeep(self.outer.len()), offset));
                    };
                    *outer = (self.reader, self.frame);
                    self.inlined += 1;
                    (self.reader, self.frame) = (inner, frame);
                }
                Slot::Field(index) => {
                    if tag.number == self.rest_of_list {
                        self.reader.skip(tag)?;
                        continue;
                    }
                    if self.seen >> index & 1 != 0 {
                        return Err(Error::scattered(offset));
                    }
                    self.seen |= 1 << index;
                    self.rest_of_list = 0;
                    self.current = usize::from(index);
                    if read::dropped(self.field(), self.reader, tag)? {
                        self.reader.skip(tag)?;
                        continue;
                    }
                    self.next = Next::Wire(tag);
                    return Ok(true);
                }
            }
        }
    }

    /// Steps to the next field that the bytes do not hold and JSON does.
    fn absent(&mut self) -> bool {
        let missing = self.message.always() & !self.seen;
        if missing == 0 {
            return false;
        }
        self.current = missing.trailing_zeros() as usize;
        self.seen |= 1 << self.current;
        self.next = Next::Absent;
        true
    }
}

impl<'de> MapAccess<'de> for &mut Fields<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        match self.key()? {
            Some(name) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let offset = self.reader.offset();
        if let Some((key, text)) = self.type_meta_value() {
            let text = BorrowedStrDeserializer::<Error>::new(text);
            return seed.deserialize(text).map_err(|error| error.in_key(key).at(offset));
        }
        let field = self.field();
        let tag = if let Next::Wire(tag) = self.next { Some(tag) } else { None };
        seed.deserialize(FieldValue { fields: self, tag }).map_err(|error| error.in_key(field.name()).at(offset))
    }
}

/// The value of a field, of whatever shape.
struct FieldValue<'a, 'b, 'de> {
    fields: &'a mut Fields<'b, 'de>,
    tag: Option<Tag>,
}

impl<'a, 'b, 'de> FieldValue<'a, 'b, 'de> {
    fn single(self) -> Single<'a, 'de>
    where
        'b: 'a,
    {
        let field = self.fields.field();
        Single {
            shared: self.fields.shared,
            kind: field.kind(),
            message: field.message_id(),
            tag: self.tag,
            reader: &mut self.fields.reader,
            depth: self.fields.depth,
        }
    }

    fn is_null(&self) -> bool {
        self.tag.is_none() && self.fields.field().absent() == Absent::Null
    }

    /// Whether JSON shows a value that is there as `null`; it is stepped over then.
    #[inline]
    fn shown_as_null(&mut self) -> Result<bool, Error> {
        let field = self.fields.field();
        if matches!(field.shape(), Shape::List | Shape::Map) || !may_be_null(field.kind()) {
            return Ok(false);
        }
        let reader = &mut self.fields.reader;
        let null = is_null(&self.fields.shared.lossy, field.kind(), *reader, self.tag)?;
        if let (true, Some(tag)) = (null, self.tag) {
            reader.skip(tag)?;
        }
        Ok(null)
    }

    fn visit_list<V: Visitor<'de>>(self, tag: Tag, visitor: V) -> Result<V::Value, Error> {
        self.fields.rest_of_list = tag.number;
        let field = self.fields.current;
        visitor.visit_seq(Elements {
            fields: self.fields,
            index: 0,
            number: tag.number,
            field,
            pending: Some(tag),
            packed: None,
        })
    }
}

impl<'de> Deserializer<'de> for FieldValue<'_, '_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() {
            return visitor.visit_unit();
        }
        let field = self.fields.field();
        match (field.shape(), self.tag) {
            (Shape::List, Some(tag)) => self.visit_list(tag, visitor),
            (Shape::Map, Some(tag)) => {
                self.fields.rest_of_list = tag.number;
                visitor.visit_map(Entries { fields: self.fields, number: tag.number, pending: Some(tag), value: None })
            }
            _ => self.single().deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() || self.shown_as_null()? {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.is_null(), self.fields.field().shape()) {
            (false, Shape::One | Shape::Pointer) => self.single().deserialize_string(visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.is_null() {
            return visitor.visit_unit();
        }
        self.single().deserialize_struct(name, fields, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() {
            return visitor.visit_unit();
        }
        match (self.fields.field().shape(), self.tag) {
            (Shape::List, Some(tag)) => self.visit_list(tag, visitor),
            _ => self.single().deserialize_seq(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.single().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(tag) = self.tag {
            if matches!(self.fields.field().shape(), Shape::List | Shape::Map) {
                self.fields.rest_of_list = tag.number;
            }
            self.fields.reader.skip(tag)?;
        }
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map
        identifier
    }
}

/// The elements of a list, one field after another.
struct Elements<'a, 'b, 'de> {
    fields: &'a mut Fields<'b, 'de>,
    index: usize,
    number: u32,
    field: usize,
    /// The tag in front of the reader has been read.
    pending: Option<Tag>,
    packed: Option<Reader<'de>>,
}

impl<'de> SeqAccess<'de> for Elements<'_, '_, 'de> {
    type Error = Error;

    /// How many elements come at least, so that a vector need not grow.
    fn size_hint(&self) -> Option<usize> {
        let mut reader = self.fields.reader;
        let mut count = 0;
        let mut tag = self.pending;
        // A packed list counts as one, and what is malformed is met again when it is read.
        while let Some(here) = tag.or_else(|| reader.tag().ok().flatten()).filter(|tag| tag.number == self.number) {
            reader.skip(here).ok()?;
            count += 1;
            tag = None;
        }
        Some(count)
    }

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(field) = self.fields.message.fields().get(self.field) else { return Ok(None) };
        let (shared, depth) = (self.fields.shared, self.fields.depth);
        let (kind, message) = (field.kind(), field.message_id());
        loop {
            if let Some(packed) = self.packed.as_mut().filter(|packed| !packed.is_empty()) {
                let tag = Some(read::packed_tag(field));
                self.index += 1;
                return seed.deserialize(Single { shared, kind, message, tag, reader: packed, depth }).map(Some);
            }
            let tag = match self.pending.take() {
                Some(tag) => tag,
                None => {
                    let before = self.fields.reader;
                    match self.fields.reader.tag()? {
                        Some(tag) if tag.number == self.number => tag,
                        // Whatever this is, it is no element; a wrapper has nothing else that is known.
                        Some(tag) if self.fields.message.is_wrapper() => {
                            shared.lossy.set(true);
                            self.fields.reader.skip(tag)?;
                            continue;
                        }
                        Some(_) => {
                            self.fields.reader = before;
                            return Ok(None);
                        }
                        None => return Ok(None),
                    }
                }
            };
            if read::packs(field, tag) {
                self.packed = Some(self.fields.reader.message()?);
                continue;
            }
            let (index, offset) = (self.index, self.fields.reader.offset());
            self.index += 1;
            let reader = &mut self.fields.reader;
            return seed
                .deserialize(Single { shared, kind, message, tag: Some(tag), reader, depth })
                .map(Some)
                .map_err(|error| error.in_index(index).at(offset));
        }
    }
}

/// The entries of a map, one field after another.
struct Entries<'a, 'b, 'de> {
    fields: &'a mut Fields<'b, 'de>,
    number: u32,
    pending: Option<Tag>,
    value: Option<read::Entry<'de>>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let reader = &mut self.fields.reader;
        let tag = match self.pending.take() {
            Some(tag) => tag,
            None => {
                let before = *reader;
                match reader.tag()? {
                    Some(tag) if tag.number == self.number => tag,
                    Some(_) => {
                        *reader = before;
                        return Ok(None);
                    }
                    None => return Ok(None),
                }
            }
        };
        let entry = read::entry(read::payload(reader, Some(tag), "map entry")?, &self.fields.shared.lossy)?;
        let key = entry.key;
        self.value = Some(entry);
        match std::str::from_utf8(key) {
            Ok(key) => seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            Err(_) => seed.deserialize(de::value::StringDeserializer::new(read::repaired(key))).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some(mut entry) = self.value.take() else {
            return Err(de::Error::custom("a map's value was asked for before its key"));
        };
        let field = self.fields.field();
        let offset = entry.value.offset();
        let value = Single {
            shared: self.fields.shared,
            kind: field.kind(),
            message: field.message_id(),
            tag: entry.tag,
            reader: &mut entry.value,
            depth: self.fields.depth,
        };
        seed.deserialize(value).map_err(|error| error.in_key(&read::repaired(entry.key)).at(offset))
    }
}

/// One value: a plain field, an element, an entry's value.
struct Single<'a, 'de> {
    shared: &'a Shared<'de>,
    kind: FieldKind,
    message: u16,
    /// `None`: the value is not there and reads as zero.
    tag: Option<Tag>,
    reader: &'a mut Reader<'de>,
    /// Of the message that holds it.
    depth: usize,
}

impl<'de> Single<'_, 'de> {
    fn payload(&mut self, expected: &'static str) -> Result<Reader<'de>, Error> {
        read::payload(self.reader, self.tag, expected)
    }
}

/// Whether JSON may show `null` although a value is there.
#[inline]
fn may_be_null(kind: FieldKind) -> bool {
    use FieldKind::{FieldsV1, Json, MicroTime, RawExtension, SchemaOrArray, SchemaOrStringArray, Time};
    matches!(kind, Time | MicroTime | RawExtension | Json | FieldsV1 | SchemaOrArray | SchemaOrStringArray)
}

/// Whether JSON shows `null` although a value may be there.
#[inline(never)]
fn is_null(lossy: &Lossy, kind: FieldKind, mut reader: Reader<'_>, tag: Option<Tag>) -> Result<bool, Error> {
    let mut payload = || read::payload(&mut reader, tag, "message");
    Ok(match kind {
        FieldKind::Time | FieldKind::MicroTime => {
            read::time_text(payload()?, kind == FieldKind::MicroTime, lossy)?.is_none()
        }
        FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
            read::only_field(payload()?, lossy)?.is_none_or(|raw| raw.is_empty())
        }
        FieldKind::SchemaOrArray | FieldKind::SchemaOrStringArray => {
            matches!(read::schema_or(payload()?, kind, lossy)?, SchemaOr::Null)
        }
        _ => false,
    })
}

fn visit_text<'de, V: Visitor<'de>>(bytes: &'de [u8], visitor: V) -> Result<V::Value, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => visitor.visit_borrowed_str(text),
        Err(_) => visitor.visit_string(read::repaired(bytes)),
    }
}

/// JSON that is kept as bytes.
type Json<'de> = serde_json::Deserializer<serde_json::de::SliceRead<'de>>;

/// Any JSON that is kept as bytes, or an object in an envelope. `ask` puts to `serde_json` the question that it is asked when
/// the whole object is JSON, so that nothing is compiled twice.
fn visit_raw<'de, V: Visitor<'de>>(
    shared: &Shared<'de>,
    raw: Reader<'de>,
    depth: usize,
    visitor: V,
    ask: impl FnOnce(&mut Json<'de>, V) -> Result<V::Value, serde_json::Error>,
) -> Result<V::Value, Error> {
    if raw.is_empty() {
        return visitor.visit_unit();
    }
    let start = raw.offset();
    if depth + 1 >= MAX_DEPTH {
        return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), start));
    }
    if raw.rest().starts_with(&super::MAGIC) {
        let inner = Envelope::parse(raw.rest()).map_err(|error| error.shifted(start))?;
        let message = inner.message().map_err(|error| error.at(start))?;
        let root = depth + 1;
        let inner_shared = Shared { table: shared.table, lossy: Lossy::new(false), type_meta: inner.type_meta(), root };
        let range = inner.raw_range();
        let reader = Reader::over(raw.buffer(), start + range.start..start + range.end);
        let value = visit_struct(&inner_shared, message, reader, root, visitor);
        shared.lossy.set(shared.lossy.get() || inner_shared.lossy.get());
        return value;
    }
    let mut json = serde_json::Deserializer::from_slice(raw.rest());
    ask(&mut json, visitor)
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| super::json_error(&error, raw.rest()).shifted(start))
}

impl<'de> Deserializer<'de> for Single<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let shared = self.shared;
        match self.kind {
            FieldKind::String => visit_text(self.payload("text")?.rest(), visitor),
            FieldKind::Message => {
                let payload = self.payload("message")?;
                visit_message(shared, shared.table.message_at(self.message), payload, self.depth + 1, visitor)
            }
            FieldKind::Bool => visitor.visit_bool(read::number(self.reader, self.tag)? != 0),
            FieldKind::Int32 => visitor.visit_i32(read::int32(self.reader, self.tag)?),
            FieldKind::Int64 => visitor.visit_i64(read::number(self.reader, self.tag)?),
            FieldKind::Float64 => {
                let value = read::float(self.reader, self.tag)?;
                // JSON writes a double without fraction as an integer.
                let whole = value as i64;
                if whole as f64 == value && whole != i64::MAX && !(value == 0.0 && value.is_sign_negative()) {
                    visitor.visit_i64(whole)
                } else {
                    visitor.visit_f64(value)
                }
            }
            FieldKind::Bytes => {
                use base64::Engine as _;
                let bytes = self.payload("bytes")?.rest();
                visitor.visit_string(base64::engine::general_purpose::STANDARD.encode(bytes))
            }
            FieldKind::Time | FieldKind::MicroTime => {
                let micros = self.kind == FieldKind::MicroTime;
                match read::time_text(self.payload("time")?, micros, &shared.lossy)? {
                    Some(text) => visitor.visit_str(text.as_str()),
                    None => visitor.visit_unit(),
                }
            }
            FieldKind::Quantity => visit_text(read::quantity(self.payload("quantity")?, &shared.lossy)?, visitor),
            FieldKind::IntOrString => match read::int_or_string(self.payload("IntOrString")?, &shared.lossy)? {
                IntOrString::Int(value) => visitor.visit_i32(value),
                IntOrString::String(text) => visit_text(text, visitor),
            },
            FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
                match read::only_field(self.payload("message")?, &shared.lossy)? {
                    Some(raw) => {
                        visit_raw(shared, raw, self.depth, visitor, |json, visitor| json.deserialize_any(visitor))
                    }
                    None => visitor.visit_unit(),
                }
            }
            FieldKind::SchemaOrArray | FieldKind::SchemaOrBool | FieldKind::SchemaOrStringArray => {
                match read::schema_or(self.payload("message")?, self.kind, &shared.lossy)? {
                    SchemaOr::Null => visitor.visit_unit(),
                    SchemaOr::Bool(value) => visitor.visit_bool(value),
                    SchemaOr::Schema(schema) => {
                        visit_message(shared, shared.table.schema_props(), schema, self.depth + 1, visitor)
                    }
                    SchemaOr::List(list) => visitor.visit_seq(SchemaElements {
                        shared,
                        kind: self.kind,
                        reader: list,
                        depth: self.depth + 1,
                        index: 0,
                    }),
                }
            }
            FieldKind::Interface => {
                Err(Error::new(ErrorKind::WireTypeMismatch { expected: "protobuf value" }, self.reader.offset()))
            }
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if may_be_null(self.kind) && is_null(&self.shared.lossy, self.kind, *self.reader, self.tag)? {
            if let Some(tag) = self.tag {
                self.reader.skip(tag)?;
            }
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    /// What is asked for most, and mostly is plain text.
    #[inline]
    fn deserialize_string<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        if self.kind == FieldKind::String {
            return visit_text(self.payload("text")?.rest(), visitor);
        }
        self.deserialize_any(visitor)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    /// What asks for a struct is there once per type of the API, so only what can be a struct is compiled for it.
    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (shared, offset) = (self.shared, self.reader.offset());
        match self.kind {
            FieldKind::Message => {
                let payload = self.payload("message")?;
                visit_struct(shared, shared.table.message_at(self.message), payload, self.depth + 1, visitor)
            }
            FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
                match read::only_field(self.payload("message")?, &shared.lossy)? {
                    Some(raw) => visit_raw(shared, raw, self.depth, visitor, |json, visitor| {
                        json.deserialize_struct(name, fields, visitor)
                    }),
                    None => visitor.visit_unit(),
                }
            }
            _ => Err(Error::new(ErrorKind::WireTypeMismatch { expected: "struct" }, offset)),
        }
    }

    /// As for structs: only what can be a list.
    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let (shared, offset) = (self.shared, self.reader.offset());
        match self.kind {
            FieldKind::Message if shared.table.message_at(self.message).is_wrapper() => {
                let payload = self.payload("message")?;
                visit_wrapper(shared, shared.table.message_at(self.message), payload, self.depth + 1, visitor)
            }
            FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
                match read::only_field(self.payload("message")?, &shared.lossy)? {
                    Some(raw) => {
                        visit_raw(shared, raw, self.depth, visitor, |json, visitor| json.deserialize_seq(visitor))
                    }
                    None => visitor.visit_unit(),
                }
            }
            _ => Err(Error::new(ErrorKind::WireTypeMismatch { expected: "list" }, offset)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let bytes = self.payload("text")?.rest();
        let text = std::str::from_utf8(bytes).map_err(|_| Error::invalid("not UTF-8", self.reader.offset()))?;
        visitor.visit_enum(BorrowedStrDeserializer::new(text))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(tag) = self.tag {
            self.reader.skip(tag)?;
        }
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map
        identifier
    }
}

/// The list in a `JSONSchemaPropsOrArray` or `...OrStringArray`.
struct SchemaElements<'a, 'de> {
    shared: &'a Shared<'de>,
    kind: FieldKind,
    reader: Reader<'de>,
    depth: usize,
    index: usize,
}

impl<'de> SeqAccess<'de> for SchemaElements<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        while let Some(tag) = self.reader.tag()? {
            if tag.number != 2 {
                self.reader.skip(tag)?;
                continue;
            }
            let index = self.index;
            self.index += 1;
            let payload = read::payload(&mut self.reader, Some(tag), "message")?;
            let element = if self.kind == FieldKind::SchemaOrArray {
                let message = self.shared.table.schema_props();
                seed.deserialize(Element { shared: self.shared, message, reader: payload, depth: self.depth })
            } else {
                match std::str::from_utf8(payload.rest()) {
                    Ok(text) => seed.deserialize(BorrowedStrDeserializer::new(text)),
                    Err(_) => seed.deserialize(de::value::StringDeserializer::new(read::repaired(payload.rest()))),
                }
            };
            return element.map(Some).map_err(|error: Error| error.in_index(index));
        }
        Ok(None)
    }
}

/// A schema in a list of schemas.
struct Element<'a, 'de> {
    shared: &'a Shared<'de>,
    message: &'static Message,
    reader: Reader<'de>,
    depth: usize,
}

impl<'de> Deserializer<'de> for Element<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visit_struct(self.shared, self.message, self.reader, self.depth, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
