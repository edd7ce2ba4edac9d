//! What is done about errors.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Doing, Machine, Next};
use crate::later::later;
use crate::reflector::{Cause, Failure, ReflectorError, Remedy};

/// So many streaming lists in a row may break off before pages are asked for.
const TORN: u32 = 2;

/// Each so many-th failure of a watch in a row, without a step forward, a list is done: what the watch stumbles over may be in its past.
const STRIKES: u32 = 3;

/// Each so many-th watch in a row that broke off or ended at once, or was forbidden, a list is done. With the default waits that is after some three minutes: a server that restarts is back
/// by then, and resumes; where something in between lets no watch through, what changes is seen all the same.
const SHORTS: u32 = 8;

impl<K> Machine<K> {
    /// A watch, the request for it, or a probe failed.
    pub(super) fn watch_failed(&mut self, error: ReflectorError, now: Instant) {
        let list = if self.lists { Remedy::List } else { Remedy::Watch };
        match error.cause() {
            cause @ (Cause::Expired | Cause::TooLargeVersion) => {
                self.stale |= cause == Cause::TooLargeVersion;
                let wait = self.waits.spread(now, &mut self.random);
                self.fail(error, Remedy::List, wait, now);
            }
            // Whoever may watch need not be allowed to list; the watch goes on without the answer.
            Cause::Forbidden if matches!(self.doing, Doing::Probing { .. }) => {
                self.fail(error, Remedy::Watch, Duration::ZERO, now);
            }
            // The right to list may be there without the right to watch.
            Cause::Forbidden => {
                self.shorts += 1;
                let remedy = if self.shorts.is_multiple_of(SHORTS) { list } else { Remedy::Watch };
                self.much_later(error, remedy, now);
            }
            Cause::Unauthorized | Cause::Unprepared => self.much_later(error, Remedy::Watch, now),
            Cause::Missing => self.much_later(error, list, now),
            Cause::Overloaded | Cause::Unreachable => self.again(error, Remedy::Watch, now),
            Cause::CutOff if self.stepped(now) => self.fail(error, Remedy::Watch, Duration::ZERO, now),
            Cause::CutOff => self.fell_short(error, now),
            _ => {
                self.strikes += 1;
                let remedy = if self.strikes.is_multiple_of(STRIKES) { list } else { Remedy::Watch };
                self.again(error, remedy, now);
            }
        }
    }

    /// A watch ended, or broke off, at once and with nothing told.
    pub(super) fn fell_short(&mut self, error: ReflectorError, now: Instant) {
        self.shorts += 1;
        let list = self.lists && self.shorts.is_multiple_of(SHORTS);
        self.again(error, if list { Remedy::List } else { Remedy::Watch }, now);
    }

    /// A list in pages failed.
    pub(super) fn list_failed(&mut self, error: ReflectorError, now: Instant) {
        let Doing::Listing { gathering, whole, .. } = &self.doing else { return };
        match error.cause() {
            Cause::Expired if gathering.len() > 0 && !whole => {
                // The first page was given, so the version is good: what expired is what led to the next page.
                self.report(error, Remedy::List, now, now);
                self.rest(Next::Whole, Some(Cause::Expired), now);
            }
            Cause::Expired | Cause::TooLargeVersion if !self.stale => {
                self.stale = true;
                self.fail(error, Remedy::Pages, Duration::ZERO, now);
            }
            Cause::Unauthorized | Cause::Forbidden | Cause::Missing | Cause::Unprepared => {
                self.much_later(error, Remedy::List, now);
            }
            _ => self.again(error, Remedy::List, now),
        }
    }

    /// A streaming list, or the request for it, failed.
    pub(super) fn stream_failed(&mut self, error: ReflectorError, now: Instant) {
        match error.cause() {
            Cause::Unsupported => {
                self.avoid_streaming(now);
                self.fail(error, Remedy::Pages, Duration::ZERO, now);
            }
            // The right to list may be there without the right to watch.
            Cause::Forbidden => self.fail(error, Remedy::Pages, Duration::ZERO, now),
            Cause::Unauthorized | Cause::Missing | Cause::Unprepared => self.much_later(error, Remedy::List, now),
            Cause::Expired | Cause::TooLargeVersion if !self.stale => {
                self.stale = true;
                self.fail(error, Remedy::List, Duration::ZERO, now);
            }
            Cause::Expired | Cause::TooLargeVersion | Cause::Overloaded | Cause::Unreachable => {
                self.again(error, Remedy::List, now);
            }
            _ => self.torn_stream(error, now),
        }
    }

    /// A streaming list broke off.
    pub(super) fn torn_stream(&mut self, error: ReflectorError, now: Instant) {
        let Doing::Streaming { gathering, .. } = &self.doing else { return };
        let came = gathering.len() > 0;
        self.torn += 1;
        if self.torn >= TORN {
            self.avoid_streaming(now);
            self.again(error, Remedy::Pages, now);
        } else if came {
            self.fail(error, Remedy::List, Duration::ZERO, now);
        } else {
            self.again(error, Remedy::List, now);
        }
    }

    /// For a while lists are in pages.
    pub(super) fn avoid_streaming(&mut self, now: Instant) {
        self.torn = 0;
        self.pages_until = Some(later(now, self.options.streaming_retry));
    }

    /// Does it after a wait, which is no shorter than the server asked for.
    pub(super) fn again(&mut self, error: ReflectorError, remedy: Remedy, now: Instant) {
        let wait = self.waits.wait(now, &mut self.random).max(asked_for(&error));
        self.fail(error, remedy, wait, now);
    }

    /// Does it after a long wait: it does not mend itself, and asking costs the server.
    fn much_later(&mut self, error: ReflectorError, remedy: Remedy, now: Instant) {
        let wait = self.slow.wait(now, &mut self.random).max(asked_for(&error));
        self.fail(error, remedy, wait, now);
    }

    /// Reports, and does it after a wait.
    pub(super) fn fail(&mut self, error: ReflectorError, remedy: Remedy, wait: Duration, now: Instant) {
        let remedy = if self.lists || matches!(remedy, Remedy::Watch | Remedy::Probe) { remedy } else { Remedy::End };
        let (until, why) = (later(now, wait), error.cause());
        self.report(error, remedy, until, now);
        self.doing = match remedy {
            Remedy::End => Doing::Over,
            Remedy::Watch => Doing::Resting { until, then: Next::Watch, why: Some(why) },
            Remedy::Probe => Doing::Resting { until, then: Next::Probe, why: Some(why) },
            Remedy::Pages => Doing::Resting { until, then: Next::Pages, why: Some(why) },
            Remedy::List | Remedy::Repair => Doing::Resting { until, then: Next::List, why: Some(why) },
        };
    }

    /// Goes over to the next thing.
    pub(super) fn rest(&mut self, then: Next, why: Option<Cause>, until: Instant) {
        self.doing = Doing::Resting { until, then, why };
    }

    /// Reports something that the present stream survives, and sees to a list that repairs it.
    pub(super) fn repair_later(&mut self, error: ReflectorError, now: Instant) {
        if !self.lists {
            return self.report(error, Remedy::Watch, now, now);
        }
        let (repairs, random) = (&mut self.repairs, &mut self.random);
        let at = *self.repair_at.get_or_insert_with(|| later(now, repairs.wait(now, random)));
        self.report(error, Remedy::Repair, at, now);
    }

    pub(super) fn report(&mut self, error: ReflectorError, remedy: Remedy, next: Instant, now: Instant) {
        let failure = Arc::new(Failure { error: Arc::new(error), at: now, remedy, next });
        self.health.counters.failures += 1;
        self.health.last_failure = Some(Arc::clone(&failure));
        self.failures.push(failure);
    }

    /// Whether the watch that is open told something new, or has lived for a while.
    fn stepped(&self, now: Instant) -> bool {
        matches!(&self.doing, Doing::Watching { asked, began, .. }
            if *began != self.health.version || asked.lived(now) >= super::inputs::SHORT)
    }
}

/// How long the server asked to wait.
fn asked_for(error: &ReflectorError) -> Duration {
    error.status().and_then(lookglass_object::Status::retry_after).unwrap_or_default()
}
