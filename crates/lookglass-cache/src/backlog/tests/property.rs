//! Promise 1 at a subscriber: whatever the policy and the paces, what it sees replays to the store and never
//! contradicts itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use proptest::prelude::*;

use super::{BacklogPolicy, Sample, at, backlog, conformance::Replay};
use crate::backlog::EventBatch;
use crate::{Event, PushError};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Clone, Copy, Debug)]
enum Change {
    /// Adds, updates, or deletes and makes anew.
    Set {
        recreate: bool,
    },
    Delete {
        certain: bool,
    },
    Resync,
}

#[derive(Clone, Debug)]
enum Step {
    /// What happens to which names, told as one batch.
    Publish(Vec<(usize, Change)>),
    /// Takes events and keeps them, unprocessed, until a later `Finish`.
    Take(usize),
    Finish,
    Mark,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = prop_oneof![
        5 => any::<bool>().prop_map(|recreate| Change::Set { recreate }),
        3 => any::<bool>().prop_map(|certain| Change::Delete { certain }),
        1 => Just(Change::Resync),
    ];
    let step = prop_oneof![
        8 => prop::collection::vec((0..NAMES.len(), change), 0..5).prop_map(Step::Publish),
        4 => (0..5_usize).prop_map(Step::Take),
        4 => Just(Step::Finish),
        1 => Just(Step::Mark),
    ];
    prop::collection::vec(step, 0..80)
}

fn policies() -> impl Strategy<Value = BacklogPolicy> {
    prop_oneof![
        (0..8_usize).prop_map(|bound| BacklogPolicy::Coalesce { bound }),
        Just(BacklogPolicy::Unbounded),
        (0..8_usize).prop_map(|bound| BacklogPolicy::Block { bound }),
    ]
}

type Store = BTreeMap<&'static str, Sample>;

/// Changes the store and gives the events that tell of it.
fn publish(store: &mut Store, version: &mut u32, changes: Vec<(usize, Change)>, initial: bool) -> Vec<Event<Sample>> {
    let mut events = Vec::new();
    for (name, change) in changes {
        let name = NAMES[name];
        *version += 1;
        let new = Sample::new(name, *version);
        match change {
            Change::Set { recreate } => match store.insert(name, new.clone()) {
                Some(old) if recreate => {
                    events.push(Event::Deleted { last: old, certain: true });
                    events.push(Event::Added { object: new, initial: false });
                }
                Some(old) => events.push(Event::Updated { old, new }),
                None => events.push(Event::Added { object: new, initial }),
            },
            Change::Delete { certain } => {
                events.extend(store.remove(name).map(|last| Event::Deleted { last, certain }));
            }
            Change::Resync => {
                events.extend(store.get(name).map(|now| Event::Updated { old: now.clone(), new: now.clone() }));
            }
        }
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn what_a_subscriber_sees_replays_to_the_store(steps in steps(), policy in policies()) {
        let (feed, subscriber) = backlog(policy);
        let (mut store, mut version) = (Store::new(), 0);
        let mut replay = Replay::default();
        // All events pushed, and all taken, in order.
        let (mut pushed, mut taken) = (Vec::new(), Vec::new());
        // The store at the mark, with the number of events before it.
        let mut marked: Option<(Store, usize)> = None;
        let mut in_progress: VecDeque<(EventBatch<&'static str, Sample>, usize)> = VecDeque::new();
        for step in steps {
            match step {
                Step::Publish(changes) => {
                    let (mut store_after, mut version_after) = (store.clone(), version);
                    let events = publish(&mut store_after, &mut version_after, changes, marked.is_none());
                    match feed.try_push(Arc::from(events.clone()), at(0)) {
                        Ok(()) => {
                            pushed.extend(events);
                            (store, version) = (store_after, version_after);
                        }
                        Err(PushError::Full(back)) => {
                            prop_assert!(matches!(policy, BacklogPolicy::Block { .. }), "only this one refuses");
                            prop_assert_eq!(&*back, &*events);
                        }
                        Err(other) => prop_assert!(false, "{:?}", other),
                    }
                }
                Step::Take(max) => match subscriber.try_next_batch(max) {
                    Ok(Some(batch)) => {
                        prop_assert!(!batch.is_empty() && batch.len() <= max.max(1));
                        batch.iter().for_each(|event| replay.see(event));
                        taken.extend_from_slice(&batch);
                        in_progress.push_back((batch, taken.len()));
                    }
                    Ok(None) => prop_assert_eq!(replay.objects(), &store, "with nothing pending it knows everything"),
                    Err(_) => prop_assert!(false, "nobody closed it"),
                },
                Step::Finish => drop(in_progress.pop_front()),
                Step::Mark => {
                    feed.mark_synced();
                    marked.get_or_insert((store.clone(), pushed.len()));
                }
            }
            let view = subscriber.view();
            prop_assert_eq!(view.pushed, pushed.len() as u64);
            prop_assert_eq!(view.taken, taken.len() as u64);
            prop_assert_eq!(view.pushed, view.taken + view.saved + view.pending() as u64);
            match policy {
                BacklogPolicy::Coalesce { .. } => {
                    prop_assert!(view.merged <= 2 * view.merged_keys && view.merged_keys <= NAMES.len());
                }
                _ => prop_assert_eq!(&taken[..], &pushed[..taken.len()], "nothing is merged"),
            }
            let processed = in_progress.front().map_or(taken.len(), |(batch, end)| end - batch.len());
            match &marked {
                None => prop_assert!(!subscriber.has_synced()),
                Some((_, before)) if !matches!(policy, BacklogPolicy::Coalesce { .. }) => {
                    // Numbers are exact while nothing is merged. Once synced, it stays so.
                    prop_assert_eq!(subscriber.has_synced(), processed >= *before);
                }
                Some((at_mark, _)) if subscriber.has_synced() => {
                    for (name, object) in at_mark {
                        // What it was told of the name is as new as the mark, unless the object has gone for good.
                        let told = replay.objects().get(name).map(|told| told.value);
                        let is_told = told.is_some_and(|told| told >= object.value);
                        let is_gone = pushed.iter().any(|event| match event {
                            Event::Deleted { last, .. } => last.name == *name && last.value >= object.value,
                            _ => false,
                        });
                        prop_assert!(is_told || is_gone, "{} at the mark, {:?} told", object.value, told);
                    }
                }
                Some(_) => {}
            }
        }
        in_progress.clear();
        while let Some(batch) = subscriber.try_next_batch(3).unwrap() {
            batch.iter().for_each(|event| replay.see(event));
        }
        prop_assert_eq!(replay.objects(), &store);
        prop_assert_eq!(subscriber.has_synced(), marked.is_some(), "all is processed");
    }
}
