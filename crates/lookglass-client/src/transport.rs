//! The way to one server: [`Transport`], a pool of connections.
//!
//! # What it promises
//!
//! * **Nobody hangs at a server's stream limit.** A connection of HTTP/2 carries at most 80 long streams (watches, followed logs), and never more of anything than the peer
//!   allows or 100. Then another connection is opened. A peer that allows one stream is thus spoken to as one of HTTP/1.1 is: by a connection for each request at a time.
//!   There are at most [512](Limits::connections) connections; who gets none within the time for connecting is told so with [`Failure::Busy`]. Long streams leave some of them to short requests.
//! * **Short requests have a connection of their own**, so that no flood of events delays the renewal of a lease. Only when two connections are full of long streams, a third one
//!   carries up to 40 of them *and* the short requests.
//! * **No stream starves another.** The window of a connection is larger than those of all its streams together, so a stream that nobody reads holds what is its own and no more
//!   (2 MiB). A long stream that has something to read and is not read for 30 s is closed with [`Failure::Unread`].
//! * **The dead are found.** An HTTP/2 connection without a byte for 30 s is pinged; two seconds later it gets no new requests, and 15 s later it is closed. HTTP/1.1 has TCP's own probes, and on Linux what was sent is to be acknowledged within 45 s.
//! * **Who is sent away goes.** After a GOAWAY new requests go elsewhere at once, and what the peer has not begun with is sent again: only a stream that the peer refused, or that is above the
//!   last one it will process, counts as such; and a request that found its connection dead before a stream was opened for it.
//! * **Rotation is followed.** When certificates change, connections that were made with the former ones take nothing new. They end with their last stream, and after ten minutes in any case:
//!   ending all at once, as client-go does, would have all informers reconnect in the same moment.
//! * **A client outlives a runtime.** Connections end with the runtime of whoever asked for them; the next request, on another one, gets a new connection at once. A place may be given back
//!   where there is no runtime at all.
//! * Connections that nobody uses for 90 s are closed; of HTTP/1.1, no more than 25 are kept idle. When the last handle goes, connections end with their streams.
//!
//! # What it costs
//!
//! A request takes the pool's lock twice and allocates one channel; no task is started for it. Bodies are read from the connection's own buffers, without a copy and without a task in between: per frame, one
//! uncontended lock. There is one task per connection, and one for the whole pool that looks after things every five seconds while there are connections.

mod count;
mod dial;
mod failure;
mod http1;
mod http2;
mod lease;
mod pool;
mod proxy;
mod shared;
mod stream;
#[cfg(any(feature = "rustls-ring", feature = "rustls-aws-lc"))]
mod tls;
#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
#[path = "transport/tls_missing.rs"]
mod tls;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use tokio::{sync::oneshot, time::sleep};

use self::{
    dial::Dialer,
    lease::{Lease, Way},
    pool::Lane,
    shared::Shared,
    stream::Source,
};
use crate::{auth::Credentials, config::Config};

pub(crate) use failure::Failure;
pub(crate) use stream::Incoming;

/// How much of what there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections.
    pub(crate) connections: usize,
    /// Streams on a connection.
    pub(crate) streams: usize,
    /// Long streams among them.
    pub(crate) long: usize,
    /// Until an unused connection is closed.
    pub(crate) idle: Duration,
    /// Until a long stream that nobody reads is closed.
    pub(crate) patience: Duration,
}

impl Limits {
    /// How often the pool looks after idle connections and unread streams.
    fn tick(&self) -> Duration {
        TICK.min(self.patience / 4).min(self.idle / 4).max(Duration::from_millis(1))
    }

    /// Long streams on a connection that carries short requests as well.
    fn shared(&self) -> usize {
        self.long / 2
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            streams: 100,
            long: 80,
            idle: Duration::from_secs(90),
            patience: Duration::from_secs(30),
        }
    }
}

/// How often the pool looks after things, unless it is asked for a finer sieve.
const TICK: Duration = Duration::from_secs(5);

/// A request that the peer has not begun with is sent again so often, for example when the peer closes connection after connection.
const REPEATS: u32 = 4;

/// After so long, and then after twice as long, and so on.
const REPEAT_AFTER: Duration = Duration::from_millis(50);

/// The way to one server. Clones share its connections.
#[derive(Clone)]
pub(crate) struct Transport {
    shared: Arc<Shared>,
}

impl Transport {
    pub(crate) fn new(config: &Config, credentials: Credentials, limits: Limits, prior_knowledge: bool) -> Self {
        Self { shared: Arc::new(Shared::new(Dialer::new(config, credentials, limits, prior_knowledge))) }
    }

    /// How many connections are open, and how many streams on them.
    pub(crate) fn count(&self) -> (usize, usize) {
        self.shared.count()
    }

    /// Bytes that were read and written so far, TLS included.
    pub(crate) fn traffic(&self) -> (u64, u64) {
        self.shared.dialer.traffic.so_far()
    }

    /// Looks whether certificates changed; if so, older connections take nothing new.
    pub(crate) async fn renew(&self) -> bool {
        // What cannot be had now stays as it is; who makes the next connection is told.
        let generation = self.shared.dialer.generation().await.unwrap_or_default();
        self.shared.renew(generation)
    }

    /// Sends a request whose address names scheme and host. `long`: its answer stays open for minutes.
    pub(crate) async fn send(&self, request: Request<Bytes>, long: bool) -> Result<Response<Incoming>, Failure> {
        if request.headers().contains_key(http::header::UPGRADE) {
            return self.upgrade(request).await;
        }
        let lane = if long { Lane::Long } else { Lane::Short };
        let mut repeats = 0;
        loop {
            let mut lease = self.shared.place(lane).await?;
            let failure = match exchange(&mut lease, request.clone()).await {
                Ok((head, source)) => {
                    let body = Incoming::new(source, Some(lease));
                    if long {
                        self.shared.look_after(body.watched());
                    }
                    return Ok(head.map(|()| body));
                }
                Err(Refused::Stream(failure)) => failure,
                Err(Refused::Connection(failure)) => {
                    // The connection's own task will find out as well, but maybe not before the next request is placed.
                    lease.retire();
                    failure
                }
            };
            drop(lease);
            if !matches!(failure, Failure::Unsent(_)) || repeats == REPEATS {
                return Err(failure);
            }
            // The first time at once, for it is mostly a connection that was just closed.
            sleep(REPEAT_AFTER * repeats).await;
            repeats += 1;
        }
    }

    /// A request that makes something else of its connection, which is HTTP/1.1 and its own.
    async fn upgrade(&self, request: Request<Bytes>) -> Result<Response<Incoming>, Failure> {
        let connected = self.shared.dialer.connect(true).await?;
        let (mut sender, connection) = http1::begin(connected.io).await?;
        let (close, closing) = oneshot::channel();
        tokio::spawn(http1::drive(connection, closing));
        // It goes with what comes of it.
        drop(close);
        let response = sender.send(http1::prepared(request)).await?;
        Ok(response.map(|body| Incoming::new(Source::Http1(body), None)))
    }
}

/// Why a request was not answered.
enum Refused {
    /// The connection may be well.
    Stream(Failure),
    /// The connection is of no use any more.
    Connection(Failure),
}

async fn exchange(lease: &mut Lease, request: Request<Bytes>) -> Result<(Response<()>, Source), Refused> {
    match lease.use_up() {
        Way::Http2(sender) => {
            let (head, data) = http2::send(sender, request).await?.into_parts();
            Ok((Response::from_parts(head, ()), Source::Http2 { data, over: false }))
        }
        Way::Http1(sender) => {
            let Some(sender) = sender else {
                return Err(Refused::Connection(Failure::unsent("the connection is gone")));
            };
            let answered = sender.send(http1::prepared(request)).await;
            let (head, body) = answered.map_err(Refused::Connection)?.into_parts();
            Ok((Response::from_parts(head, ()), Source::Http1(body)))
        }
    }
}
