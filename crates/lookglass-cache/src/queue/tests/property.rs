//! The queue against a naive one, with batches whose end is found by looking at everything.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::{PushError, Sample, Samples, named};
use crate::{Change, ChangeBatch, Tombstone};

type SampleChange = Change<&'static str, Sample, u64>;

#[derive(Clone, Debug)]
enum Step {
    Push(SampleChange),
    PushAll(Vec<SampleChange>),
    /// Takes a batch and keeps it, unprocessed, until a later `Finish`.
    Pop(usize),
    /// Drops the oldest batch that was kept.
    Finish,
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let sample =
        (prop::sample::select(vec!["a", "b", "c", "d"]), 1..100_u32).prop_map(|(name, value)| Sample::new(name, value));
    let change = prop_oneof![
        4 => sample.clone().prop_map(Change::Added),
        4 => sample.clone().prop_map(Change::Updated),
        3 => sample.clone().prop_map(Change::Deleted),
        1 => sample.clone().prop_map(|last| Change::Tombstone(Tombstone { key: last.name, last: Some(last) })),
        2 => (any::<u64>(), prop::collection::vec(sample, 0..8))
            .prop_map(|(revision, objects)| Change::ReplacedAll { revision, objects, unreadable: vec!["e"] }),
        1 => Just(Change::SyncAll),
        1 => any::<u64>().prop_map(Change::Bookmark),
    ];
    let step = prop_oneof![
        10 => change.clone().prop_map(Step::Push),
        4 => prop::collection::vec(change, 0..6).prop_map(Step::PushAll),
        6 => (0..6_usize).prop_map(Step::Pop),
        4 => Just(Step::Finish),
        1 => Just(Step::Close),
    ];
    prop::collection::vec(step, 0..80)
}

fn key_of(change: &SampleChange) -> Option<&'static str> {
    match change {
        Change::Added(object) | Change::Updated(object) | Change::Deleted(object) => Some(object.name),
        Change::Tombstone(tombstone) => Some(tombstone.key),
        Change::ReplacedAll { .. } | Change::SyncAll | Change::Bookmark(_) => None,
    }
}

fn weight_of(change: &SampleChange) -> usize {
    if let Change::ReplacedAll { objects, .. } = change { objects.len().max(1) } else { 1 }
}

#[derive(Default)]
struct Naive {
    changes: VecDeque<SampleChange>,
    /// The first populating change, if it is a list, is the initial one; its position among all pushed.
    first_list: Option<usize>,
    populated: bool,
    pushed: usize,
    popped: usize,
    first_list_processed: bool,
    closed: bool,
}

impl Naive {
    fn has_synced(&self) -> bool {
        self.populated && (self.first_list.is_none() || self.first_list_processed)
    }

    fn has_room_for(&self, change: &SampleChange, capacity: usize) -> bool {
        let taken: usize = self.changes.iter().map(weight_of).sum();
        taken == 0 || taken + weight_of(change) <= capacity
    }

    fn push(&mut self, change: SampleChange) {
        let populates = !matches!(change, Change::SyncAll | Change::Bookmark(_));
        if populates && !self.populated {
            self.populated = true;
            self.first_list = matches!(change, Change::ReplacedAll { .. }).then_some(self.pushed);
        }
        self.pushed += 1;
        self.changes.push_back(change);
    }

    /// The batch and whether it holds the first list.
    fn pop(&mut self, max: usize) -> Option<(Vec<SampleChange>, bool)> {
        let mut batch = vec![self.changes.pop_front()?];
        while let Some(next) = self.changes.front() {
            let repeats = batch.iter().any(|change| key_of(change) == key_of(next));
            let alone = key_of(&batch[0]).is_none() || key_of(next).is_none();
            if batch.len() >= max || alone || repeats {
                break;
            }
            batch.extend(self.changes.pop_front());
        }
        let range = self.popped..self.popped + batch.len();
        self.popped = range.end;
        Some((batch, self.first_list.is_some_and(|first| range.contains(&first))))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_a_naive_queue(steps in steps(), capacity in 1..7_usize) {
        let queue = Samples::builder(named()).capacity(capacity).build();
        let mut naive = Naive::default();
        let mut kept: VecDeque<(ChangeBatch<&'static str, Sample, u64>, bool)> = VecDeque::new();
        for step in steps {
            match step {
                Step::Push(change) => match queue.try_push(change.clone()) {
                    Ok(()) => {
                        prop_assert!(!naive.closed && naive.has_room_for(&change, capacity));
                        naive.push(change);
                    }
                    Err(PushError::Full(back)) => {
                        prop_assert!(!naive.closed && !naive.has_room_for(&change, capacity));
                        prop_assert_eq!(back, change);
                    }
                    Err(PushError::Closed(back)) => {
                        prop_assert!(naive.closed);
                        prop_assert_eq!(back, change);
                    }
                    Err(other) => prop_assert!(false, "{:?}", other),
                },
                Step::PushAll(chunk) => {
                    let mut left = chunk.clone();
                    let outcome = queue.try_push_all(&mut left);
                    let mut expected = VecDeque::from(chunk);
                    while let Some(next) = expected.front()
                        && !naive.closed
                        && naive.has_room_for(next, capacity)
                    {
                        expected.pop_front().into_iter().for_each(|change| naive.push(change));
                    }
                    prop_assert_eq!(&left, &Vec::from(expected));
                    match outcome {
                        Ok(()) => prop_assert!(left.is_empty()),
                        Err(PushError::Full(())) => prop_assert!(!left.is_empty() && !naive.closed),
                        Err(PushError::Closed(())) => prop_assert!(!left.is_empty() && naive.closed),
                        Err(other) => prop_assert!(false, "{:?}", other),
                    }
                }
                Step::Pop(max) => {
                    let was_synced = naive.has_synced();
                    match (queue.try_pop_batch(max), naive.pop(max)) {
                        (Ok(Some(batch)), Some((expected, has_first_list))) => {
                            prop_assert_eq!(&*batch, &*expected);
                            prop_assert_eq!(batch.is_initial(), !was_synced);
                            kept.push_back((batch, has_first_list));
                        }
                        (Ok(None), None) => prop_assert!(!naive.closed),
                        (Err(_), None) => prop_assert!(naive.closed),
                        (got, expected) => prop_assert!(false, "{:?} instead of {:?}", got, expected),
                    }
                }
                Step::Finish => {
                    if let Some((_, has_first_list)) = kept.pop_front() {
                        naive.first_list_processed |= has_first_list;
                    }
                }
                Step::Close => {
                    queue.close();
                    naive.closed = true;
                }
            }
            prop_assert_eq!(queue.has_synced(), naive.has_synced());
            let view = queue.view();
            prop_assert_eq!(view.changes, naive.changes.len());
            prop_assert_eq!(view.objects, naive.changes.iter().map(weight_of).sum::<usize>());
            prop_assert!(view.objects <= capacity || view.changes == 1, "the bound is hard");
        }
    }
}
