//! A body of many shared pieces: [`Pieces`].

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Bytes that stand in many places, one after another: what lies around the items of a list, and the items themselves, which are shared
/// with the store.
///
/// # Cost
///
/// Nothing is copied until [`next_chunk`](Self::next_chunk), and then only what is small. The length is known throughout.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    len: u64,
}

/// A chunk is about so long: large enough that a system call or a frame of HTTP/2 is well used, small enough to stay in the processor's cache.
const CHUNK: usize = 64 * 1024;

/// A piece of this length is handed out as it is.
const LARGE: usize = 32 * 1024;

impl Pieces {
    /// With room for so many.
    pub(crate) fn with_capacity(pieces: usize) -> Self {
        Self { pieces: VecDeque::with_capacity(pieces), len: 0 }
    }

    /// Appends one.
    pub(crate) fn push(&mut self, piece: impl Into<Bytes>) {
        let piece = piece.into();
        if !piece.is_empty() {
            self.len += piece.len() as u64;
            self.pieces.push_back(piece);
        }
    }

    /// How many bytes are left.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether none are left.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes the next bytes off: a large piece, or small ones put together.
    pub(crate) fn next_chunk(&mut self) -> Option<Bytes> {
        let first = self.pieces.pop_front()?;
        let mut chunk = BytesMut::new();
        let mut length = first.len();
        while let Some(next) = self.pieces.front()
            && first.len() < LARGE
            && next.len() < LARGE
            && length + next.len() <= CHUNK
        {
            if chunk.is_empty() {
                chunk.reserve(usize::try_from(self.len).map_or(CHUNK, |left| left.min(CHUNK)));
                chunk.extend_from_slice(&first);
            }
            chunk.extend_from_slice(next);
            length += next.len();
            self.pieces.pop_front();
        }
        self.len -= length as u64;
        Some(if chunk.is_empty() { first } else { chunk.freeze() })
    }

    /// All of it in one place; one piece alone is not copied.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        if self.pieces.len() < 2 {
            return self.pieces.pop_front().unwrap_or_default();
        }
        let mut whole = BytesMut::with_capacity(self.len as usize);
        for piece in self.pieces {
            whole.extend_from_slice(&piece);
        }
        whole.freeze()
    }
}

impl From<Bytes> for Pieces {
    fn from(piece: Bytes) -> Self {
        let mut pieces = Self::default();
        pieces.push(piece);
        pieces
    }
}
