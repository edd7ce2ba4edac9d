//! Everything of one resource: [`Shelf`].

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use lookglass_object::Key;
use lookglass_protocol::ChangeKind;
use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

use super::{
    After, Clash, Committed, Expect, Limits, Next,
    event::Event,
    history::{Floors, History},
    hub::Hub,
    objects::Objects,
};

/// A resource: its objects, its history, and who watches it, behind one lock, so that its events are in the order of their versions.
#[derive(Debug)]
pub(super) struct Shelf {
    shelved: Mutex<Shelved>,
    /// The version of the last event that all watchers' lines have.
    told: AtomicU64,
}

/// What the lock of a resource guards.
#[derive(Debug)]
pub(super) struct Shelved {
    pub(super) objects: Objects,
    pub(super) history: History,
    pub(super) hub: Hub,
    /// A fault: changes happen, and nobody is told.
    pub(super) losing: bool,
}

impl Shelf {
    pub(super) fn new(floors: Floors) -> Self {
        let (objects, hub) = (Objects::default(), Hub::default());
        let shelved = Shelved { objects, history: History::new(floors), hub, losing: false };
        Self { shelved: Mutex::new(shelved), told: AtomicU64::new(0) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Shelved> {
        self.shelved.lock()
    }

    /// Ends all watches.
    pub(super) fn end_watches(&self) {
        let mut after = After::default();
        self.lock().hub.end(&mut after);
        after.run();
    }

    /// Up to which version everything is in the lines of those who watch. A line that is found empty afterwards has handed it out.
    pub(super) fn told(&self) -> u64 {
        // Pairs with the store below: a reader that sees the version sees the lines as they were when it was stored.
        self.told.load(Ordering::Acquire)
    }

    /// Says up to which version everything is told; under the lock.
    pub(super) fn tell(&self, version: u64) {
        self.told.store(version, Ordering::Release);
    }
}

impl Shelved {
    /// Has these objects and no past, and nobody watches.
    pub(super) fn begin_anew(&mut self, objects: Objects, floors: Floors, after: &mut After) {
        self.hub.end(after);
        after.objects.push(std::mem::replace(&mut self.objects, objects));
        self.history.clear(floors, &mut after.trash);
    }

    /// A compare-and-swap. `next` takes a version from the storage's sequence; under this lock, so the versions of a resource's events grow.
    pub(super) fn commit(
        &mut self,
        key: &Key,
        expected: Expect,
        now: Instant,
        limits: &Limits,
        next: impl FnOnce() -> Next,
        after: &mut After,
    ) -> Result<Committed, Clash> {
        let current = self.objects.get(key.as_str());
        let fits = match expected {
            Expect::Any => true,
            Expect::Absent => current.is_none(),
            Expect::Version(version) => current.is_some_and(|current| current.version() == version),
        };
        if !fits {
            return Err(Clash { current: current.cloned() });
        }
        let (object, kind, previous) = match next() {
            Next::Put(object) => {
                let previous = self.objects.insert(object.clone());
                (object, previous.as_ref().map_or(ChangeKind::Added, |_| ChangeKind::Modified), previous)
            }
            Next::Remove(object) => match self.objects.remove(key.as_str()) {
                Some(previous) => (object, ChangeKind::Deleted, Some(previous)),
                None => return Err(Clash { current: None }),
            },
        };
        debug_assert_eq!(object.key(), key, "an object is committed under its own key");
        let event = Arc::new(Event::new(kind, object.clone(), previous.clone(), now, !self.losing));
        if event.told {
            self.hub.tell(&event, limits, after);
        }
        self.history.push(event, limits, &mut after.trash);
        Ok(Committed { object, previous })
    }
}
