//! The envelope that says what kind of object the bytes are: `k8s\0`, then `runtime.Unknown`.

use std::ops::Range;

use super::error::{Error, ErrorKind};
use super::{MAGIC, read};
use crate::table::{KindEntry, Message, Table};
use crate::wire::{Reader, WireType, put_bytes, put_tag, put_varint, varint_len};

/// An object in its envelope; everything is borrowed from the bytes.
///
/// ```
/// use lookglass_object::protobuf::{Envelope, write_envelope};
///
/// let mut bytes = Vec::new();
/// write_envelope("v1", "ConfigMap", b"", &mut bytes);
/// let envelope = Envelope::parse(&bytes)?;
/// assert_eq!((envelope.api_version(), envelope.kind()), ("v1", "ConfigMap"));
/// assert_eq!(envelope.message()?.short_name(), "ConfigMap");
/// # Ok::<(), lookglass_object::protobuf::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    api_version: &'a str,
    kind: &'a str,
    raw: &'a [u8],
    start: usize,
    content_encoding: &'a str,
    content_type: &'a str,
}

impl<'a> Envelope<'a> {
    /// Reads an envelope. What is repeated counts last; what is unknown is ignored.
    ///
    /// # Errors
    ///
    /// The prefix is missing, or the bytes are malformed.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        if !bytes.starts_with(&MAGIC) {
            return Err(Error::new(ErrorKind::NoEnvelope, 0));
        }
        let mut envelope =
            Self { api_version: "", kind: "", raw: &[], start: bytes.len(), content_encoding: "", content_type: "" };
        let mut reader = Reader::over(bytes, MAGIC.len()..bytes.len());
        while let Some(tag) = reader.tag()? {
            match tag.number {
                1 => {
                    let mut meta = read::payload(&mut reader, Some(tag), "message")?;
                    while let Some(tag) = meta.tag()? {
                        match tag.number {
                            1 => envelope.api_version = text(&mut meta, tag)?,
                            2 => envelope.kind = text(&mut meta, tag)?,
                            _ => meta.skip(tag)?,
                        }
                    }
                }
                2 if tag.wire == WireType::Bytes => {
                    let range = reader.chunk()?;
                    envelope.start = range.start;
                    envelope.raw = &bytes[range];
                }
                3 => envelope.content_encoding = text(&mut reader, tag)?,
                4 => envelope.content_type = text(&mut reader, tag)?,
                _ => reader.skip(tag)?,
            }
        }
        Ok(envelope)
    }

    /// As the object's JSON would say it: `v1`, `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> &'a str {
        self.api_version
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        self.kind
    }

    /// apiVersion and kind, as [`decode`](super::decode) wants them; `None` when the envelope names neither.
    #[must_use]
    pub fn type_meta(&self) -> Option<(&'a str, &'a str)> {
        (!self.api_version.is_empty() || !self.kind.is_empty()).then_some((self.api_version, self.kind))
    }

    /// The object's message.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Where in the envelope's bytes the object's message stands.
    #[must_use]
    pub fn raw_range(&self) -> Range<usize> {
        self.start..self.start + self.raw.len()
    }

    /// The content's encoding, empty for none; Kubernetes writes no other.
    #[must_use]
    pub fn content_encoding(&self) -> &'a str {
        self.content_encoding
    }

    /// The content's type; empty for protobuf.
    #[must_use]
    pub fn content_type(&self) -> &'a str {
        self.content_type
    }

    /// The kind in the table.
    ///
    /// # Errors
    ///
    /// The kind is not built in.
    pub fn entry(&self) -> Result<&'static KindEntry, Error> {
        Table::builtin().kind_of(self.api_version, self.kind).ok_or_else(|| {
            Error::of_kind(ErrorKind::UnknownKind { api_version: self.api_version.into(), kind: self.kind.into() })
        })
    }

    /// The struct that [`raw`](Self::raw) is.
    ///
    /// # Errors
    ///
    /// The kind is not built in.
    pub fn message(&self) -> Result<&'static Message, Error> {
        self.entry().map(KindEntry::message)
    }
}

fn text<'a>(reader: &mut Reader<'a>, tag: crate::wire::Tag) -> Result<&'a str, Error> {
    let payload = read::payload(reader, Some(tag), "text")?;
    std::str::from_utf8(payload.rest())
        .map_err(|error| Error::invalid("not UTF-8", payload.offset() + error.valid_up_to()))
}

/// Appends an envelope around a message, as Go writes it.
pub fn write_envelope(api_version: &str, kind: &str, raw: &[u8], out: &mut Vec<u8>) {
    out.reserve(envelope_len(api_version, kind, raw.len()));
    out.extend_from_slice(&MAGIC);
    put_tag(out, 1, WireType::Bytes);
    put_varint(out, type_meta_len(api_version, kind) as u64);
    put_bytes(out, 1, api_version.as_bytes());
    put_bytes(out, 2, kind.as_bytes());
    put_bytes(out, 2, raw);
    put_bytes(out, 3, b"");
    put_bytes(out, 4, b"");
}

fn type_meta_len(api_version: &str, kind: &str) -> usize {
    field_len(api_version.len()) + field_len(kind.len())
}

/// How many bytes [`write_envelope`] appends.
pub(super) fn envelope_len(api_version: &str, kind: &str, raw: usize) -> usize {
    MAGIC.len() + field_len(type_meta_len(api_version, kind)) + field_len(raw) + 4
}

/// How many bytes a length-delimited field with a number below 16 takes.
pub(super) fn field_len(content: usize) -> usize {
    1 + varint_len(content as u64) + content
}
