//! What a storage holds: [`Memory`].

use lookglass_protocol::{ChangeKind, Stored};

use super::{Storage, event::Event};

/// What a storage holds, in objects and in bytes of the heap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// How many objects there are.
    pub objects: usize,
    /// Bytes of the objects as they are now, and of what finds them.
    pub object_bytes: usize,
    /// How many events the histories hold.
    pub events: usize,
    /// Bytes of the histories: the events, and the states of objects that nothing else holds.
    pub history_bytes: usize,
    /// Bytes of the label sets.
    pub label_bytes: usize,
    /// How many watches there are.
    pub watches: usize,
    /// How many events wait for watches.
    pub waiting: usize,
}

impl Storage {
    /// What it holds. Goes through everything; under one resource's lock only for as long as it takes to look at its events.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let mut memory = Memory { label_bytes: self.interner().heap_size(), ..Memory::default() };
        for shelf in self.shelves() {
            let shelved = shelf.lock();
            let objects = shelved.objects.clone();
            for event in shelved.history.events() {
                memory.events += 1;
                // Each old state is the previous one of one event, or the last one of a deleted object.
                let deleted = Some(&event.object).filter(|_| event.kind == ChangeKind::Deleted);
                let states = event.previous.iter().chain(deleted).map(Stored::heap_size);
                memory.history_bytes += size_of::<Event>() + states.sum::<usize>();
            }
            for member in shelved.hub.members() {
                memory.watches += 1;
                memory.waiting += member.line.len();
            }
            drop(shelved);
            memory.objects += objects.len();
            memory.object_bytes += objects.heap_size() + objects.iter().map(Stored::heap_size).sum::<usize>();
        }
        memory
    }
}
