//! A watch as it comes in: [`Watch`].

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use http_body::Body as _;
use lookglass_object::{Encoding, Intake};

use crate::{Error, WatchEvent, bytes::Framer, client::Body};

/// A watch as it comes in: events, until the server ends it or the connection breaks. A [`Stream`] as well.
///
/// It ends with `None` when the server ended it between two events, which every watch does after a while; with an error, and then `None`, when it broke. Dropping it closes
/// it.
pub struct Watch<K> {
    what: String,
    encoding: Encoding,
    framer: Framer,
    intake: Intake<K>,
    body: Option<Body>,
}

impl<K> Watch<K> {
    pub(super) fn new(what: String, encoding: Encoding, intake: Intake<K>, body: Body) -> Self {
        Self { what, encoding, framer: Framer::new(encoding), intake, body: Some(body) }
    }

    /// The next event.
    ///
    /// An event whose object cannot be taken in is an [`Error::Item`] after which the watch goes on; whoever keeps a state by it must list anew, since that object's is not known.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has come stays for the next call.
    pub async fn next(&mut self) -> Option<Result<WatchEvent<K>, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn end(&mut self, error: Error) -> Poll<Option<Result<WatchEvent<K>, Error>>> {
        self.body = None;
        Poll::Ready(Some(Err(error)))
    }
}

impl<K> Stream for Watch<K> {
    type Item = Result<WatchEvent<K>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            match this.framer.next() {
                Ok(Some(frame)) => {
                    let event = WatchEvent::read(this.encoding, &frame, &mut this.intake);
                    let event = event.map_err(|error| Error::event(&this.what, error));
                    // Only an object that cannot be taken in leaves the frames behind it to be believed.
                    if matches!(event, Err(Error::Malformed { .. })) {
                        this.body = None;
                    }
                    return Poll::Ready(Some(event));
                }
                Ok(None) => {}
                Err(error) => {
                    let error = Error::frame(&this.what, error);
                    return this.end(error);
                }
            }
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        this.framer.feed(data);
                    }
                }
                Some(Err(error)) => {
                    let error = Error::cut_off(&this.what, error);
                    return this.end(error);
                }
                None => {
                    this.body = None;
                    return Poll::Ready(this.framer.finish().err().map(|error| Err(Error::frame(&this.what, error))));
                }
            }
        }
    }
}

impl<K> fmt::Debug for Watch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("what", &self.what).field("open", &self.body.is_some()).finish_non_exhaustive()
    }
}
