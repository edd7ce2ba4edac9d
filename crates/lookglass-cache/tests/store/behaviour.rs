//! client-go's store contract, and where ours is better.

use std::sync::Arc;
use std::sync::Mutex;

use lookglass_cache::{Index, Store, StoreChange, StoreError};

/// An error with all its causes.
fn all_words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[test]
fn handles_can_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    let store = Store::new(|text: &&'static str| *text);
    let index = store.add_index(Index::new("length", |text: &&'static str| Some(text.len()))).expect("new");
    let now = store.snapshot();
    anywhere(&store);
    anywhere(&now.by(&index));
    anywhere(&now);
    anywhere(&index);
}

#[test]
fn a_batch_transforms_and_leaves_out_what_has_no_key() {
    let store: Store<String, String> = Store::builder()
        .transform(|text: String| if text == "bad" { Err("bad".into()) } else { Ok(text.to_uppercase()) })
        .try_build(|text: &String| if text.is_empty() { Err("no key") } else { Ok(text.clone()) });
    let applied = store.batch(|batch| {
        batch.add(String::new());
        batch.add("a".to_owned());
        batch.update("bad".to_owned());
        batch.delete(&"nothing there".to_owned());
    });
    let rejected: Vec<_> = applied.rejected.iter().map(|rejected| rejected.operation).collect();
    assert_eq!((rejected, applied.total), (vec![0, 2], 4));
    assert_eq!(applied.changes, [StoreChange::Added { key: "A".to_owned(), new: "A".to_owned() }]);
    let error = applied.complete().expect_err("two were left out");
    assert_eq!(all_words(&error), "failed to execute (2/4) transactions: cannot compute the key of the value: no key");
}

#[test]
fn a_replace_that_fails_changes_nothing() {
    let store = Store::try_new(|number: &i32| if *number < 0 { Err("negative") } else { Ok(*number) });
    store.replace([1, 2], "7".to_owned()).expect("keys are fine");
    let error = store.replace([3, -1], "8".to_owned()).expect_err("one key fails");
    assert_eq!(all_words(&error), "cannot compute the key of the value: negative");
    assert_eq!((store.len(), store.revision().as_deref()), (2, Some("7")));
    store.replace([], None).expect("nothing to fail");
    assert_eq!((store.len(), store.revision()), (0, None));
}

#[test]
fn a_replace_tells_deletions_then_updates_then_additions_and_keeps_what_is_the_same() {
    let store: Store<u8, (u8, Arc<str>)> =
        Store::builder().same(|old: &(u8, Arc<str>), new| old.1 == new.1).build(|pair| pair.0);
    let pair = |key, text: &str| (key, Arc::from(text));
    store.replace([pair(1, "a"), pair(2, "b"), pair(3, "c")], None).expect("keys are fine");
    let kept = store.get_by_key(&2).expect("stored").1;
    let replaced =
        store.replace([pair(4, "d"), pair(3, "C"), pair(2, "b"), pair(4, "D")], None).expect("keys are fine");
    let expected = [
        StoreChange::Deleted { key: 1, last: pair(1, "a") },
        StoreChange::Updated { key: 3, old: pair(3, "c"), new: pair(3, "C") },
        StoreChange::Added { key: 4, new: pair(4, "D") },
    ];
    assert_eq!((&replaced.changes[..], replaced.kept), (&expected[..], 1));
    assert!(Arc::ptr_eq(&kept, &store.get_by_key(&2).expect("stored").1));
}

#[test]
fn a_long_list_is_told_as_a_short_one_is() {
    // Keys of every sort, some of them twice, in a list of many chunks.
    let store = Store::builder().same(|one: &(u32, u32), other: &(u32, u32)| one.1 == other.1);
    let store: Store<u32, (u32, u32)> = store.build(|pair: &(u32, u32)| pair.0);
    let by_third = store.add_index(Index::new("third", |pair: &(u32, u32)| Some(pair.1 % 3))).expect("new");
    store.replace((0..6_000).map(|key| (key, key)), None).expect("keys are infallible");
    // Of the first half every other key is gone; the rest is changed if it is a multiple of three.
    let value = |key: u32| if key.is_multiple_of(3) { key + 1 } else { key };
    let stays = (0..3_000).filter(|key| key % 2 == 0).chain(3_000..9_000);
    let mut list: Vec<(u32, u32)> = stays.clone().map(|key| (key, value(key))).collect();
    list.splice(0..0, [(8_000, 1), (4, 2)]);
    let mut told = Vec::new();
    let kept = store.replace_telling(list, None, |change| told.push(change)).expect("keys are infallible");

    let gone = (0..3_000).filter(|key| key % 2 == 1).map(|key| StoreChange::Deleted { key, last: (key, key) });
    let mut gone: Vec<_> = gone.collect();
    let is_changed = |key: &u32| key.is_multiple_of(3);
    let updated = stays.clone().filter(|key| *key < 6_000).filter(is_changed);
    let updated = updated.map(|key| StoreChange::Updated { key, old: (key, key), new: (key, value(key)) });
    let added = [8_000].into_iter().chain((6_000..9_000).filter(|key| *key != 8_000));
    let added = added.map(|key| StoreChange::Added { key, new: (key, value(key)) });
    let expected: Vec<_> = updated.chain(added).collect();
    let written = told.split_off(gone.len());
    told.sort_by_key(|change| *change.key());
    gone.sort_by_key(|change| *change.key());
    assert!(told == gone, "deletions come first");
    assert!(written == expected, "updates in the order of the list, then additions");
    assert_eq!(kept, stays.clone().filter(|key| *key < 6_000).filter(|key| !is_changed(key)).count());

    let mut contents = store.list();
    contents.sort_unstable();
    assert!(contents.iter().copied().eq(stays.clone().map(|key| (key, value(key)))));
    for third in 0..3 {
        assert_eq!(by_third.count(&third), contents.iter().filter(|(_, value)| value % 3 == third).count());
    }
}

#[test]
fn a_store_without_key_function_says_what_to_use() {
    let store = Store::<u8, char>::with_explicit_keys();
    let error = store.add('a').expect_err("there is no key function");
    assert!(matches!(error, StoreError::NoKeyFunction));
    assert!(error.to_string().contains("`put`"), "{error}");
    assert_eq!(store.put(1, 'a').expect("no transformer"), None);
    assert_eq!(store.put(1, 'b').expect("no transformer"), Some('a'));
    store.replace_entries([(2, 'c')], None).expect("no transformer");
    assert_eq!(store.list_keys(), [2]);
}

#[test]
fn deleting_what_is_absent_leaves_the_revision_alone() {
    let store = Store::new(|number: &u8| *number);
    store.bookmark("5".to_owned());
    assert_eq!(store.delete(&1).expect("keys are infallible"), None);
    store.add(2).expect("keys are infallible");
    assert_eq!(store.revision().as_deref(), Some("5"));
}

#[test]
fn the_key_kept_is_the_one_that_came_with_the_first_value() {
    let store = Store::by_ref(|value: &(Arc<str>, u8)| &value.0);
    let (one, two): (Arc<str>, Arc<str>) = ("key".into(), "key".into());
    store.add((one.clone(), 1)).expect("keys are infallible");
    store.add((two.clone(), 2)).expect("keys are infallible");
    assert_eq!((Arc::strong_count(&one), Arc::strong_count(&two)), (2, 2));
}

#[test]
fn a_visitor_may_use_the_store_and_may_panic() {
    let store = Store::new(|number: &u32| *number);
    let parity = store.add_index(Index::new("parity", |number: &u32| Some(number % 2))).expect("new");
    store.replace(0..10, None).expect("keys are infallible");
    store.for_each(|key, _| assert_eq!(store.remove(key), Some(*key)));
    assert!(store.is_empty());
    store.replace(0..10, None).expect("keys are infallible");
    parity.for_each(&1, |key, _| assert_eq!(store.remove(key), Some(*key)));
    assert_eq!((store.len(), parity.count(&1)), (5, 0));
    let panic = std::panic::AssertUnwindSafe(|| store.for_each(|_, _| panic!("visitor")));
    std::panic::catch_unwind(panic).expect_err("the visitor panicked");
    assert_eq!(store.add(1).expect("keys are infallible"), None);
}

#[test]
fn equal_seeds_visit_in_equal_order() {
    let order = || {
        let store: Store<String, u32> = Store::builder().hash_seed(9).build(|number: &u32| number.to_string());
        let by_digit = Index::new("digit", |number: &u32| number.to_string().chars().collect::<Vec<_>>());
        let by_digit = store.add_index(by_digit).expect("new");
        (0..2000).for_each(|number| drop(store.add(number)));
        (0..2000).filter(|number| number % 3 == 0).for_each(|number| drop(store.delete(&number)));
        (store.list(), by_digit.get(&'7'))
    };
    assert_eq!(order(), order());
}

#[test]
fn the_debug_view_shows_counts_and_no_contents() {
    let store = Store::new(|pod: &(String, Option<String>)| pod.0.clone());
    let by_app = Index::new("app", |pod: &(String, Option<String>)| pod.1.clone().ok_or("no app").map(Some));
    let _by_app = store.add_index(by_app).expect("new");
    store.add(("secret-name".to_owned(), Some("l1".to_owned()))).expect("keys are infallible");
    store.add(("other".to_owned(), None)).expect("keys are infallible");
    store.bookmark("12".to_owned());
    assert_eq!(
        format!("{store:?}"),
        "Store { len: 2, slots: 4, revision: Some(\"12\"), indexes: [IndexView { name: \"app\", values: 1, entries: 1, \
         errors: 1, last_error: Some(\"the index function failed: no app\") }], .. }"
    );
    let view = store.debug_view();
    assert_eq!((view.len, view.indexes[0].errors), (2, 1));
}

#[test]
fn failures_of_index_functions_are_told_with_index_and_key() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = told.clone();
    let store: Store<u32, u32> = Store::builder()
        .on_index_error(move |failure| {
            hook.lock().expect("not poisoned").push(format!("{} {} {}", failure.index, failure.key, failure.error));
            assert_ne!(failure.key, 9, "a hook that panics harms nothing");
        })
        .build(|number: &u32| *number);
    let index =
        Index::new("odd", |number: &u32| if number.is_multiple_of(2) { Err("even") } else { Ok(Some(*number)) });
    store.add(0).expect("keys are infallible");
    let odd = store.add_index(index).expect("new");
    let broken = Index::new("broken", |number: &u32| {
        assert!(*number < 7, "too big");
        Some(*number)
    });
    let broken = store.add_index(broken).expect("new");
    let _ = store.batch(|batch| [1, 2, 8, 9].into_iter().for_each(|number| batch.add(number)));
    let told = told.lock().expect("not poisoned");
    let expected = [
        "odd 0 the index function failed: even",
        "odd 2 the index function failed: even",
        "odd 8 the index function failed: even",
        "broken 8 the index function panicked: too big",
        "broken 9 the index function panicked: too big",
    ];
    assert_eq!(told[..], expected);
    assert_eq!((odd.errors(), broken.errors(), odd.values(), broken.values()), (3, 2, vec![1, 9], vec![0, 1, 2]));
}
