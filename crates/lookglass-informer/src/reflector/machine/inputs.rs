//! What comes of the requests.

use std::time::{Duration, Instant};

use lookglass_cache::{BoxError, Change};
use lookglass_client::{Bookmark, Error, WatchEvent};
use lookglass_object::{Key, Object, ResourceVersion};

use super::{Doing, Machine, Next, gathering::Gathered};
use crate::reflector::{ObjectChange, ReflectorError, Remedy};

/// What lives for so long is no very short watch: client-go's.
pub(super) const SHORT: Duration = Duration::from_secs(1);

impl<K> Machine<K> {
    /// The server answered, and is about to tell.
    pub fn opened(&mut self, now: Instant) {
        match &mut self.doing {
            Doing::Streaming { asked, moved, .. } => {
                asked.answered(now);
                *moved = now;
            }
            Doing::Watching { asked, .. } => asked.answered(now),
            _ => {}
        }
    }

    /// A watch told something.
    pub fn event(&mut self, event: WatchEvent<K>, now: Instant) {
        match &mut self.doing {
            Doing::Watching { asked, spoke, .. } => {
                asked.heard = now;
                *spoke = true;
                if self.watched(event, now) {
                    self.health.heard = Some(now);
                }
            }
            Doing::Streaming { .. } => self.streamed(event, now),
            _ => {}
        }
    }

    /// A list gave an object.
    pub fn item(&mut self, object: Object<K>, now: Instant) {
        if let Doing::Listing { gathering, moved, .. } = &mut self.doing {
            *moved = now;
            gathering.add(object);
            self.health.counters.items += 1;
        }
    }

    /// A list has come to its end, after so many pages; or a probe was answered.
    pub fn listed(&mut self, version: ResourceVersion, pages: usize, now: Instant) {
        match &mut self.doing {
            Doing::Probing { .. } if version < self.health.version => self.went_back(&version, now),
            Doing::Probing { .. } => self.rest(Next::Watch, None, now),
            Doing::Listing { .. } if says_nothing(&version) => self.listed_without_version(now),
            // Asked for was nothing older than what is known.
            Doing::Listing { .. } if !self.stale && version < self.health.version => self.went_back(&version, now),
            Doing::Listing { any, .. } => {
                if *any {
                    self.paged = pages > 1;
                }
                self.complete(version, now);
                self.rest(Next::Watch, None, now);
            }
            _ => {}
        }
    }

    /// A watch after no version would begin with what there is, and say nothing of what went in between. So the state is taken as it is, and the next one is listed; unless the server
    /// said versions before: then this may be anybody's answer.
    fn listed_without_version(&mut self, now: Instant) {
        if self.health.version.is_unset() {
            self.complete(ResourceVersion::default(), now);
            // Only the newest is certain not to be older than this.
            self.stale = true;
        }
        self.again(ReflectorError::NoVersion, Remedy::List, now);
    }

    /// The server ended a watch, between two events.
    pub fn ended(&mut self, now: Instant) {
        match &self.doing {
            Doing::Streaming { gathering, .. } => {
                let error = ReflectorError::Unfinished { objects: gathering.len() };
                self.torn_stream(error, now);
            }
            Doing::Watching { asked, began, spoke } => {
                let lived = asked.lived(now);
                if lived < SHORT && *began == self.health.version {
                    self.fell_short(ReflectorError::VeryShort, now);
                } else {
                    // A server that went back to an earlier state says nothing at all of a version that lies ahead of it.
                    let mute = !spoke && lived >= self.options.watch_timeout / 2;
                    self.rest(if mute { Next::Probe } else { Next::Watch }, None, now);
                }
            }
            _ => {}
        }
    }

    /// A request failed, or its answer broke off. An [`Error::Item`] is one object that cannot be read: what it came from goes on.
    pub fn failed(&mut self, error: Error, now: Instant) {
        if let Error::Item { key, .. } = &error {
            let key = key.clone();
            return self.unreadable(key, error, now);
        }
        let error = ReflectorError::from(error);
        match &self.doing {
            Doing::Listing { .. } => self.list_failed(error, now),
            Doing::Streaming { .. } => self.stream_failed(error, now),
            Doing::Watching { .. } | Doing::Probing { .. } => self.watch_failed(error, now),
            Doing::Resting { .. } | Doing::Over => {}
        }
    }

    /// The receiver refused a change, and dropped it.
    pub fn rejected(&mut self, error: BoxError, now: Instant) {
        self.repair_later(ReflectorError::Rejected { source: error }, now);
    }

    fn unreadable(&mut self, key: Option<Key>, error: Error, now: Instant) {
        match &mut self.doing {
            Doing::Listing { gathering, moved, .. } => {
                gathering.lack(key);
                *moved = now;
            }
            // It may be a change, which does not bring the list nearer to its end.
            Doing::Streaming { gathering, .. } => gathering.lack(key),
            Doing::Watching { asked, spoke, .. } => {
                asked.heard = now;
                *spoke = true;
            }
            _ => return,
        }
        self.health.counters.unreadable += 1;
        self.repair_later(error.into(), now);
    }

    fn streamed(&mut self, event: WatchEvent<K>, now: Instant) {
        let Doing::Streaming { gathering, moved, .. } = &mut self.doing else { return };
        match event {
            WatchEvent::Added(object) => {
                *moved = now;
                gathering.add(object);
                self.health.counters.items += 1;
            }
            // These do not bring the list nearer to its end.
            WatchEvent::Modified(object) => gathering.put(object),
            WatchEvent::Deleted(object) => gathering.remove(object.key()),
            WatchEvent::Bookmark(Bookmark { initial_events_end: true, version, .. }) => {
                self.health.counters.bookmarks += 1;
                self.bookmarks = true;
                if says_nothing(&version) {
                    self.avoid_streaming(now);
                    self.fail(ReflectorError::NoVersion, Remedy::Pages, Duration::ZERO, now);
                    return;
                }
                if !self.stale && version < self.health.version {
                    return self.went_back(&version, now);
                }
                self.complete(version, now);
            }
            WatchEvent::Bookmark(_) => {}
            WatchEvent::Error(status) => self.stream_failed(ReflectorError::Told { status }, now),
        }
    }

    /// Says whether that makes the reflection any fresher: an error tells nothing of the state, nor does what goes back.
    fn watched(&mut self, event: WatchEvent<K>, now: Instant) -> bool {
        match event {
            WatchEvent::Added(object) => self.changed(object, Change::Added, now),
            WatchEvent::Modified(object) => self.changed(object, Change::Updated, now),
            WatchEvent::Deleted(object) => self.changed(object, Change::Deleted, now),
            WatchEvent::Bookmark(mark) => {
                self.health.counters.bookmarks += 1;
                self.bookmarks = true;
                self.patience = self.options.silence;
                if says_nothing(&mark.version) || mark.version == self.health.version {
                    return true;
                }
                let ahead = self.advance(&mark.version, now);
                if ahead {
                    self.changes.push(Change::Bookmark(mark.version));
                }
                ahead
            }
            WatchEvent::Error(status) => {
                self.watch_failed(ReflectorError::Told { status }, now);
                false
            }
        }
    }

    fn changed(&mut self, object: Object<K>, change: fn(Object<K>) -> ObjectChange<K>, now: Instant) -> bool {
        self.health.counters.events += 1;
        let version = object.version().clone();
        let change = change(object);
        // Some servers tell a deletion with the version of the last change instead of its own. It is true all the same.
        let old_news = matches!(change, Change::Deleted(_)) && version < self.health.version;
        let good = old_news || self.advance(&version, now);
        if good {
            self.changes.push(change);
        }
        good
    }

    /// Takes note of a version, unless it goes back; then what is known must not be trusted.
    fn advance(&mut self, version: &ResourceVersion, now: Instant) -> bool {
        if says_nothing(version) {
            // A server that does not say versions of objects can be watched, but not resumed at them.
            return true;
        }
        if *version < self.health.version {
            self.went_back(version, now);
            return false;
        }
        self.health.version.clone_from(version);
        self.strikes = 0;
        self.shorts = 0;
        true
    }

    fn went_back(&mut self, to: &ResourceVersion, now: Instant) {
        let error = ReflectorError::WentBack { seen: self.health.version.clone(), got: to.clone() };
        self.stale = true;
        let wait = self.waits.spread(now, &mut self.random);
        self.fail(error, Remedy::List, wait, now);
    }

    /// The whole state has come. A streaming list goes on as a watch.
    fn complete(&mut self, version: ResourceVersion, now: Instant) {
        let resting = Doing::Resting { until: now, then: Next::Watch, why: None };
        let gathering = match std::mem::replace(&mut self.doing, resting) {
            Doing::Listing { gathering, .. } => gathering,
            Doing::Streaming { mut asked, gathering, .. } => {
                asked.heard = now;
                self.doing = Doing::Watching { asked, began: version.clone(), spoke: true };
                gathering
            }
            other => {
                self.doing = other;
                return;
            }
        };
        let first = !self.health.complete;
        self.health.unreadable = gathering.unreadable();
        let unsure = gathering.is_unsure();
        let Gathered { objects, unreadable } = gathering.finish();
        if unsure && !first {
            // Whatever the list lacks may be what cannot be read: so it says what there is, and nothing of what is gone.
            self.changes.extend(objects.into_iter().map(Change::Updated));
            if !version.is_unset() {
                self.changes.push(Change::Bookmark(version.clone()));
            }
        } else {
            self.changes.push(Change::ReplacedAll { revision: version.clone(), objects, unreadable });
        }
        if self.health.unreadable == 0 {
            self.repair_at = None;
            self.repairs.reset();
        }
        self.health.counters.relists += u64::from(!first);
        self.health.complete = true;
        self.health.version = version;
        self.health.heard = Some(now);
        self.stale = false;
        self.torn = 0;
        self.patience = self.options.silence;
    }
}

/// Whether nothing can be asked for after it: `""`, and `"0"`, which stands for any version at all.
pub(super) fn says_nothing(version: &ResourceVersion) -> bool {
    version.is_unset() || version.is_any()
}
