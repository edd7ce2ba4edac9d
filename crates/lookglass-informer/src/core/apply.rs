//! From the queue into the store, and to the subscribers.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use lookglass_cache::{Change, ChangeBatch, Event, IntoChanges, StoreChange};
use lookglass_object::{Key, ResourceVersion};

use super::told::{self, Gone, ListEvents};
use super::{Cell, CellQueue, Core, now};
use crate::processor::Distributed;

type Batch = ChangeBatch<Key, Cell, ResourceVersion>;
type Batched = IntoChanges<Key, Cell, ResourceVersion>;

impl Core {
    /// Brings a batch into the store, and tells of it.
    pub(super) fn apply(
        &self,
        part: usize,
        queue: &CellQueue,
        batch: Batch,
        generation: u64,
    ) -> Distributed<Key, Cell> {
        let now = now();
        let initial = batch.is_initial();
        let mut changes = batch.into_iter();
        let distributed = self.processor.publish(now, || {
            // The informer may have been stopped since this was taken from the queue.
            if !self.is_of(generation) {
                return (Vec::new(), false);
            }
            let mut version = None;
            let events = self.write(part, &mut changes, initial, &mut version);
            // Says that they have been applied.
            drop(changes);
            (events, self.progress.advance(part, version, queue.has_synced()))
        });
        self.note(distributed.events(), now, generation);
        self.index_failures.tell();
        distributed
    }

    /// Brings changes into the store; says what subscribers are to be told.
    fn write(
        &self,
        part: usize,
        changes: &mut Batched,
        initial: bool,
        version: &mut Option<ResourceVersion>,
    ) -> Vec<Event<Cell>> {
        let Some(first) = changes.next() else { return Vec::new() };
        match first {
            Change::ReplacedAll { revision, mut objects, unreadable } => {
                *version = Some(revision.clone());
                add(&self.counters.lists, 1);
                // Nobody else writes now. What is known of them stays, as if it were listed as it is.
                objects.extend(unreadable.iter().filter_map(|key| self.store.get_by_key(key)));
                let mut events = ListEvents::new(initial, objects.len().saturating_sub(self.store.len()));
                self.replace(part, objects, revision, |change| events.add(change));
                events.in_order()
            }
            Change::SyncAll => {
                let repeat = |object: Cell| Event::Updated { old: object.clone(), new: object };
                self.present(part).into_iter().map(repeat).collect()
            }
            Change::Bookmark(revision) => {
                if self.parts().len() == 1 {
                    self.store.bookmark(revision.clone());
                }
                *version = Some(revision);
                Vec::new()
            }
            first => self.write_single(part, std::iter::once(first).chain(changes), initial, version),
        }
    }

    fn write_single(
        &self,
        part: usize,
        changes: impl Iterator<Item = Change<Key, Cell, ResourceVersion>>,
        initial: bool,
        version: &mut Option<ResourceVersion>,
    ) -> Vec<Event<Cell>> {
        let mut gone = Vec::new();
        // A deletion may be told with the version of the last change before it, which takes nothing back.
        let mut reached = self.progress.version(part);
        let note = |reached: &mut ResourceVersion, object: &Cell| {
            let new = object.version();
            if !new.is_unset() && !new.is_any() && new.partial_cmp(reached) != Some(std::cmp::Ordering::Less) {
                reached.clone_from(new);
            }
        };
        let applied = self.store.batch(|batch| {
            for change in changes {
                match change {
                    Change::Added(object) | Change::Updated(object) => {
                        note(&mut reached, &object);
                        batch.add(object);
                    }
                    Change::Deleted(object) => {
                        note(&mut reached, &object);
                        batch.delete(&object);
                        gone.push(Gone::Seen(object));
                    }
                    Change::Tombstone(tombstone) => {
                        batch.remove(tombstone.key.clone());
                        gone.push(Gone::Found(tombstone.key));
                    }
                    // These go alone.
                    Change::ReplacedAll { .. } | Change::SyncAll | Change::Bookmark(_) => {}
                }
            }
            if self.parts().len() == 1 && !reached.is_unset() {
                batch.bookmark(reached.clone());
            }
        });
        *version = Some(reached);
        told::of_changes(applied.changes, gone, initial)
    }

    /// Makes the objects the whole of a part, and tells what that changes.
    fn replace(
        &self,
        part: usize,
        objects: Vec<Cell>,
        revision: ResourceVersion,
        tell: impl FnMut(StoreChange<Key, Cell>),
    ) {
        let namespace = self.parts().get(part).and_then(|part| part.namespace.as_deref());
        let Some(namespace) = namespace.filter(|_| self.parts().len() > 1) else {
            return match self.store.replace_telling(objects, revision, tell) {
                Ok(kept) => add(&self.counters.unchanged, kept),
                // The key is in the object, and nothing is transformed.
                Err(error) => unreachable!("a replace cannot fail: {error}"),
            };
        };
        // Nobody else writes now, so what is found here is still so when the batch is applied.
        let listed: HashSet<&Key> = objects.iter().map(Cell::key).collect();
        let mut gone = self.by_namespace.keys(namespace);
        gone.retain(|key| !listed.contains(key));
        drop(listed);
        let mut unchanged = 0;
        let applied = self.store.batch(|batch| {
            for key in gone {
                batch.remove(key);
            }
            for object in objects {
                match self.store.get_by_key(object.key()) {
                    Some(old) if told::is_unchanged(&old, &object) => unchanged += 1,
                    _ => batch.add(object),
                }
            }
        });
        add(&self.counters.unchanged, unchanged);
        applied.changes.into_iter().for_each(tell);
    }

    /// Everything of a part.
    fn present(&self, part: usize) -> Vec<Cell> {
        match self.parts().get(part).and_then(|part| part.namespace.as_deref()) {
            Some(namespace) if self.parts().len() > 1 => self.by_namespace.get(namespace),
            _ => self.store.list(),
        }
    }

    /// Counts, and lets what is new cool.
    fn note(&self, events: &[Event<Cell>], now: std::time::Instant, generation: u64) {
        let (mut added, mut updated, mut deleted) = (0, 0, 0);
        let mut cooling = self.cooling.lock();
        // What has ended meanwhile leaves nothing behind.
        if !self.is_of(generation) {
            return;
        }
        let was_empty = cooling.cooler.is_empty();
        let most = self.store.len().max(FEW);
        for event in events {
            match event {
                Event::Added { .. } => added += 1,
                Event::Updated { .. } => updated += 1,
                Event::Deleted { .. } => {
                    deleted += 1;
                    continue;
                }
            }
            if cooling.cooler.len() < most {
                cooling.cooler.add(event.object(), now);
            } else {
                cooling.overlooked = true;
            }
        }
        let begins = was_empty && !cooling.cooler.is_empty();
        drop(cooling);
        if begins {
            self.chores.notify_one();
        }
        add(&self.counters.batches, 1);
        add(&self.counters.added, added);
        add(&self.counters.updated, updated);
        add(&self.counters.deleted, deleted);
    }
}

/// A cooler holds no more than the store, or so many.
const FEW: usize = 1024;

fn add(counter: &AtomicU64, number: usize) {
    counter.fetch_add(number as u64, Ordering::Relaxed);
}
