//! What stands in a message several times: elements of lists, entries of maps.

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::fields::Fields;
use super::single::Single;
use super::{Shared, visit_struct};
use crate::protobuf::error::Error;
use crate::protobuf::read;
use crate::table::{Field, FieldKind, Message};
use crate::wire::{Reader, Tag};

/// The elements of a list, one field after another.
pub(super) struct Elements<'a, 'b, 'de> {
    fields: &'a mut Fields<'b, 'de>,
    /// Of the elements; none of a message that the table knows no field of.
    field: Option<&'static Field>,
    index: usize,
    number: u32,
    /// The tag in front of the reader has been read.
    pending: Option<Tag>,
    packed: Option<Reader<'de>>,
}

impl<'a, 'b, 'de> Elements<'a, 'b, 'de> {
    /// The list of the field whose first tag has been read.
    #[inline]
    pub(super) fn of_field(fields: &'a mut Fields<'b, 'de>, field: &'static Field, tag: Tag) -> Self {
        fields.rest_of_list = tag.number;
        Self { fields, field: Some(field), index: 0, number: tag.number, pending: Some(tag), packed: None }
    }

    /// The list that a message is in JSON.
    #[inline]
    pub(super) fn of_wrapper(fields: &'a mut Fields<'b, 'de>) -> Self {
        let field = fields.message.fields().first();
        Self { fields, field, index: 0, number: 1, pending: None, packed: None }
    }
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
        let Some(field) = self.field else { return Ok(None) };
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
            // Both at once: elements may be large, and each step would copy them.
            return match seed.deserialize(Single { shared, kind, message, tag: Some(tag), reader, depth }) {
                Ok(element) => Ok(Some(element)),
                Err(error) => Err(error.in_index(index).at(offset)),
            };
        }
    }
}

/// The entries of a map, one field after another.
pub(super) struct Entries<'a, 'b, 'de> {
    fields: &'a mut Fields<'b, 'de>,
    field: &'static Field,
    number: u32,
    pending: Option<Tag>,
    previous: Option<&'de [u8]>,
    value: Option<read::Entry<'de>>,
}

impl<'a, 'b, 'de> Entries<'a, 'b, 'de> {
    /// The map of the field whose first tag has been read.
    #[inline]
    pub(super) fn of_field(fields: &'a mut Fields<'b, 'de>, field: &'static Field, tag: Tag) -> Self {
        fields.rest_of_list = tag.number;
        Self { fields, field, number: tag.number, pending: Some(tag), previous: None, value: None }
    }
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
        let offset = reader.offset();
        let entry = read::entry(read::payload(reader, Some(tag), "map entry")?, &self.fields.shared.lossy)?;
        let key = entry.key;
        if self.previous.is_some_and(|previous| previous >= key) {
            // Of a key that comes twice only the last value is to be read; the slow path sees to it, here and in JSON alike.
            return Err(Error::scattered(offset));
        }
        self.previous = Some(key);
        self.value = Some(entry);
        match std::str::from_utf8(key) {
            Ok(key) => seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            Err(_) => seed.deserialize(StringDeserializer::new(read::repaired(key))).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some(mut entry) = self.value.take() else {
            return Err(de::Error::custom("a map's value was asked for before its key"));
        };
        let offset = entry.value.offset();
        let value = Single {
            shared: self.fields.shared,
            kind: self.field.kind(),
            message: self.field.message_id(),
            tag: entry.tag,
            reader: &mut entry.value,
            depth: self.fields.depth,
        };
        seed.deserialize(value).map_err(|error| error.in_key(&read::repaired(entry.key)).at(offset))
    }
}

/// The list in a `JSONSchemaPropsOrArray` or `...OrStringArray`.
pub(super) struct SchemaElements<'a, 'de> {
    pub(super) shared: &'a Shared<'de>,
    pub(super) kind: FieldKind,
    pub(super) reader: Reader<'de>,
    pub(super) depth: usize,
    pub(super) index: usize,
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
                    Err(_) => seed.deserialize(StringDeserializer::new(read::repaired(payload.rest()))),
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
