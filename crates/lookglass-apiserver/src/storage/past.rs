//! What is done to the past of the storage, and to those who watch: compaction, restarts, faults.

use std::sync::{Arc, atomic::Ordering};

use lookglass_object::Gvr;
use parking_lot::MutexGuard;

use super::{
    After, FIRST, Storage,
    history::Floors,
    shelf::{Shelf, Shelved},
};

/// What a restart leaves of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever restarts must say one of these")]
pub enum Restart {
    /// Every object and old state, as etcd keeps them; but what a watch could be replayed from is lost with the process, so that watches
    /// cannot resume and begin anew.
    Keep,
    /// Nothing but the sequence of versions, which goes on: no watch can resume.
    Lose,
    /// Nothing: versions begin anew as well, as when etcd is restored from a backup. Clients see versions that are lower than those they
    /// know, which never happens otherwise.
    Rewind,
}

impl Storage {
    /// Forgets old states: those before `version` cannot be listed any more, nor pages of them. Watches go on, and can resume where they
    /// could before. A version that lies ahead means now.
    pub fn compact(&self, version: u64) {
        self.raise(|now| Floors { watch: 0, state: version.min(now) });
    }

    /// Forgets the past: neither can states before `version` be listed, nor can watches begin before it. Watches that have begun go on. A
    /// version that lies ahead means now.
    pub fn expire_before(&self, version: u64) {
        self.raise(|now| Floors::both(version.min(now)));
    }

    /// Leaves out numbers: the next change has a version above `version`, as if there had been changes of something else until then. Of no
    /// effect when that has been reached.
    pub fn skip_to(&self, version: u64) {
        self.0.version.fetch_max(version, Ordering::SeqCst);
        self.0.announce();
    }

    /// From now on changes of a resource happen without any watch being told, now or by replay; until it is called with `false`. A fault:
    /// no real server does so knowingly.
    pub fn lose_events(&self, resource: &Gvr, lose: bool) {
        self.shelf(resource).lock().losing = lose;
    }

    /// Ends all watches.
    pub fn end_watches(&self) {
        for shelf in self.shelves() {
            shelf.end_watches();
        }
    }

    /// Does to the storage what a server's restart does. All watches end.
    pub fn restart(&self, restart: Restart) {
        let mut after = After::default();
        {
            let mut shelves = self.0.shelves.write();
            // All at once, for nobody should see one resource from before and another from after. Only here more than one is locked.
            let mut locked: Vec<(&Shelf, MutexGuard<'_, Shelved>)> =
                shelves.by_resource.values().map(|shelf| (&**shelf, shelf.lock())).collect();
            match restart {
                Restart::Keep => {}
                // To lose everything is a change, too: whoever knows the last version does not know this state.
                Restart::Lose => drop(self.0.version.fetch_add(1, Ordering::SeqCst)),
                Restart::Rewind => self.0.version.store(FIRST, Ordering::SeqCst),
            }
            let now = self.version();
            let floors = Floors { watch: now, state: if restart == Restart::Keep { 0 } else { now } };
            for (shelf, shelved) in &mut locked {
                shelved.hub.end(&mut after);
                if restart == Restart::Keep {
                    shelved.history.raise(floors, &mut after.trash);
                } else {
                    after.objects.push(std::mem::take(&mut shelved.objects));
                    shelved.history.clear(floors, &mut after.trash);
                    shelf.tell(0);
                }
            }
            drop(locked);
            shelves.floors = if restart == Restart::Keep { shelves.floors.max(floors) } else { floors };
        }
        after.run();
    }

    fn raise(&self, floors: impl FnOnce(u64) -> Floors) {
        let floors = {
            let mut shelves = self.0.shelves.write();
            let floors = floors(self.version());
            shelves.floors = shelves.floors.max(floors);
            floors
        };
        for shelf in self.shelves() {
            let mut after = After::default();
            shelf.lock().history.raise(floors, &mut after.trash);
            after.run();
        }
    }

    pub(super) fn shelves(&self) -> Vec<Arc<Shelf>> {
        self.0.shelves.read().by_resource.values().cloned().collect()
    }
}
