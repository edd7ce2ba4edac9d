//! An answer's body: [`Body`].

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    gzip::Gunzip,
    observer::{BodyEnded, Observed},
};
use crate::{
    BoxError,
    transport::{Failure, Incoming},
};

/// An answer's body, which comes in as it is read. It holds its place on a connection until it is over or dropped.
///
/// Its data is as the server meant it: compression is undone.
pub struct Body {
    source: Source,
    gunzip: Option<Box<Gunzip>>,
    deadline: Option<Deadline>,
    meter: Option<Box<Meter>>,
}

enum Source {
    Whole(Option<Bytes>),
    Pooled(Incoming),
    Foreign(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>),
}

struct Deadline {
    timer: Pin<Box<Sleep>>,
    timeout: Duration,
}

/// Tells somebody when the body is over.
struct Meter {
    observed: Arc<Observed>,
    ended: BodyEnded,
    begun: Instant,
}

impl Body {
    fn new(source: Source) -> Self {
        Self { source, gunzip: None, deadline: None, meter: None }
    }

    pub(super) fn pooled(body: Incoming) -> Self {
        Self::new(Source::Pooled(body))
    }

    /// A body of somebody else's.
    pub(super) fn foreign<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        use http_body_util::BodyExt as _;
        Self::new(Source::Foreign(Box::pin(body.map_err(Into::into))))
    }

    /// With gzip undone.
    pub(super) fn gunzip(self) -> Self {
        Self { gunzip: Some(Box::new(Gunzip::new())), ..self }
    }

    /// To be over in time.
    pub(super) fn deadline(self, end: Instant, timeout: Duration) -> Self {
        Self { deadline: Some(Deadline { timer: Box::pin(sleep_until(end)), timeout }), ..self }
    }

    /// Watched by an observer.
    pub(super) fn metered(self, observed: Arc<Observed>, bytes_out: u64) -> Self {
        let ended = BodyEnded { bytes_out, bytes_in: 0, lasted: Duration::ZERO };
        Self { meter: Some(Box::new(Meter { observed, ended, begun: Instant::now() })), ..self }
    }

    fn poll_raw(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = match &mut self.source {
            Source::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Source::Pooled(body) => Pin::new(body).poll_frame(cx).map_err(BoxError::from),
            Source::Foreign(body) => body.as_mut().poll_frame(cx),
        };
        if let (Some(meter), Poll::Ready(Some(Ok(frame)))) = (&mut self.meter, &polled) {
            meter.ended.bytes_in += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        if let (Poll::Pending, Some(deadline)) = (&polled, &mut self.deadline)
            && deadline.timer.as_mut().poll(cx).is_ready()
        {
            let late = Failure::Timeout(deadline.timeout);
            self.end();
            return Poll::Ready(Some(Err(late.into())));
        }
        polled
    }

    /// Nothing more comes; what it holds is free.
    fn end(&mut self) {
        self.source = Source::Whole(None);
        self.gunzip = None;
        self.deadline = None;
        self.meter = None;
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        loop {
            if let Some(gunzip) = &mut this.gunzip {
                match gunzip.next() {
                    Ok(Some(piece)) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
                    Ok(None) => {}
                    Err(error) => {
                        this.end();
                        return Poll::Ready(Some(Err(error.into())));
                    }
                }
            }
            let Poll::Ready(frame) = this.poll_raw(cx) else { return Poll::Pending };
            let Some(gunzip) = &mut this.gunzip else {
                if !matches!(frame, Some(Ok(_))) {
                    this.end();
                }
                return Poll::Ready(frame);
            };
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => gunzip.feed(data),
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                Some(Err(error)) => {
                    this.end();
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    let whole = gunzip.finish();
                    this.end();
                    return Poll::Ready(whole.err().map(|error| Err(error.into())));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Whole(bytes) => bytes.is_none(),
            // What is left in the decoder is not known before it is asked for.
            _ if self.gunzip.is_some() => false,
            Source::Pooled(body) => body.is_end_stream(),
            Source::Foreign(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            _ if self.gunzip.is_some() => SizeHint::default(),
            Source::Pooled(body) => body.size_hint(),
            Source::Foreign(body) => body.size_hint(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::new(Source::Whole(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("over", &self.is_end_stream()).finish_non_exhaustive()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.ended.lasted = self.begun.elapsed();
        self.observed.ended(&self.ended);
    }
}
