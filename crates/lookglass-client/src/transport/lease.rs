//! A place on a connection: [`Lease`].

use std::sync::Weak;

use super::{http1, http2, pool::Lane, shared::Shared};

/// A place on a connection. When it goes, somebody else may have it.
pub(super) struct Lease {
    pub(super) way: Way,
    shared: Weak<Shared>,
    connection: u64,
    lane: Lane,
    state: State,
}

/// A way to send a request.
pub(super) enum Way {
    /// None when the lease is over.
    Http1(Option<http1::Sender>),
    Http2(http2::Sender),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Used,
    Over,
}

impl Lease {
    pub(super) fn new(way: Way, shared: Weak<Shared>, connection: u64, lane: Lane) -> Self {
        Self { way, shared, connection, lane, state: State::Fresh }
    }

    /// A request is about to be sent.
    pub(super) fn use_up(&mut self) -> &mut Way {
        self.state = State::Used;
        &mut self.way
    }

    /// The request is over. `whole` says whether everything of it was read: a connection of HTTP/1.1 cannot carry another one otherwise.
    pub(super) fn end(mut self, whole: bool) {
        self.give_back(whole);
    }

    /// The connection is of no use for new requests.
    pub(super) fn retire(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.retire(self.connection);
        }
    }

    fn give_back(&mut self, whole: bool) {
        let whole = match std::mem::replace(&mut self.state, State::Over) {
            State::Fresh => true,
            State::Used => whole,
            State::Over => return,
        };
        let Some(shared) = self.shared.upgrade() else { return };
        let sender = match &mut self.way {
            Way::Http1(sender) => sender.take().filter(|_| whole),
            Way::Http2(_) => None,
        };
        shared.released(self.connection, self.lane, sender);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.give_back(false);
    }
}
