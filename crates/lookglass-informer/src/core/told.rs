//! From what has changed in the store to what subscribers are told.

use lookglass_cache::{Event, StoreChange};
use lookglass_object::Key;

use super::Cell;

/// Whether nothing has changed from one to the other: then nobody is told. Without a version nobody can know.
///
/// A list gives what is known as the cell that is known, unless versions cannot be trusted: a server that was restored gives the same ones out again, for
/// other contents. So another cell is compared byte for byte.
pub(super) fn is_unchanged(old: &Cell, new: &Cell) -> bool {
    !new.version().is_unset() && old == new && old.has_content_of(new)
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
                Some(Gone::Seen(last)) => Event::Deleted { last, certain: true },
                Some(Gone::Found(_)) | None => Event::Deleted { last, certain: false },
            }),
        }
    }
    events
}

/// What a list is told as: all deletions, then updates, then additions.
pub(super) fn of_list(changes: Vec<StoreChange<Key, Cell>>, initial: bool) -> Vec<Event<Cell>> {
    let (mut events, mut updated, mut added) = (Vec::with_capacity(changes.len()), Vec::new(), Vec::new());
    for change in changes {
        match change {
            StoreChange::Deleted { last, .. } => events.push(Event::Deleted { last, certain: false }),
            StoreChange::Updated { old, new, .. } if is_unchanged(&old, &new) => {}
            StoreChange::Updated { old, new, .. } if is_another(&old, &new) => {
                events.push(Event::Deleted { last: old, certain: false });
                added.push(Event::Added { object: new, initial });
            }
            StoreChange::Updated { old, new, .. } => updated.push(Event::Updated { old, new }),
            StoreChange::Added { new, .. } => added.push(Event::Added { object: new, initial }),
        }
    }
    events.append(&mut updated);
    events.append(&mut added);
    events
}
