//! What is done to the past of the storage, and to those who watch: compaction, restarts, faults.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, atomic::Ordering},
};

use lookglass_object::Gvr;
use parking_lot::MutexGuard;

use super::{
    After, FIRST, Shelves, Storage,
    history::Floors,
    objects::Objects,
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
    /// Nothing: versions begin anew as well, as when etcd is restored from a backup of its first moment. Clients see versions that are lower than those they
    /// know, which never happens otherwise.
    Rewind,
}

/// Everything that was stored at one moment, without its past; from [`Storage::backup`].
///
/// # Cost
///
/// Objects are shared with the storage, as long as they are the same there.
#[derive(Clone)]
pub struct Backup {
    version: u64,
    objects: BTreeMap<Gvr, Objects>,
}

impl Backup {
    /// The version of the last change before it.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backup").field("version", &self.version).finish_non_exhaustive()
    }
}

type Locked<'s> = Vec<(&'s Gvr, &'s Shelf, MutexGuard<'s, Shelved>)>;

impl Shelves {
    /// All at once, for nobody should see one resource from before and another from after. Only here more than one is locked.
    fn lock(&self) -> Locked<'_> {
        self.by_resource.iter().map(|(resource, shelf)| (resource, &**shelf, shelf.lock())).collect()
    }
}

impl Storage {
    /// Everything as it is now.
    #[must_use]
    pub fn backup(&self) -> Backup {
        let shelves = self.0.shelves.write();
        let locked = shelves.lock();
        let objects = locked.iter().map(|(resource, _, shelved)| ((*resource).clone(), shelved.objects.clone()));
        Backup { version: self.version(), objects: objects.collect() }
    }

    /// Does what the restoration of etcd from a backup does: everything is as it was then, with the versions and uids of then, and versions go on from there, so that they are given out once
    /// more, for something else. All watches end, and nobody can resume one from before the backup. A watch after a version that lies ahead now is told nothing until that is reached, which is
    /// then another one.
    pub fn restore(&self, backup: &Backup) {
        let mut after = After::default();
        {
            let mut shelves = self.0.shelves.write();
            let floors = Floors::both(backup.version);
            shelves.floors = floors;
            for resource in backup.objects.keys() {
                shelves.by_resource.entry(resource.clone()).or_insert_with(|| Arc::new(Shelf::new(floors)));
            }
            let mut locked = shelves.lock();
            self.0.version.store(backup.version, Ordering::SeqCst);
            for (resource, shelf, shelved) in &mut locked {
                let objects = backup.objects.get(resource).cloned().unwrap_or_default();
                shelved.begin_anew(objects, floors, &mut after);
                shelf.tell(0);
            }
        }
        after.run();
        self.0.announce();
    }

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
            let mut locked = shelves.lock();
            match restart {
                Restart::Keep => {}
                // To lose everything is a change, too: whoever knows the last version does not know this state.
                Restart::Lose => drop(self.0.version.fetch_add(1, Ordering::SeqCst)),
                Restart::Rewind => self.0.version.store(FIRST, Ordering::SeqCst),
            }
            let now = self.version();
            let floors = Floors { watch: now, state: if restart == Restart::Keep { 0 } else { now } };
            for (_, shelf, shelved) in &mut locked {
                if restart == Restart::Keep {
                    shelved.hub.end(&mut after);
                    shelved.history.raise(floors, &mut after.trash);
                } else {
                    shelved.begin_anew(Objects::default(), floors, &mut after);
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
