//! The merged part of a backlog: one place per key, in the order of first arrival.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::Instant;

use foldhash::fast::RandomState;

use crate::Event;

/// Events merged per key, by the table in the documentation of [`Backlog`](super::Backlog).
pub(super) struct Merged<K, V> {
    /// By the number of the first event of each place, which is also the order of delivery.
    places: BTreeMap<u64, Place<K, V>>,
    by_key: HashMap<K, u64, RandomState>,
    events: usize,
}

struct Place<K, V> {
    key: K,
    since: Instant,
    pending: Pending<V>,
}

/// What the subscriber still has to be told about one key.
#[derive(Debug)]
pub(super) enum Pending<V> {
    Added {
        object: V,
        initial: bool,
    },
    Updated {
        old: V,
        new: V,
    },
    Deleted {
        last: V,
        certain: bool,
    },
    /// A deletion and an addition: another object of the same key.
    Recreated {
        last: V,
        certain: bool,
        object: V,
        initial: bool,
    },
}

impl<K, V> Default for Merged<K, V> {
    fn default() -> Self {
        Self { places: BTreeMap::new(), by_key: HashMap::default(), events: 0 }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Merged<K, V> {
    pub(super) fn merge(&mut self, key: K, event: &Event<V>, number: u64, now: Instant) {
        if let Some(&first) = self.by_key.get(&key) {
            if let Some(place) = self.places.remove(&first) {
                self.events -= place.pending.len();
                match place.pending.merge(event) {
                    Some(pending) => {
                        self.events += pending.len();
                        self.places.insert(first, Place { pending, ..place });
                    }
                    None => drop(self.by_key.remove(&key)),
                }
            }
        } else {
            self.events += 1;
            self.by_key.insert(key.clone(), number);
            self.places.insert(number, Place { key, since: now, pending: Pending::first(event) });
        }
    }

    /// Takes up to `max` events, oldest place first. The two events of a place may be taken apart.
    pub(super) fn take(&mut self, max: usize) -> Vec<Event<V>> {
        let mut events = Vec::with_capacity(self.events.min(max));
        while events.len() < max
            && let Some(mut oldest) = self.places.first_entry()
        {
            let halved = oldest.get_mut().pending.take_deletion();
            match halved {
                Some(deletion) => events.push(deletion),
                None => {
                    let place = oldest.remove();
                    self.by_key.remove(&place.key);
                    events.push(place.pending.into_last_event());
                }
            }
        }
        self.events -= events.len();
        events
    }

    pub(super) fn events(&self) -> usize {
        self.events
    }

    pub(super) fn keys(&self) -> usize {
        self.places.len()
    }

    /// Number and arrival of the oldest event.
    pub(super) fn oldest(&self) -> Option<(u64, Instant)> {
        self.places.first_key_value().map(|(number, place)| (*number, place.since))
    }
}

impl<V: Clone> Pending<V> {
    pub(super) fn first(event: &Event<V>) -> Self {
        match event.clone() {
            Event::Added { object, initial } => Self::Added { object, initial },
            Event::Updated { old, new } => Self::Updated { old, new },
            Event::Deleted { last, certain } => Self::Deleted { last, certain },
        }
    }

    /// `None` if nothing remains to be told.
    pub(super) fn merge(self, event: &Event<V>) -> Option<Self> {
        match event {
            Event::Added { object, initial } => Some(self.with_object(object.clone(), *initial)),
            Event::Updated { new, .. } => Some(self.with_object(new.clone(), false)),
            Event::Deleted { last, certain } => self.without_object(last, *certain),
        }
    }

    /// The object is there, in a newer version; `initial` counts if it begins to be there.
    fn with_object(self, new: V, begins_initial: bool) -> Self {
        match self {
            Self::Added { initial, .. } => Self::Added { object: new, initial },
            Self::Updated { old, .. } => Self::Updated { old, new },
            Self::Deleted { last, certain } => Self::Recreated { last, certain, object: new, initial: begins_initial },
            Self::Recreated { last, certain, initial, .. } => Self::Recreated { last, certain, object: new, initial },
        }
    }

    fn without_object(self, last: &V, certain: bool) -> Option<Self> {
        match self {
            Self::Added { .. } => None,
            Self::Updated { .. } | Self::Deleted { certain: false, .. } => {
                Some(Self::Deleted { last: last.clone(), certain })
            }
            Self::Deleted { .. } => Some(self),
            Self::Recreated { last, certain, .. } => Some(Self::Deleted { last, certain }),
        }
    }

    pub(super) fn len(&self) -> usize {
        if matches!(self, Self::Recreated { .. }) { 2 } else { 1 }
    }

    /// The deletion of a recreated object, which leaves the addition.
    fn take_deletion(&mut self) -> Option<Event<V>> {
        let Self::Recreated { last, certain, object, initial } = self else { return None };
        let deletion = Event::Deleted { last: last.clone(), certain: *certain };
        *self = Self::Added { object: object.clone(), initial: *initial };
        Some(deletion)
    }

    fn into_last_event(self) -> Event<V> {
        match self {
            Self::Added { object, initial } | Self::Recreated { object, initial, .. } => {
                Event::Added { object, initial }
            }
            Self::Updated { old, new } => Event::Updated { old, new },
            Self::Deleted { last, certain } => Event::Deleted { last, certain },
        }
    }
}
