//! One value out of an object: [`Datum`].

use std::borrow::Cow;

use serde_json::Number;

use crate::json::{JsonError, JsonErrorKind, Reader, Sort};

/// A value found in an object by [`at`](crate::Object::at): small, and the reader's own.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "JSON is frozen")]
pub enum Datum {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, without quotes and escapes.
    String(Box<str>),
    /// An array or object, as JSON text.
    Json(Box<str>),
}

impl Datum {
    /// The string that this is.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The whole number that this is.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Number(number) = self { number.as_i64() } else { None }
    }

    /// The truth value that this is.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(bool) = self { Some(*bool) } else { None }
    }

    /// What this is as text, the way an index or a field selector sees it: strings as they are, all else as JSON; nothing for
    /// null.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null => None,
            Self::Bool(true) => Some("true".into()),
            Self::Bool(false) => Some("false".into()),
            Self::Number(number) => Some(number.to_string().into()),
            Self::String(text) | Self::Json(text) => Some((&**text).into()),
        }
    }

    /// The value that comes next.
    pub(crate) fn read(mut reader: Reader<'_>) -> Result<Self, JsonError> {
        let sort = reader.peek()?;
        if sort == Sort::String {
            return Ok(Self::String(reader.string()?.decode()?.into()));
        }
        let range = reader.skip()?;
        let text = reader.text(range.clone());
        Ok(match sort {
            Sort::Null => Self::Null,
            Sort::Bool => Self::Bool(text == "true"),
            Sort::Number => Self::Number(text.parse().map_err(|_| JsonError {
                offset: range.start,
                kind: JsonErrorKind::Expected("a number that fits a double"),
            })?),
            Sort::String | Sort::Array | Sort::Object => Self::Json(text.into()),
        })
    }
}
