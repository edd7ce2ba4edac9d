//! What was where and when, as far as a recording tells: [`Timeline`].
//!
//! The recordings hold exchanges, not all the writes between them. Yet each answer shows objects in versions, and versions are numbers of one
//! sequence: from all answers together follows which object had which content from which version on, which versions the recorded
//! requests themselves made, and when, at the latest, each of the others was made. That is what is kept here; [`sightings`](crate::sightings)
//! fills it and [`plan`](crate::plan) makes a play of it.

use std::collections::{BTreeMap, BTreeSet};

use lookglass_object::Gvr;
use serde_json::Value;

/// An object over all its versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject {
    pub(crate) gvr: Gvr,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
}

/// A moment of the recording: in which exchange, and how long after its beginning; 0 is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct When {
    pub(crate) exchange: usize,
    pub(crate) ms: u64,
}

impl When {
    pub(crate) fn before(exchange: usize) -> Self {
        Self { exchange, ms: 0 }
    }
}

/// What an object is from some version on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum State {
    Present(Value),
    Gone,
}

#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) state: State,
    /// By when it had been made.
    pub(crate) when: When,
    /// The recorded exchange that made it.
    pub(crate) maker: Option<usize>,
    /// Only metadata was seen of it.
    pub(crate) partial: bool,
}

/// The versions of an object, by number.
pub(crate) type History = BTreeMap<u64, Version>;

/// All that is known of a recording's objects.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    pub(crate) histories: BTreeMap<Subject, History>,
    /// Numbers that the sequence had reached by some moment.
    pub(crate) marks: Vec<(u64, When)>,
    used: BTreeSet<u64>,
}

impl Timeline {
    /// Adds a version. One that is known keeps its earliest moment and its best content.
    pub(crate) fn add(&mut self, subject: Subject, number: u64, version: Version) {
        self.used.insert(number);
        let history = self.histories.entry(subject).or_default();
        match history.get_mut(&number) {
            None => {
                history.insert(number, version);
            }
            Some(known) => {
                known.when = known.when.min(version.when);
                if known.partial && !version.partial {
                    known.partial = false;
                    known.state = version.state;
                }
            }
        }
    }

    /// Keeps a number for what is not known.
    pub(crate) fn reserve(&mut self, number: u64) {
        self.used.insert(number);
    }

    /// The object's state at a version of the whole.
    pub(crate) fn at(&self, subject: &Subject, number: u64) -> Option<(u64, &Version)> {
        let (at, version) = self.histories.get(subject)?.range(..=number).next_back()?;
        Some((*at, version))
    }

    /// The content of the object at a version of the whole, if it existed.
    pub(crate) fn present(&self, subject: &Subject, number: u64) -> Option<(u64, &Value)> {
        match self.at(subject, number)? {
            (at, Version { state: State::Present(object), .. }) => Some((at, object)),
            _ => None,
        }
    }

    /// The lowest number between these, the first excluded, the last included, that no version has.
    pub(crate) fn free_above(&self, after: u64, last: u64) -> Option<u64> {
        (after + 1..=last).find(|number| !self.used.contains(number))
    }

    /// The highest number below this one that no version has. 1 is that of an empty storage.
    pub(crate) fn free_below(&self, before: u64) -> Option<u64> {
        (2..before).rev().find(|number| !self.used.contains(number))
    }

    /// The number that the sequence had reached before an exchange, as far as that was seen by then.
    pub(crate) fn reached(&self, exchange: usize) -> u64 {
        let marks = self.marks.iter().filter(|(_, when)| when.exchange <= exchange).map(|(number, _)| *number);
        let versions = self.histories.values().flatten();
        let versions = versions.filter(|(_, version)| version.maker.unwrap_or(version.when.exchange) < exchange);
        marks.chain(versions.map(|(number, _)| *number)).max().unwrap_or_default()
    }

    /// The highest number of all.
    pub(crate) fn last(&self) -> u64 {
        let marked = self.marks.iter().map(|(number, _)| *number).max();
        self.used.last().copied().max(marked).unwrap_or_default()
    }
}

/// The uid that an object's metadata holds.
pub(crate) fn uid_of(object: &Value) -> Option<&str> {
    object.pointer("/metadata/uid")?.as_str()
}

/// The version that an object's, or a list's, metadata holds.
pub(crate) fn version_of(object: &Value) -> Option<u64> {
    object.pointer("/metadata/resourceVersion")?.as_str()?.parse().ok()
}
