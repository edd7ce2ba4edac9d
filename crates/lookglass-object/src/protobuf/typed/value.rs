//! One value: where it stands, and what it turned out to be.

use std::borrow::Cow;

use serde::de::{self, Expected, Unexpected};

use super::super::error::{Error, ErrorKind};
use super::super::{read, time};
use crate::table::{Field, FieldKind, Message};
use crate::wire::{Reader, Tag, WireType};

/// A text.
pub(super) type Text<'de> = Cow<'de, str>;

/// Bytes as text; what is not UTF-8 is repaired as in Go.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Text<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text::Borrowed(text),
        Err(_) => Text::Owned(read::repaired(bytes)),
    }
}

/// What a value is; the members of a map and the elements of a list come after it.
pub(super) enum Token<'de> {
    Null,
    Bool(bool),
    Int(i64),
    /// A number that JSON shows without a sign.
    Unsigned(u64),
    Double(f64),
    Text(Text<'de>),
    Time(time::Text),
    Map,
    List,
}

impl Token<'_> {
    #[cold]
    pub(super) fn unexpected(self, expected: &dyn Expected) -> Error {
        let found = match &self {
            Self::Null => Unexpected::Other("null"),
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Int(value) => Unexpected::Signed(*value),
            Self::Unsigned(value) => Unexpected::Unsigned(*value),
            Self::Double(value) => Unexpected::Float(*value),
            Self::Text(text) => Unexpected::Str(text),
            Self::Time(text) => Unexpected::Str(text.as_str()),
            Self::Map => Unexpected::Map,
            Self::List => Unexpected::Seq,
        };
        de::Error::invalid_type(found, expected)
    }
}

/// Where the value stands that is to be read next.
pub(super) enum Spot<'de> {
    Null,
    Text(Text<'de>),
    /// Behind the tag of a field that is no list and no map, or of an element or an entry's value.
    Single(Single<'de>),
    /// A field's list; the reader stands behind the first element's tag.
    List(&'static Field, Tag, Reader<'de>),
    /// A field's map, likewise.
    Map(&'static Field, Tag, Reader<'de>),
    Message(&'static Message, Reader<'de>, Option<(&'de str, &'de str)>),
    /// Where the JSON reader stands.
    Json,
}

/// One value of a kind.
#[derive(Clone, Copy)]
pub(super) struct Single<'de> {
    pub(super) kind: FieldKind,
    pub(super) message: u16,
    pub(super) raw: Raw<'de>,
}

/// What the wire holds of a value.
#[derive(Clone, Copy)]
pub(super) enum Raw<'de> {
    /// Nothing, which reads as the kind's zero.
    Absent(Reader<'de>),
    Number(i64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(Reader<'de>),
}

impl<'de> Raw<'de> {
    /// Reads what follows the tag.
    #[inline]
    pub(super) fn read(reader: &mut Reader<'de>, tag: Tag) -> Result<Self, Error> {
        Ok(match tag.wire {
            WireType::Bytes => Self::Bytes(reader.message()?),
            WireType::Varint => Self::Number(reader.varint()? as i64),
            WireType::Fixed64 => Self::Fixed64(reader.fixed64()?),
            WireType::Fixed32 => Self::Fixed32(reader.fixed32()?),
            WireType::GroupStart | WireType::GroupEnd => {
                return Err(Error::new(ErrorKind::WireTypeMismatch { expected: "known value" }, reader.offset()));
            }
        })
    }

    #[inline]
    pub(super) fn payload(self, expected: &'static str) -> Result<Reader<'de>, Error> {
        match self {
            Self::Bytes(payload) | Self::Absent(payload) => Ok(payload),
            _ => Err(Error::of_kind(ErrorKind::WireTypeMismatch { expected })),
        }
    }

    /// A number, whatever wire type it came in.
    #[inline]
    pub(super) fn number(self) -> Result<i64, Error> {
        match self {
            Self::Number(value) => Ok(value),
            Self::Fixed64(value) => Ok(value as i64),
            Self::Fixed32(value) => Ok(i64::from(value as i32)),
            Self::Absent(_) => Ok(0),
            Self::Bytes(_) => Err(Error::of_kind(ErrorKind::WireTypeMismatch { expected: "number" })),
        }
    }

    pub(super) fn double(self) -> Result<f64, Error> {
        match self {
            Self::Fixed64(bits) => Ok(f64::from_bits(bits)),
            Self::Fixed32(bits) => Ok(f64::from(f32::from_bits(bits))),
            Self::Absent(_) => Ok(0.0),
            Self::Number(_) | Self::Bytes(_) => Err(Error::of_kind(ErrorKind::WireTypeMismatch { expected: "double" })),
        }
    }
}

/// A double as JSON shows it: an integer when it has no fraction.
pub(super) fn double<'de>(value: f64) -> Token<'de> {
    let whole = value as i64;
    if whole as f64 == value && whole != i64::MAX && !(value == 0.0 && value.is_sign_negative()) {
        Token::Int(whole)
    } else {
        Token::Double(value)
    }
}
