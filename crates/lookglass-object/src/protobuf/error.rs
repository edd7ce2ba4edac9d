//! What the readers and writers of objects refuse, where, and at which field.

use std::fmt;

use serde::de;

use crate::wire::{WireError, WireErrorKind};

/// One step of the way from an object to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no other containers")]
pub enum PathStep {
    /// A field of a struct or a key of a map.
    Key(Box<str>),
    /// An element of a list.
    Index(usize),
}

/// What was refused, without the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not protobuf.
    #[error("{0}")]
    Wire(WireErrorKind),
    /// The bytes are not JSON.
    #[error("invalid JSON: {0}")]
    Json(&'static str),
    /// The bytes do not begin with `6b 38 73 00`.
    #[error("not Kubernetes protobuf: the prefix 6b 38 73 00 is missing")]
    NoEnvelope,
    /// A field's number carries a wire type its kind cannot have.
    #[error("the value cannot be a {expected}")]
    WireTypeMismatch {
        /// What the table says the field holds.
        expected: &'static str,
    },
    /// A JSON value of the wrong type; the text is the one a Kubernetes API server gives.
    #[error("json: cannot unmarshal {found} into Go struct field {in_struct}.{path} of type {go_type}")]
    WrongType {
        /// The JSON type that was found, for a number out of range with its digits.
        found: Box<str>,
        /// The Go struct that holds the field.
        in_struct: &'static str,
        /// The field's path in JSON without list indexes.
        path: Box<str>,
        /// The field's Go type.
        go_type: Box<str>,
    },
    /// A value of the right type that Go's parser for it refuses.
    #[error("{0}")]
    Invalid(Box<str>),
    /// Messages, objects or lists nested deeper than the limit.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// More bytes than the limit, in or out.
    #[error("larger than the limit of {0} bytes")]
    TooLarge(usize),
    /// The kind has no protobuf form; use JSON.
    #[error("{0} has no protobuf form; use JSON")]
    NoProtobuf(&'static str),
    /// The table does not know the kind; use JSON.
    #[error("kind {kind} of {api_version} is not built in; use JSON")]
    UnknownKind {
        /// As the object says.
        api_version: Box<str>,
        /// As the object says.
        kind: Box<str>,
    },
    /// What the type that was being built said.
    #[error("{0}")]
    Type(Box<str>),
    /// A field that came again after another one; the caller makes the bytes contiguous and tries anew.
    #[error("a field comes again after another one")]
    Scattered,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    offset: Option<usize>,
    /// Innermost first.
    path: Vec<PathStep>,
}

/// Why bytes could not be read, with the byte offset and the path of the field.
///
/// Values from the object appear only where they are needed to understand the refusal (a number out of range, a malformed
/// time); strings and secrets do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

impl Error {
    /// What was refused.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The offset of the byte that was refused, from the start of the bytes handed in. Of bytes that had to be made
    /// contiguous or UTF-8 first, which no Kubernetes program writes, it counts in what they became.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The way to the field, outermost first.
    pub fn path(&self) -> impl Iterator<Item = &PathStep> {
        self.0.path.iter().rev()
    }

    /// The way to the field, as `spec.containers[0].image`.
    #[must_use]
    pub fn path_text(&self) -> String {
        path_text(self.path())
    }

    pub(crate) fn new(kind: ErrorKind, offset: usize) -> Self {
        Self(Box::new(Inner { kind, offset: Some(offset), path: Vec::new() }))
    }

    pub(crate) fn of_kind(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, offset: None, path: Vec::new() }))
    }

    pub(crate) fn json(what: &'static str, offset: usize) -> Self {
        Self::new(ErrorKind::Json(what), offset)
    }

    pub(crate) fn invalid(what: impl Into<Box<str>>, offset: usize) -> Self {
        Self::new(ErrorKind::Invalid(what.into()), offset)
    }

    pub(crate) fn scattered(offset: usize) -> Self {
        Self::new(ErrorKind::Scattered, offset)
    }

    pub(crate) fn is_scattered(&self) -> bool {
        self.0.kind == ErrorKind::Scattered
    }

    /// Sets the offset where none is known.
    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.note_offset(offset);
        self
    }

    /// As [`at`](Self::at), in place: beside a refusal there are values of some kilobytes in a result, and `map_err` copies them.
    #[cold]
    pub(super) fn note_offset(&mut self, offset: usize) {
        self.0.offset.get_or_insert(offset);
    }

    /// As [`in_key`](Self::in_key) and [`at`](Self::at), in place.
    #[cold]
    pub(super) fn note_key(&mut self, key: &str, offset: usize) {
        self.0.path.push(PathStep::Key(key.into()));
        self.note_offset(offset);
    }

    /// Counts the offset from `by` bytes earlier.
    pub(crate) fn shifted(mut self, by: usize) -> Self {
        self.0.offset = self.0.offset.map(|offset| offset + by);
        self
    }

    pub(crate) fn in_key(mut self, key: &str) -> Self {
        self.0.path.push(PathStep::Key(key.into()));
        self
    }

    pub(crate) fn in_index(mut self, index: usize) -> Self {
        self.0.path.push(PathStep::Index(index));
        self
    }

    /// Sets the whole path, outermost first.
    pub(crate) fn with_path(mut self, mut path: Vec<PathStep>) -> Self {
        path.reverse();
        self.0.path = path;
        self
    }
}

/// Writes a path as `spec.containers[0].image`.
pub(crate) fn path_text<'a>(path: impl Iterator<Item = &'a PathStep>) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            PathStep::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            PathStep::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path_text();
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        self.0.kind.fmt(f)?;
        match self.0.offset {
            Some(offset) => write!(f, " (at byte {offset})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        Self::new(ErrorKind::Wire(error.kind), error.offset)
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::of_kind(ErrorKind::Type(without_text(&message.to_string()).into()))
    }
}

/// Serde's complaint without the string it complains of, which may be secret.
pub(super) fn without_text(complaint: &str) -> String {
    for what in ["invalid type: string ", "invalid value: string "] {
        if let Some(rest) = complaint.strip_prefix(what) {
            let expected = rest.rsplit_once("\", expected ").map_or("something else", |(_, expected)| expected);
            return format!("{}, expected {expected}", what.trim_end());
        }
    }
    complaint.to_owned()
}
