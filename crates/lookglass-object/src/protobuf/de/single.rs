//! One value: a plain field, an element, an entry's value.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::several::SchemaElements;
use super::{Shared, visit_message, visit_struct, visit_wrapper};
use crate::protobuf::error::{Error, ErrorKind};
use crate::protobuf::read::{self, IntOrString, Lossy, SchemaOr};
use crate::protobuf::{Envelope, MAGIC, MAX_DEPTH, json_error};
use crate::table::FieldKind;
use crate::wire::{Reader, Tag};

/// One value.
pub(super) struct Single<'a, 'de> {
    pub(super) shared: &'a Shared<'de>,
    pub(super) kind: FieldKind,
    pub(super) message: u16,
    /// `None`: the value is not there and reads as zero.
    pub(super) tag: Option<Tag>,
    pub(super) reader: &'a mut Reader<'de>,
    /// Of the message that holds it.
    pub(super) depth: usize,
}

impl<'de> Single<'_, 'de> {
    #[inline]
    fn payload(&mut self, expected: &'static str) -> Result<Reader<'de>, Error> {
        read::payload(self.reader, self.tag, expected)
    }
}

/// Whether JSON may show `null` although a value is there.
#[inline]
pub(super) fn may_be_null(kind: FieldKind) -> bool {
    use FieldKind::{FieldsV1, Json, MicroTime, RawExtension, SchemaOrArray, SchemaOrStringArray, Time};
    matches!(kind, Time | MicroTime | RawExtension | Json | FieldsV1 | SchemaOrArray | SchemaOrStringArray)
}

/// Whether JSON shows `null` although a value may be there.
#[inline(never)]
pub(super) fn is_null(lossy: &Lossy, kind: FieldKind, mut reader: Reader<'_>, tag: Option<Tag>) -> Result<bool, Error> {
    let mut payload = || read::payload(&mut reader, tag, "message");
    Ok(match kind {
        FieldKind::Time | FieldKind::MicroTime => {
            read::json_time(payload()?, kind == FieldKind::MicroTime, lossy)?.is_none()
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

#[inline]
pub(super) fn visit_text<'de, V: Visitor<'de>>(bytes: &'de [u8], visitor: V) -> Result<V::Value, Error> {
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
    if raw.rest().starts_with(&MAGIC) {
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
        .map_err(|error| json_error(&error, raw.rest()).shifted(start))
}

impl<'de> Deserializer<'de> for Single<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let shared = self.shared;
        match self.kind {
            FieldKind::String => visit_text(read::text(self.reader, self.tag)?, visitor),
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
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.kind == FieldKind::String {
            return visit_text(read::text(self.reader, self.tag)?, visitor);
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
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let bytes = read::text(self.reader, self.tag)?;
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
