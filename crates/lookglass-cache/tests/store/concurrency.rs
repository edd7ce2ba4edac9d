//! What readers see while others write.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;
use std::time::Duration;

use lookglass_cache::{Index, Store};

/// Fails when `work` hangs, instead of hanging the tests. Generous: only a deadlock takes this long.
fn within_a_minute(work: impl FnOnce() + Send + 'static) {
    let (finished, waiting) = channel();
    let worker = thread::spawn(move || {
        work();
        finished.send(()).expect("the test waits");
    });
    if waiting.recv_timeout(Duration::from_secs(60)).is_err() {
        assert!(worker.is_finished(), "the store hangs");
        worker.join().expect("the worker did not panic");
    }
}

/// Ends the readers also when the writer panics, so that a failure does not hang.
struct Finish<'a>(&'a AtomicBool);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn readers_never_see_values_and_indexes_disagree() {
    // All values are of one colour at any time; the writer recolours all of them in one operation.
    const KEYS: u32 = 700;
    let store = Store::new(|pair: &(u32, u8)| pair.0);
    let by_colour = store.add_index(Index::new("colour", |pair: &(u32, u8)| Some(pair.1))).expect("new");
    let recolour = |colour: u8| {
        let pairs = (0..KEYS).map(move |key| (key, colour));
        match colour % 3 {
            0 => drop(store.replace(pairs, None)),
            1 => drop(store.batch(|batch| pairs.for_each(|pair| batch.add(pair)))),
            // In place: few enough writes to change under the lock.
            _ => drop(store.batch(|batch| {
                pairs.clone().skip(300).for_each(|pair| batch.remove(pair.0));
                pairs.take(300).for_each(|pair| batch.add(pair));
            })),
        }
    };
    recolour(0);
    let done = AtomicBool::new(false);
    let start = Barrier::new(3);
    thread::scope(|scope| {
        for reader in 0..2 {
            let (done, start, store, by_colour) = (&done, &start, &store, &by_colour);
            scope.spawn(move || {
                start.wait();
                let mut held = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let now = store.snapshot();
                    let colours = now.by(by_colour);
                    let values = colours.values();
                    assert_eq!(values.len(), 1, "{values:?}");
                    assert_eq!(colours.count(&values[0]), now.len());
                    assert!(now.iter().all(|(_, pair)| pair.1 == values[0]));
                    let seen = by_colour.values();
                    assert_eq!(seen.len(), 1, "{seen:?}");
                    let listed = store.list();
                    assert!(listed.windows(2).all(|pairs| pairs[0].1 == pairs[1].1));
                    if reader == 1 {
                        held.push((now, values[0]));
                        held.truncate(20);
                    }
                }
                for (now, colour) in held {
                    assert!(now.iter().all(|(_, pair)| pair.1 == colour));
                }
            });
        }
        let _finish = Finish(&done);
        start.wait();
        for turn in 0..600_u32 {
            recolour(u8::try_from(turn % 251).expect("small"));
        }
    });
}

#[test]
fn an_index_added_amid_writes_is_complete() {
    let store = Store::new(|pair: &(u32, u32)| pair.0);
    store.replace((0..2_000).map(|key| (key, 0)), None).expect("keys are infallible");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..2_u32)
            .map(|writer| {
                let (done, store) = (&done, &store);
                scope.spawn(move || {
                    let mut turn = 0;
                    while !done.load(Ordering::Relaxed) {
                        turn += 1;
                        let key = turn * 7 % 2_500 * 2 + writer;
                        match turn % 5 {
                            0 => drop(store.remove(&key)),
                            _ => drop(store.add((key, turn))),
                        }
                        if turn % 3_000 == 0 {
                            store.clear();
                        }
                    }
                })
            })
            .collect();
        let _finish = Finish(&done);
        for _ in 0..60 {
            let by_rest = store.add_index(Index::new("rest", |pair: &(u32, u32)| Some(pair.1 % 8))).expect("dropped");
            let now = store.snapshot();
            let index = now.by(&by_rest);
            assert_eq!((0..8).map(|rest| index.count(&rest)).sum::<usize>(), now.len());
            for rest in 0..8 {
                assert!(index.iter(&rest).all(|(_, pair)| pair.1 % 8 == rest));
            }
        }
        done.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.join().expect("the writer did not panic");
        }
    });
    assert!(store.index_names().is_empty());
}

/// Reads the store when it is dropped: hangs if that happens under the store's lock.
#[derive(Clone)]
struct Nosy(Arc<Inside>);

struct Inside {
    key: u32,
    store: Arc<OnceLock<Store<u32, Nosy>>>,
    reads: Arc<AtomicUsize>,
}

impl Drop for Inside {
    fn drop(&mut self) {
        if let Some(store) = self.store.get() {
            let _ = store.contains_key(&self.key);
            drop(store.add_index(Index::new("none", |_: &Nosy| None::<u8>)));
            self.reads.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn a_value_that_uses_the_store_when_dropped_does_not_hang_it() {
    within_a_minute(|| {
        let cell = Arc::new(OnceLock::new());
        let reads = Arc::new(AtomicUsize::new(0));
        let store = Store::new(|nosy: &Nosy| nosy.0.key);
        assert!(cell.set(store.clone()).is_ok(), "set once");
        let nosy = |key| Nosy(Arc::new(Inside { key, store: cell.clone(), reads: reads.clone() }));
        store.replace((0..2_000).map(nosy), None).expect("keys are infallible");
        drop(store.replace((0..2_000).map(nosy), None));
        assert_eq!(reads.swap(0, Ordering::Relaxed), 2_000);
        drop(store.add(nosy(1)));
        drop(store.remove(&2));
        drop(store.batch(|batch| (3..103).for_each(|key| batch.add(nosy(key)))));
        let now = store.snapshot();
        drop(store.batch(|batch| (1_000..1_900).for_each(|key| batch.remove(key))));
        assert_eq!(reads.swap(0, Ordering::Relaxed), 102, "the snapshot holds the rest");
        drop(now);
        assert_eq!(reads.swap(0, Ordering::Relaxed), 900);
        store.clear();
        assert_eq!(reads.load(Ordering::Relaxed), 1_099);
    });
}

#[test]
fn a_long_write_does_not_keep_readers_waiting() {
    // The index function stands still in the middle of each kind of long write until a reader has read.
    let store = Store::new(|number: &u32| *number);
    store.replace(0..1_000, None).expect("keys are infallible");
    let (reached, at_function) = channel();
    let (resume, resumed) = channel::<()>();
    let resumed = std::sync::Mutex::new(resumed);
    let index = Index::new("slow", move |number: &u32| {
        if *number == 500 {
            reached.send(()).expect("the test listens");
            resumed.lock().expect("not poisoned").recv().expect("the test resumes");
        }
        Some(number % 2)
    });
    let read_meanwhile = |expected: usize| {
        at_function.recv().expect("the function is reached");
        assert_eq!((store.len(), store.get_by_key(&7), store.list().len()), (expected, Some(7), expected));
        assert_eq!(store.snapshot().len(), expected);
        resume.send(()).expect("the function waits");
    };
    thread::scope(|scope| {
        let adding = scope.spawn(|| store.add_index(index).expect("new"));
        read_meanwhile(1_000);
        let slow = adding.join().expect("no panic");
        let replacing = scope.spawn(|| store.replace(0..900, None).expect("keys are infallible").changes.len());
        read_meanwhile(1_000);
        assert_eq!(replacing.join().expect("no panic"), 1_000);
        let batching = scope.spawn(|| store.batch(|batch| (0..2_000).for_each(|number| batch.add(number))));
        read_meanwhile(900);
        assert_eq!(batching.join().expect("no panic").changes.len(), 2_000);
        let single = scope.spawn(|| store.add(500));
        read_meanwhile(2_000);
        single.join().expect("no panic").expect("keys are infallible");
        assert_eq!((slow.count(&0), slow.count(&1)), (1_000, 1_000));
    });
}

thread_local! {
    /// What the hash function of [`Probe`] does beside hashing.
    static WHILE_HASHING: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// An index value that tells when it is hashed, which is the one thing that putting a write in place asks of the user.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Probe(u32);

impl Hash for Probe {
    fn hash<H: Hasher>(&self, state: &mut H) {
        WHILE_HASHING.with_borrow(|probe| probe.iter().for_each(|probe| probe()));
        self.0.hash(state);
    }
}

#[test]
fn a_long_batch_is_put_in_place_beside_the_readers() {
    within_a_minute(|| {
        let store = Store::new(|pair: &(u32, u32)| pair.0);
        let _index = store.add_index(Index::new("probe", |pair: &(u32, u32)| Some(Probe(pair.1)))).expect("new");
        store.replace((0..1_000).map(|key| (key, 0)), None).expect("keys are infallible");
        let (reader, reads) = (store.clone(), Arc::new(AtomicUsize::new(0)));
        let count = reads.clone();
        let read = move || {
            assert_eq!(reader.get_by_key(&999), Some((999, 0)), "nothing of the batch is seen before its end");
            count.fetch_add(1, Ordering::Relaxed);
        };
        WHILE_HASHING.set(Some(Box::new(read)));
        let applied = store.batch(|batch| (0..1_000).for_each(|key| batch.add((key, 1))));
        WHILE_HASHING.set(None);
        assert_eq!(applied.changes.len(), 1_000);
        assert!(reads.load(Ordering::Relaxed) >= 1_000);
    });
}

/// An index value that does something when it is dropped.
#[derive(Clone)]
struct Meddler {
    value: u32,
    meddle: Arc<dyn Fn() + Send + Sync>,
}

impl Drop for Meddler {
    fn drop(&mut self) {
        (self.meddle)();
    }
}

impl PartialEq for Meddler {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Meddler {}

impl PartialOrd for Meddler {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Meddler {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl Hash for Meddler {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

#[test]
fn an_index_value_that_reads_the_store_when_dropped_does_not_hang_it() {
    within_a_minute(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let store = Store::new(|pair: &(u32, u32)| pair.0);
        let (reader, counter) = (store.clone(), drops.clone());
        let meddle: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
            counter.fetch_add(reader.contains_key(&0).into(), Ordering::Relaxed);
        });
        let value = move |value| Meddler { value, meddle: meddle.clone() };
        let (one, many) = (value.clone(), value);
        let _one = store.add_index(Index::new("one", move |pair: &(u32, u32)| Some(one(pair.1)))).expect("new");
        let several = move |pair: &(u32, u32)| (0..pair.1 % 5).map(&many).collect::<Vec<_>>();
        let _many = store.add_index(Index::new("many", several)).expect("new");
        for key in 0..20 {
            store.add((key, key)).expect("keys are infallible");
        }
        let before = drops.load(Ordering::Relaxed);
        store.add((1, 2)).expect("keys are infallible");
        assert!(drops.load(Ordering::Relaxed) > before, "the new 2 is not needed, and nobody has 1 any more");
        let _ = store.batch(|batch| (1..10).for_each(|key| batch.add((key, key + 1))));
        drop(store.replace((0..1_000).map(|key| (key, key % 7)), None));
        for key in 1..20 {
            store.remove(&key);
        }
        store.clear();
    });
}

/// A value that writes to the store when it is dropped.
#[derive(Clone)]
struct Farewell(Arc<Inner>);

struct Inner {
    key: u32,
    farewell: Arc<OnceLock<Store<u32, Farewell>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(store) = self.farewell.get() {
            store.bookmark(self.key.to_string());
        }
    }
}

#[test]
fn values_that_a_replace_does_not_need_may_write_to_the_store_when_dropped() {
    within_a_minute(|| {
        let cell = Arc::new(OnceLock::new());
        let store =
            Store::<u32, Farewell>::builder().same(|_, new| new.0.key < 10).build(|value: &Farewell| value.0.key);
        assert!(cell.set(store.clone()).is_ok(), "set once");
        let value = |key| Farewell(Arc::new(Inner { key, farewell: cell.clone() }));
        let twice = |count: u32| (0..count).flat_map(|key| [key, key]).map(value);
        assert_eq!(store.replace(twice(20), None).expect("keys are infallible").changes.len(), 20);
        let replaced = store.replace(twice(30), None).expect("keys are infallible");
        assert_eq!((replaced.kept, replaced.changes.len()), (10, 20));
        drop(replaced);
        assert_eq!(store.len(), 30);
    });
}
