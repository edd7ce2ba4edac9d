//! Tests of [`DeltaFifo`](super::DeltaFifo): the contract, its edges, and a property against a literal transcription
//! of the rules.

mod property;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{DeltaFifo, EnqueueError};
use crate::conformance::{Sample, fifo as conformance};
use crate::key::with_cause;
use crate::{BoxError, Closed, Delta, KeyFunction, NeverSynced, Tombstone};

fn named() -> KeyFunction<&'static str, Sample> {
    KeyFunction::fallible(|sample: &Sample| if sample.value == 0 { Err("value 0") } else { Ok(sample.name) })
}

#[test]
fn keeps_the_classic_contract() {
    conformance::run(|setup| {
        let builder = DeltaFifo::builder(named()).emit_replaced(setup.emit_replaced);
        match setup.known {
            Some(known) => builder.known_objects(known).build(),
            None => builder.build(),
        }
    });
}

#[test]
fn is_a_store_of_what_waits() {
    let fifo = DeltaFifo::new(named());
    fifo.add(Sample::new("b", 1)).unwrap();
    fifo.add(Sample::new("a", 1)).unwrap();
    fifo.delete(Sample::new("b", 2)).unwrap();
    assert_eq!(fifo.list(), [Sample::new("b", 2), Sample::new("a", 1)], "the newest of each, deletions too");
    assert_eq!(fifo.list_keys(), ["b", "a"]);
    let deltas = vec![Delta::Added(Sample::new("b", 1)), Delta::Deleted(Sample::new("b", 2))];
    assert_eq!(fifo.get(&Sample::new("b", 9)).unwrap(), Some(deltas.clone()));
    assert_eq!(fifo.get_by_key(&"b"), Some(deltas));
    assert_eq!(fifo.get_by_key(&"c"), None);
    assert!(fifo.get(&Sample::new("b", 0)).is_err());
    assert_eq!((fifo.len(), fifo.is_empty()), (2, false));
    fifo.bury(Tombstone { key: "a", last: None }).unwrap();
    assert_eq!(fifo.list(), [Sample::new("b", 2)], "a tombstone without object has nothing to list");
}

#[test]
fn failure_changes_nothing() {
    let fifo = DeltaFifo::builder(named())
        .transformer(|sample: Sample| if sample.value == 13 { Err("value 13") } else { Ok(sample) })
        .build();
    for bad in [0, 13] {
        assert!(fifo.add(Sample::new("a", bad)).is_err());
        assert!(fifo.update(Sample::new("a", bad)).is_err());
        assert!(fifo.delete(Sample::new("a", bad)).is_err());
        assert!(fifo.replace(vec![Sample::new("a", 1), Sample::new("b", bad)]).is_err());
    }
    assert_eq!(fifo.view(), super::FifoView::default(), "not even populated");
    assert!(matches!(fifo.add(Sample::new("a", 0)), Err(EnqueueError::Key(_))));
    let refusal = fifo.add(Sample::new("a", 13)).unwrap_err();
    assert_eq!(with_cause(&refusal), "the value could not be transformed: value 13");
    let list = |bad| vec![Sample::new("a", 1), Sample::new("b", bad)];
    let refusal = fifo.replace(list(13)).unwrap_err();
    assert_eq!(with_cause(&refusal), "element 1 of the list could not be transformed: value 13");
    assert_eq!(with_cause(&fifo.replace(list(0)).unwrap_err()), "element 1 of the list has no key: value 0");
}

#[test]
fn transforms_each_object_once_on_its_way_in() {
    let transformed = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&transformed);
    let fifo = DeltaFifo::builder(named())
        .known_objects(HashMap::from([("known", Sample::new("known", 1))]))
        .transformer(move |sample: Sample| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, BoxError>(sample)
        })
        .build();
    fifo.resync().unwrap();
    fifo.bury(Tombstone { key: "known", last: Some(Sample::new("known", 1)) }).unwrap();
    assert_eq!(transformed.load(Ordering::Relaxed), 0, "what was transformed before");
    fifo.replace(vec![Sample::new("a", 1), Sample::new("b", 1)]).unwrap();
    assert_eq!(transformed.load(Ordering::Relaxed), 2, "the list, but not the tombstone of `known`");
    fifo.add(Sample::new("c", 1)).unwrap();
    fifo.update(Sample::new("c", 1)).unwrap();
    fifo.delete(Sample::new("c", 1)).unwrap();
    assert_eq!(transformed.load(Ordering::Relaxed), 5);
}

#[test]
fn what_a_list_could_not_read_is_not_declared_gone() {
    let known = ["known", "gone"].map(|name| (name, Sample::new(name, 1)));
    let fifo = DeltaFifo::builder(named()).known_objects(HashMap::from(known)).build();
    let pop = || {
        let popped = fifo.try_pop().unwrap().unwrap();
        (*popped.key(), popped.deltas().iter().map(Delta::kind).collect::<Vec<_>>())
    };
    use crate::DeltaKind::{Added, Deleted, Sync};
    fifo.replace_except(vec![Sample::new("a", 1)], vec!["known", "new", "a"]).unwrap();
    assert_eq!(fifo.view().initial_left, 2, "what is listed, and what is gone");
    assert_eq!([pop(), pop()], [("a", vec![Sync]), ("gone", vec![Deleted])]);
    assert!(fifo.has_synced() && fifo.is_empty());
    fifo.add(Sample::new("new", 1)).unwrap();
    fifo.add(Sample::new("b", 1)).unwrap();
    fifo.replace_except(vec![], vec!["known", "gone", "new"]).unwrap();
    assert_eq!([pop(), pop()], [("new", vec![Added]), ("b", vec![Added, Deleted])], "what waits goes on waiting");
    assert!(fifo.is_empty());
}

#[test]
fn counts_lookups_that_fail() {
    let known = (|| vec!["gone", "bad"], |key: &&'static str| if *key == "bad" { Err("bad".into()) } else { Ok(None) });
    let fifo = DeltaFifo::builder(named()).known_objects(known).build();
    fifo.resync().unwrap();
    assert!(fifo.is_empty());
    assert_eq!(fifo.view().failed_lookups, 2, "one failed, one vanished after it was listed");
}

#[test]
fn a_panic_of_the_known_objects_leaves_the_queue_as_it_was() {
    let known = (|| vec!["a"], |_: &&'static str| -> Result<Option<Sample>, BoxError> { panic!("as a test") });
    let fifo = DeltaFifo::builder(named()).known_objects(known).build();
    let replaced = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fifo.replace(vec![Sample::new("b", 1)])));
    assert!(replaced.is_err());
    assert_eq!(fifo.view(), super::FifoView::default());
    fifo.add(Sample::new("b", 1)).unwrap();
    assert_eq!(fifo.len(), 1, "and usable");
}

#[test]
fn a_checker_outlives_its_queue() {
    let fifo = DeltaFifo::new(named());
    let checker = fifo.sync_checker();
    fifo.close();
    assert_eq!(checker.synced_blocking(), Err(NeverSynced));
    assert!(!fifo.has_synced());

    let fifo = DeltaFifo::new(named());
    let checker = fifo.sync_checker();
    let mut waiting = tokio_test::task::spawn(checker.synced());
    tokio_test::assert_pending!(waiting.poll());
    drop(fifo);
    assert!(waiting.is_woken(), "a queue that is dropped does not leave anybody waiting");
    assert_eq!(tokio_test::assert_ready!(waiting.poll()), Err(NeverSynced));

    let fifo = DeltaFifo::new(named());
    fifo.replace(vec![Sample::new("a", 1)]).unwrap();
    let checker = fifo.sync_checker();
    fifo.close();
    assert!(!checker.is_synced(), "the list can still be popped");
    drop(fifo.pop_blocking().unwrap());
    assert_eq!(checker.synced_blocking(), Ok(()));
    assert_eq!(fifo.pop_blocking().unwrap_err(), Closed);
}

#[test]
fn shows_numbers_and_no_objects() {
    let fifo = DeltaFifo::builder(named()).known_objects(HashMap::new()).build();
    fifo.replace(vec![Sample::new("a", 1), Sample::new("b", 1)]).unwrap();
    let popped = fifo.try_pop().unwrap().unwrap();
    assert_eq!(
        format!("{fifo:?}"),
        "DeltaFifo(FifoView { keys: 1, deltas: 1, populated: true, initial_left: 1, synced: false, closed: false, \
         in_flight: 1, waiting: 0, failed_lookups: 0 })"
    );
    assert_eq!(format!("{popped:?}"), r#"Popped { key: "a", deltas: [Sync], is_initial: true, .. }"#);
    drop(popped);
    assert_eq!(fifo.view().in_flight, 0);
}

#[test]
fn handles_can_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    let fifo = DeltaFifo::new(named());
    anywhere(&fifo);
    anywhere(&fifo.sync_checker());
}
