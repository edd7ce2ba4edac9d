//! The value of a field, of whatever shape.

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::fields::Fields;
use super::several::{Elements, Entries};
use super::single::{Single, is_null, may_be_null, visit_text};
use crate::protobuf::error::Error;
use crate::protobuf::read;
use crate::table::{Absent, Field, FieldKind, Shape};
use crate::wire::Tag;

/// The value of a field, of whatever shape.
pub(super) struct FieldValue<'a, 'b, 'de> {
    pub(super) fields: &'a mut Fields<'b, 'de>,
    pub(super) field: &'static Field,
    pub(super) tag: Option<Tag>,
}

impl<'a, 'b, 'de> FieldValue<'a, 'b, 'de> {
    #[inline]
    fn single(self) -> Single<'a, 'de>
    where
        'b: 'a,
    {
        Single {
            shared: self.fields.shared,
            kind: self.field.kind(),
            message: self.field.message_id(),
            tag: self.tag,
            reader: &mut self.fields.reader,
            depth: self.fields.depth,
        }
    }

    #[inline]
    fn is_null(&self) -> bool {
        self.tag.is_none() && self.field.absent() == Absent::Null
    }

    /// Whether JSON shows a value that is there as `null`; it is stepped over then.
    #[inline]
    fn shown_as_null(&mut self) -> Result<bool, Error> {
        let field = self.field;
        if !may_be_null(field.kind()) || matches!(field.shape(), Shape::List | Shape::Map) {
            return Ok(false);
        }
        let reader = &mut self.fields.reader;
        let null = is_null(&self.fields.shared.lossy, field.kind(), *reader, self.tag)?;
        if let (true, Some(tag)) = (null, self.tag) {
            reader.skip(tag)?;
        }
        Ok(null)
    }
}

impl<'de> Deserializer<'de> for FieldValue<'_, '_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() {
            return visitor.visit_unit();
        }
        match (self.field.shape(), self.tag) {
            (Shape::List, Some(tag)) => visitor.visit_seq(Elements::of_field(self.fields, self.field, tag)),
            (Shape::Map, Some(tag)) => visitor.visit_map(Entries::of_field(self.fields, self.field, tag)),
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
        // What is asked for most.
        if self.field.kind() == FieldKind::String
            && matches!(self.field.shape(), Shape::One | Shape::Pointer)
            && self.tag.is_some()
        {
            return visit_text(read::text(&mut self.fields.reader, self.tag)?, visitor);
        }
        self.deserialize_any(visitor)
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
        match (self.field.shape(), self.tag) {
            (Shape::List, Some(tag)) => visitor.visit_seq(Elements::of_field(self.fields, self.field, tag)),
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
            if matches!(self.field.shape(), Shape::List | Shape::Map) {
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
