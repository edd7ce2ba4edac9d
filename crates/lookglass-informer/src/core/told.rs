//! From what has changed in the store to what subscribers are told.

use lookglass_cache::{Event, StoreChange};
use lookglass_object::Key;

use super::Cell;

/// Whether nothing has changed from one to the other: then nobody is told. Without a version nobody can know, unless it is the very cell.
///
/// A list gives what is known as the cell that is known, unless versions cannot be trusted: a server that was restored gives the same ones out again, for
/// other contents. So another cell is compared byte for byte.
pub(super) fn is_unchanged(old: &Cell, new: &Cell) -> bool {
    old.is_same(new) || !new.version().is_unset() && old == new && old.has_content_of(new)
}

/// Whether the object was deleted and created anew, unseen, under the same name.
fn is_another(old: &Cell, new: &Cell) -> bool {
    old.uid() != new.uid() && !old.uid().is_none() && !new.uid().is_none()
}

/// A deletion on its way into the store.
pub(super) enum Gone {
    /// It was seen, with the object's final state.
    Seen(Cell),
    /// It was found out.
    Found(Key),
}

impl Gone {
    fn key(&self) -> &Key {
        match self {
            Self::Seen(object) => object.key(),
            Self::Found(key) => key,
        }
    }
}

/// What single changes are told as, in their order. `gone` are their deletions, in order too, also of what was not there.
pub(super) fn of_changes(changes: Vec<StoreChange<Key, Cell>>, gone: Vec<Gone>, initial: bool) -> Vec<Event<Cell>> {
    let mut gone = gone.into_iter();
    let mut events = Vec::with_capacity(changes.len());
    for change in changes {
        match change {
            StoreChange::Added { new, .. } => events.push(Event::Added { object: new, initial }),
            StoreChange::Updated { old, new, .. } if is_unchanged(&old, &new) => {}
            StoreChange::Updated { old, new, .. } if is_another(&old, &new) => {
                events.push(Event::Deleted { last: old, certain: false });
                events.push(Event::Added { object: new, initial });
            }
            StoreChange::Updated { old, new, .. } => events.push(Event::Updated { old, new }),
            StoreChange::Deleted { key, last } => events.push(match gone.find(|gone| *gone.key() == key) {
                Some(Gone::Seen(seen)) if !is_another(&last, &seen) => Event::Deleted { last: seen, certain: true },
                // One that nobody was told of, by the same name: what was known had gone before it.
                Some(_) | None => Event::Deleted { last, certain: false },
            }),
        }
    }
    events
}

/// What a list is told as: all deletions, then updates, then additions. The store gives most of them in that order, and there may be very many, so they are made
/// into events one by one.
pub(super) struct ListEvents {
    events: Vec<Event<Cell>>,
    /// Additions that came out of turn.
    created: Vec<Event<Cell>>,
    initial: bool,
}

impl ListEvents {
    /// Of the first list or of a later one; `most` is how many there may be.
    pub(super) fn new(initial: bool, most: usize) -> Self {
        Self { events: Vec::with_capacity(most), created: Vec::new(), initial }
    }

    pub(super) fn add(&mut self, change: StoreChange<Key, Cell>) {
        let initial = self.initial;
        match change {
            StoreChange::Deleted { last, .. } => self.events.push(Event::Deleted { last, certain: false }),
            StoreChange::Updated { old, new, .. } if is_unchanged(&old, &new) => {}
            StoreChange::Updated { old, new, .. } if is_another(&old, &new) => {
                self.events.push(Event::Deleted { last: old, certain: false });
                self.created.push(Event::Added { object: new, initial });
            }
            StoreChange::Updated { old, new, .. } => self.events.push(Event::Updated { old, new }),
            StoreChange::Added { new, .. } => self.events.push(Event::Added { object: new, initial }),
        }
    }

    pub(super) fn in_order(self) -> Vec<Event<Cell>> {
        let Self { mut events, mut created, .. } = self;
        events.append(&mut created);
        let rank = |event: &Event<Cell>| match event {
            Event::Deleted { .. } => 0,
            Event::Updated { .. } => 1,
            Event::Added { .. } => 2,
        };
        if !events.is_sorted_by_key(rank) {
            events.sort_by_key(rank);
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use lookglass_object::{Arrival, Depot, Dynamic, Gvk, Intake};

    use super::*;

    fn cell(uid: u8, version: u8) -> Cell {
        let json = format!(
            r#"{{"metadata":{{"name":"a","uid":"00000000-0000-4000-8000-0000000000{uid:02x}","resourceVersion":"{version}"}}}}"#
        );
        let mut intake = Intake::<Dynamic>::new(Depot::global().family(&Gvk::core("v1", "ConfigMap")));
        intake.json(json.as_bytes(), Arrival::Changed).unwrap()
    }

    #[test]
    fn the_deletion_of_an_object_that_nobody_was_told_of_is_no_last_state_of_the_one_before_it() {
        let told = |known: Cell, seen: Cell| {
            let change = StoreChange::Deleted { key: known.key().clone(), last: known };
            match &of_changes(vec![change], vec![Gone::Seen(seen)], false)[..] {
                [Event::Deleted { last, certain }] => (last.version().to_string(), *certain),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told(cell(1, 3), cell(1, 5)), ("5".to_owned(), true));
        assert_eq!(told(cell(1, 3), cell(2, 5)), ("3".to_owned(), false));
    }
}
