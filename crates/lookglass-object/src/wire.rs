//! The protobuf wire: varints, tags, length-delimited chunks, skipping.
//!
//! # Promises
//!
//! * A [`Reader`] never reads outside the range it was given and never panics, whatever the bytes are.
//! * Every error carries the offset, counted from the start of the whole buffer, of the first byte that could not be
//!   understood; readers of nested chunks count from the same start.
//! * Each call does work proportional to the bytes it steps over; skipping a chunk is constant. Groups (which Kubernetes
//!   never writes, but protobuf allows in unknown fields) are skipped without recursion.
//!
//! # Cost
//!
//! Nothing here allocates, apart from growth of the `Vec` that a `put_*` function appends to.

use std::ops::Range;

use thiserror::Error;

/// What a reader of protobuf bytes may refuse, without the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WireErrorKind {
    /// The bytes end inside a tag, a number or a chunk.
    #[error("the bytes end in the middle of a value")]
    Truncated,
    /// A varint of more than ten bytes, or one that does not fit in 64 bits.
    #[error("a variable-length integer does not fit in 64 bits")]
    Overlong,
    /// A tag with field number zero or beyond protobuf's limit of 2^29 - 1.
    #[error("a field number must lie between 1 and 536870911")]
    FieldNumber,
    /// Wire types 6 and 7 do not exist.
    #[error("wire type {0} does not exist")]
    WireType(u8),
    /// The end of a group that never began, or the end of another group than the one that began.
    #[error("a group ends that did not begin")]
    Group,
}

/// What a reader of protobuf bytes refused, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("malformed protobuf at byte {offset}: {kind}")]
#[non_exhaustive]
pub struct WireError {
    /// Offset from the start of the whole buffer.
    pub offset: usize,
    /// The case.
    pub kind: WireErrorKind,
}

/// How a field's value is laid out, as the low three bits of its tag say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the protobuf encoding is frozen")]
pub enum WireType {
    /// A variable-length integer.
    Varint,
    /// Eight bytes, little-endian.
    Fixed64,
    /// A length, then so many bytes: strings, messages, packed lists.
    Bytes,
    /// The start of a group; only ever skipped.
    GroupStart,
    /// The end of a group; only ever skipped.
    GroupEnd,
    /// Four bytes, little-endian.
    Fixed32,
}

/// A field's number and the layout of the value that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the protobuf encoding is frozen")]
pub struct Tag {
    /// The field's number, never zero.
    pub number: u32,
    /// The layout of the value.
    pub wire: WireType,
}

/// Steps over the fields of one message.
///
/// A reader is a range of a buffer; copies are cheap and independent.
///
/// ```
/// use lookglass_object::wire::{Reader, WireType};
///
/// // field 1, a string "hi"; field 2, the number 300
/// let bytes = [0x0a, 2, b'h', b'i', 0x10, 0xac, 0x02];
/// let mut reader = Reader::new(&bytes);
/// let tag = reader.tag()?.expect("not at the end");
/// assert_eq!((tag.number, tag.wire), (1, WireType::Bytes));
/// assert_eq!(reader.bytes()?, b"hi");
/// assert_eq!(reader.tag()?.expect("not at the end").number, 2);
/// assert_eq!(reader.varint()?, 300);
/// assert_eq!(reader.tag()?, None);
/// # Ok::<(), lookglass_object::wire::WireError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    buffer: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader of all of `buffer`.
    #[must_use]
    pub fn new(buffer: &'a [u8]) -> Self {
        Self { buffer, at: 0 }
    }

    /// A reader of `range` of `buffer`, whose offsets count from the start of `buffer`. A range that reaches beyond the
    /// buffer is cut to it.
    #[must_use]
    pub fn over(buffer: &'a [u8], range: Range<usize>) -> Self {
        let end = range.end.min(buffer.len());
        Self { buffer: &buffer[..end], at: range.start.min(end) }
    }

    /// The offset of the next byte.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The offset where this reader ends.
    #[must_use]
    pub fn end(&self) -> usize {
        self.buffer.len()
    }

    /// The buffer up to this reader's end; offsets index into it.
    #[must_use]
    pub fn buffer(&self) -> &'a [u8] {
        self.buffer
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at >= self.buffer.len()
    }

    /// The bytes that are left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// The next field's tag, or `None` at the end.
    ///
    /// # Errors
    ///
    /// A malformed or truncated tag.
    #[inline]
    pub fn tag(&mut self) -> Result<Option<Tag>, WireError> {
        if self.is_empty() {
            return Ok(None);
        }
        let start = self.at;
        let raw = self.varint()?;
        let number = raw >> 3;
        if number == 0 || number > 0x1fff_ffff {
            return Err(WireError { offset: start, kind: WireErrorKind::FieldNumber });
        }
        let wire = match raw & 7 {
            0 => WireType::Varint,
            1 => WireType::Fixed64,
            2 => WireType::Bytes,
            3 => WireType::GroupStart,
            4 => WireType::GroupEnd,
            5 => WireType::Fixed32,
            other => return Err(WireError { offset: start, kind: WireErrorKind::WireType(other as u8) }),
        };
        Ok(Some(Tag { number: number as u32, wire }))
    }

    /// A variable-length integer.
    ///
    /// # Errors
    ///
    /// The bytes end, or the number does not fit in 64 bits.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, WireError> {
        match self.buffer.get(self.at) {
            Some(&byte) if byte < 0x80 => {
                self.at += 1;
                Ok(u64::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let start = self.at;
        let mut value = 0_u64;
        for (index, &byte) in self.rest().iter().enumerate().take(10) {
            let bits = u64::from(byte & 0x7f);
            if index == 9 && byte > 1 {
                break;
            }
            value |= bits << (7 * index);
            if byte < 0x80 {
                self.at = start + index + 1;
                return Ok(value);
            }
        }
        let kind = if self.rest().len() < 10 { WireErrorKind::Truncated } else { WireErrorKind::Overlong };
        Err(WireError { offset: start, kind })
    }

    /// Eight bytes, little-endian.
    ///
    /// # Errors
    ///
    /// The bytes end.
    pub fn fixed64(&mut self) -> Result<u64, WireError> {
        match self.rest().first_chunk::<8>() {
            Some(chunk) => {
                self.at += 8;
                Ok(u64::from_le_bytes(*chunk))
            }
            None => Err(self.truncated()),
        }
    }

    /// Four bytes, little-endian.
    ///
    /// # Errors
    ///
    /// The bytes end.
    pub fn fixed32(&mut self) -> Result<u32, WireError> {
        match self.rest().first_chunk::<4>() {
            Some(chunk) => {
                self.at += 4;
                Ok(u32::from_le_bytes(*chunk))
            }
            None => Err(self.truncated()),
        }
    }

    /// The range of a length-delimited value, in the whole buffer; the reader steps over it.
    ///
    /// # Errors
    ///
    /// The bytes end before the length or before the value does.
    #[inline]
    pub fn chunk(&mut self) -> Result<Range<usize>, WireError> {
        let start = self.at;
        let length = self.varint()?;
        let left = self.buffer.len() - self.at;
        if length > left as u64 {
            self.at = start;
            return Err(self.truncated());
        }
        let range = self.at..self.at + length as usize;
        self.at = range.end;
        Ok(range)
    }

    /// The bytes of a length-delimited value.
    ///
    /// # Errors
    ///
    /// As for [`chunk`](Self::chunk).
    #[inline]
    pub fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        let range = self.chunk()?;
        Ok(&self.buffer[range])
    }

    /// A reader of the fields of a nested message; this one steps over them.
    ///
    /// # Errors
    ///
    /// As for [`chunk`](Self::chunk).
    #[inline]
    pub fn message(&mut self) -> Result<Self, WireError> {
        let range = self.chunk()?;
        Ok(Self { buffer: &self.buffer[..range.end], at: range.start })
    }

    /// Steps over the value that follows `tag`.
    ///
    /// # Errors
    ///
    /// The bytes end, or groups do not match.
    #[inline]
    pub fn skip(&mut self, tag: Tag) -> Result<(), WireError> {
        match tag.wire {
            WireType::Varint => self.varint().map(drop),
            WireType::Bytes => self.chunk().map(drop),
            WireType::Fixed64 => self.fixed64().map(drop),
            WireType::Fixed32 => self.fixed32().map(drop),
            WireType::GroupStart => self.skip_group(tag.number),
            WireType::GroupEnd => Err(WireError { offset: self.at, kind: WireErrorKind::Group }),
        }
    }

    /// Steps over a group and all that is nested in it. Nesting is counted, not recursed into; only the outermost
    /// number is compared, as Go does.
    fn skip_group(&mut self, number: u32) -> Result<(), WireError> {
        let mut depth = 1_usize;
        loop {
            let start = self.at;
            let Some(tag) = self.tag()? else { return Err(self.truncated()) };
            match tag.wire {
                WireType::GroupStart => depth += 1,
                WireType::GroupEnd => {
                    depth -= 1;
                    if depth == 0 {
                        if tag.number == number {
                            return Ok(());
                        }
                        return Err(WireError { offset: start, kind: WireErrorKind::Group });
                    }
                }
                _ => self.skip(tag)?,
            }
        }
    }

    fn truncated(&self) -> WireError {
        WireError { offset: self.at, kind: WireErrorKind::Truncated }
    }
}

/// How many bytes [`put_varint`] appends.
#[must_use]
pub fn varint_len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Appends a variable-length integer.
#[inline]
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a tag.
#[inline]
pub fn put_tag(out: &mut Vec<u8>, number: u32, wire: WireType) {
    let low = match wire {
        WireType::Varint => 0,
        WireType::Fixed64 => 1,
        WireType::Bytes => 2,
        WireType::GroupStart => 3,
        WireType::GroupEnd => 4,
        WireType::Fixed32 => 5,
    };
    put_varint(out, u64::from(number) << 3 | low);
}

/// Appends a length-delimited field: tag, length, bytes.
#[inline]
pub fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, WireType::Bytes);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends a number field.
#[inline]
pub fn put_number(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, WireType::Varint);
    put_varint(out, value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind_of(result: Result<impl Sized, WireError>) -> (usize, WireErrorKind) {
        let error = result.err().expect("an error");
        (error.offset, error.kind)
    }

    #[test]
    fn refuses_what_is_no_field() {
        assert_eq!(kind_of(Reader::new(&[0x00]).tag()), (0, WireErrorKind::FieldNumber));
        assert_eq!(kind_of(Reader::new(&[0x0f]).tag()), (0, WireErrorKind::WireType(7)));
        assert_eq!(kind_of(Reader::new(&[0xff; 10]).tag()), (0, WireErrorKind::Overlong));
        assert_eq!(kind_of(Reader::new(&[0xff; 9]).varint()), (0, WireErrorKind::Truncated));
        assert_eq!(kind_of(Reader::over(&[1, 1, 9, 1], 2..4).bytes()), (2, WireErrorKind::Truncated));
        let mut reader = Reader::new(&[0x0c]);
        let tag = reader.tag().unwrap().unwrap();
        assert_eq!(kind_of(reader.skip(tag)), (1, WireErrorKind::Group));
    }

    #[test]
    fn a_length_of_two_to_the_64_minus_1_is_truncated_not_wrapped() {
        let bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0];
        assert_eq!(kind_of(Reader::new(&bytes).chunk()), (0, WireErrorKind::Truncated));
    }

    #[test]
    fn groups_are_skipped_however_deep() {
        let mut bytes = vec![0x0b; 100_000];
        bytes.extend(std::iter::repeat_n(0x0c, 100_000));
        let mut reader = Reader::new(&bytes);
        let tag = reader.tag().unwrap().unwrap();
        reader.skip(tag).unwrap();
        assert!(reader.is_empty());
        let mut reader = Reader::new(&bytes[..150_000]);
        let tag = reader.tag().unwrap().unwrap();
        assert_eq!(kind_of(reader.skip(tag)), (150_000, WireErrorKind::Truncated));
    }

    proptest! {
        #[test]
        fn varints_come_back(value: u64) {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            prop_assert_eq!(out.len(), varint_len(value));
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.varint().unwrap(), value);
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_bytes_end_or_fail_inside_the_buffer(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            loop {
                let before = reader.offset();
                match reader.tag().and_then(|tag| tag.map(|tag| reader.skip(tag)).transpose()) {
                    Ok(Some(())) => prop_assert!(reader.offset() > before),
                    Ok(None) => break,
                    Err(error) => {
                        prop_assert!(error.offset <= bytes.len());
                        break;
                    }
                }
            }
        }
    }
}
