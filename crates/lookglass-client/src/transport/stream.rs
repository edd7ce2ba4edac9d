//! An answer's body on its way from a connection: [`Incoming`].
//!
//! The reader pulls from the connection's own buffers: nothing is copied and nobody stands in between. That has a price: what nobody reads stays in the connection's window. So the
//! pool looks after long streams every few seconds. If one was not read since, the pool reads *one* frame in the reader's name and keeps it for him. If it is still there when
//! [patience](super::Limits::patience) is over, the stream is closed and its memory freed.

use std::{
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::{Failure, http1, lease::Lease};

type Polled = Poll<Option<Result<Frame<Bytes>, Failure>>>;

/// An answer's body on its way from a connection. When it is over or dropped, its place on the connection is free.
pub(crate) struct Incoming(Arc<Mutex<State>>);

struct State {
    /// None when it is over.
    source: Option<Source>,
    /// Read in the reader's name.
    kept: Option<Result<Frame<Bytes>, Failure>>,
    /// Since when something lies there unread.
    unread_since: Option<Instant>,
    /// The reader has asked since the pool last looked.
    read: bool,
    /// Who waits for more.
    reader: Option<Waker>,
    /// What it was closed with, until the reader has been told.
    closed: Option<Failure>,
    lease: Option<Lease>,
}

/// The connection's side.
pub(super) enum Source {
    Http1(http1::Body),
    Http2 { data: h2::RecvStream, over: bool },
}

impl Source {
    fn poll(&mut self, cx: &mut Context<'_>) -> Polled {
        match self {
            Self::Http1(body) => body.poll_frame(cx),
            Self::Http2 { data, over } => {
                while !*over {
                    match ready!(data.poll_data(cx)) {
                        Some(Ok(bytes)) => {
                            // It is the reader's from now on. There is as much to release as came.
                            _ = data.flow_control().release_capacity(bytes.len());
                            // Some servers end a stream with an empty frame.
                            if bytes.is_empty() {
                                continue;
                            }
                            return Poll::Ready(Some(Ok(Frame::data(bytes))));
                        }
                        // The server had all it needed of the request and has said everything.
                        Some(Err(error)) if error.reason() == Some(h2::Reason::NO_ERROR) && error.is_reset() => {
                            *over = true;
                        }
                        Some(Err(error)) => return Poll::Ready(Some(Err(Failure::broken(error)))),
                        None => *over = true,
                    }
                }
                let trailers: Option<Result<HeaderMap, h2::Error>> = ready!(data.poll_trailers(cx)).transpose();
                Poll::Ready(trailers.map(|end| end.map(Frame::trailers).map_err(Failure::broken)))
            }
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Http1(body) => body.is_end_stream(),
            Self::Http2 { data, over } => *over || data.is_end_stream(),
        }
    }
}

impl State {
    fn end(&mut self, whole: bool) {
        self.source = None;
        if let Some(lease) = self.lease.take() {
            lease.end(whole);
        }
    }
}

impl Incoming {
    /// Without a lease it is on a connection of its own.
    pub(super) fn new(source: Source, lease: Option<Lease>) -> Self {
        let mut state = State {
            source: Some(source),
            kept: None,
            unread_since: None,
            read: true,
            reader: None,
            closed: None,
            lease,
        };
        if state.source.as_ref().is_some_and(Source::is_over) {
            state.end(true);
        }
        Self(Arc::new(Mutex::new(state)))
    }

    /// For whoever looks after it.
    pub(super) fn watched(&self) -> Watched {
        Watched(Arc::downgrade(&self.0))
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let mut state = self.0.lock();
        let state = &mut *state;
        state.read = true;
        if let Some(frame) = state.kept.take() {
            state.unread_since = None;
            if frame.is_err() {
                state.end(false);
            }
            return Poll::Ready(Some(frame));
        }
        if let Some(failure) = state.closed.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        let Some(source) = &mut state.source else { return Poll::Ready(None) };
        match source.poll(cx) {
            Poll::Pending => {
                match &mut state.reader {
                    Some(reader) => reader.clone_from(cx.waker()),
                    reader => *reader = Some(cx.waker().clone()),
                }
                Poll::Pending
            }
            Poll::Ready(Some(Ok(frame))) => {
                if source.is_over() {
                    state.end(true);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                state.end(end.is_none());
                Poll::Ready(end)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = self.0.lock();
        state.kept.is_none() && state.closed.is_none() && state.source.as_ref().is_none_or(Source::is_over)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0.lock().source {
            Some(Source::Http1(body)) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}

/// A long stream, as the pool looks after it.
pub(super) struct Watched(Weak<Mutex<State>>);

impl Watched {
    /// Looks whether it is read. Says whether it is to be looked after any longer.
    pub(super) fn look(&self, now: Instant, patience: Duration) -> bool {
        let Some(state) = self.0.upgrade() else { return false };
        let mut state = state.lock();
        let state = &mut *state;
        let Some(source) = &mut state.source else { return false };
        if std::mem::take(&mut state.read) {
            return true;
        }
        if state.kept.is_none() {
            let reader = state.reader.as_ref().unwrap_or(Waker::noop());
            // If there is nothing, the reader is woken by what comes, just as if he had asked himself.
            let Poll::Ready(frame) = source.poll(&mut Context::from_waker(reader)) else { return true };
            match frame {
                Some(frame) => state.kept = Some(frame),
                None => {
                    state.end(true);
                    return false;
                }
            }
            state.unread_since = Some(now);
        }
        if state.unread_since.is_some_and(|since| now.saturating_duration_since(since) >= patience) {
            state.kept = None;
            state.closed = Some(Failure::Unread(patience));
            state.end(false);
            if let Some(reader) = state.reader.take() {
                reader.wake();
            }
            return false;
        }
        true
    }
}
