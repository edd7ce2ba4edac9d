//! The contract of a subscriber's backlog, [`Backlog`]'s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::{Attempt, Sample};
use crate::{Backlog, BacklogPolicy, Event, Feed};

/// Both ends of a backlog of [`Sample`] events, keyed by name.
pub trait EventBacklog {
    /// Adds events if there is room. Gives `false` if they were refused.
    fn try_push(&self, events: Vec<Event<Sample>>) -> bool;

    /// Takes up to `max` events and lets `process` see them; they count as processed when it returns.
    fn try_next(&self, max: usize, process: &mut dyn FnMut(&[Event<Sample>])) -> Attempt;

    /// Says that the initial state has been pushed.
    fn mark_synced(&self);

    /// Whether the initial state has been processed.
    fn has_synced(&self) -> bool;

    /// Ends the feed.
    fn close(&self);
}

/// What a subscriber knows from its events alone; it panics when they contradict each other.
///
/// ```
/// use lookglass_cache::Event;
/// use lookglass_cache::conformance::{Sample, backlog::Replay};
///
/// let mut replay = Replay::default();
/// replay.see(&Event::Added { object: Sample::new("a", 1), initial: false });
/// replay.see(&Event::Updated { old: Sample::new("a", 1), new: Sample::new("a", 2) });
/// assert_eq!(replay.objects()["a"].value, 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Replay {
    objects: BTreeMap<&'static str, Sample>,
}

impl Replay {
    /// Takes note of an event.
    ///
    /// # Panics
    ///
    /// When it contradicts what was seen before.
    pub fn see(&mut self, event: &Event<Sample>) {
        match event {
            Event::Added { object, .. } => {
                let before = self.objects.insert(object.name, object.clone());
                assert_eq!(before, None, "added although it is there: {event:?}");
            }
            Event::Updated { old, new } => {
                let before = self.objects.insert(new.name, new.clone());
                assert_eq!(before.as_ref(), Some(old), "`old` is not what was seen last: {event:?}");
            }
            Event::Deleted { last, .. } => {
                let before = self.objects.remove(last.name);
                assert!(before.is_some(), "deleted although it is not there: {event:?}");
            }
        }
    }

    /// The objects that are there.
    #[must_use]
    pub fn objects(&self) -> &BTreeMap<&'static str, Sample> {
        &self.objects
    }
}

/// Runs the whole suite; `make` gives a backlog with that policy.
///
/// ```
/// use lookglass_cache::{Backlog, conformance};
///
/// conformance::backlog::run(|policy| {
///     Backlog::builder(|sample: &conformance::Sample| sample.name).policy(policy).build()
/// });
/// ```
///
/// # Panics
///
/// When the implementation breaks the contract.
pub fn run<S: EventBacklog>(make: impl Fn(BacklogPolicy) -> S) {
    for policy in
        [BacklogPolicy::Unbounded, BacklogPolicy::Coalesce { bound: 100 }, BacklogPolicy::Block { bound: 100 }]
    {
        keeps_everything_below_the_bound(&make(policy));
        syncs_when_the_initial_state_is_processed(&make(policy));
        closes_after_the_rest(&make(policy));
    }
    merges_beyond_the_bound(&make);
    keeps_recreation_apart(&make(BacklogPolicy::Coalesce { bound: 1 }));
    blocks_at_the_bound(&make(BacklogPolicy::Block { bound: 2 }));
}

fn keeps_everything_below_the_bound(backlog: &impl EventBacklog) {
    let events = vec![added("a", 1), updated("a", 1, 2), deleted("a", 2), added("a", 3)];
    assert!(backlog.try_push(events.clone()));
    assert!(backlog.try_push(vec![added("b", 1)]));
    let seen = drain(backlog, 3);
    assert_eq!(seen[..4], events, "as they came");
    assert_eq!(seen[4..], [added("b", 1)]);
}

fn syncs_when_the_initial_state_is_processed(backlog: &impl EventBacklog) {
    assert!(backlog.try_push(vec![added("a", 1), added("b", 1)]));
    backlog.mark_synced();
    assert!(backlog.try_push(vec![added("c", 1)]));
    assert!(!backlog.has_synced());
    backlog.try_next(1, &mut |_| ());
    assert!(!backlog.has_synced(), "one is left");
    backlog.try_next(1, &mut |_| assert!(!backlog.has_synced(), "the last is being processed"));
    assert!(backlog.has_synced(), "what came later does not count");
}

fn closes_after_the_rest(backlog: &impl EventBacklog) {
    assert!(backlog.try_push(vec![added("a", 1)]));
    backlog.close();
    assert!(!backlog.try_push(vec![added("b", 1)]), "closed");
    assert_eq!(drain(backlog, 10), [added("a", 1)], "what is pending can still be taken");
    assert_eq!(backlog.try_next(10, &mut |_| ()), Attempt::Closed);
}

fn merges_beyond_the_bound<S: EventBacklog>(make: &impl Fn(BacklogPolicy) -> S) {
    let backlog = make(BacklogPolicy::Coalesce { bound: 2 });
    let mut replay = Replay::default();
    assert!(backlog.try_push(vec![added("a", 1), added("b", 1)]));
    for value in 1..1000 {
        assert!(backlog.try_push(vec![updated("a", value, value + 1)]), "this policy refuses nothing");
    }
    assert!(backlog.try_push(vec![deleted("b", 1), added("c", 1), deleted("c", 1)]));
    let seen = drain(&backlog, 10);
    assert_eq!(seen, [added("a", 1), added("b", 1), updated("a", 1, 1000), deleted("b", 1)]);
    for event in &seen {
        replay.see(event);
    }
    assert_eq!(replay.objects().values().collect::<Vec<_>>(), [&Sample::new("a", 1000)]);
}

fn keeps_recreation_apart(backlog: &impl EventBacklog) {
    assert!(backlog.try_push(vec![added("a", 1)]));
    assert!(backlog.try_push(vec![updated("a", 1, 2), deleted("a", 2), added("a", 3), updated("a", 3, 4)]));
    assert_eq!(drain(backlog, 1), [added("a", 1), deleted("a", 2), added("a", 4)], "it is another object");
}

fn blocks_at_the_bound(backlog: &impl EventBacklog) {
    assert!(backlog.try_push(vec![added("a", 1), added("b", 1)]));
    assert!(!backlog.try_push(vec![added("c", 1)]), "full");
    backlog.try_next(1, &mut |_| ());
    assert!(backlog.try_push(vec![added("c", 1)]), "there is room again");
    assert_eq!(drain(backlog, 10), [added("b", 1), added("c", 1)]);
    assert!(backlog.try_push(vec![added("d", 1), added("e", 1), added("f", 1)]), "a large batch passes alone");
}

fn drain(backlog: &impl EventBacklog, max: usize) -> Vec<Event<Sample>> {
    let mut seen = Vec::new();
    while backlog.try_next(max, &mut |events| seen.extend_from_slice(events)) == Attempt::Taken {}
    seen
}

fn added(name: &'static str, value: u32) -> Event<Sample> {
    Event::Added { object: Sample::new(name, value), initial: false }
}

fn updated(name: &'static str, old: u32, new: u32) -> Event<Sample> {
    Event::Updated { old: Sample::new(name, old), new: Sample::new(name, new) }
}

fn deleted(name: &'static str, value: u32) -> Event<Sample> {
    Event::Deleted { last: Sample::new(name, value), certain: true }
}

impl EventBacklog for (Feed<&'static str, Sample>, Backlog<&'static str, Sample>) {
    fn try_push(&self, events: Vec<Event<Sample>>) -> bool {
        #[expect(clippy::disallowed_methods, reason = "no suite looks at ages")]
        let now = Instant::now();
        self.0.try_push(Arc::from(events), now).is_ok()
    }

    fn try_next(&self, max: usize, process: &mut dyn FnMut(&[Event<Sample>])) -> Attempt {
        match self.1.try_next_batch(max) {
            Ok(Some(batch)) => {
                process(&batch);
                Attempt::Taken
            }
            Ok(None) => Attempt::Empty,
            Err(_) => Attempt::Closed,
        }
    }

    fn mark_synced(&self) {
        self.0.mark_synced();
    }

    fn has_synced(&self) -> bool {
        self.1.has_synced()
    }

    fn close(&self) {
        self.0.close();
    }
}
