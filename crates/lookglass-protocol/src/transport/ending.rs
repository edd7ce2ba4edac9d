//! Bodies that end when the server does: [`Ending`].

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};
use tokio::sync::watch;

use super::serving::told;

/// A body of an answer. One whose length is not known (a watch) ends between two frames when the server is told to stop, as a watch on a real
/// server does; one whose length is known is let finish.
pub(super) struct Ending<B> {
    body: B,
    stop: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<B: Body> Ending<B> {
    pub(super) fn new(body: B, stopped: watch::Receiver<bool>) -> Self {
        let endless = body.size_hint().exact().is_none() && !body.is_end_stream();
        Self { body, stop: endless.then(|| Box::pin(told(stopped)) as _) }
    }
}

impl<B: Body + Unpin> Body for Ending<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if polled.is_pending() && self.stop.as_mut().is_some_and(|stop| stop.as_mut().poll(cx).is_ready()) {
            // What was there has been sent: the end comes after the last change and not instead of it.
            return Poll::Ready(None);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
