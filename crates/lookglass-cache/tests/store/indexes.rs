//! The life of an index.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lookglass_cache::{Index, Store, StoreError};

use crate::allocations::calls;

type Text = &'static str;

fn by_length() -> Index<Text, usize> {
    Index::new("length", |text: &Text| Some(text.len()))
}

fn words() -> Store<Text, Text> {
    let store = Store::new(|text: &Text| *text);
    store.replace(["one", "two", "three"], None).expect("keys are infallible");
    store
}

#[test]
fn lives_as_long_as_a_handle_to_it() {
    let store = words();
    let handle = store.add_index(by_length()).expect("new");
    let again = store.index_handle::<usize>("length").expect("it is there");
    let clone = handle.clone();
    drop((handle, clone));
    assert_eq!(again.keys(&3), ["one", "two"]);
    assert!(matches!(store.add_index(by_length()), Err(StoreError::IndexConflict { .. })));
    drop(again);
    assert!(store.index_names().is_empty());
    assert!(matches!(store.index_handle::<usize>("length"), Err(StoreError::UnknownIndex { .. })));
    store.add_index(by_length()).expect("the name is free again");
}

#[test]
fn stays_forever_until_it_is_removed_by_name() {
    let store = words();
    store.add_index(by_length()).expect("new").forever();
    let handle = store.index_handle::<usize>("length").expect("kept by the store");
    handle.clone().forever();
    assert_eq!(handle.count(&3), 2);
    store.remove_index("length").expect("it is there");
    assert_eq!((handle.count(&3), handle.get(&3).len(), handle.values().len()), (0, 0, 0));
    assert!(matches!(handle.sharing(&"xyz"), Err(StoreError::UnknownIndex { .. })));
    assert!(store.remove_index("length").is_err());
    let newer = store.add_index(by_length()).expect("the name is free again");
    drop(handle);
    assert_eq!(newer.count(&3), 2, "the handle of the removed one does not take the new one along");
}

#[test]
fn a_handle_outlives_its_store_and_answers_with_nothing() {
    let store = words();
    let handle = store.add_index(by_length()).expect("new");
    drop(store);
    assert_eq!((handle.get(&3).len(), handle.is_empty(), handle.name()), (0, true, "length"));
    assert!(handle.sharing(&"xyz").expect("nobody is left to fail").is_empty());
    handle.for_each(&3, |_, _| panic!("nothing is there"));
    handle.forever();
}

#[test]
fn a_removed_value_outside_the_index_is_forgotten_everywhere() {
    let store = words();
    let first = store.add_index(Index::new("first", |text: &Text| text.chars().next())).expect("new");
    let letters = store.add_index(Index::new("letters", |text: &Text| text.chars().collect::<Vec<_>>())).expect("new");
    assert_eq!((first.len(), letters.len()), (2, 7));
    for word in ["one", "two", "three"] {
        store.delete(&word).expect("keys are infallible");
    }
    assert_eq!((first.len(), letters.len()), (0, 0));
}

#[test]
fn compaction_renames_the_groups_of_single_and_of_several_values() {
    let store = Store::new(|number: &u32| *number);
    let pair = store.add_index(Index::new("pair", |number: &u32| vec![*number, number + 100_000])).expect("new");
    let unique = store.add_index(Index::new("unique", |number: &u32| Some(*number))).expect("new");
    store.replace(0..20_000, None).expect("keys are infallible");
    // Every hundredth goes through: the values are compacted several times on the way, and the groups with them.
    for number in (0..20_000).filter(|number| number % 100 != 0) {
        store.delete(&number).expect("keys are infallible");
    }
    assert!(store.debug_view().slots < 1_000);
    let check = |left: &[u32]| {
        assert_eq!((pair.len(), unique.len(), store.len()), (left.len() * 2, left.len(), left.len()));
        for number in left {
            let found = (pair.keys(number), pair.keys(&(number + 100_000)), unique.keys(number));
            assert_eq!(found, (vec![*number], vec![*number], vec![*number]));
        }
    };
    let left: Vec<u32> = (0..20_000).step_by(100).collect();
    check(&left);
    store.replace(left.iter().copied().skip(1), None).expect("keys are infallible");
    check(&left[1..]);
}

#[test]
fn its_function_is_asked_once_for_each_version_and_never_about_an_old_one() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let store = Store::new(|pair: &(u32, u32)| pair.0);
    store.replace((0..100).map(|key| (key, 0)), None).expect("keys are infallible");
    let index = Index::new("sum", move |pair: &(u32, u32)| {
        counter.fetch_add(1, Ordering::Relaxed);
        Some((pair.0 + pair.1) % 10)
    });
    let _sum = store.add_index(index).expect("new");
    assert_eq!(asked.swap(0, Ordering::Relaxed), 100);
    store.add((5, 1)).expect("keys are infallible");
    store.remove(&6);
    assert_eq!(asked.swap(0, Ordering::Relaxed), 1);
    let _ = store.batch(|batch| (0..50).for_each(|turn| batch.add((1, turn))));
    assert_eq!(asked.swap(0, Ordering::Relaxed), 1, "states that nobody can see are not indexed");
    store.replace((0..100).map(|key| (key, 2)), None).expect("keys are infallible");
    assert_eq!(asked.load(Ordering::Relaxed), 100);
}

#[test]
fn its_function_may_read_the_store() {
    let store = Store::new(|pair: &(u32, u32)| pair.0);
    store.add((1, 7)).expect("keys are infallible");
    let reader = store.clone();
    let parent =
        Index::new("parent's value", move |pair: &(u32, u32)| reader.get_by_key(&pair.1).map(|parent| parent.1));
    let by_parent = store.add_index(parent).expect("new");
    store.add((2, 1)).expect("keys are infallible");
    let _ = store.batch(|batch| batch.add((3, 1)));
    store.replace([(1, 7), (2, 1), (3, 1)], None).expect("keys are infallible");
    assert_eq!(by_parent.keys(&7), [2, 3]);
}

#[test]
fn a_failing_version_leaves_the_index_and_a_good_one_comes_back() {
    let store = Store::new(|pair: &(u32, Option<char>)| pair.0);
    let index = store.add_index(Index::new("letter", |pair: &(u32, Option<char>)| pair.1.ok_or("none").map(Some)));
    let index = index.expect("new");
    store.add((1, Some('a'))).expect("keys are infallible");
    store.add((1, None)).expect("keys are infallible");
    assert_eq!((index.len(), index.errors(), store.len()), (0, 1, 1));
    store.add((1, Some('b'))).expect("keys are infallible");
    assert_eq!(index.values(), ['b']);
}

#[test]
fn an_index_younger_than_a_snapshot_is_built_for_it() {
    let store = words();
    let now = store.snapshot();
    store.add("six").expect("keys are infallible");
    let by_length = store.add_index(by_length()).expect("new");
    assert_eq!((by_length.keys(&3).len(), now.by(&by_length).keys(&3)), (3, vec!["one", "two"]));
    let other = Store::new(|text: &Text| *text);
    let foreign = other.add_index(Index::new("foreign", |text: &Text| Some(text.len() + 1))).expect("new");
    assert_eq!(store.snapshot().by(&foreign).count(&4), 3, "the identity of another store's index is not mistaken");
}

#[test]
fn names_and_text_are_enough_for_indexes_over_text() {
    let store = words();
    store.add_index(Index::new("owned", |text: &Text| Some((*text).to_owned()))).expect("new").forever();
    store.add_index(Index::new("shared", |text: &Text| Some(Arc::<str>::from(*text)))).expect("new").forever();
    store.add_index(Index::new("boxed", |text: &Text| Some(Box::<str>::from(*text)))).expect("new").forever();
    store.add_index(Index::new("static", |text: &Text| Some(*text))).expect("new").forever();
    store.add_index(by_length()).expect("new").forever();
    for name in ["owned", "shared", "boxed", "static"] {
        assert_eq!(store.by_index(name, "two").expect("it is over text"), ["two"]);
        assert_eq!(store.index_keys(name, "two").expect("it is over text"), ["two"]);
        assert_eq!(store.index_values(name).expect("it is over text"), ["one", "three", "two"]);
    }
    let error = store.by_index("length", "3").expect_err("it is over numbers").to_string();
    assert_eq!(error, "index with name length is not over text; use its typed handle");
    let error = store.index_values("no").expect_err("it is not there").to_string();
    assert_eq!(error, "index with name no does not exist; `index_names` lists those that do");
    assert_eq!(store.index_names().len(), 5);
    assert_eq!(store.index("length", &"xyz").expect("any index answers by example").len(), 2);
}

#[test]
fn an_index_by_ref_follows_every_change_and_clones_nothing_else() {
    type Labelled = Arc<(u32, Option<String>)>;
    let labelled = |key, label: Option<&str>| Arc::new((key, label.map(str::to_owned)));
    let store = Store::by_ref(|value: &Labelled| &value.0);
    let by_label = store.add_index(Index::by_ref("label", |value: &Labelled| {
        assert!(value.1.as_deref() != Some("bad"), "bad label");
        value.1.as_deref()
    }));
    let by_label = by_label.expect("new");
    let update = |value: Labelled| {
        let before = calls();
        drop(store.update(value).expect("keys are infallible"));
        calls() - before
    };
    update(labelled(1, Some("a")));
    update(labelled(2, None));
    let same = [labelled(1, Some("a")), labelled(2, None)];
    assert_eq!(same.map(update), [0, 0]);
    assert_eq!((by_label.keys("a"), by_label.len()), (vec![1], 1));
    update(labelled(2, Some("a")));
    update(labelled(1, Some("b")));
    assert_eq!((by_label.keys("a"), by_label.keys("b")), (vec![2], vec![1]));
    update(labelled(1, None));
    update(labelled(2, Some("bad")));
    assert_eq!((by_label.len(), by_label.errors()), (0, 1));
    assert_eq!(store.index("label", &labelled(9, None)).expect("no failure").len(), 0);
    update(labelled(2, Some("c")));
    assert_eq!(by_label.sharing(&labelled(9, Some("c"))).expect("no failure"), [labelled(2, Some("c"))]);
}
