//! The frames of a watch in protobuf: a length of four bytes, big-endian, then `WatchEvent {type, RawExtension {raw}}`,
//! whose raw is an envelope.

use std::ops::Range;

use super::envelope::{envelope_len, field_len};
use super::error::{Error, ErrorKind};
use super::{read, write_envelope};
use crate::wire::{Reader, WireType, put_bytes, put_tag, put_varint};

/// Splits the first whole frame off a buffer: the range of the frame's content, whose end is where the next frame begins.
/// `None` when more bytes are needed.
///
/// ```
/// use lookglass_object::protobuf::split_frame;
///
/// assert_eq!(split_frame(&[0, 0, 0, 2, 7], 1024)?, None);
/// assert_eq!(split_frame(&[0, 0, 0, 2, 7, 7, 0], 1024)?, Some(4..6));
/// # Ok::<(), lookglass_object::protobuf::Error>(())
/// ```
///
/// # Errors
///
/// The frame says that it is longer than `limit`, so that a hostile server cannot make the caller buffer without end.
pub fn split_frame(buffer: &[u8], limit: usize) -> Result<Option<Range<usize>>, Error> {
    let Some(length) = buffer.first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_be_bytes(*length) as usize;
    if length > limit {
        return Err(Error::new(ErrorKind::TooLarge(limit), 0));
    }
    Ok((buffer.len() - 4 >= length).then_some(4..4 + length))
}

/// A watch event; everything is borrowed from the frame's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchFrame<'a> {
    event: &'a str,
    object: &'a [u8],
    start: usize,
}

impl<'a> WatchFrame<'a> {
    /// Reads a frame's content.
    ///
    /// # Errors
    ///
    /// Malformed bytes.
    pub fn parse(content: &'a [u8]) -> Result<Self, Error> {
        let mut frame = Self { event: "", object: &[], start: content.len() };
        let mut reader = Reader::new(content);
        while let Some(tag) = reader.tag()? {
            match tag.number {
                1 => {
                    let text = read::payload(&mut reader, Some(tag), "text")?;
                    frame.event =
                        std::str::from_utf8(text.rest()).map_err(|_| Error::invalid("not UTF-8", text.offset()))?;
                }
                2 => {
                    let mut extension = read::payload(&mut reader, Some(tag), "message")?;
                    while let Some(tag) = extension.tag()? {
                        if tag.number == 1 {
                            let object = read::payload(&mut extension, Some(tag), "bytes")?;
                            (frame.start, frame.object) = (object.offset(), object.rest());
                        } else {
                            extension.skip(tag)?;
                        }
                    }
                }
                _ => reader.skip(tag)?,
            }
        }
        Ok(frame)
    }

    /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR`.
    #[must_use]
    pub fn event(&self) -> &'a str {
        self.event
    }

    /// The object in its envelope.
    #[must_use]
    pub fn object(&self) -> &'a [u8] {
        self.object
    }

    /// Where in the frame's content the object stands.
    #[must_use]
    pub fn object_range(&self) -> Range<usize> {
        self.start..self.start + self.object.len()
    }
}

/// Appends a whole frame, length included, around an object's message, as Go writes it.
///
/// # Errors
///
/// The frame would be longer than four bytes can say.
pub fn write_watch_event(
    event: &str,
    api_version: &str,
    kind: &str,
    raw: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let object = envelope_len(api_version, kind, raw.len());
    let extension = field_len(object);
    let content = field_len(event.len()) + field_len(extension);
    let length = u32::try_from(content).map_err(|_| Error::of_kind(ErrorKind::TooLarge(u32::MAX as usize)))?;
    out.reserve(content + 4);
    out.extend_from_slice(&length.to_be_bytes());
    put_bytes(out, 1, event.as_bytes());
    put_tag(out, 2, WireType::Bytes);
    put_varint(out, extension as u64);
    put_tag(out, 1, WireType::Bytes);
    put_varint(out, object as u64);
    write_envelope(api_version, kind, raw, out);
    Ok(())
}
