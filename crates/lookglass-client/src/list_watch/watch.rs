//! A watch as it comes in: [`Watch`].

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use http_body::Body as _;
use lookglass_object::{Arrival, Encoding, Intake};

use crate::{
    Error, WatchEvent,
    bytes::{
        Framer,
        place::{self, Place},
    },
    client::Body,
};

/// A watch as it comes in: events, until the server ends it or the connection breaks. A [`Stream`] as well.
///
/// While it tells a state to begin with, a dictionary for packing may be due: it is learnt before more is read, which takes 10 to 20 ms once per kind.
///
/// It ends with `None` when the server ended it between two events, which every watch does after a while; with an error, and then `None`, when it broke. Dropping it closes
/// it.
pub struct Watch<K> {
    what: String,
    encoding: Encoding,
    framer: Framer,
    intake: Intake<K>,
    /// What it tells is the state that there is, until a bookmark says that it is complete: then changes come.
    arrival: Arrival,
    body: Option<Body>,
    received: Arc<AtomicU64>,
}

impl<K> Watch<K> {
    pub(super) fn new(
        what: String,
        encoding: Encoding,
        intake: Intake<K>,
        body: Body,
        received: Arc<AtomicU64>,
    ) -> Self {
        let arrival = Arrival::Changed;
        Self { what, encoding, framer: Framer::new(encoding), intake, arrival, body: Some(body), received }
    }

    /// It begins with a list.
    pub(super) fn of_state(self) -> Self {
        Self { arrival: Arrival::Listed, ..self }
    }

    /// The next event.
    ///
    /// An event whose object cannot be taken in, or whose type is not known, is an [`Error::Item`] after which the watch goes on; whoever keeps a state by it must list anew, since that object's is not known.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has come stays for the next call.
    pub async fn next(&mut self) -> Option<Result<WatchEvent<K>, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Waits for an event, and appends it and those that have come with it to `into`, up to `limit` in all; says how many. 0 is the end of the watch.
    ///
    /// For who takes many events at once: fewer wake-ups than [`next`](Self::next), and one lock for all of them. What comes is what comes there.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: nothing is appended until there is something, and then it is told at once.
    pub async fn next_many(&mut self, into: &mut Vec<Result<WatchEvent<K>, Error>>, limit: usize) -> usize {
        poll_fn(|cx| self.poll_many(cx, into, limit)).await
    }

    /// [`next_many`](Self::next_many) for who polls.
    pub fn poll_many(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut Vec<Result<WatchEvent<K>, Error>>,
        limit: usize,
    ) -> Poll<usize> {
        let mut taken = 0;
        while taken < limit {
            match self.poll_event(cx) {
                Poll::Ready(Some(event)) => into.push(event),
                Poll::Pending if taken == 0 => return Poll::Pending,
                Poll::Ready(None) | Poll::Pending => break,
            }
            taken += 1;
        }
        Poll::Ready(taken)
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<WatchEvent<K>, Error>>> {
        loop {
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            match self.framer.next() {
                Ok(Some(frame)) => {
                    let event = WatchEvent::read_as(self.arrival, self.encoding, &frame, &mut self.intake);
                    if matches!(&event, Ok(WatchEvent::Bookmark(mark)) if mark.initial_events_end) {
                        self.arrival = Arrival::Changed;
                    }
                    // What comes before it is learnt stays raw, so a state is read on when it is. Changes stay raw anyway.
                    if self.arrival == Arrival::Listed
                        && let Some(training) = self.intake.training()
                    {
                        training.run();
                    }
                    let event = event.map_err(|error| {
                        let begin = place::shown(self.encoding, &frame, place::is_secret(self.intake.family()));
                        Error::event(&self.what, error).at(Place::new(self.framer.last_offset(), begin))
                    });
                    // Only an event that is one, but cannot be taken in, leaves the frames behind it to be believed.
                    if matches!(event, Err(Error::Malformed { .. })) {
                        self.body = None;
                    }
                    return Poll::Ready(Some(event));
                }
                Ok(None) => {}
                Err(error) => return self.end(Error::frame(&self.what, error)),
            }
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.received.fetch_add(data.len() as u64, Ordering::Relaxed);
                        self.framer.feed(data);
                    }
                }
                Some(Err(error)) => return self.end(Error::cut_off(&self.what, error)),
                None => {
                    self.body = None;
                    let cut = self.framer.finish().err();
                    return Poll::Ready(cut.map(|error| Err(Error::frame(&self.what, error).at(self.place()))));
                }
            }
        }
    }

    fn end(&mut self, error: Error) -> Poll<Option<Result<WatchEvent<K>, Error>>> {
        self.body = None;
        Poll::Ready(Some(Err(error.at(self.place()))))
    }

    /// Where that begins of which no event has been made yet.
    fn place(&self) -> Place {
        let (offset, begin) = self.framer.held();
        Place::new(offset, place::shown(self.encoding, &begin, place::is_secret(self.intake.family())))
    }
}

impl<K> Stream for Watch<K> {
    type Item = Result<WatchEvent<K>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl<K> fmt::Debug for Watch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("what", &self.what).field("open", &self.body.is_some()).finish_non_exhaustive()
    }
}
