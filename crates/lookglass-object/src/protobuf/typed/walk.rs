//! The walk over bytes that a typed object is built from: nothing here is generic.

use super::super::error::{Error, ErrorKind, PathStep};
use super::super::read::{self, IntOrString, Lossy, SchemaOr};
use super::super::{Envelope, Lossiness, MAGIC, MAX_DEPTH};
use super::json::{Container, Json};
use super::list::{Elements, Entries, Schemas};
use super::message::Fields;
use super::value::{self, Raw, Single, Spot, Text, Token};
use crate::table::{FieldKind, Message, Table};
use crate::wire::Reader;

/// An object, list or map that is being read.
enum Level<'de> {
    Message(Fields<'de>),
    Elements(Elements<'de>),
    Entries(Entries<'de>),
    Schemas(Schemas<'de>),
    Json(Container<'de>),
}

/// A position in an object's bytes.
pub(super) struct Walk<'de> {
    table: &'static Table,
    lossy: Lossy,
    /// What is being read, outermost first.
    levels: Vec<Level<'de>>,
    /// How many messages are among the levels.
    depth: usize,
    /// The value that is read next.
    spot: Spot<'de>,
    /// Where the value begins that was read last.
    offset: usize,
    json: Json<'de>,
}

impl<'de> Walk<'de> {
    pub(super) fn over_message(
        message: &'static Message,
        raw: &'de [u8],
        type_meta: Option<(&'de str, &'de str)>,
    ) -> Self {
        Self::new(Spot::Message(message, Reader::new(raw), type_meta), Json::new(&[], 0))
    }

    pub(super) fn over_json(text: &'de [u8]) -> Self {
        Self::new(Spot::Json, Json::new(text, 0))
    }

    fn new(spot: Spot<'de>, json: Json<'de>) -> Self {
        // Deeper than most objects of the Kubernetes API are nested.
        let levels = Vec::with_capacity(12);
        Self { table: Table::builtin(), lossy: Lossy::new(false), levels, depth: 0, spot, offset: 0, json }
    }

    pub(super) fn lossiness(&self) -> Lossiness {
        Lossiness::of(self.lossy.get())
    }

    /// How many levels are being read.
    pub(super) fn level(&self) -> usize {
        self.levels.len()
    }

    /// What the next value is. Of a map or list, a level is entered.
    #[inline(never)]
    pub(super) fn token(&mut self) -> Result<Token<'de>, Error> {
        match std::mem::replace(&mut self.spot, Spot::Null) {
            Spot::Null => Ok(Token::Null),
            Spot::Text(text) => Ok(Token::Text(text)),
            Spot::Single(single) => self.single(single),
            Spot::List(field, tag, reader) => {
                self.levels.push(Level::Elements(Elements::of_field(field, tag, reader)));
                Ok(Token::List)
            }
            Spot::Map(field, tag, reader) => {
                self.levels.push(Level::Entries(Entries::of_field(field, tag, reader)));
                Ok(Token::Map)
            }
            Spot::Message(message, reader, type_meta) => self.message(message, reader, type_meta),
            Spot::Json => self.json_token(),
        }
    }

    fn json_token(&mut self) -> Result<Token<'de>, Error> {
        self.offset = self.json.offset();
        let token = self.json.token()?;
        match token {
            Token::Map => self.levels.push(Level::Json(Container::new(true))),
            Token::List => self.levels.push(Level::Json(Container::new(false))),
            _ => self.json_value_ended()?,
        }
        Ok(token)
    }

    /// Nothing may follow a text's outermost value.
    fn json_value_ended(&self) -> Result<(), Error> {
        if matches!(self.levels.last(), Some(Level::Json(_))) { Ok(()) } else { self.json.end() }
    }

    fn message(
        &mut self,
        message: &'static Message,
        reader: Reader<'de>,
        type_meta: Option<(&'de str, &'de str)>,
    ) -> Result<Token<'de>, Error> {
        self.offset = reader.offset();
        if self.depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), reader.offset()));
        }
        self.depth += 1;
        if message.is_wrapper() {
            self.levels.push(Level::Elements(Elements::of_wrapper(message, reader)));
            return Ok(Token::List);
        }
        self.levels.push(Level::Message(Fields::of(message, reader, type_meta)));
        Ok(Token::Map)
    }

    fn single(&mut self, Single { kind, message, raw }: Single<'de>) -> Result<Token<'de>, Error> {
        if let Raw::Bytes(payload) | Raw::Absent(payload) = &raw {
            self.offset = payload.offset();
        }
        Ok(match kind {
            FieldKind::String => Token::Text(value::text(raw.payload("text")?.rest())),
            FieldKind::Message => {
                let payload = raw.payload("message")?;
                return self.message(self.table.message_at(message), payload, None);
            }
            FieldKind::Bool => Token::Bool(raw.number()? != 0),
            // As in Go, higher bits are cut off.
            FieldKind::Int32 => Token::Int(i64::from(raw.number()? as i32)),
            FieldKind::Int64 => Token::Int(raw.number()?),
            FieldKind::Float64 => value::double(raw.double()?),
            FieldKind::Bytes => {
                use base64::Engine as _;
                let bytes = raw.payload("bytes")?.rest();
                Token::Text(Text::Owned(base64::engine::general_purpose::STANDARD.encode(bytes)))
            }
            FieldKind::Time | FieldKind::MicroTime => {
                let micros = kind == FieldKind::MicroTime;
                read::time_text(raw.payload("time")?, micros, &self.lossy)?.map_or(Token::Null, Token::Time)
            }
            FieldKind::Quantity => Token::Text(value::text(read::quantity(raw.payload("quantity")?, &self.lossy)?)),
            FieldKind::IntOrString => match read::int_or_string(raw.payload("IntOrString")?, &self.lossy)? {
                IntOrString::Int(value) => Token::Int(i64::from(value)),
                IntOrString::String(text) => Token::Text(value::text(text)),
            },
            FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
                match read::only_field(raw.payload("message")?, &self.lossy)? {
                    Some(raw) if !raw.is_empty() => return self.embedded(raw),
                    _ => Token::Null,
                }
            }
            FieldKind::SchemaOrArray | FieldKind::SchemaOrBool | FieldKind::SchemaOrStringArray => {
                match read::schema_or(raw.payload("message")?, kind, &self.lossy)? {
                    SchemaOr::Null => Token::Null,
                    SchemaOr::Bool(value) => Token::Bool(value),
                    SchemaOr::Schema(schema) => return self.message(self.table.schema_props(), schema, None),
                    SchemaOr::List(reader) => {
                        self.levels.push(Level::Schemas(Schemas { kind, reader, count: 0 }));
                        Token::List
                    }
                }
            }
            FieldKind::Interface => {
                return Err(Error::of_kind(ErrorKind::WireTypeMismatch { expected: "protobuf value" }));
            }
        })
    }

    /// Any JSON that is kept as bytes, or an object in an envelope.
    fn embedded(&mut self, raw: Reader<'de>) -> Result<Token<'de>, Error> {
        let start = raw.offset();
        if self.depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), start));
        }
        if raw.rest().starts_with(&MAGIC) {
            let inner = Envelope::parse(raw.rest()).map_err(|error| error.shifted(start))?;
            let message = inner.message().map_err(|error| error.at(start))?;
            let range = inner.raw_range();
            let reader = Reader::over(raw.buffer(), start + range.start..start + range.end);
            return self.message(message, reader, inner.type_meta());
        }
        // The JSON of the whole object would not be UTF-8 either, so it has none.
        std::str::from_utf8(raw.rest()).map_err(|error| Error::json("not UTF-8", start + error.valid_up_to()))?;
        self.json = Json::new(raw.buffer(), start);
        self.json_token()
    }

    /// Whether JSON shows `null`; it is stepped over then.
    #[inline(never)]
    pub(super) fn is_null(&mut self) -> Result<bool, Error> {
        Ok(match &self.spot {
            Spot::Null => true,
            Spot::Json => {
                let null = self.json.is_null()?;
                if null {
                    self.spot = Spot::Null;
                    self.json_value_ended()?;
                }
                null
            }
            Spot::Single(single) => match single.kind {
                FieldKind::Time | FieldKind::MicroTime => {
                    let micros = single.kind == FieldKind::MicroTime;
                    read::time_text(single.raw.payload("time")?, micros, &self.lossy)?.is_none()
                }
                FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
                    read::only_field(single.raw.payload("message")?, &self.lossy)?.is_none_or(|raw| raw.is_empty())
                }
                FieldKind::SchemaOrArray | FieldKind::SchemaOrStringArray => {
                    matches!(read::schema_or(single.raw.payload("message")?, single.kind, &self.lossy)?, SchemaOr::Null)
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// Steps over the next value.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        if let Spot::Json = std::mem::replace(&mut self.spot, Spot::Null) {
            self.json.skip()?;
            self.json_value_ended()?;
        }
        Ok(())
    }

    /// Makes the next key of the innermost level the next value; false at its end.
    #[inline(never)]
    pub(super) fn key(&mut self) -> Result<bool, Error> {
        let key = match self.levels.last_mut() {
            Some(Level::Message(fields)) => {
                self.offset = fields.offset();
                fields.key(&self.lossy)?.map(|key| Spot::Text(Text::Borrowed(key)))
            }
            Some(Level::Entries(entries)) => {
                self.offset = entries.reader().offset();
                entries.key(&self.lossy)?
            }
            Some(Level::Json(container)) => {
                self.offset = self.json.offset();
                self.json.key(container)?.map(Spot::Text)
            }
            _ => None,
        };
        let found = key.is_some();
        self.spot = key.unwrap_or(Spot::Null);
        Ok(found)
    }

    /// Makes the value of the key the next value.
    #[inline(never)]
    pub(super) fn member(&mut self) -> Result<(), Error> {
        self.spot = match self.levels.last_mut() {
            Some(Level::Message(fields)) => {
                self.offset = fields.offset();
                fields.value()?
            }
            Some(Level::Entries(entries)) => entries.value().unwrap_or(Spot::Null),
            Some(Level::Json(_)) => Spot::Json,
            _ => Spot::Null,
        };
        Ok(())
    }

    /// Makes the next element of the innermost level the next value; false at its end.
    #[inline(never)]
    pub(super) fn element(&mut self) -> Result<bool, Error> {
        let element = match self.levels.last_mut() {
            Some(Level::Elements(elements)) => {
                self.offset = elements.reader().offset();
                elements.next(&self.lossy)?
            }
            Some(Level::Schemas(schemas)) => schemas.next(self.table)?,
            Some(Level::Json(container)) => {
                self.offset = self.json.offset();
                self.json.another(container)?.then_some(Spot::Json)
            }
            _ => None,
        };
        let found = element.is_some();
        self.spot = element.unwrap_or(Spot::Null);
        Ok(found)
    }

    /// Leaves the level that was entered when there were `base`.
    #[inline(never)]
    pub(super) fn leave(&mut self, base: usize) -> Result<(), Error> {
        while self.levels.len() > base {
            let reader = match self.levels.pop() {
                Some(Level::Message(_)) => {
                    self.depth -= 1;
                    continue;
                }
                Some(Level::Elements(elements)) if elements.wrapper => {
                    self.depth -= 1;
                    continue;
                }
                Some(Level::Json(container)) => {
                    self.json.leave(container)?;
                    self.json_value_ended()?;
                    continue;
                }
                Some(Level::Elements(elements)) => elements.reader(),
                Some(Level::Entries(entries)) => entries.reader(),
                Some(Level::Schemas(_)) | None => continue,
            };
            if let Some(Level::Message(fields)) = self.levels.last_mut() {
                fields.resume(reader);
            }
        }
        Ok(())
    }

    /// Says of an error where it happened: the levels that have not been left are the way.
    #[cold]
    pub(super) fn located(&self, error: Error) -> Error {
        let mut path = Vec::new();
        for level in &self.levels {
            let step = match level {
                Level::Message(fields) => fields.current_key().map(|key| PathStep::Key(key.into())),
                Level::Elements(Elements { inside: true, count, .. })
                | Level::Schemas(Schemas { count: count @ 1.., .. })
                | Level::Json(Container { object: false, inside: true, count, .. }) => Some(PathStep::Index(count - 1)),
                Level::Entries(entries) => entries.key.map(|key| PathStep::Key(value::text(key).into())),
                Level::Json(Container { object: true, inside: true, key: Some(key), .. }) => {
                    Some(PathStep::Key(key.as_ref().into()))
                }
                _ => None,
            };
            path.extend(step);
        }
        error.at(self.offset).with_path(path)
    }
}
