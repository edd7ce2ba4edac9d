//! What a machine begins, and how it asks for it.

use std::time::{Duration, Instant};

use lookglass_cache::Change;
use lookglass_client::{ListFrom, WatchFrom};

use super::{Asked, Doing, Gathering, Machine, Next, Request};
use crate::later::{NEVER, later, times};

/// client-go's.
const PAGE_SIZE: u32 = 500;

/// No watch is asked to be shorter: the server counts in seconds, and takes none for its own choice.
const LEAST: Duration = Duration::from_secs(1);

impl<K> Machine<K> {
    /// Begins what is due.
    pub(super) fn begin(&mut self, next: Next, now: Instant) {
        let streams = self.options.streaming && self.pages_until.is_none_or(|until| until <= now);
        match next {
            Next::List if streams => self.begin_streaming(now),
            Next::List | Next::Pages => self.begin_list(false, now),
            Next::Whole => self.begin_list(true, now),
            Next::Watch => self.begin_watch(now),
            Next::Probe => {
                self.ask = Some(Request::Probe { from: ListFrom::NotOlderThan(self.health.version.clone()) });
                self.doing = Doing::Probing { asked: Asked::new(now, Duration::ZERO) };
            }
        }
    }

    fn begin_streaming(&mut self, now: Instant) {
        self.health.counters.streaming_lists += 1;
        let from = if self.stale || self.health.version.is_unset() {
            WatchFrom::State
        } else {
            WatchFrom::StateNotOlderThan(self.health.version.clone())
        };
        let asked = self.ask_for_watch(from, now);
        self.doing = Doing::Streaming { asked, gathering: Gathering::new(), moved: now };
    }

    fn begin_list(&mut self, whole: bool, now: Instant) {
        self.health.counters.lists += 1;
        let from = if self.stale {
            ListFrom::Latest
        } else if self.health.version.is_unset() {
            ListFrom::Any
        } else {
            ListFrom::NotOlderThan(self.health.version.clone())
        };
        let cheapest = match from {
            // Asking for pages would make the server read them from its storage.
            ListFrom::NotOlderThan(_) if !self.paged => 0,
            _ => PAGE_SIZE,
        };
        let page_size = if whole { 0 } else { self.options.page_size.unwrap_or(cheapest) };
        let any = from == ListFrom::Any;
        self.ask = Some(Request::List { from, page_size });
        let asked = Asked::new(now, Duration::ZERO);
        self.doing = Doing::Listing { asked, gathering: Gathering::new(), moved: now, whole, any };
    }

    fn begin_watch(&mut self, now: Instant) {
        self.health.counters.watches += 1;
        let asked = self.ask_for_watch(WatchFrom::After(self.health.version.clone()), now);
        self.doing = Doing::Watching { asked, began: self.health.version.clone(), spoke: false };
    }

    fn ask_for_watch(&mut self, from: WatchFrom, now: Instant) -> Asked {
        let timeout = times(self.options.watch_timeout.max(LEAST), 1.0 + self.random.fraction()).min(NEVER);
        self.ask = Some(Request::Watch { from, timeout });
        Asked::new(now, timeout.saturating_add(self.options.grace))
    }

    /// Says everything once more, when that is due.
    pub(super) fn resync(&mut self, now: Instant) {
        let period = self.options.resync.filter(|period| self.health.complete && !period.is_zero());
        let Some(period) = period else { return };
        let at = *self.resync_at.get_or_insert(later(now, period));
        if at <= now {
            self.changes.push(Change::SyncAll);
            self.health.counters.resyncs += 1;
            self.resync_at = Some(later(now, period));
        }
    }
}
