//! Bodies of answers: [`LoadBody`].

use std::{
    collections::VecDeque,
    convert::Infallible,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use lookglass_object::Encoding;
use tokio::{
    sync::watch,
    time::{Instant, Sleep, sleep_until},
};

use super::{
    collection::{Collection, Released},
    server::Totals,
};
use crate::measure::unix_time;

/// What is sent: bytes that are there, or a watch.
pub(super) enum LoadBody {
    Whole(VecDeque<Bytes>),
    Watch(Box<Watch>),
}

pub(super) struct Watch {
    pub(super) collection: Arc<Collection>,
    pub(super) encoding: Encoding,
    pub(super) totals: Arc<Totals>,
    /// Which objects are meant.
    pub(super) within: Range<usize>,
    /// Which of them are still to be sent as added.
    pub(super) initial: Range<usize>,
    /// Whether a bookmark ends the initial state.
    pub(super) mark_end: bool,
    pub(super) bookmarks: bool,
    /// How many events have been sent or were before this watch.
    pub(super) cursor: u64,
    /// How often watches had been expired before this one; `None` when this one has been.
    pub(super) expired: Option<u64>,
    pub(super) ready: VecDeque<Bytes>,
    pub(super) wait: Wait,
}

/// What a watch waits for when it has nothing to send.
pub(super) struct Wait {
    released: watch::Receiver<Released>,
    changed: Option<Pin<Box<dyn Future<Output = watch::Receiver<Released>> + Send>>>,
    bookmark: Pin<Box<Sleep>>,
    end: Option<Pin<Box<Sleep>>>,
}

/// As often as API servers mark.
const BOOKMARK: Duration = Duration::from_secs(60);

/// How many events are made at once.
const BATCH: usize = 32;

impl Wait {
    pub(super) fn new(released: watch::Receiver<Released>, timeout: Option<Duration>, now: Instant) -> Self {
        Self {
            released,
            changed: None,
            bookmark: Box::pin(sleep_until(now + BOOKMARK)),
            end: timeout.map(|timeout| Box::pin(sleep_until(now + timeout))),
        }
    }

    fn poll_changed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let changed = self.changed.get_or_insert_with(|| {
            let mut released = self.released.clone();
            Box::pin(async move {
                // The sender lives as long as the collection, which this watch holds.
                let _ = released.changed().await;
                released
            })
        });
        self.released = ready!(changed.as_mut().poll(cx));
        self.changed = None;
        Poll::Ready(())
    }
}

impl Watch {
    /// Makes what can be made now.
    fn fill(&mut self) {
        let (_, prepared) = self.collection.prepared(self.encoding);
        let mut bytes = Vec::with_capacity(BATCH * 10_000);
        let mut ends = Vec::with_capacity(BATCH);
        if !self.initial.is_empty() {
            for index in self.initial.by_ref().take(BATCH) {
                prepared.added(index, &mut bytes);
                ends.push(bytes.len());
            }
            self.totals.sent_objects(ends.len());
        } else if self.mark_end {
            self.mark_end = false;
            self.ready.push_back(prepared.bookmark(self.collection.version + self.cursor, true));
        } else {
            let released = self.wait.released.borrow_and_update().events;
            let now = unix_time();
            while self.cursor < released && ends.len() < BATCH {
                self.cursor += 1;
                let index = self.collection.changed(self.cursor);
                if self.within.contains(&index) {
                    prepared.modified(index, self.collection.version + self.cursor, now, &mut bytes);
                    ends.push(bytes.len());
                }
            }
            self.totals.sent_events(ends.len());
        }
        let bytes = Bytes::from(bytes);
        let mut start = 0;
        for end in ends {
            self.ready.push_back(bytes.slice(start..end));
            start = end;
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Poll::Ready(Some(chunk));
            }
            let released = *self.wait.released.borrow();
            let Some(expired) = self.expired else { return Poll::Ready(None) };
            if expired != released.expired {
                self.expired = None;
                return Poll::Ready(Some(self.collection.prepared(self.encoding).1.expired()));
            }
            if !self.initial.is_empty() || self.mark_end || self.cursor < released.events {
                self.fill();
                continue;
            }
            if let Some(end) = &mut self.wait.end
                && end.as_mut().poll(cx).is_ready()
            {
                return Poll::Ready(None);
            }
            if self.bookmarks && self.wait.bookmark.as_mut().poll(cx).is_ready() {
                let next = self.wait.bookmark.deadline() + BOOKMARK;
                self.wait.bookmark.as_mut().reset(next);
                let (_, prepared) = self.collection.prepared(self.encoding);
                self.ready.push_back(prepared.bookmark(self.collection.version + self.cursor, false));
                continue;
            }
            ready!(self.wait.poll_changed(cx));
        }
    }
}

impl LoadBody {
    pub(super) fn of(bytes: impl Into<Bytes>) -> Self {
        Self::Whole([bytes.into()].into())
    }

    /// Bytes in chunks of a size, or in one piece of a known length if they are fewer.
    pub(super) fn chunked(parts: &[Bytes], chunk: usize) -> Self {
        if parts.iter().map(Bytes::len).sum::<usize>() <= chunk {
            return Self::of(parts.concat());
        }
        let mut chunks = VecDeque::new();
        for mut part in parts.iter().cloned() {
            while part.len() > chunk {
                chunks.push_back(part.split_to(chunk));
            }
            chunks.push_back(part);
        }
        chunks.retain(|chunk: &Bytes| !chunk.is_empty());
        Self::Whole(chunks)
    }
}

impl Body for LoadBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let chunk = match &mut *self {
            Self::Whole(chunks) => chunks.pop_front(),
            Self::Watch(watch) => ready!(watch.poll_next(cx)),
        };
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(chunks) if chunks.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            // What is short has a length; what is long is chunked, as API servers do it.
            Self::Whole(chunks) if chunks.len() < 2 => {
                SizeHint::with_exact(chunks.iter().map(|chunk| chunk.len() as u64).sum())
            }
            _ => SizeHint::default(),
        }
    }
}
