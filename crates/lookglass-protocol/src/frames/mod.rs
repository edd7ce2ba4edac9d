//! Watches as bytes: frames, bookmarks, the end.
//!
//! # Promises
//!
//! * A frame for each change, in the order in which the watcher hands them out; nothing after an `ERROR`.
//! * A bookmark never says a version before everything up to it was sent, and none is sent that says nothing new.
//! * A watch ends with a clean end of its body: at its timeout, when its watcher is over, after an error. A watcher that panics ends its own
//!   watch with an `ERROR`.
//!
//! # Cost
//!
//! In JSON and in protobuf, a change that is told as it came to be is the stored frame itself: one reference is counted, nothing is encoded,
//! copied or allocated, however many watch. Small frames that are ready together go out as one chunk, copied into one buffer of at most
//! 32 KiB, so that a burst costs one write. One timer per watch, which is set anew once a minute.

mod bookmark;
mod encoder;

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::Frame;
use lookglass_object::Status;
use tokio::time::{Instant, Sleep, sleep_until};

pub(crate) use self::encoder::Encoder;
use crate::{
    WatchItem, Watcher,
    params::WatchStart,
    service::{Meter, guarded},
};

/// How long a watch is without a bookmark at most, if there is something to say.
const BOOKMARKS_EVERY: Duration = Duration::from_secs(60);

/// How long before the end of a watch its last bookmark comes.
const BEFORE_THE_END: Duration = Duration::from_secs(2);

/// About so much goes out as one chunk.
const CHUNK: usize = 32 * 1024;

/// A frame of this length is worth a chunk of its own.
const LARGE: usize = 8 * 1024;

/// A watch as a body.
pub(crate) struct Frames<W> {
    watcher: Pin<Box<W>>,
    encoder: Encoder,
    /// The version that the client knows of.
    sent: u64,
    /// Whether the client is told that the initial state is complete.
    end_mark: bool,
    bookmarks: bool,
    deadline: Instant,
    /// For the next bookmark or the end.
    timer: Pin<Box<Sleep>>,
    /// A large frame that did not fit behind small ones.
    held: Option<Bytes>,
    over: bool,
    meter: Meter,
}

impl<W: Watcher> Frames<W> {
    /// A watch that ends after `timeout`.
    pub(crate) fn new(
        watcher: W,
        encoder: Encoder,
        start: WatchStart,
        bookmarks: bool,
        timeout: Duration,
        meter: Meter,
    ) -> Self {
        let now = Instant::now();
        // Who asks for longer than the clock can count waits a year.
        let deadline = now.checked_add(timeout).unwrap_or(now + Duration::from_secs(365 * 24 * 3600));
        let sent = match start {
            WatchStart::After(version) => version,
            WatchStart::Now => watcher.progress(),
            WatchStart::State { .. } => 0,
        };
        let mut frames = Self {
            watcher: Box::pin(watcher),
            encoder,
            sent,
            end_mark: matches!(start, WatchStart::State { end_mark: true, .. }),
            bookmarks,
            deadline,
            timer: Box::pin(sleep_until(deadline)),
            held: None,
            over: false,
            meter,
        };
        frames.set_timer(now);
        frames
    }

    fn set_timer(&mut self, now: Instant) {
        let mut next = self.deadline;
        if self.bookmarks {
            next = next.min(now + BOOKMARKS_EVERY);
            if let Some(last) = self.deadline.checked_sub(BEFORE_THE_END).filter(|last| *last > now) {
                next = next.min(last);
            }
        }
        self.timer.as_mut().reset(next);
    }

    /// What can be sent now; `None` when the watch is over.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut chunk = Chunk { alone: self.held.take(), buffer: Vec::new() };
        while !self.over && self.held.is_none() && chunk.has_room() {
            match guarded(|| self.watcher.as_mut().poll_next(cx)) {
                Ok(Poll::Pending) => break,
                Ok(Poll::Ready(None)) => self.over = true,
                Ok(Poll::Ready(Some(item))) => self.take(item, &mut chunk),
                Err(_) => self.take(WatchItem::Failed(Status::internal_error("the watch panicked")), &mut chunk),
            }
        }
        // With a frame held back, all that the watcher has told is not sent yet, and a bookmark would lie.
        while !self.over && self.held.is_none() && self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if now >= self.deadline {
                self.over = true;
                break;
            }
            let version = self.watcher.progress();
            if version > self.sent {
                self.sent = version;
                self.encoder.bookmark(version, false, chunk.buffer());
            }
            self.set_timer(now);
        }
        match chunk.finish() {
            Some(bytes) => Poll::Ready(Some(bytes)),
            None if self.over => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    fn take(&mut self, item: WatchItem, chunk: &mut Chunk) {
        self.meter.event();
        match item {
            WatchItem::Change(change) => {
                self.sent = self.sent.max(change.object.version());
                match self.encoder.shared(&change) {
                    Some(frame) => self.held = chunk.push(frame),
                    None => {
                        if let Err(status) = self.encoder.change(&change, chunk.buffer()) {
                            self.take(WatchItem::Failed(status), chunk);
                        }
                    }
                }
            }
            WatchItem::Complete(version) => {
                self.sent = self.sent.max(version);
                if self.end_mark {
                    self.encoder.bookmark(version, true, chunk.buffer());
                }
            }
            WatchItem::Failed(status) => {
                self.encoder.error(&status, chunk.buffer());
                self.over = true;
            }
        }
    }
}

impl<W: Watcher> http_body::Body for Frames<W> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = ready!(self.get_mut().poll_chunk(cx));
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.over && self.held.is_none()
    }
}

/// What goes out together.
struct Chunk {
    /// The first frame, as long as it is the only one.
    alone: Option<Bytes>,
    buffer: Vec<u8>,
}

impl Chunk {
    fn has_room(&self) -> bool {
        self.buffer.len() < CHUNK && self.alone.as_ref().is_none_or(|frame| frame.len() < LARGE)
    }

    /// Where more is written to; what stood alone is there from now on.
    fn buffer(&mut self) -> &mut Vec<u8> {
        if let Some(first) = self.alone.take() {
            self.buffer.extend_from_slice(&first);
        }
        &mut self.buffer
    }

    /// Adds a frame, or gives it back if it deserves a chunk of its own. After that there is no room.
    fn push(&mut self, frame: Bytes) -> Option<Bytes> {
        if self.alone.is_none() && self.buffer.is_empty() {
            self.alone = Some(frame);
        } else if frame.len() >= LARGE {
            return Some(frame);
        } else {
            self.buffer().extend_from_slice(&frame);
        }
        None
    }

    fn finish(self) -> Option<Bytes> {
        self.alone.or_else(|| (!self.buffer.is_empty()).then(|| self.buffer.into()))
    }
}
