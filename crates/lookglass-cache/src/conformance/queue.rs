//! The contract of a delta queue in order of arrival, [`DeltaQueue`]'s.

use super::{Attempt, Sample};
use crate::{Change, DeltaQueue, PushError, Tombstone};

/// A change of [`Sample`]s.
pub type SampleChange = Change<&'static str, Sample, u64>;

/// A bounded queue of [`SampleChange`]s, keyed by name. Its key function fails for value 0.
pub trait DeltaSource {
    /// Queues a change if there is room.
    ///
    /// # Errors
    ///
    /// Why not.
    fn try_push(&self, change: SampleChange) -> Result<(), PushError<SampleChange>>;

    /// Queues changes in order, as many as there is room for, and leaves the others.
    ///
    /// # Errors
    ///
    /// Why some were left.
    fn try_push_all(&self, changes: &mut Vec<SampleChange>) -> Result<(), PushError<()>>;

    /// Takes a batch of up to `max`, and lets `process` see it and whether it is initial; it counts as processed when
    /// that returns.
    fn try_pop_batch(&self, max: usize, process: &mut dyn FnMut(Vec<SampleChange>, bool)) -> Attempt;

    /// Whether the initial state has been processed.
    fn has_synced(&self) -> bool;

    /// Ends the queue.
    fn close(&self);
}

/// Runs the whole suite; `make` gives a queue of that capacity.
///
/// ```
/// use lookglass_cache::{DeltaQueue, KeyFunction, conformance};
///
/// conformance::queue::run(|capacity| {
///     let key = KeyFunction::fallible(|sample: &conformance::Sample| match sample.value {
///         0 => Err("value 0"),
///         _ => Ok(sample.name),
///     });
///     DeltaQueue::builder(key).capacity(capacity).build()
/// });
/// ```
///
/// # Panics
///
/// When the implementation breaks the contract.
pub fn run<S: DeltaSource>(make: impl Fn(usize) -> S) {
    keeps_order_and_everything(&make(10));
    ends_batches_where_it_must(&make(10_000));
    refuses_what_has_no_key(&make(10));
    holds_its_bound(&make(2));
    takes_of_a_chunk_what_fits(&make(2));
    lets_a_large_list_pass(&make(2));
    syncs_after_the_first_list(&make);
    closes_after_the_rest(&make(1));
}

fn keeps_order_and_everything(queue: &impl DeltaSource) {
    let changes =
        [added("b", 1), deleted("b", 1), deleted("unknown", 1), added("a", 1), updated("b", 2), deleted("b", 2)];
    for change in changes.clone() {
        push(queue, change);
    }
    let mut seen = Vec::new();
    while queue.try_pop_batch(10, &mut |batch, _| seen.extend(batch)) == Attempt::Taken {}
    assert_eq!(seen, changes, "order across keys holds and nothing is merged or dropped");
}

fn ends_batches_where_it_must(queue: &impl DeltaSource) {
    let names: [&'static str; 3] = ["a", "b", "c"];
    for name in names {
        push(queue, added(name, 1));
    }
    push(queue, updated("b", 2));
    push(queue, Change::Tombstone(Tombstone { key: "b", last: None }));
    push(queue, Change::Bookmark(5));
    push(queue, added("d", 1));
    push(queue, Change::SyncAll);
    push(queue, Change::ReplacedAll { revision: 6, objects: vec![Sample::new("e", 1)], unreadable: vec![] });
    push(queue, added("f", 1));
    assert_eq!(pop_batch(queue, 2).len(), 2, "the limit");
    assert_eq!(pop_batch(queue, 10), [added("c", 1), updated("b", 2)], "before a key that is in the batch");
    assert_eq!(pop_batch(queue, 10).len(), 1, "before a change that goes alone");
    assert_eq!(pop_batch(queue, 10), [Change::Bookmark(5)], "a bookmark goes alone");
    assert_eq!(pop_batch(queue, 10), [added("d", 1)]);
    assert_eq!(pop_batch(queue, 10), [Change::SyncAll], "a resync goes alone");
    assert_eq!(pop_batch(queue, 10).len(), 1, "a list goes alone");
    assert_eq!(pop_batch(queue, 0), [added("f", 1)], "no batch is empty");

    let many: Vec<&'static str> = (0..1001_u32).map(|n| &*n.to_string().leak()).collect();
    for name in many {
        push(queue, added(name, 1));
    }
    assert_eq!(pop_batch(queue, usize::MAX).len(), 1000, "no batch is larger");
    assert_eq!(pop_batch(queue, usize::MAX).len(), 1);
}

fn refuses_what_has_no_key(queue: &impl DeltaSource) {
    assert!(matches!(queue.try_push(added("a", 0)), Err(PushError::Key(_))));
    let list = Change::ReplacedAll {
        revision: 1,
        objects: vec![Sample::new("a", 1), Sample::new("b", 0)],
        unreadable: vec![],
    };
    assert!(matches!(queue.try_push(list), Err(PushError::Key(_))), "a list enters whole or not at all");
    assert_eq!(queue.try_pop_batch(10, &mut |_, _| {}), Attempt::Empty);
}

fn holds_its_bound(queue: &impl DeltaSource) {
    push(queue, added("a", 1));
    push(queue, added("b", 1));
    match queue.try_push(added("c", 1)) {
        Err(PushError::Full(change)) => assert_eq!(change, added("c", 1), "it is given back"),
        other => panic!("the bound is two, but a third change gave {other:?}"),
    }
    assert_eq!(pop_batch(queue, 1).len(), 1);
    push(queue, added("c", 1));
}

fn takes_of_a_chunk_what_fits(queue: &impl DeltaSource) {
    let mut chunk = vec![added("a", 1), added("b", 0), added("c", 1), added("d", 1)];
    assert!(matches!(queue.try_push_all(&mut chunk), Err(PushError::Key(_))));
    assert_eq!(
        queue.try_pop_batch(10, &mut |_, _| {}),
        Attempt::Empty,
        "an unusable change is found before any enters"
    );
    assert_eq!(chunk, [added("a", 1), added("c", 1), added("d", 1)], "and only that one is taken out");
    assert!(matches!(queue.try_push_all(&mut chunk), Err(PushError::Full(()))));
    assert_eq!(chunk, [added("d", 1)], "the others have entered");
    assert_eq!(pop_batch(queue, 10), [added("a", 1), added("c", 1)]);
    assert!(queue.try_push_all(&mut chunk).is_ok() && chunk.is_empty());
    queue.close();
    chunk.push(added("e", 1));
    assert!(matches!(queue.try_push_all(&mut chunk), Err(PushError::Closed(()))));
    assert_eq!(chunk, [added("e", 1)], "it stays with its owner");
}

fn lets_a_large_list_pass(queue: &impl DeltaSource) {
    let list = Change::ReplacedAll {
        revision: 1,
        objects: ["a", "b", "c"].map(|name| Sample::new(name, 1)).to_vec(),
        unreadable: vec![],
    };
    push(queue, added("z", 1));
    assert!(matches!(queue.try_push(list.clone()), Err(PushError::Full(_))), "not on top of others");
    assert_eq!(pop_batch(queue, 1).len(), 1);
    push(queue, list.clone());
    assert!(matches!(queue.try_push(added("z", 1)), Err(PushError::Full(_))), "nor others on top of it");
    assert_eq!(pop_batch(queue, 1), [list]);
}

fn syncs_after_the_first_list<S: DeltaSource>(make: &impl Fn(usize) -> S) {
    let queue = make(10);
    push(&queue, Change::Bookmark(1));
    push(&queue, Change::SyncAll);
    push(&queue, Change::ReplacedAll { revision: 2, objects: vec![Sample::new("a", 1)], unreadable: vec![] });
    push(&queue, added("b", 1));
    for _ in 0..2 {
        queue.try_pop_batch(10, &mut |_, is_initial| assert!(is_initial, "nothing has populated it yet"));
        assert!(!queue.has_synced());
    }
    queue.try_pop_batch(10, &mut |_, is_initial| {
        assert!(is_initial && !queue.has_synced(), "the list is being processed");
    });
    assert!(queue.has_synced(), "the list has been processed");
    queue.try_pop_batch(10, &mut |_, is_initial| assert!(!is_initial));

    let queue = make(10);
    push(&queue, added("a", 1));
    assert!(queue.has_synced(), "something other than a list came first");
}

fn closes_after_the_rest(queue: &impl DeltaSource) {
    push(queue, added("a", 1));
    queue.close();
    match queue.try_push(added("b", 1)) {
        Err(PushError::Closed(change)) => assert_eq!(change, added("b", 1), "it is given back"),
        other => panic!("the queue is closed, but a change gave {other:?}"),
    }
    assert_eq!(pop_batch(queue, 10).len(), 1, "what is queued can still be popped");
    assert_eq!(queue.try_pop_batch(10, &mut |_, _| {}), Attempt::Closed);
}

fn push(queue: &impl DeltaSource, change: SampleChange) {
    if let Err(error) = queue.try_push(change) {
        panic!("a change was refused: {error}");
    }
}

fn pop_batch(queue: &impl DeltaSource, max: usize) -> Vec<SampleChange> {
    let mut changes = Vec::new();
    queue.try_pop_batch(max, &mut |batch, _| changes = batch);
    changes
}

fn added(name: &'static str, value: u32) -> SampleChange {
    Change::Added(Sample::new(name, value))
}

fn updated(name: &'static str, value: u32) -> SampleChange {
    Change::Updated(Sample::new(name, value))
}

fn deleted(name: &'static str, value: u32) -> SampleChange {
    Change::Deleted(Sample::new(name, value))
}

impl DeltaSource for DeltaQueue<&'static str, Sample, u64> {
    fn try_push(&self, change: SampleChange) -> Result<(), PushError<SampleChange>> {
        self.try_push(change)
    }

    fn try_push_all(&self, changes: &mut Vec<SampleChange>) -> Result<(), PushError<()>> {
        self.try_push_all(changes)
    }

    fn try_pop_batch(&self, max: usize, process: &mut dyn FnMut(Vec<SampleChange>, bool)) -> Attempt {
        match self.try_pop_batch(max) {
            Ok(Some(batch)) => {
                process(batch.to_vec(), batch.is_initial());
                Attempt::Taken
            }
            Ok(None) => Attempt::Empty,
            Err(_) => Attempt::Closed,
        }
    }

    fn has_synced(&self) -> bool {
        self.has_synced()
    }

    fn close(&self) {
        self.close();
    }
}
