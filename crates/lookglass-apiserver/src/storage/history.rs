//! The latest events of a resource: [`History`].

use std::{collections::VecDeque, sync::Arc};

use tokio::time::Instant;

use super::{Limits, event::Event};

/// What happened last to the objects of a resource, and how far back it is known.
///
/// Events are kept while they are among the newest [`Limits::events`] and younger than [`Limits::age`]: each bound alone lets one go. They serve
/// two purposes, each of which may end sooner: watches are replayed from the window, and old states are made by undoing events. A compaction
/// ends only the second, as that of etcd does, which the watch cache above it survives.
#[derive(Debug)]
pub(super) struct History {
    events: VecDeque<Arc<Event>>,
    floors: Floors,
}

/// How far back the past is known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Floors {
    /// A watch can begin after this version or a later one.
    pub(super) watch: u64,
    /// This state and later ones can be listed.
    pub(super) state: u64,
}

impl Floors {
    /// Neither watches nor states before this version.
    pub(super) fn both(version: u64) -> Self {
        Self { watch: version, state: version }
    }

    /// The higher of each.
    pub(super) fn max(self, other: Self) -> Self {
        Self { watch: self.watch.max(other.watch), state: self.state.max(other.state) }
    }
}

/// Events that nobody needs any more, to be dropped where it holds nobody up.
pub(super) type Trash = Vec<Arc<Event>>;

impl History {
    pub(super) fn new(floors: Floors) -> Self {
        Self { events: VecDeque::new(), floors }
    }

    pub(super) fn floors(&self) -> Floors {
        self.floors
    }

    /// Notes an event, the newest.
    pub(super) fn push(&mut self, event: Arc<Event>, limits: &Limits, trash: &mut Trash) {
        let now = event.at;
        self.events.push_back(event);
        self.age(now, limits, trash);
    }

    /// Lets go of what is too much or too old.
    pub(super) fn age(&mut self, now: Instant, limits: &Limits, trash: &mut Trash) {
        let old = |event: &Event| now.duration_since(event.at) > limits.age;
        while self.events.len() > limits.events || self.events.front().is_some_and(|event| old(event)) {
            let Some(event) = self.events.pop_front() else { return };
            self.floors = self.floors.max(Floors::both(event.version()));
            trash.push(event);
        }
    }

    /// Forgets what lies before.
    pub(super) fn raise(&mut self, floors: Floors, trash: &mut Trash) {
        self.floors = self.floors.max(floors);
        let needless = self.floors.watch.min(self.floors.state);
        let gone = self.events.partition_point(|event| event.version() <= needless);
        trash.extend(self.events.drain(..gone));
    }

    /// Forgets everything, as if the resource began now.
    pub(super) fn clear(&mut self, floors: Floors, trash: &mut Trash) {
        trash.extend(self.events.drain(..));
        self.floors = floors;
    }

    /// The events after a version, oldest first.
    pub(super) fn after(&self, version: u64) -> impl Iterator<Item = &Arc<Event>> {
        let first = self.events.partition_point(|event| event.version() <= version);
        self.events.range(first..)
    }

    /// All events.
    pub(super) fn events(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.events.iter()
    }
}
