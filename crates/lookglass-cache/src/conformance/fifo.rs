//! The contract of a classic delta queue, [`DeltaFifo`]'s.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Attempt, Sample};
use crate::{BoxError, Delta, DeltaFifo, EnqueueError, KnownObjects, Tombstone};

/// A classic delta queue of [`Sample`]s, keyed by name.
pub trait ClassicDeltaSource {
    /// Queues one step; `Replaced` and `Sync` are never asked of it. Gives `false` if it was refused.
    fn enqueue(&self, delta: Delta<&'static str, Sample>) -> bool;

    /// Queues a complete list. Gives `false` if it was refused.
    fn replace(&self, objects: Vec<Sample>) -> bool;

    /// Repeats what is known.
    fn resync(&self);

    /// Takes the oldest key and lets `process` see its deltas and whether they are initial; they count as applied
    /// when it returns.
    fn try_pop(&self, process: &mut dyn FnMut(&'static str, Vec<Delta<&'static str, Sample>>, bool)) -> Attempt;

    /// Whether the initial state has gone through.
    fn has_synced(&self) -> bool;

    /// Ends the queue.
    fn close(&self);
}

/// How the suite wants a queue to be made.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Setup {
    /// Known objects, if any.
    pub known: Option<Arc<KnownSamples>>,
    /// Whether lists come out as `Replaced`.
    pub emit_replaced: bool,
}

/// Known objects that the suite controls.
#[derive(Debug, Default)]
pub struct KnownSamples {
    objects: Mutex<BTreeMap<&'static str, Option<Sample>>>,
}

impl KnownSamples {
    fn with(samples: &[Sample]) -> Arc<Self> {
        let known = Self::default();
        for sample in samples {
            known.set(sample.name, Some(sample.clone()));
        }
        Arc::new(known)
    }

    /// `None` is an object whose lookup fails.
    fn set(&self, name: &'static str, object: Option<Sample>) {
        self.objects.lock().expect("the suite does not panic under this lock").insert(name, object);
    }

    fn apply(&self, name: &'static str, deltas: &[Delta<&'static str, Sample>]) {
        let mut objects = self.objects.lock().expect("the suite does not panic under this lock");
        for delta in deltas {
            match delta {
                Delta::Deleted(_) | Delta::Tombstone(_) => drop(objects.remove(name)),
                Delta::Added(object) | Delta::Updated(object) | Delta::Replaced(object) | Delta::Sync(object) => {
                    objects.insert(name, Some(object.clone()));
                }
            }
        }
    }
}

impl KnownObjects<&'static str, Sample> for KnownSamples {
    fn list_keys(&self) -> Vec<&'static str> {
        self.objects.lock().expect("the suite does not panic under this lock").keys().copied().collect()
    }

    fn get_by_key(&self, key: &&'static str) -> Result<Option<Sample>, BoxError> {
        match self.objects.lock().expect("the suite does not panic under this lock").get(key) {
            Some(None) => Err("this lookup fails".into()),
            found => Ok(found.cloned().flatten()),
        }
    }
}

/// Runs the whole suite.
///
/// ```
/// use lookglass_cache::{DeltaFifo, conformance};
///
/// conformance::fifo::run(|setup| {
///     let builder = DeltaFifo::builder(|sample: &conformance::Sample| sample.name).emit_replaced(setup.emit_replaced);
///     match setup.known {
///         Some(known) => builder.known_objects(known).build(),
///         None => builder.build(),
///     }
/// });
/// ```
///
/// # Panics
///
/// When the implementation breaks the contract.
pub fn run<S: ClassicDeltaSource>(make: impl Fn(Setup) -> S) {
    compresses_per_key_in_order_of_first_arrival(&make(Setup::default()));
    keeps_one_of_two_deletions(&make(Setup::default()));
    drops_deletions_of_the_unknown(&make);
    replaces_then_buries(&make);
    resyncs_what_is_quiet(&make);
    syncs_by_the_first_population(&make);
    closes_after_the_rest(&make(Setup::default()));
    counts_what_is_being_processed_as_known(&make);
}

fn compresses_per_key_in_order_of_first_arrival(queue: &impl ClassicDeltaSource) {
    let (first, second) = (Sample::new("first", 1), Sample::new("second", 1));
    assert!(queue.enqueue(Delta::Added(first.clone())) && queue.enqueue(Delta::Added(second.clone())));
    assert!(queue.enqueue(Delta::Updated(first.clone())) && queue.enqueue(Delta::Deleted(first.clone())));
    let all = [Delta::Added(first.clone()), Delta::Updated(first.clone()), Delta::Deleted(first)];
    assert_eq!(pop(queue), Some(("first", all.to_vec(), false)), "all deltas of the oldest key come at once");
    assert_eq!(pop(queue), Some(("second", vec![Delta::Added(second)], false)));
    assert_eq!(pop(queue), None);
}

fn keeps_one_of_two_deletions(queue: &impl ClassicDeltaSource) {
    let (old, new) = (Sample::new("a", 1), Sample::new("a", 2));
    let grave = |last: &Sample| Delta::Tombstone(Tombstone { key: "a", last: Some(last.clone()) });
    for (deltas, remaining, why) in [
        ([Delta::Deleted(old.clone()), Delta::Deleted(new.clone())], Delta::Deleted(old.clone()), "the older remains"),
        ([Delta::Deleted(old.clone()), grave(&new)], Delta::Deleted(old.clone()), "the older remains"),
        ([grave(&old), Delta::Deleted(new.clone())], Delta::Deleted(new.clone()), "the older is a tombstone"),
        ([grave(&old), grave(&new)], grave(&new), "the older is a tombstone"),
    ] {
        assert!(queue.enqueue(Delta::Added(old.clone())), "so that the key is expected to go");
        for delta in deltas {
            assert!(queue.enqueue(delta));
        }
        assert_eq!(pop(queue), Some(("a", vec![Delta::Added(old.clone()), remaining], false)), "{why}");
    }
}

fn drops_deletions_of_the_unknown<S: ClassicDeltaSource>(make: &impl Fn(Setup) -> S) {
    let (known, unknown) = (Sample::new("known", 1), Sample::new("unknown", 1));
    let objects = KnownSamples::with(std::slice::from_ref(&known));
    objects.set("unreadable", None);
    let queue = make(Setup { known: Some(objects), ..Setup::default() });
    assert!(queue.enqueue(Delta::Deleted(unknown.clone())));
    assert!(queue.has_synced(), "a dropped deletion populates the queue");
    assert_eq!(pop(&queue), None, "nobody has heard of it");
    assert!(queue.enqueue(Delta::Deleted(known.clone())));
    assert_eq!(pop(&queue), Some(("known", vec![Delta::Deleted(known)], false)));
    let unreadable = Sample::new("unreadable", 1);
    assert!(queue.enqueue(Delta::Deleted(unreadable.clone())));
    assert_eq!(pop(&queue), Some(("unreadable", vec![Delta::Deleted(unreadable)], false)), "it may be known");

    let queue = make(Setup::default());
    assert!(queue.enqueue(Delta::Deleted(unknown)));
    assert_eq!(pop(&queue), None, "without known objects only what waits is known");
}

fn replaces_then_buries<S: ClassicDeltaSource>(make: &impl Fn(Setup) -> S) {
    let listed = [Sample::new("z", 9), Sample::new("b", 9)];
    for emit_replaced in [false, true] {
        let objects = KnownSamples::with(&[Sample::new("b", 1), Sample::new("k", 1), Sample::new("q", 1)]);
        objects.set("u", None);
        let queue = make(Setup { known: Some(objects), emit_replaced });
        assert!(queue.enqueue(Delta::Updated(Sample::new("q", 2))));
        assert!(queue.replace(listed.to_vec()));
        let as_listed = if emit_replaced { Delta::Replaced } else { Delta::Sync };
        let grave = |key, last| Delta::Tombstone(Tombstone { key, last });
        let q = vec![Delta::Updated(Sample::new("q", 2)), grave("q", Some(Sample::new("q", 2)))];
        assert_eq!(pop(&queue), Some(("q", q, false)), "queued and not listed: buried with the newest object queued");
        assert_eq!(pop(&queue), Some(("z", vec![as_listed(listed[0].clone())], false)), "in list order");
        assert_eq!(pop(&queue), Some(("b", vec![as_listed(listed[1].clone())], false)), "in list order");
        let mut rest = [pop(&queue), pop(&queue)];
        rest.sort_by_key(|popped| popped.as_ref().map(|(key, ..)| *key));
        assert_eq!(rest[0], Some(("k", vec![grave("k", Some(Sample::new("k", 1)))], false)), "known and not listed");
        assert_eq!(rest[1], Some(("u", vec![grave("u", None)], false)), "a failing lookup gives no object");
        assert_eq!(pop(&queue), None);
    }
}

fn resyncs_what_is_quiet<S: ClassicDeltaSource>(make: &impl Fn(Setup) -> S) {
    let (quiet, busy) = (Sample::new("quiet", 1), Sample::new("busy", 1));
    let objects = KnownSamples::with(&[quiet.clone(), busy.clone()]);
    objects.set("unreadable", None);
    let queue = make(Setup { known: Some(objects), ..Setup::default() });
    assert!(queue.enqueue(Delta::Updated(busy.clone())));
    queue.resync();
    assert_eq!(pop(&queue), Some(("busy", vec![Delta::Updated(busy)], false)));
    assert_eq!(pop(&queue), Some(("quiet", vec![Delta::Sync(quiet)], false)));
    assert_eq!(pop(&queue), None);

    let queue = make(Setup::default());
    queue.resync();
    assert_eq!(pop(&queue), None, "without known objects there is nothing to repeat");
}

fn syncs_by_the_first_population<S: ClassicDeltaSource>(make: &impl Fn(Setup) -> S) {
    let queue = make(Setup::default());
    assert!(!queue.has_synced(), "fresh");
    assert!(queue.replace(vec![]));
    assert!(queue.has_synced(), "an empty list is all there is");

    let queue = make(Setup::default());
    assert!(queue.enqueue(Delta::Added(Sample::new("a", 1))));
    assert!(queue.has_synced(), "something other than a replace came first");
    assert!(queue.replace(vec![Sample::new("b", 1)]));
    assert!(queue.has_synced(), "it never flips back");

    let known = KnownSamples::with(&[Sample::new("gone", 1)]);
    let queue = make(Setup { known: Some(known), ..Setup::default() });
    assert!(queue.replace(vec![Sample::new("a", 1), Sample::new("a", 2), Sample::new("b", 1)]));
    assert!(queue.enqueue(Delta::Added(Sample::new("later", 1))));
    for left in (0..3).rev() {
        assert!(!queue.has_synced());
        let attempt = queue.try_pop(&mut |key, _, is_initial| {
            assert!(is_initial, "{key} belongs to the first list, deletions included");
            assert_eq!(queue.has_synced(), left == 0, "it flips before the last one is processed");
        });
        assert_eq!(attempt, Attempt::Taken);
    }
    assert_eq!(pop(&queue), Some(("later", vec![Delta::Added(Sample::new("later", 1))], false)));
}

fn closes_after_the_rest(queue: &impl ClassicDeltaSource) {
    assert!(queue.enqueue(Delta::Added(Sample::new("a", 1))));
    queue.close();
    assert!(!queue.enqueue(Delta::Added(Sample::new("b", 1))), "closed");
    assert!(!queue.replace(vec![]), "closed");
    assert!(pop(queue).is_some(), "what waits can still be popped");
    assert_eq!(queue.try_pop(&mut |_, _, _| {}), Attempt::Closed);
}

fn counts_what_is_being_processed_as_known<S: ClassicDeltaSource>(make: &impl Fn(Setup) -> S) {
    let known = KnownSamples::with(&[]);
    let queue = make(Setup { known: Some(Arc::clone(&known)), ..Setup::default() });
    let object = Sample::new("a", 1);
    assert!(queue.enqueue(Delta::Added(object.clone())));
    let attempt = queue.try_pop(&mut |name, deltas, _| {
        assert!(queue.replace(vec![]), "the queue can be used while something is processed");
        known.apply(name, &deltas);
    });
    assert_eq!(attempt, Attempt::Taken);
    let grave = Delta::Tombstone(Tombstone { key: "a", last: Some(object) });
    assert_eq!(
        pop(&queue),
        Some(("a", vec![grave], false)),
        "it was on its way into the store when the list lacked it"
    );
}

type PoppedSample = (&'static str, Vec<Delta<&'static str, Sample>>, bool);

fn pop(queue: &impl ClassicDeltaSource) -> Option<PoppedSample> {
    let mut popped = None;
    queue.try_pop(&mut |key, deltas, is_initial| popped = Some((key, deltas, is_initial)));
    popped
}

impl ClassicDeltaSource for DeltaFifo<&'static str, Sample> {
    fn enqueue(&self, delta: Delta<&'static str, Sample>) -> bool {
        let queued: Result<(), EnqueueError> = match delta {
            Delta::Added(object) => self.add(object),
            Delta::Updated(object) => self.update(object),
            Delta::Deleted(object) => self.delete(object),
            Delta::Tombstone(tombstone) => self.bury(tombstone),
            Delta::Replaced(_) | Delta::Sync(_) => return false,
        };
        queued.is_ok()
    }

    fn replace(&self, objects: Vec<Sample>) -> bool {
        self.replace(objects).is_ok()
    }

    fn resync(&self) {
        // A closed queue has nothing to repeat.
        let _closed = self.resync();
    }

    fn try_pop(&self, process: &mut dyn FnMut(&'static str, Vec<Delta<&'static str, Sample>>, bool)) -> Attempt {
        match self.try_pop() {
            Ok(Some(mut popped)) => {
                let deltas = popped.take_deltas();
                process(popped.key(), deltas, popped.is_initial());
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
