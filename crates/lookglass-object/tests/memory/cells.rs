//! Cells: what one costs, and that the account says so.

use std::sync::{Arc, Mutex};

use lookglass_object::{Arrival, Depot, Dynamic, Gvk, Intake, Memory, Object, Retention};

use crate::allocations::{Spent, spent};

/// One of many that have the same template.
fn sibling(index: usize) -> String {
    named(&format!("web-{index:05}"), index)
}

/// One that has a name of its own kind.
fn pod(index: usize) -> String {
    named(&format!("web{index:05}-0"), index)
}

fn named(name: &str, index: usize) -> String {
    // The same in all, but without repetition in itself: what only a dictionary can make small.
    let notes: String = (1..200_u64).map(|word| format!("{:x}-", word * 2_654_435_761 % 1_000_003)).collect();
    format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"default",
        "uid":"0f3b5e9a-6d0f-4f39-9d8f-{index:012x}","resourceVersion":"{}","labels":{{"app":"web"}},
        "managedFields":[{{"manager":"kubelet"}}]}},"spec":{{"nodeName":"node-{}","notes":"{notes}"}}}}"#,
        1000 + index,
        index % 9
    )
}

fn intake(depot: &Depot, retention: Retention) -> Intake<Dynamic> {
    Intake::new(depot.family(&Gvk::core("v1", "Pod"))).retention(retention)
}

fn bytes(memory: &Memory) -> isize {
    (memory.header_bytes + memory.raw_bytes + memory.packed_bytes).cast_signed()
}

#[test]
fn a_cell_is_three_allocations_of_the_size_that_the_account_says() {
    let depot = Depot::builder().build();
    let mut intake = intake(&depot, Retention::Raw);
    // The first makes the label set and grows the scratch memory.
    let first = intake.json(pod(1).as_bytes(), Arrival::Changed).unwrap();
    let text = pod(2);
    let (second, cost) = spent(|| intake.json(text.as_bytes(), Arrival::Changed).unwrap());
    let size = bytes(&second.memory());
    assert_eq!(cost, Spent { calls: 3, held: size, peak: size });
    assert!(second.memory().header_bytes <= 192, "{:?}", second.memory());
    assert_eq!(spent(|| second.clone()).1, Spent { calls: 0, held: 0, peak: 0 });
    let _labels = first.labels().clone();
    assert_eq!(spent(|| drop((first, second))).1.held, -2 * size);
}

#[test]
fn a_packed_cell_is_built_without_its_raw_form_and_leaves_no_slack() {
    let depot = Depot::builder().build();
    let mut intake = intake(&depot, Retention::Packed);
    // Samples to learn from are copies of their own; a dictionary ends their collection.
    let mut all = Vec::new();
    for index in 0..4000 {
        all.push(intake.json(pod(index).as_bytes(), Arrival::Listed).unwrap());
        if let Some(training) = intake.training() {
            training.run();
        }
    }
    assert_eq!(depot.memory().dictionaries, 1);
    let text = pod(7);
    let (object, cost) = spent(|| intake.json(text.as_bytes(), Arrival::Listed).unwrap());
    let size = bytes(&object.memory());
    // What others may be packed against has a header of its own.
    assert_eq!(cost, Spent { calls: 4, held: size, peak: size });
    assert!(object.memory().packed_bytes * 8 < object.memory().unpacked_bytes);
}

#[test]
fn one_that_is_packed_against_another_takes_what_differs() {
    let depot = Depot::builder().build();
    let mut intake = intake(&depot, Retention::Packed);
    let first = intake.json(sibling(1).as_bytes(), Arrival::Changed).unwrap();
    // The second makes the tables in which it is looked for what both have in common.
    drop(intake.json(sibling(2).as_bytes(), Arrival::Changed).unwrap());
    let text = sibling(3);
    let (third, cost) = spent(|| intake.json(text.as_bytes(), Arrival::Changed).unwrap());
    let size = bytes(&third.memory());
    assert_eq!(cost, Spent { calls: 3, held: size, peak: size });
    assert!(third.memory().packed_bytes * 30 < third.memory().unpacked_bytes, "{:?}", third.memory());
    // What the first took for its bytes stays as long as the third needs it, and not longer.
    let (kept, header) = (first.memory().packed_bytes, first.memory().header_bytes);
    assert_eq!(spent(|| drop(first)).1.held, -header.cast_signed());
    assert_eq!(intake.family().memory().kept_bytes, kept);
    let gone = -spent(|| drop(third)).1.held;
    // With the last one go the label set and what is known of kin, too.
    assert!(gone >= size + kept.cast_signed(), "{gone}");
    assert_eq!(intake.family().memory(), Memory::default());
}

#[test]
fn packing_in_place_frees_what_it_saves() {
    let depot = Depot::builder().build();
    let object = intake(&depot, Retention::Raw).json(pod(1).as_bytes(), Arrival::Changed).unwrap();
    assert!(object.pack(), "the first makes zstd's contexts");
    let object: Object<Dynamic> = intake(&depot, Retention::Raw).json(pod(2).as_bytes(), Arrival::Changed).unwrap();
    let before = bytes(&object.memory());
    let ((), cost) = spent(|| assert!(object.pack()));
    assert_eq!(cost.held, bytes(&object.memory()) - before);
    assert_eq!(cost.calls, 2);
}

#[test]
fn what_a_dictionary_was_to_be_learnt_from_goes_with_the_last_object() {
    let depot = Depot::builder().build();
    let mut intake = intake(&depot, Retention::Auto);
    let mut hold = |number| -> Vec<_> {
        (0..number).map(|index| intake.json(pod(index).as_bytes(), Arrival::Listed).unwrap()).collect()
    };
    drop(hold(100)); // Grows the scratch memory.
    let (objects, cost) = spent(|| hold(100));
    let size: isize = objects.iter().map(|object| bytes(&object.memory())).sum();
    assert!(cost.held > size + size / 2, "the samples are copies: {cost:?}, and the objects {size}");
    let (last, cost) = spent(|| objects.into_iter().next());
    assert!(-cost.held < size, "one object is left, and so are the samples: {cost:?}");
    assert!(-spent(|| drop(last)).1.held > size / 2, "with the last one the samples go");
    assert_eq!(spent(|| drop(hold(100))).1.held, 0);
}

#[test]
fn a_first_list_never_takes_more_than_in_the_end_however_it_is_paged() {
    const OBJECTS: usize = 20_000;
    for (page, made, dictionaries) in
        [(100, pod as fn(usize) -> String, 1), (OBJECTS, pod, 1), (100, sibling, 0), (OBJECTS, sibling, 0)]
    {
        let depot = Depot::builder().build();
        let most_raw = std::cell::Cell::new(0);
        let list = || {
            let mut all = Vec::with_capacity(OBJECTS);
            while all.len() < OBJECTS {
                let mut intake = intake(&depot, Retention::Auto);
                for _ in 0..page {
                    all.push(intake.json(made(all.len()).as_bytes(), Arrival::Listed).unwrap());
                    if let Some(training) = intake.training() {
                        training.run();
                    }
                    most_raw.set(most_raw.get().max(depot.memory().raw_objects));
                }
            }
            all
        };
        let (mut all, cost) = spent(list);
        let memory = depot.memory();
        assert_eq!((memory.raw_objects, memory.dictionaries), (0, dictionaries), "pages of {page}");
        // So many are no small kind any more; and some more until a dictionary saves ten times what it costs.
        assert!(most_raw.get() <= 2000, "pages of {page}: {most_raw:?} were raw at once");
        assert!(cost.peak * 100 < cost.held * 115, "pages of {page}: {cost:?}");
        // Again, with the dictionary there from the beginning: what came while they were few is packed too.
        all.truncate(1);
        let (again, cost) = spent(list);
        assert_eq!((depot.memory().raw_objects, depot.memory().dictionaries), (0, dictionaries), "pages of {page}");
        assert!(cost.peak * 100 < cost.held * 115, "pages of {page}, again: {cost:?}");
        drop((all, again));
        assert_eq!(depot.memory().dictionaries, 0, "a dictionary goes with the last object");
    }
}

#[test]
fn what_was_listed_is_remembered_no_longer_than_the_list() {
    let left = |arrival| {
        let depot = Depot::builder().build();
        let mut intake = intake(&depot, Retention::Auto);
        drop(intake.json(pod(0).as_bytes(), Arrival::Changed).unwrap());
        spent(|| {
            let mut all: Vec<_> = (0..200).map(|index| intake.json(pod(index).as_bytes(), arrival).unwrap()).collect();
            all.truncate(1);
            all.push(intake.json(pod(1).as_bytes(), Arrival::Changed).unwrap());
            all.shrink_to_fit();
            (all, depot, intake)
        })
        .1
        .held
    };
    assert_eq!(left(Arrival::Listed), left(Arrival::Changed), "headers of what is gone are left");
}

#[test]
fn a_list_of_what_is_known_allocates_no_more_than_the_key_that_is_looked_up() {
    let depot = Depot::builder().build();
    for retention in [Retention::Raw, Retention::Packed] {
        let known: Arc<Mutex<Option<Object<Dynamic>>>> = Arc::default();
        let shelf = Arc::clone(&known);
        let mut intake = intake(&depot, retention).known(move |_| shelf.lock().unwrap().clone());
        let text = pod(1);
        *known.lock().unwrap() = Some(intake.json(text.as_bytes(), Arrival::Listed).unwrap());
        let (again, cost) = spent(|| intake.json(text.as_bytes(), Arrival::Listed).unwrap());
        assert!(again.is_same(known.lock().unwrap().as_ref().unwrap()));
        assert!(cost.calls <= 2 && cost.held == 0 && cost.peak < 100, "{cost:?}");
    }
}
