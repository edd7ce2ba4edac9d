//! A list as it comes in: [`List`].

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::atomic::Ordering,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use http::Response;
use http_body::Body as _;
use lookglass_object::{Object, ResourceVersion};

use super::{ListOptions, ListWatch, request, request::Asked};
use crate::{Error, bytes::ListReader, client::Body};

/// A list as it comes in, item by item over all pages. A [`Stream`] as well.
///
/// The next page is asked for as soon as its token is known, which is before the items of the one before have come; so there is no pause between pages. No more is held
/// than what came with one chunk of the network. When a dictionary for packing is due it is learnt before more is read, which takes 10 to 20 ms once per kind.
///
/// So who reads slowly holds the server up, and a server gives up on an answer that is not read for about a minute: collect first what is to be worked on for long, as
/// [`Resources::list`](crate::Resources::list) does.
///
/// An item that cannot be taken in is an [`Error::Item`], after which the list goes on; after any other error it is over. A token that expired on the way is an
/// [`Error::Refused`] whose status [is expired](lookglass_object::Status::is_resource_expired); what then is best is the caller's to know, since items have been handed out.
pub struct List<K> {
    of: ListWatch<K>,
    options: ListOptions,
    what: String,
    ready: VecDeque<Result<Object<K>, Error>>,
    page: Page<K>,
    /// The page after the one that is being read, once it is known that there is one.
    next: Option<Ask>,
    version: ResourceVersion,
    remaining: Option<u64>,
    pages: usize,
}

enum Page<K> {
    Asked(Ask),
    Body(Box<ListReader<K>>, Body),
    End,
}

/// A page that was asked for, from the token that led to it.
struct Ask {
    answer: Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>,
    /// The answer, when it came before it was wanted.
    answered: Option<Result<Response<Body>, Error>>,
    token: Option<String>,
}

impl Ask {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<Body>, Error>> {
        match self.answered.take() {
            Some(answer) => Poll::Ready(answer),
            None => self.answer.as_mut().poll(cx),
        }
    }

    /// Drives the request without wanting its answer yet.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if self.answered.is_none()
            && let Poll::Ready(answer) = self.answer.as_mut().poll(cx)
        {
            self.answered = Some(answer);
        }
    }
}

impl<K: 'static> List<K> {
    pub(super) fn new(of: ListWatch<K>, options: ListOptions) -> Self {
        let what = format!("list {}", of.target());
        let mut list = Self {
            of,
            options,
            what,
            ready: VecDeque::new(),
            page: Page::End,
            next: None,
            version: ResourceVersion::default(),
            remaining: None,
            pages: 0,
        };
        list.page = Page::Asked(list.ask(None));
        list
    }

    /// The next item.
    ///
    /// # Errors
    ///
    /// An item that cannot be taken in; or the list is over with an error: see [`List`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has come stays for the next call.
    pub async fn next(&mut self) -> Option<Result<Object<K>, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Waits for an item, and appends it and those that have come with it to `into`, up to `limit` in all; says how many. 0 is the end of the list.
    ///
    /// For who takes many items at once: fewer wake-ups than [`next`](Self::next), and one lock for all of them.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: nothing is appended until there is something, and then it is told at once.
    pub async fn next_many(&mut self, into: &mut Vec<Result<Object<K>, Error>>, limit: usize) -> usize {
        poll_fn(|cx| self.poll_many(cx, into, limit)).await
    }

    /// [`next_many`](Self::next_many) for who polls.
    pub fn poll_many(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut Vec<Result<Object<K>, Error>>,
        limit: usize,
    ) -> Poll<usize> {
        let before = into.len();
        loop {
            let taken = into.len() - before;
            into.extend(self.ready.drain(..self.ready.len().min(limit - taken)));
            let taken = into.len() - before;
            if taken == limit || matches!(self.page, Page::End) {
                return Poll::Ready(taken);
            }
            if self.advance(cx).is_pending() {
                return if taken == 0 { Poll::Pending } else { Poll::Ready(taken) };
            }
        }
    }

    /// The version of the list, the same on all its pages: where a watch goes on. Unset until the first page told it, and after that if the server has none.
    #[must_use]
    pub fn version(&self) -> &ResourceVersion {
        &self.version
    }

    /// How many items are on the pages after the one that is being read, when the server says so.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.remaining
    }

    /// How many pages have begun to come. More than one means that the server, asked for a page, kept to its size.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.pages
    }

    fn ask(&self, token: Option<&str>) -> Ask {
        let request = self.of.request(&self.options.query(token), Asked::List);
        let (client, what) = (self.of.parts.client.clone(), self.what.clone());
        let answer = Box::pin(async move { client.send(&what, request?).await });
        Ask { answer, answered: None, token: token.map(str::to_owned) }
    }

    /// Takes note of what the page says of the list; asks for the next page when its token is there.
    fn heed(&mut self, cx: &mut Context<'_>) {
        let Page::Body(reader, _) = &self.page else { return };
        let head = reader.head();
        if self.version.is_unset() {
            self.version = head.version.clone();
        }
        self.remaining = head.remaining;
        if let Some(token) = &head.continue_token
            && self.next.is_none()
        {
            let mut next = self.ask(Some(token));
            next.drive(cx);
            self.next = Some(next);
        }
    }

    fn fail(&mut self, error: Error) {
        self.page = Page::End;
        self.next = None;
        self.ready.push_back(Err(error));
    }

    /// Reads on; `Ready` when there may be something to hand out.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.page {
            Page::End => {}
            Page::Asked(ask) => match ready!(ask.poll(cx)) {
                Ok(response) => match request::answered(&self.what, response.headers()) {
                    Ok(encoding) => {
                        self.pages += 1;
                        let reader = ListReader::new(encoding, self.of.intake());
                        self.page = Page::Body(Box::new(reader), response.into_body());
                    }
                    Err(error) => self.fail(error),
                },
                Err(error) => self.fail(error),
            },
            Page::Body(reader, body) => {
                if let Some(next) = &mut self.next {
                    next.drive(cx);
                }
                let (what, ready) = (&self.what, &mut self.ready);
                let mut sink = |item: Result<_, _>| {
                    ready.push_back(item.map_err(|error| Error::item(what, error)));
                };
                match ready!(Pin::new(body).poll_frame(cx)) {
                    Some(Ok(frame)) => {
                        let data = frame.into_data().unwrap_or_default();
                        self.of.parts.received.fetch_add(data.len() as u64, Ordering::Relaxed);
                        match reader.feed(&data, &mut sink) {
                            Ok(()) => {
                                if let Some(training) = reader.training() {
                                    training.run();
                                }
                                self.heed(cx);
                            }
                            Err(error) => {
                                let error = Error::list(&self.what, error).at(reader.place());
                                self.fail(error);
                            }
                        }
                    }
                    Some(Err(error)) => {
                        let error = Error::cut_off(&self.what, error).at(reader.place());
                        self.fail(error);
                    }
                    None => match reader.end(&mut sink) {
                        Ok(()) => {
                            self.heed(cx);
                            self.page = match self.next.take() {
                                // The connection that it found no room for may be the one that this page has just freed.
                                Some(Ask { answered: Some(Err(Error::Busy { .. })), token, .. }) => {
                                    Page::Asked(self.ask(token.as_deref()))
                                }
                                next => next.map_or(Page::End, Page::Asked),
                            };
                        }
                        Err(error) => {
                            let error = Error::list(&self.what, error).at(reader.place());
                            self.fail(error);
                        }
                    },
                }
            }
        }
        Poll::Ready(())
    }
}

impl<K: 'static> Stream for List<K> {
    type Item = Result<Object<K>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(item));
            }
            if matches!(self.page, Page::End) {
                return Poll::Ready(None);
            }
            ready!(self.advance(cx));
        }
    }
}

impl<K> fmt::Debug for List<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("what", &self.what).field("version", &self.version).finish_non_exhaustive()
    }
}
