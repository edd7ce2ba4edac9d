//! Cutting the body of a watch into frames: [`Framer`].

use bytes::{Bytes, BytesMut};
use lookglass_object::Encoding;
use thiserror::Error;

use super::place::SHOWN;

/// Cuts the body of a watch into frames, however the network cut it into chunks.
///
/// A frame is one line of JSON, or what follows a length of four bytes in protobuf. Feed the chunks as they come, take frames until there is none, and
/// ask [`finish`](Self::finish) at the end whether the body ended between two frames.
///
/// ```
/// use lookglass_client::bytes::Framer;
/// use lookglass_object::Encoding;
///
/// let mut framer = Framer::new(Encoding::Json);
/// framer.feed("{\"type\":\"ADDED\"}\n{\"ty".into());
/// assert_eq!(framer.next()?.as_deref(), Some(&br#"{"type":"ADDED"}"#[..]));
/// assert_eq!(framer.next()?, None);
/// framer.feed("pe\":\"DELETED\"}\n".into());
/// assert_eq!(framer.next()?.as_deref(), Some(&br#"{"type":"DELETED"}"#[..]));
/// framer.finish()?;
/// # Ok::<(), lookglass_client::bytes::FrameError>(())
/// ```
///
/// # Cost
///
/// A frame that lies within one chunk is a slice of it, not copied. One that spans chunks is copied once. Every byte is looked at once. No more than one frame
/// and one chunk are held.
#[derive(Debug)]
pub struct Framer {
    encoding: Encoding,
    limit: usize,
    /// The chunk that is being cut.
    chunk: Bytes,
    /// The beginning of a frame of which the rest is to come, without a newline in it.
    begun: BytesMut,
    /// How much was cut off before what is held now.
    offset: u64,
    /// Where the last frame begins that was cut.
    last: u64,
}

/// Why a body cannot be cut any further. The watch ends with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A frame is longer than the limit: a hostile or broken server, or a limit that is too low for the objects.
    #[error(
        "a frame at byte {offset} is longer than the limit of {limit} bytes; raise the limit if the objects are that large"
    )]
    TooLong {
        /// Where the frame begins in the body.
        offset: u64,
        /// The limit.
        limit: usize,
    },
    /// The body ended inside a frame: the connection was cut. What came before it was whole.
    #[error("the body ended inside a frame, {length} bytes after its start at byte {offset}: the connection was cut")]
    CutOff {
        /// Where the frame begins in the body.
        offset: u64,
        /// How much of it came.
        length: usize,
    },
}

/// Twice the most that etcd takes for an object by default leaves room for JSON's blanks and for servers with a higher limit.
const LIMIT: usize = 64 << 20;

const LENGTH: usize = 4;

impl Framer {
    /// A framer for a body. Defaults:
    ///
    /// * [`limit`](Self::limit): 64 MiB, many times what an API server stores.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, limit: LIMIT, chunk: Bytes::new(), begun: BytesMut::new(), offset: 0, last: 0 }
    }

    /// How long a frame may be.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Takes the next chunk of the body. What was not yet cut of the one before stays in front of it.
    pub fn feed(&mut self, chunk: Bytes) {
        if self.chunk.is_empty() {
            self.chunk = chunk;
        } else {
            // Only who feeds without taking all frames gets here.
            let mut joined = BytesMut::with_capacity(self.chunk.len() + chunk.len());
            joined.extend_from_slice(&self.chunk);
            joined.extend_from_slice(&chunk);
            self.chunk = joined.freeze();
        }
    }

    /// The next whole frame, without its newline or its length; `None` when more is needed.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLong`], as soon as it is known and before so much is held. It stays.
    #[expect(clippy::should_implement_trait, reason = "it is no iterator: after `None` there may be more")]
    pub fn next(&mut self) -> Result<Option<Bytes>, FrameError> {
        match self.encoding {
            Encoding::Json => self.line(),
            Encoding::Protobuf => self.message(),
        }
    }

    /// Says whether the body ended between two frames, as it does when a server ends a watch.
    ///
    /// # Errors
    ///
    /// [`FrameError::CutOff`].
    pub fn finish(&self) -> Result<(), FrameError> {
        let length = self.begun.len() + self.chunk.len();
        let blank = |byte: &u8| byte.is_ascii_whitespace();
        if self.encoding == Encoding::Json && self.begun.iter().chain(&self.chunk).all(blank) {
            return Ok(());
        }
        if length == 0 { Ok(()) } else { Err(FrameError::CutOff { offset: self.offset, length }) }
    }

    /// Where the frame begins in the body that [`next`](Self::next) gave last.
    #[must_use]
    pub fn last_offset(&self) -> u64 {
        self.last
    }

    /// Where that begins in the body of which no frame has been cut yet, and its first bytes.
    pub(crate) fn held(&self) -> (u64, Vec<u8>) {
        (self.offset, self.begun.iter().chain(&self.chunk).take(SHOWN).copied().collect())
    }

    fn line(&mut self) -> Result<Option<Bytes>, FrameError> {
        loop {
            let Some(end) = memchr::memchr(b'\n', &self.chunk) else {
                self.check(self.begun.len() + self.chunk.len())?;
                self.begun.extend_from_slice(&self.chunk);
                self.chunk = Bytes::new();
                return Ok(None);
            };
            let length = self.begun.len() + end;
            self.check(length)?;
            let rest = self.chunk.split_to(end);
            self.chunk = self.chunk.slice(1..);
            let line = self.joined(rest);
            self.last = self.offset;
            self.offset += length as u64 + 1;
            // Some servers keep a connection alive with empty lines.
            if !line.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    fn message(&mut self) -> Result<Option<Bytes>, FrameError> {
        // The four bytes of the length may themselves be spread over chunks.
        let missing = LENGTH.saturating_sub(self.begun.len()).min(self.chunk.len());
        let whole_length = self.begun.len() + self.chunk.len() >= LENGTH;
        if !whole_length || !self.begun.is_empty() {
            self.begun.extend_from_slice(&self.chunk.split_to(missing));
        }
        if !whole_length {
            return Ok(None);
        }
        let head = if self.begun.is_empty() { &self.chunk } else { &*self.begun };
        // Only the length is asked for here; that the content is there is seen below.
        let content = head.first_chunk::<LENGTH>().map_or(0, |length| u32::from_be_bytes(*length) as usize);
        self.check(content)?;
        let total = LENGTH + content;
        let missing = total - self.begun.len().min(total);
        if self.chunk.len() < missing {
            let chunk = std::mem::take(&mut self.chunk);
            if self.begun.is_empty() {
                self.begun.reserve(total.min(RESERVE));
            }
            self.begun.extend_from_slice(&chunk);
            return Ok(None);
        }
        let rest = self.chunk.split_to(missing);
        let frame = self.joined(rest);
        self.last = self.offset;
        self.offset += total as u64;
        Ok(Some(frame.slice(LENGTH..)))
    }

    /// What was begun with its rest; the rest alone, uncopied, if nothing was begun.
    fn joined(&mut self, rest: Bytes) -> Bytes {
        if self.begun.is_empty() {
            return rest;
        }
        self.begun.extend_from_slice(&rest);
        self.begun.split().freeze()
    }

    fn check(&self, length: usize) -> Result<(), FrameError> {
        if length > self.limit { Err(FrameError::TooLong { offset: self.offset, limit: self.limit }) } else { Ok(()) }
    }
}

/// What a length in a header is believed before its bytes have come.
const RESERVE: usize = 1 << 20;
