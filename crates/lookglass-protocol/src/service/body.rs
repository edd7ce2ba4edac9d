//! Bodies: the one of every answer, [`Body`], and the reading of a request's.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use http_body::{Frame, SizeHint};

use crate::answer::Pieces;

/// Whatever went wrong while a body was read or written.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer.
///
/// It fails only if it was made from a body that fails ([`Body::stream`]); what the service itself makes never does.
///
/// # Cost
///
/// A body that is at hand owns shared pieces of bytes. Reading it copies small pieces together into chunks of at most 64 KiB and hands out
/// large ones as they are.
pub struct Body(Kind);

enum Kind {
    Pieces(Pieces),
    Stream(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>),
}

impl Body {
    /// A body without bytes.
    #[must_use]
    pub fn empty() -> Self {
        Self(Kind::Pieces(Pieces::default()))
    }

    /// A body that is at hand.
    #[must_use]
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Pieces(Pieces::from(bytes.into())))
    }

    /// A body that comes bit by bit: one's own, or another one in a wrapper that delays, cuts or counts it.
    #[must_use]
    pub fn stream<S>(stream: S) -> Self
    where
        S: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        use http_body_util::BodyExt as _;
        Self(Kind::Stream(Box::pin(stream.map_err(Into::into))))
    }

    /// Whether it comes bit by bit, as a watch does.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        matches!(self.0, Kind::Stream(_))
    }
}

impl From<Pieces> for Body {
    fn from(pieces: Pieces) -> Self {
        Self(Kind::Pieces(pieces))
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Pieces(pieces) => write!(f, "Body({} bytes)", pieces.len()),
            Kind::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.get_mut().0 {
            Kind::Pieces(pieces) => Poll::Ready(pieces.next_chunk().map(|chunk| Ok(Frame::data(chunk)))),
            Kind::Stream(stream) => stream.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Pieces(pieces) => pieces.is_empty(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Pieces(pieces) => SizeHint::with_exact(pieces.len()),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

/// Why a request's body was not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It is longer than allowed.
    TooLarge,
    /// It broke off.
    Broken(BoxError),
}

/// Reads a body whole. One that comes in a single piece of `Bytes` is not copied.
pub(crate) async fn read<R>(body: R, limit: usize) -> Result<Bytes, ReadError>
where
    R: http_body::Body<Error: Into<BoxError>>,
{
    // What the client announces is refused before it is sent.
    if body.size_hint().lower() > limit as u64 {
        return Err(ReadError::TooLarge);
    }
    let mut body = std::pin::pin!(body);
    let mut first = Bytes::new();
    let mut whole = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(|error| ReadError::Broken(error.into()))?;
        let Ok(mut data) = frame.into_data() else { continue };
        let length = data.remaining();
        if first.len().max(whole.len()) + length > limit {
            return Err(ReadError::TooLarge);
        }
        if first.is_empty() {
            first = data.copy_to_bytes(length);
            continue;
        }
        if whole.is_empty() {
            whole.reserve((body.size_hint().lower() as usize).min(limit) + first.len() + length);
            whole.extend_from_slice(&first);
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            whole.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.into() })
}
