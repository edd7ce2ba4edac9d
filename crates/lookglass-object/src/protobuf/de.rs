//! Typed objects straight from protobuf bytes: a serde deserializer that walks the bytes in place.
//!
//! It hands out what Go's JSON of the same object would hold, no more and no less: zero values that JSON leaves out are
//! left out, zero values that protobuf left out and JSON holds are made up, inlined messages are flat. Strings are borrowed
//! from the bytes, keys from the table; only base64 and repaired text are allocated here.

mod field_value;
mod fields;
mod several;
mod single;

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use self::fields::Fields;
use self::several::Elements;
use super::error::Error;
use super::read::Lossy;
use crate::table::{Message, Table};
use crate::wire::Reader;

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
#[inline]
fn visit_struct<'de, V: Visitor<'de>>(
    shared: &Shared<'de>,
    message: &'static Message,
    reader: Reader<'de>,
    depth: usize,
    visitor: V,
) -> Result<V::Value, Error> {
    let mut fields = Fields::of(shared, message, reader, depth)?;
    let mut visited = visitor.visit_map(&mut fields);
    if let Err(error) = &mut visited {
        error.note_offset(reader.offset());
    }
    visited
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
    let mut visited = visitor.visit_seq(Elements::of_wrapper(&mut fields));
    if let Err(error) = &mut visited {
        error.note_offset(reader.offset());
    }
    visited
}
