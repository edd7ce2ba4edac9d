//! A reader over JSON text that finds things and steps over the rest.
//!
//! # Promises
//!
//! * One pass, no recursion, no allocation (except [`Text::decode`] of a string that holds escapes).
//! * Never reads outside the text and never panics, whatever the text is. Nesting is bounded by [`MAX_DEPTH`].
//! * Every error carries the byte offset of what could not be understood.
//! * What is *stepped over* is checked only as far as its end must be known: strings end, brackets match in kind and number.
//!   Commas, numbers and escapes inside are not looked at; whoever decodes the value later checks them. What is *entered*
//!   ([`object`](Reader::object), [`array`](Reader::array)) is checked in full at its own level.
//!
//! ```
//! use lookglass_object::json::Reader;
//!
//! let mut reader = Reader::new(r#"{"spec": {"a": [1, {}]}, "kind": "Pod"}"#);
//! reader.object()?;
//! let mut kind = None;
//! while let Some(name) = reader.member()? {
//!     if name.is("kind") { kind = Some(reader.string()?) } else { reader.skip()?; }
//! }
//! reader.end()?;
//! assert!(kind.is_some_and(|kind| kind.is("Pod")));
//! # Ok::<(), lookglass_object::json::JsonError>(())
//! ```

mod block;
mod skip;
#[cfg(test)]
pub(crate) mod style;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, ops::Range};

use thiserror::Error;

/// How deep arrays and objects may be nested: what `serde_json` allows as well.
pub const MAX_DEPTH: u32 = 128;

/// What a reader of JSON may refuse, without the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text ends inside a value.
    #[error("the text ends in the middle of a value")]
    Truncated,
    /// The bytes are not UTF-8.
    #[error("invalid UTF-8")]
    Utf8,
    /// Another character was needed here.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A closing bracket that does not fit the one that is open.
    #[error("a bracket closes that is not open")]
    Unbalanced,
    /// Arrays and objects nested beyond [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// An escape in a string that is none, or half of a surrogate pair.
    #[error("invalid escape in a string")]
    Escape,
    /// Something follows the value.
    #[error("something follows the end of the value")]
    Trailing,
}

/// What a reader of JSON refused, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("malformed JSON at byte {offset}: {kind}")]
#[non_exhaustive]
pub struct JsonError {
    /// Offset from the start of the text.
    pub offset: usize,
    /// The case.
    pub kind: JsonErrorKind,
}

/// What sort of value comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "JSON is frozen")]
pub enum Sort {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A place in a JSON text. Cheap to copy, so a place can be kept and gone back to.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// Whether the container just entered has had no member yet, so that none, but no comma, may follow.
    fresh: bool,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, fresh: false }
    }

    /// A reader at the start of `bytes`, which must be UTF-8.
    ///
    /// # Errors
    ///
    /// [`JsonErrorKind::Utf8`] at the first byte that is not.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, JsonError> {
        match str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(text)),
            Err(error) => Err(JsonError { offset: error.valid_up_to(), kind: JsonErrorKind::Utf8 }),
        }
    }

    /// The offset of the next character.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The text between two offsets that this reader gave out; empty if they are none.
    #[must_use]
    pub fn text(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// What sort of value comes next; steps over white space only.
    ///
    /// # Errors
    ///
    /// The text ends, or no value begins here.
    pub fn peek(&mut self) -> Result<Sort, JsonError> {
        Ok(match self.next_byte()? {
            b'{' => Sort::Object,
            b'[' => Sort::Array,
            b'"' => Sort::String,
            b't' | b'f' => Sort::Bool,
            b'n' => Sort::Null,
            b'-' | b'0'..=b'9' => Sort::Number,
            _ => return Err(self.expected("a value")),
        })
    }

    /// Enters an object; [`member`](Self::member) then gives its names until it is left.
    ///
    /// # Errors
    ///
    /// Anything but an object comes next, or it is nested too deep.
    pub fn object(&mut self) -> Result<(), JsonError> {
        self.open(b'{', "an object")
    }

    /// Enters an array; [`element`](Self::element) then says whether there is another until it is left.
    ///
    /// # Errors
    ///
    /// Anything but an array comes next, or it is nested too deep.
    pub fn array(&mut self) -> Result<(), JsonError> {
        self.open(b'[', "an array")
    }

    /// The next name of the object entered last, whose value must then be read or skipped; `None` leaves the object.
    ///
    /// # Errors
    ///
    /// Malformed JSON between two members.
    #[inline]
    pub fn member(&mut self) -> Result<Option<Text<'a>>, JsonError> {
        if !self.more(b'}')? {
            return Ok(None);
        }
        let name = self.string_here("a name in double quotes")?;
        self.colon()?;
        Ok(Some(name))
    }

    /// Steps over the colon behind a name: for who reads the members of an object whose beginning is no longer there.
    ///
    /// # Errors
    ///
    /// Anything but a colon comes next.
    #[inline]
    pub fn colon(&mut self) -> Result<(), JsonError> {
        if self.next_byte()? != b':' {
            return Err(self.expected("a colon"));
        }
        self.at += 1;
        Ok(())
    }

    /// Whether the array entered last has another element, which must then be read or skipped; `false` leaves the array.
    ///
    /// # Errors
    ///
    /// Malformed JSON between two elements.
    pub fn element(&mut self) -> Result<bool, JsonError> {
        self.more(b']')
    }

    /// A string.
    ///
    /// # Errors
    ///
    /// Anything but a string comes next, or it does not end.
    pub fn string(&mut self) -> Result<Text<'a>, JsonError> {
        self.next_byte()?;
        self.string_here("a string")
    }

    /// Steps over the next value and says where it lies.
    ///
    /// # Errors
    ///
    /// The value does not end, brackets do not match, or it is nested too deep.
    #[inline]
    pub fn skip(&mut self) -> Result<Range<usize>, JsonError> {
        let first = self.next_byte()?;
        let start = self.at;
        self.at = match first {
            b'"' => skip::string(self.text.as_bytes(), start)?.0,
            b'{' | b'[' => skip::container(self.text.as_bytes(), start, MAX_DEPTH.saturating_sub(self.depth))?,
            _ => skip::scalar(self.text.as_bytes(), start)?,
        };
        Ok(start..self.at)
    }

    /// As [`skip`](Self::skip), when it does not matter where the value lies.
    ///
    /// # Errors
    ///
    /// As for [`skip`](Self::skip).
    pub fn step_over(&mut self) -> Result<(), JsonError> {
        self.skip().map(|_| ())
    }

    /// Checks that nothing but white space follows.
    ///
    /// # Errors
    ///
    /// [`JsonErrorKind::Trailing`].
    pub fn end(&mut self) -> Result<(), JsonError> {
        self.white();
        if self.at == self.text.len() { Ok(()) } else { Err(self.error(JsonErrorKind::Trailing)) }
    }

    /// The offset behind the comma that comes next, if one does. The reader stays where it is.
    pub(crate) fn comma(&mut self) -> Option<usize> {
        self.next_byte().is_ok_and(|byte| byte == b',').then_some(self.at + 1)
    }

    fn open(&mut self, bracket: u8, what: &'static str) -> Result<(), JsonError> {
        if self.next_byte()? != bracket {
            return Err(self.expected(what));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        self.at += 1;
        self.depth += 1;
        self.fresh = true;
        Ok(())
    }

    /// Steps over the comma before a further member, or over the bracket that closes.
    #[inline]
    fn more(&mut self, close: u8) -> Result<bool, JsonError> {
        let byte = self.next_byte()?;
        if byte == close {
            self.at += 1;
            self.depth = self.depth.saturating_sub(1);
            self.fresh = false;
            return Ok(false);
        }
        if self.fresh {
            self.fresh = false;
            return Ok(true);
        }
        if byte != b',' {
            return Err(self.expected("a comma or the end"));
        }
        self.at += 1;
        self.next_byte()?;
        Ok(true)
    }

    fn string_here(&mut self, what: &'static str) -> Result<Text<'a>, JsonError> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return Err(self.expected(what));
        }
        let start = self.at;
        let (end, plain) = skip::string(bytes, start)?;
        self.at = end;
        Ok(Text { raw: self.text(start + 1..end - 1), offset: start, plain })
    }

    /// The next byte that is no white space; the reader stands on it.
    #[inline]
    fn next_byte(&mut self) -> Result<u8, JsonError> {
        // Compact JSON, which is what API servers send, has none.
        match self.text.as_bytes().get(self.at) {
            Some(&byte) if byte > b' ' => Ok(byte),
            _ => {
                self.white();
                self.text.as_bytes().get(self.at).copied().ok_or_else(|| self.error(JsonErrorKind::Truncated))
            }
        }
    }

    fn white(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn expected(&self, what: &'static str) -> JsonError {
        self.error(JsonErrorKind::Expected(what))
    }

    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { offset: self.at, kind }
    }
}

/// A string of a JSON text, as it is written there.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    raw: &'a str,
    offset: usize,
    /// It is known to hold neither escapes nor control characters.
    plain: bool,
}

impl<'a> Text<'a> {
    /// Where its opening quote stands.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What stands between the quotes, escapes and all.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Whether the string means `other`. A string with invalid escapes means nothing.
    #[must_use]
    #[inline]
    pub fn is(&self, other: &str) -> bool {
        // An escape is at least as long as what it means.
        self.raw == other || (self.raw.len() > other.len() && self.is_escaped(other))
    }

    /// What the string means; borrowed unless it holds escapes.
    ///
    /// # Errors
    ///
    /// Invalid escapes and unescaped control characters.
    #[inline]
    pub fn decode(&self) -> Result<Cow<'a, str>, JsonError> {
        if self.plain { Ok(Cow::Borrowed(self.raw)) } else { self.decode_unknown() }
    }

    fn decode_unknown(&self) -> Result<Cow<'a, str>, JsonError> {
        // Looking at all of it, without a way out, is what vectors are good at.
        if self.raw.bytes().fold(true, |plain, byte| plain & (byte >= b' ') & (byte != b'\\')) {
            return Ok(Cow::Borrowed(self.raw));
        }
        let quoted = format!("\"{}\"", self.raw);
        match serde_json::from_str(&quoted) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(_) => Err(JsonError { offset: self.offset, kind: JsonErrorKind::Escape }),
        }
    }

    #[cold]
    fn is_escaped(&self, other: &str) -> bool {
        self.raw.contains('\\') && self.decode().is_ok_and(|text| text == other)
    }
}

/// The path of the innermost value in which the byte at `offset` lies, as in `spec.containers[0].image`, as far as the text
/// can be read.
pub(crate) fn path_at(bytes: &[u8], offset: usize) -> String {
    let mut path = String::new();
    if let Ok(reader) = Reader::from_bytes(bytes) {
        // An error ends the way at the last container that could be read; what was found until then is the answer.
        let _ends = walk_to(reader, offset, &mut path);
    }
    path
}

fn walk_to(mut reader: Reader<'_>, offset: usize, path: &mut String) -> Result<(), JsonError> {
    'value: loop {
        match reader.peek()? {
            Sort::Object => {
                reader.object()?;
                while let Some(name) = reader.member()? {
                    let before = reader;
                    if reader.skip()?.end > offset {
                        let dot = if path.is_empty() { "" } else { "." };
                        *path += &format!("{dot}{}", name.decode().unwrap_or_default());
                        reader = before;
                        continue 'value;
                    }
                }
            }
            Sort::Array => {
                reader.array()?;
                let mut index = 0;
                while reader.element()? {
                    let before = reader;
                    if reader.skip()?.end > offset {
                        *path += &format!("[{index}]");
                        reader = before;
                        continue 'value;
                    }
                    index += 1;
                }
            }
            Sort::Null | Sort::Bool | Sort::Number | Sort::String => {}
        }
        return Ok(());
    }
}
