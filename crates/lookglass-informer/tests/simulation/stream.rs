//! What a reflector pushes, against what happened on the server: nothing in between may be missing, and nothing added.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_informer::ObjectChange;
use lookglass_object::{Object, ResourceVersion};

use crate::{
    ledger::{Deed, Ledger, State, number},
    spoiler::Spoiler,
    world::states,
};

/// Compares each change with what happened next. Once objects came that could not be read, and until a list says again what there is, it only holds that nothing is invented.
pub(crate) struct Stream {
    ledger: Ledger,
    spoiler: Spoiler,
    /// In which ages of the server it may be, as far as can be told by what it was told, and at which version.
    ages: Vec<usize>,
    version: u64,
    /// The age and the version of the last list that lacked nothing.
    whole: (usize, u64),
    pub(crate) lists: u64,
}

impl Stream {
    pub(crate) fn new(ledger: Ledger, spoiler: Spoiler) -> Self {
        Self { ledger, spoiler, ages: vec![0], version: 0, whole: (0, 0), lists: 0 }
    }

    pub(crate) fn take(&mut self, change: &ObjectChange<ConfigMap>) {
        if self.spoiler.last().is_some_and(|last| last >= self.whole) {
            return self.take_loosely(change);
        }
        match change {
            ObjectChange::ReplacedAll { revision, objects, unreadable } => {
                assert_eq!(unreadable[..], [], "everything could be read");
                self.listed(at(revision), &states(objects.clone()));
            }
            ObjectChange::Added(object) => self.next(object, Deed::Created),
            ObjectChange::Updated(object) => self.next(object, Deed::Updated),
            ObjectChange::Deleted(object) => self.next(object, |key, _| Deed::Deleted(key)),
            ObjectChange::Bookmark(version) => {
                let version = at(version);
                let nothing = |age: &usize| self.ledger.next_after(*age, self.version).is_none_or(|it| it.0 > version);
                assert!(self.ages.iter().any(nothing), "something was left out before bookmark {version}");
                self.ages.retain(|age| self.ledger.next_after(*age, self.version).is_none_or(|it| it.0 > version));
                self.version = version;
            }
            ObjectChange::SyncAll => {}
            ObjectChange::Tombstone(tombstone) => panic!("a reflector knows of no tombstones: {}", tombstone.key),
        }
    }

    /// A list must be what there was at its version.
    fn listed(&mut self, version: u64, objects: &BTreeMap<String, State>) {
        let oldest = *self.ages.first().expect("it is in one of them");
        self.ages = (oldest..self.ledger.ages()).collect();
        self.ages.retain(|age| self.ledger.state_at(*age, version) == *objects);
        assert!(!self.ages.is_empty(), "there never was this at version {version}: {objects:?}");
        self.version = version;
        self.whole = (*self.ages.last().expect("there is one"), version);
        self.lists += 1;
    }

    /// Something may be lacking, and whatever came before may come again.
    fn take_loosely(&mut self, change: &ObjectChange<ConfigMap>) {
        let oldest = *self.ages.first().expect("it is in one of them");
        self.ages = (oldest..self.ledger.ages()).collect();
        match change {
            ObjectChange::ReplacedAll { revision, objects, unreadable } => {
                let (version, objects) = (at(revision), states(objects.clone()));
                if self.ages.iter().any(|age| self.ledger.state_at(*age, version) == objects) {
                    return self.listed(version, &objects);
                }
                let unreadable: BTreeSet<String> = unreadable.iter().map(ToString::to_string).collect();
                let is_there = |key: &String| objects.contains_key(key) || unreadable.contains(key);
                let lacks_nothing = |age: &usize| self.ledger.state_at(*age, version).keys().all(is_there);
                assert!(
                    self.lists == 0 || self.ages.iter().any(lacks_nothing),
                    "a list that lacks something declares it gone: {objects:?} {unreadable:?} at {version}"
                );
                for (key, state) in &objects {
                    assert!(self.ledger.had(key, state), "invented: {key} {state:?}");
                    assert!(!unreadable.contains(key), "{key} can be read, or it cannot");
                }
                self.version = version;
                self.lists += 1;
            }
            ObjectChange::Added(object) | ObjectChange::Updated(object) => {
                let state = (object.uid().to_string(), object.version().to_string());
                assert!(self.ledger.had(&object.key().to_string(), &state), "invented: {} {state:?}", object.key());
                self.version = self.version.max(number(&state.1));
            }
            ObjectChange::Deleted(object) => {
                self.version = self.version.max(number(&object.version().to_string()));
            }
            ObjectChange::Bookmark(version) => self.version = at(version),
            ObjectChange::SyncAll => {}
            ObjectChange::Tombstone(tombstone) => panic!("a reflector knows of no tombstones: {}", tombstone.key),
        }
    }

    /// A change must be the next that happened.
    fn next(&mut self, object: &Object<ConfigMap>, deed: impl FnOnce(String, State) -> Deed) {
        let (key, version) = (object.key().to_string(), number(&object.version().to_string()));
        let deed = (version, deed(key, (object.uid().to_string(), object.version().to_string())));
        let happened = |age: &usize| self.ledger.next_after(*age, self.version);
        let next: Vec<_> = self.ages.iter().map(happened).collect();
        self.ages.retain(|age| self.ledger.next_after(*age, self.version).as_ref() == Some(&deed));
        assert!(!self.ages.is_empty(), "told {deed:?}, but what happened next was {next:?}");
        self.version = version;
    }
}

fn at(version: &ResourceVersion) -> u64 {
    number(&version.to_string())
}
