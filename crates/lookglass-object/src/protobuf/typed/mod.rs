//! Typed objects straight from protobuf or JSON bytes.
//!
//! What is generic over the type that is built is only this file, and it is thin: the types of the Kubernetes API are
//! hundreds, and whatever stands here is compiled for each of them. All that reads bytes is in [`Walk`], which is compiled
//! once, and one walk serves both encodings, so that no type is compiled twice.
//!
//! Out of protobuf comes what Go's JSON of the same object would hold, no more and no less: zero values that JSON leaves out
//! are left out, zero values that protobuf left out and JSON holds are made up, inlined messages are flat. Strings are
//! borrowed from the bytes, keys from the table; only base64, escaped and repaired text is allocated here.

mod json;
mod list;
mod message;
mod value;
mod walk;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use self::value::{Text, Token};
use self::walk::Walk;
use super::error::Error;
use super::{Lossiness, check, normalise};
use crate::table::Message;

/// Builds a typed object from the protobuf of a message (an envelope's [`raw`](super::Envelope::raw)), as decoding Go's JSON
/// of it would.
///
/// `type_meta` is the apiVersion and kind that the object is to be told it has; items of a list are told nothing, as in
/// Go's JSON.
///
/// # Errors
///
/// Malformed bytes, with offset and path; or what `T` refuses.
pub fn decode<T: DeserializeOwned>(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
) -> Result<(T, Lossiness), Error> {
    check(message, raw)?;
    match build(&mut Walk::over_message(message, raw, type_meta)) {
        Err(error) if error.is_scattered() => {
            build(&mut Walk::over_message(message, &normalise(message, raw)?, type_meta))
        }
        result => result,
    }
}

/// Builds a typed object from JSON. Bytes that are not UTF-8 and lone surrogates are read as Go reads them: as replacement
/// characters.
///
/// # Errors
///
/// The text is not JSON, with the offset; or what `T` refuses, with offset and path.
pub fn decode_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Error> {
    build(&mut Walk::over_json(json)).map(|(value, _)| value)
}

fn build<'de, T: DeserializeOwned>(walk: &mut Walk<'de>) -> Result<(T, Lossiness), Error> {
    match T::deserialize(&mut *walk) {
        Ok(value) => Ok((value, walk.lossiness())),
        Err(error) => Err(walk.located(error)),
    }
}

impl<'de> Walk<'de> {
    fn visit_text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        match self.token()? {
            Token::Text(Text::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Token::Text(Text::Owned(text)) => visitor.visit_string(text),
            Token::Time(text) => visitor.visit_str(text.as_str()),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn visit_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        match self.token()? {
            Token::Int(value) => visitor.visit_i64(value),
            Token::Unsigned(value) => visitor.visit_u64(value),
            Token::Double(value) => visitor.visit_f64(value),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn visit_members<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let base = self.level();
        match self.token()? {
            Token::Map => {
                let value = visitor.visit_map(&mut *self)?;
                self.leave(base)?;
                Ok(value)
            }
            other => Err(other.unexpected(&visitor)),
        }
    }
}

impl<'de> Deserializer<'de> for &mut Walk<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let base = self.level();
        let value = match self.token()? {
            Token::Null => return visitor.visit_unit(),
            Token::Bool(value) => return visitor.visit_bool(value),
            Token::Int(value) => return visitor.visit_i64(value),
            Token::Unsigned(value) => return visitor.visit_u64(value),
            Token::Double(value) => return visitor.visit_f64(value),
            Token::Text(Text::Borrowed(text)) => return visitor.visit_borrowed_str(text),
            Token::Text(Text::Owned(text)) => return visitor.visit_string(text),
            Token::Time(text) => return visitor.visit_str(text.as_str()),
            Token::Map => visitor.visit_map(&mut *self)?,
            Token::List => visitor.visit_seq(&mut *self)?,
        };
        self.leave(base)?;
        Ok(value)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.token()? {
            Token::Bool(value) => visitor.visit_bool(value),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_number(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_number(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_number(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null()? { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.visit_members(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_members(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let base = self.level();
        match self.token()? {
            Token::List => {
                let value = visitor.visit_seq(&mut *self)?;
                self.leave(base)?;
                Ok(value)
            }
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.token()? {
            Token::Text(text) => visitor.visit_enum((&*text).into_deserializer()),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

impl<'de> MapAccess<'de> for &mut Walk<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if self.key()? { seed.deserialize(&mut **self).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        self.member()?;
        seed.deserialize(&mut **self)
    }
}

impl<'de> SeqAccess<'de> for &mut Walk<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.element()? { seed.deserialize(&mut **self).map(Some) } else { Ok(None) }
    }
}
