//! What happened to an object: [`Event`].

use std::sync::{Arc, OnceLock};

use lookglass_object::json::{JsonError, Reader};
use lookglass_protocol::{Change, ChangeKind, Stored};
use tokio::time::Instant;

use super::selection::{Facts, Selection};

/// One change of one object, shared by the history and all who are told of it.
#[derive(Debug)]
pub(super) struct Event {
    /// What happened to the object. A watcher with selectors may see something else.
    pub(super) kind: ChangeKind,
    /// The state after the change; for a deletion the last one, with the version of the deletion.
    pub(super) object: Stored,
    /// The state before, if there was one.
    pub(super) previous: Option<Stored>,
    /// When it happened.
    pub(super) at: Instant,
    /// Whether watches are told; not so while a fault loses events.
    pub(super) told: bool,
    /// The state before with the version of the change: what those are told for whom the object ceased to match.
    departed: OnceLock<Stored>,
}

impl Event {
    pub(super) fn new(kind: ChangeKind, object: Stored, previous: Option<Stored>, at: Instant, told: bool) -> Self {
        Self { kind, object, previous, at, told, departed: OnceLock::new() }
    }

    /// The version that the change made.
    pub(super) fn version(&self) -> u64 {
        self.object.version()
    }

    /// What a watcher with these selectors sees, if anything.
    pub(super) fn seen_by(&self, selection: &Selection, facts: &mut EventFacts<'_>) -> Option<ChangeKind> {
        let was = facts.previous.as_mut().is_some_and(|previous| selection.matches(previous));
        let is = facts.now.as_mut().is_some_and(|now| selection.matches(now));
        match (was, is) {
            (false, false) => None,
            (false, true) => Some(ChangeKind::Added),
            (true, true) => Some(ChangeKind::Modified),
            (true, false) => Some(ChangeKind::Deleted),
        }
    }

    /// What selectors ask of the states before and after.
    pub(super) fn facts(&self) -> EventFacts<'_> {
        let now = (self.kind != ChangeKind::Deleted).then(|| Facts::of(&self.object));
        EventFacts { previous: self.previous.as_ref().map(Facts::of), now }
    }

    /// The change as a watcher is told it who saw `kind`.
    pub(super) fn change(&self, kind: ChangeKind) -> Change {
        let object = match &self.previous {
            Some(previous) if kind == ChangeKind::Deleted && self.kind != ChangeKind::Deleted => {
                self.departed.get_or_init(|| at_version(previous, self.version()))
            }
            _ => &self.object,
        };
        Change::new(kind, object.clone())
    }
}

/// The states before and after an event, as selectors look at them.
#[derive(Debug)]
pub(super) struct EventFacts<'e> {
    pub(super) previous: Option<Facts<'e>>,
    pub(super) now: Option<Facts<'e>>,
}

/// An event and what a certain watcher sees of it.
pub(super) type Sight = (Arc<Event>, ChangeKind);

/// An object as it was, with another version, as deletions tell it.
fn at_version(object: &Stored, version: u64) -> Stored {
    let json = object.json();
    // Nothing but a malformed object lacks a version; it is told as it is.
    let place = version_place(&json).ok().flatten().unwrap_or(json.len()..json.len());
    let text = if place.is_empty() { String::new() } else { format!("\"{version}\"") };
    let json = [&json[..place.start], text.as_bytes(), &json[place.end..]].concat();
    Stored::new(object.key().clone(), version, object.labels().clone(), ChangeKind::Deleted, &json, object.entry())
}

/// Where the value of `metadata.resourceVersion` stands.
fn version_place(json: &[u8]) -> Result<Option<std::ops::Range<usize>>, JsonError> {
    let mut reader = Reader::from_bytes(json)?;
    for name in ["metadata", "resourceVersion"] {
        reader.object()?;
        loop {
            match reader.member()? {
                Some(member) if member.is(name) => break,
                Some(_) => reader.step_over()?,
                None => return Ok(None),
            }
        }
    }
    reader.skip().map(Some)
}
