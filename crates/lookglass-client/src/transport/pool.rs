//! Who travels on which connection: [`Pool`], without any I/O.
//!
//! It is told what is asked for and what became of connections, and answers with [`Action`]s. All its decisions are made in [`Pool::settle`], so they follow from its state alone and
//! not from the order in which news came in.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use super::Limits;

/// What a request is to its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Over soon: gets, lists, writes, leases.
    Short,
    /// Open for minutes: watches, followed logs.
    Long,
}

pub(super) const LANES: [Lane; 2] = [Lane::Short, Lane::Long];

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaks {
    /// One request at a time.
    Http1,
    /// As many streams as the peer allows.
    Http2 {
        /// The peer's `MAX_CONCURRENT_STREAMS`.
        streams: usize,
    },
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The waiter gets a stream of the connection.
    Grant {
        /// Who waited.
        waiter: u64,
        /// What it gets.
        connection: u64,
        /// As what.
        lane: Lane,
    },
    /// A connection is to be made.
    Dial(Lane),
    /// The connection is not needed any more; the pool has forgotten it.
    Close(u64),
    /// The connection has to end, whatever it still carries; the pool has forgotten it.
    Abort(u64),
}

/// Connections and who waits for them.
pub(super) struct Pool {
    limits: Limits,
    connections: BTreeMap<u64, Connection>,
    waiting: [VecDeque<u64>; 2],
    dialing: [usize; 2],
    /// What the last connection spoke: how many are needed is a guess until there was one.
    known: Option<Speaks>,
    next: u64,
}

struct Connection {
    /// For whom it was made. On HTTP/1.1, where it carries one request, it serves both.
    lane: Lane,
    speaks: Speaks,
    carried: [usize; 2],
    /// Takes no new streams, and is closed when the ones it has are over.
    retired: bool,
    /// It is closed then in any case.
    ends: Option<Instant>,
    /// Takes no new streams until it gives a sign of life.
    silent: bool,
    idle_since: Instant,
}

impl Connection {
    fn carries(&self) -> usize {
        self.carried[0] + self.carried[1]
    }

    fn long(&self) -> usize {
        self.carried[Lane::Long as usize]
    }

    fn streams(&self, limits: &Limits) -> usize {
        match self.speaks {
            Speaks::Http1 => 1,
            Speaks::Http2 { streams } => streams.min(limits.streams),
        }
    }

    fn is_http2(&self) -> bool {
        matches!(self.speaks, Speaks::Http2 { .. })
    }

    fn takes_more(&self, limits: &Limits) -> bool {
        !self.retired && !self.silent && self.carries() < self.streams(limits)
    }

    /// How many more long streams it takes: all it can if it was made for them, else up to half.
    fn room_for_long(&self, limits: &Limits) -> usize {
        if !self.takes_more(limits) {
            return 0;
        }
        let most = match self.lane {
            Lane::Long => limits.long,
            Lane::Short if self.is_http2() => limits.shared().min(self.streams(limits) / 2),
            Lane::Short => 1,
        };
        most.saturating_sub(self.long()).min(self.streams(limits) - self.carries())
    }
}

impl Pool {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            connections: BTreeMap::new(),
            waiting: Default::default(),
            dialing: [0; 2],
            known: None,
            next: 0,
        }
    }

    /// Somebody wants a stream.
    pub(super) fn ask(&mut self, lane: Lane, waiter: u64) {
        self.waiting[lane as usize].push_back(waiter);
    }

    /// Who asked does not want it any more.
    pub(super) fn withdraw(&mut self, lane: Lane, waiter: u64) {
        self.waiting[lane as usize].retain(|other| *other != waiter);
    }

    /// A connection was made.
    pub(super) fn dialled(&mut self, lane: Lane, speaks: Speaks, now: Instant) -> u64 {
        self.dialing[lane as usize] -= 1;
        self.known = Some(speaks);
        self.next += 1;
        let connection =
            Connection { lane, speaks, carried: [0; 2], retired: false, ends: None, silent: false, idle_since: now };
        self.connections.insert(self.next, connection);
        self.next
    }

    /// No connection could be made. Whoever waited for it, and for no other that is still being made, is told.
    pub(super) fn failed(&mut self, lane: Lane) -> Vec<u64> {
        self.dialing[lane as usize] -= 1;
        if self.dialing[lane as usize] > 0 {
            return Vec::new();
        }
        self.waiting[lane as usize].drain(..).collect()
    }

    /// The peer allows another number of streams.
    pub(super) fn limit(&mut self, connection: u64, streams: usize) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.speaks = Speaks::Http2 { streams };
            self.known = Some(connection.speaks);
        }
    }

    /// The connection has not answered for a moment, or has.
    pub(super) fn silent(&mut self, connection: u64, silent: bool) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.silent = silent;
        }
    }

    /// The connection takes no new streams.
    pub(super) fn retire(&mut self, connection: u64) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.retired = true;
        }
    }

    /// No connection that is there takes new streams, and all have to end before long.
    pub(super) fn retire_all(&mut self, now: Instant) {
        for connection in self.connections.values_mut() {
            connection.retired = true;
            connection.ends.get_or_insert(now + LAST_STREAMS);
        }
    }

    /// The connection is no more.
    pub(super) fn gone(&mut self, connection: u64) {
        self.connections.remove(&connection);
    }

    /// A stream is over.
    pub(super) fn released(&mut self, connection: u64, lane: Lane, now: Instant) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.carried[lane as usize] -= 1;
            connection.idle_since = now;
        }
    }

    /// How many connections there are, and how many streams on them.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.connections.len(), self.connections.values().map(Connection::carries).sum())
    }

    /// Nobody has, makes or wants a connection.
    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty() && self.dialing == [0; 2]
    }

    /// Does what follows from the state, until nothing does.
    pub(super) fn settle(&mut self, now: Instant) -> Vec<Action> {
        let mut actions = Vec::new();
        for lane in LANES {
            while let Some(waiter) = self.waiting[lane as usize].front().copied()
                && let Some(connection) = self.place(lane)
            {
                self.waiting[lane as usize].pop_front();
                if let Some(taken) = self.connections.get_mut(&connection) {
                    taken.carried[lane as usize] += 1;
                }
                actions.push(Action::Grant { waiter, connection, lane });
            }
        }
        let ends = |(id, connection): (&u64, &Connection)| connection.ends.filter(|end| *end <= now).map(|_| *id);
        for id in self.connections.iter().filter_map(ends).collect::<Vec<_>>() {
            self.connections.remove(&id);
            actions.push(Action::Abort(id));
        }
        for id in self.superfluous(now) {
            self.connections.remove(&id);
            actions.push(Action::Close(id));
        }
        for lane in LANES {
            for _ in 0..self.wanting(lane) {
                self.dialing[lane as usize] += 1;
                actions.push(Action::Dial(lane));
            }
        }
        actions
    }

    /// The connection that takes one more. The oldest with room, so that the others become idle and go.
    fn place(&self, lane: Lane) -> Option<u64> {
        let limits = &self.limits;
        let mut open = self.connections.iter().filter(|(_, connection)| connection.takes_more(limits));
        let found = match lane {
            Lane::Short => open
                .find(|(_, connection)| connection.lane == Lane::Short || !connection.is_http2())
                .or_else(|| self.shared_with_long()),
            Lane::Long => {
                let fits = |(_, connection): &(&u64, &Connection)| {
                    (connection.lane == Lane::Long || !connection.is_http2()) && connection.room_for_long(limits) > 0
                };
                open.find(fits).or_else(|| self.shared_with_short())
            }
        };
        found.map(|(id, _)| *id)
    }

    /// Of several connections for long streams the emptiest takes short ones too, rather than that one more is made for them.
    fn shared_with_long(&self) -> Option<(&u64, &Connection)> {
        let long =
            || self.connections.iter().filter(|(_, connection)| connection.lane == Lane::Long && connection.is_http2());
        if long().count() <= FULL {
            return None;
        }
        long()
            .filter(|(_, connection)| connection.takes_more(&self.limits) && connection.long() <= self.limits.shared())
            .min_by_key(|(_, connection)| connection.long())
    }

    /// Once several connections are full of long streams, the one for short requests takes some, rather than that one more is made for them.
    fn shared_with_short(&self) -> Option<(&u64, &Connection)> {
        if self.full() < FULL {
            return None;
        }
        let short = |(_, connection): &(&u64, &Connection)| connection.lane == Lane::Short;
        self.connections.iter().filter(short).find(|(_, connection)| connection.room_for_long(&self.limits) > 0)
    }

    /// How many long streams fit beside short requests.
    fn spare_of_short(&self) -> usize {
        let short = self.connections.values().filter(|connection| connection.lane == Lane::Short);
        short.filter(|connection| connection.is_http2()).map(|connection| connection.room_for_long(&self.limits)).sum()
    }

    /// Connections that carry all the long streams that they are to.
    fn full(&self) -> usize {
        let full = |connection: &&Connection| connection.is_http2() && connection.long() >= self.limits.long;
        self.connections.values().filter(full).count()
    }

    /// Connections of a lane whose peer allows no stream for the moment.
    fn closed(&self, lane: Lane) -> usize {
        let closed = |connection: &&Connection| {
            connection.lane == lane && !connection.retired && connection.speaks == Speaks::Http2 { streams: 0 }
        };
        self.connections.values().filter(closed).count()
    }

    /// How many connections are to be begun for those who wait.
    fn wanting(&self, lane: Lane) -> usize {
        let waiting = self.waiting[lane as usize].len();
        let each = match (self.known, lane) {
            // One will tell what the others are to be.
            (None, _) => usize::MAX,
            (Some(Speaks::Http1), _) => 1,
            (Some(Speaks::Http2 { streams }), Lane::Short) => streams.min(self.limits.streams).max(1),
            (Some(Speaks::Http2 { streams }), Lane::Long) => {
                streams.min(self.limits.streams).min(self.limits.long).max(1)
            }
        };
        let mut wanted = waiting.div_ceil(each);
        if lane == Lane::Long {
            // What the connection for short requests will take is not to be counted, if the others become full.
            let spare = self.spare_of_short();
            let fewer = waiting.saturating_sub(spare).div_ceil(each);
            wanted = if self.full() + fewer >= FULL { fewer } else { wanted };
        }
        let dialing = self.dialing[lane as usize];
        let wanted = match self.closed(lane) {
            0 => wanted.saturating_sub(dialing),
            closed => wanted.min(CLOSED.saturating_sub(closed)).saturating_sub(dialing),
        };
        let there = self.connections.len() + self.dialing[0] + self.dialing[1];
        // A few are kept for short requests, so that they go on whatever the long ones do.
        let kept = if lane == Lane::Long { KEPT.min(self.limits.connections.saturating_sub(1)) } else { 0 };
        let may_be = self.limits.connections.saturating_sub(kept).saturating_sub(there);
        wanted.min(may_be).min(AT_ONCE.saturating_sub(dialing))
    }

    /// Connections that nobody uses: retired, idle for long, or more HTTP/1.1 ones than are kept.
    fn superfluous(&self, now: Instant) -> Vec<u64> {
        let mut kept = 0;
        let superfluous = |(id, connection): (&u64, &Connection)| {
            if connection.carries() > 0 {
                return None;
            }
            kept += usize::from(!connection.is_http2());
            let idle = now.saturating_duration_since(connection.idle_since) >= self.limits.idle;
            (connection.retired || idle || (!connection.is_http2() && kept > IDLE_HTTP1)).then_some(*id)
        };
        self.connections.iter().filter_map(superfluous).collect()
    }
}

/// So many connections are filled with long streams before they and short requests share one.
const FULL: usize = 2;

/// So many connections on which a peer allows no stream are waited for, rather than that one more is opened to be told the same.
const CLOSED: usize = 2;

/// So many connections of the limit are kept for short requests.
const KEPT: usize = 2;

/// No more connections than this are begun at once for a lane: a server that comes back is not to be stormed.
const AT_ONCE: usize = 16;

/// client-go keeps as many.
const IDLE_HTTP1: usize = 25;

/// How long streams may stay on a connection whose certificates are not those of now. Watches of informers end by themselves within ten minutes.
const LAST_STREAMS: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests;
