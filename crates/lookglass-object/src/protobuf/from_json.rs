//! JSON to protobuf.
//!
//! The text is read once into a tape of its values' places; then the message is written backwards, field by field in
//! descending order of numbers, so that the length of what is nested is always known.

mod message;
mod refusal;
mod value;

use std::ops::Range;

use super::back::Back;
use super::error::{Error, ErrorKind};
use super::tape::{self, Node, Tape};
use super::text::Type;
use super::{MAX_INPUT, check, read};
use crate::table::{Message, Table};

/// What becomes of plain values that are zero or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Zeros {
    /// Written, as Go does: for where bytes are compared or handed to others.
    Written,
    /// Left out, which reads the same and is smaller: for storage.
    LeftOut,
}

/// What a strict reader holds against a JSON text that was nevertheless read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Kubernetes' strict decoding knows these two")]
pub enum Strict {
    /// A field that the struct does not have; its path.
    Unknown(String),
    /// A field or a map's key that came before; its path. The last one counts.
    Duplicate(String),
}

impl std::fmt::Display for Strict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(path) => write!(f, "unknown field {path:?}"),
            Self::Duplicate(path) => write!(f, "duplicate field {path:?}"),
        }
    }
}

/// After so many a strict reader has heard enough; it is what a Kubernetes API server reports at most.
const MAX_STRICT: usize = 100;

/// apiVersion and kind as a JSON object says them; empty when it does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TypeMeta {
    /// `v1`, `apps/v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
}

/// Appends the protobuf of a JSON text. A shorthand for a [`FromJson`] used once.
///
/// # Errors
///
/// As for [`FromJson::write`].
pub fn from_json(message: &'static Message, json: &[u8], zeros: Zeros, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut from = FromJson::new();
    from.read(json)?;
    from.write(message, zeros, None, out)
}

/// Turns JSON texts into protobuf, one after another; kept between texts, it allocates only to grow.
///
/// [`read`](Self::read) a text, ask for its [`type_meta`](Self::type_meta) if the kind is not known, then
/// [`write`](Self::write). Texts in which bytes are not UTF-8 are read as Go reads them: each such byte as a replacement
/// character.
///
/// ```
/// use lookglass_object::protobuf::{FromJson, Zeros, to_json};
/// use lookglass_object::table::Table;
///
/// let mut from = FromJson::new();
/// from.read(br#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#)?;
/// let meta = from.type_meta();
/// let kind = Table::builtin().kind_of(&meta.api_version, &meta.kind).expect("a built-in kind");
/// let mut bytes = Vec::new();
/// from.write(kind.message(), Zeros::Written, None, &mut bytes)?;
///
/// let mut json = Vec::new();
/// to_json(kind.message(), &bytes, None, &mut json)?;
/// assert_eq!(json, br#"{"metadata":{"name":"a"},"data":{"k":"v"}}"#);
/// # Ok::<(), lookglass_object::protobuf::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FromJson {
    text: Vec<u8>,
    tape: Tape,
    out: Back,
    scratch: Vec<u32>,
}

impl FromJson {
    /// A converter with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a JSON text; all of it must be JSON, whatever the kind.
    ///
    /// # Errors
    ///
    /// The text is not JSON, nested too deep, or of 4 GiB and more.
    pub fn read(&mut self, json: &[u8]) -> Result<(), Error> {
        self.text.clear();
        if json.len() > MAX_INPUT {
            return Err(Error::of_kind(ErrorKind::TooLarge(MAX_INPUT)));
        }
        match std::str::from_utf8(json) {
            Ok(_) => self.text.extend_from_slice(json),
            Err(_) => self.text = read::repaired(json).into_bytes(),
        }
        let read = self.tape.read(&self.text);
        if read.is_err() {
            self.text.clear();
        }
        read.map_err(|(what, at)| Error::json(what, at))
    }

    /// What the text says it is.
    #[must_use]
    pub fn type_meta(&self) -> TypeMeta {
        let mut meta = TypeMeta::default();
        if self.text.is_empty() {
            return meta;
        }
        for (key, value) in Members::of(&self.tape, 0) {
            let slot = match &self.text[range(self.tape.node(key))] {
                b"apiVersion" => &mut meta.api_version,
                b"kind" => &mut meta.kind,
                _ => continue,
            };
            let value = self.tape.node(value);
            if value.kind == Type::String {
                *slot = String::from_utf8_lossy(&tape::string_of(&self.text, value)).into_owned();
            }
        }
        meta
    }

    /// Appends the protobuf of the text that was read. `strict` gathers what a strict reader holds against it: fields that
    /// the struct does not have, and what came twice; without it both are passed over. Names of fields are compared with
    /// their case.
    ///
    /// # Errors
    ///
    /// A value of the wrong type, in the words of a Kubernetes API server; a time, number or base64 that is none; a kind
    /// without protobuf. After an error `out` is as it was.
    pub fn write(
        &mut self,
        message: &'static Message,
        zeros: Zeros,
        strict: Option<&mut Vec<Strict>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        check(message, &[])?;
        if self.text.is_empty() {
            return Err(Error::json("no text was read", 0));
        }
        self.out.clear();
        self.scratch.clear();
        let limit = self.text.len().saturating_mul(64).saturating_add(1 << 20);
        let mut writer = Writer {
            table: Table::builtin(),
            text: &self.text,
            tape: &self.tape,
            out: &mut self.out,
            scratch: &mut self.scratch,
            exact: zeros == Zeros::Written,
            strict,
            limit,
        };
        writer.message(message, Some(0), 0).map_err(|error| writer.located(error))?;
        out.extend_from_slice(self.out.content());
        Ok(())
    }
}

fn range(node: Node) -> Range<usize> {
    node.start as usize..node.end as usize
}

/// The members of an object: the indexes of key and value.
struct Members<'t> {
    tape: &'t Tape,
    at: u32,
    end: u32,
}

impl<'t> Members<'t> {
    /// None of what is not an object.
    fn of(tape: &'t Tape, object: u32) -> Self {
        let node = tape.node(object);
        let end = if node.kind == Type::Object { node.next } else { object };
        Self { tape, at: object + 1, end }
    }
}

impl Iterator for Members<'_> {
    type Item = (u32, u32);

    #[inline]
    fn next(&mut self) -> Option<(u32, u32)> {
        if self.at >= self.end {
            return None;
        }
        let key = self.at;
        self.at = self.tape.node(key + 1).next;
        Some((key, key + 1))
    }
}

struct Writer<'a, 's> {
    table: &'static Table,
    text: &'a [u8],
    tape: &'a Tape,
    out: &'a mut Back,
    /// A stack of the elements of the lists that are being written.
    scratch: &'a mut Vec<u32>,
    exact: bool,
    strict: Option<&'s mut Vec<Strict>>,
    limit: usize,
}
