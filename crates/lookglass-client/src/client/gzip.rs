//! Gzip as it comes in: [`Gunzip`].
//!
//! API servers compress large lists as one member; those of Kubernetes 1.37 and later compress watches as well, each event as a member of its own. So the end of a member is the end of nothing, and
//! what was decoded is handed out at once, however the network cut it.
//!
//! # What it costs
//!
//! A window of 32 KiB per stream, and one buffer of at most 64 KiB per piece that is handed out: a few bytes that swell to gigabytes are handed out piece by piece, so that the limit of whoever reads
//! holds. Each member's length and checksum are checked.

use bytes::{Bytes, BytesMut};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use thiserror::Error;

/// Bytes that are no gzip, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum GzipError {
    /// It does not begin as gzip does.
    #[error("the answer says that it is gzip, and is not")]
    NotGzip,
    /// A member is damaged.
    #[error("the gzip data is damaged")]
    Damaged,
    /// It stops within a member.
    #[error("the gzip data was cut off")]
    CutOff,
}

/// Pieces that are handed out are no larger.
const PIECE: usize = 64 << 10;

/// Most members of a watch are small.
const SMALL: usize = 4 << 10;

/// What comes before the compressed data: magic, method, flags, time, extra flags, system.
const HEAD: usize = 10;

const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const HEAD_CHECKSUM: u8 = 1 << 1;
const RESERVED: u8 = 0b1110_0000;

/// A name or a comment is no longer.
const MAX_TEXT: usize = 64 << 10;

/// Decodes gzip of any number of members.
pub(super) struct Gunzip {
    part: Part,
    inflate: Decompress,
    crc: Crc,
    input: Bytes,
}

/// What comes next of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The fixed head, of which so many bytes have come.
    Head {
        come: usize,
        flags: u8,
    },
    /// The length of the extra field: its first byte may have come.
    ExtraLength {
        flags: u8,
        low: Option<u8>,
    },
    /// So many bytes to leave out.
    Extra {
        flags: u8,
        left: usize,
    },
    /// A text that ends with a zero byte: a name or a comment.
    Text {
        flags: u8,
        come: usize,
    },
    /// So many bytes of a checksum to leave out.
    HeadChecksum {
        left: u8,
    },
    Data,
    /// Checksum and length, of which so many bytes have come.
    Tail {
        come: usize,
        bytes: [u8; 8],
    },
}

const BEGIN: Part = Part::Head { come: 0, flags: 0 };

impl Gunzip {
    pub(super) fn new() -> Self {
        Self { part: BEGIN, inflate: Decompress::new(false), crc: Crc::new(), input: Bytes::new() }
    }

    /// Takes what came. Only when [`next`](Self::next) has nothing more to give.
    pub(super) fn feed(&mut self, input: Bytes) {
        self.input = input;
    }

    /// The next piece of what was fed; none when more has to come.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, GzipError> {
        loop {
            if self.part == Part::Data {
                let piece = self.inflate()?;
                if !piece.is_empty() {
                    return Ok(Some(piece));
                }
                if self.part == Part::Data {
                    return Ok(None);
                }
            }
            if self.input.is_empty() {
                return Ok(None);
            }
            let byte = self.input.split_to(1)[0];
            self.part = self.step(byte)?;
        }
    }

    /// The answer is over.
    pub(super) fn finish(&self) -> Result<(), GzipError> {
        if self.part == BEGIN { Ok(()) } else { Err(GzipError::CutOff) }
    }

    fn inflate(&mut self) -> Result<Bytes, GzipError> {
        let mut piece = BytesMut::zeroed(if self.input.len() < SMALL { SMALL } else { PIECE });
        let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(&self.input, &mut piece, FlushDecompress::None);
        let status = status.map_err(|_| GzipError::Damaged)?;
        // Both are at most the lengths of the slices.
        let read = (self.inflate.total_in() - read) as usize;
        let written = (self.inflate.total_out() - written) as usize;
        if read == 0 && written == 0 && !self.input.is_empty() && status != Status::StreamEnd {
            return Err(GzipError::Damaged);
        }
        _ = self.input.split_to(read);
        piece.truncate(written);
        self.crc.update(&piece);
        if status == Status::StreamEnd {
            self.part = Part::Tail { come: 0, bytes: [0; 8] };
        }
        Ok(piece.freeze())
    }

    /// What comes after a byte that is not compressed data.
    fn step(&mut self, byte: u8) -> Result<Part, GzipError> {
        let next = match self.part {
            Part::Head { come, flags } => {
                let flags = if come == 3 { byte } else { flags };
                let wrong = match come {
                    0 => byte != 0x1f,
                    1 => byte != 0x8b,
                    // Deflate, the only method there is.
                    2 => byte != 8,
                    3 => byte & RESERVED != 0,
                    _ => false,
                };
                if wrong {
                    return Err(GzipError::NotGzip);
                }
                if come + 1 < HEAD { Part::Head { come: come + 1, flags } } else { self.after_head(flags) }
            }
            Part::ExtraLength { flags, low: None } => Part::ExtraLength { flags, low: Some(byte) },
            Part::ExtraLength { flags, low: Some(low) } => {
                let left = usize::from(u16::from_le_bytes([low, byte]));
                if left > 0 { Part::Extra { flags, left } } else { self.after_head(flags & !EXTRA) }
            }
            Part::Extra { flags, left: 1 } => self.after_head(flags & !EXTRA),
            Part::Extra { flags, left } => Part::Extra { flags, left: left - 1 },
            Part::Text { flags, .. } if byte == 0 => {
                // The name comes before the comment.
                let done = if flags & NAME != 0 { NAME } else { COMMENT };
                self.after_head(flags & !done)
            }
            Part::Text { come: MAX_TEXT, .. } => return Err(GzipError::Damaged),
            Part::Text { flags, come } => Part::Text { flags, come: come + 1 },
            Part::HeadChecksum { left: 2 } => Part::HeadChecksum { left: 1 },
            Part::HeadChecksum { .. } => self.after_head(0),
            Part::Data => Part::Data,
            Part::Tail { come, mut bytes } => {
                bytes[come] = byte;
                if come + 1 < bytes.len() { Part::Tail { come: come + 1, bytes } } else { self.check(bytes)? }
            }
        };
        Ok(next)
    }

    /// What comes after the fixed head, or after one of the fields behind it: those whose flags are still set.
    fn after_head(&mut self, flags: u8) -> Part {
        if flags & EXTRA != 0 {
            Part::ExtraLength { flags, low: None }
        } else if flags & (NAME | COMMENT) != 0 {
            Part::Text { flags, come: 0 }
        } else if flags & HEAD_CHECKSUM != 0 {
            Part::HeadChecksum { left: 2 }
        } else {
            Part::Data
        }
    }

    /// Compares a member with what it says of itself, and gets ready for the next.
    fn check(&mut self, bytes: [u8; 8]) -> Result<Part, GzipError> {
        let [a, b, c, d, e, f, g, h] = bytes;
        let checksum = u32::from_le_bytes([a, b, c, d]);
        let length = u32::from_le_bytes([e, f, g, h]);
        if checksum != self.crc.sum() || length != self.crc.amount() {
            return Err(GzipError::Damaged);
        }
        self.crc.reset();
        self.inflate.reset(false);
        Ok(BEGIN)
    }
}

#[cfg(test)]
mod tests;
