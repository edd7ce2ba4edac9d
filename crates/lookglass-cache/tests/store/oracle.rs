//! Any sequence of operations leaves store, indexes and snapshots as a naive map says.

use std::collections::{BTreeMap, BTreeSet};

use lookglass_cache::{Index, IndexHandle, Snapshot, Store, StoreChange};
use proptest::prelude::*;

/// `tags` are what the indexes are made of; a tag of 13 makes the failing index fail, and 7 the panicking one panic.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    key: u16,
    tags: Vec<u8>,
    version: u32,
}

#[derive(Debug, Clone)]
enum Step {
    Add(Item),
    Delete(u16),
    Batch(Vec<(u16, Option<Vec<u8>>)>),
    Replace(Vec<Item>),
    Clear,
    AddIndex(usize),
    DropIndex(usize),
    Snapshot,
    DropSnapshots,
}

/// One in each kind: single-valued, multi-valued, failing, panicking.
const KINDS: usize = 4;

fn values(kind: usize, item: &Item) -> Result<Vec<u8>, String> {
    match kind {
        0 => Ok(item.tags.first().copied().into_iter().collect()),
        1 => Ok(item.tags.clone()),
        2 if item.tags.contains(&13) => Err("unlucky".to_owned()),
        2 => Ok(item.tags.iter().map(|tag| tag / 2).collect()),
        _ => {
            assert!(!item.tags.contains(&7), "seven");
            Ok(item.tags.iter().map(|tag| tag % 5).collect())
        }
    }
}

/// What the index must hold: nothing of an item its function fails for.
fn expected_values(kind: usize, item: &Item) -> Vec<u8> {
    let unlucky = (kind == 2 && item.tags.contains(&13)) || (kind == 3 && item.tags.contains(&7));
    if unlucky { Vec::new() } else { values(kind, item).expect("only the unlucky fail") }
}

type Handle = IndexHandle<u16, Item, u8, u64>;
type Model = BTreeMap<u16, Item>;

fn tags() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0_u8..16, 0..4)
}

fn item() -> impl Strategy<Value = Item> {
    (0_u16..300, tags()).prop_map(|(key, tags)| Item { key, tags, version: 0 })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => item().prop_map(Step::Add),
        8 => (0_u16..300).prop_map(Step::Delete),
        4 => prop::collection::vec((0_u16..300, prop::option::of(tags())), 0..40).prop_map(Step::Batch),
        2 => prop::collection::vec(item(), 0..600).prop_map(Step::Replace),
        1 => Just(Step::Clear),
        3 => (0..KINDS).prop_map(Step::AddIndex),
        2 => (0..KINDS).prop_map(Step::DropIndex),
        3 => Just(Step::Snapshot),
        1 => Just(Step::DropSnapshots),
    ]
}

fn keys_under(model: &Model, kind: usize, value: u8) -> Vec<u16> {
    model.values().filter(|item| expected_values(kind, item).contains(&value)).map(|item| item.key).collect()
}

fn check_index(handle: &Handle, kind: usize, model: &Model) {
    let all: BTreeSet<u8> = model.values().flat_map(|item| expected_values(kind, item)).collect();
    assert_eq!(handle.values(), all.iter().copied().collect::<Vec<_>>(), "values of index {kind}");
    assert_eq!(handle.len(), all.len());
    for value in 0..16 {
        let keys = keys_under(model, kind, value);
        assert_eq!(handle.keys(&value), keys, "keys of {value} in index {kind}");
        assert_eq!(handle.count(&value), keys.len());
        let mut items = handle.get(&value);
        items.sort_unstable_by_key(|item| item.key);
        assert!(items.iter().eq(keys.iter().map(|key| &model[key])), "items of {value} in index {kind}");
    }
}

fn check_snapshot(snapshot: &Snapshot<u16, Item, u64>, handles: &[Option<Handle>], model: &Model) {
    let contents: Model = snapshot.iter().map(|(key, item)| (*key, item.clone())).collect();
    assert_eq!((&contents, snapshot.len()), (model, model.len()));
    for (kind, handle) in handles.iter().enumerate() {
        let Some(handle) = handle else { continue };
        let index = snapshot.by(handle);
        for value in 0..16 {
            assert_eq!(index.keys(&value), keys_under(model, kind, value), "snapshot's {value} in index {kind}");
        }
    }
}

fn check_sharing(store: &Store<u16, Item, u64>, handles: &[Option<Handle>], model: &Model, probe: &Item) {
    for (kind, handle) in handles.iter().enumerate() {
        let Some(handle) = handle else { continue };
        let Ok(Ok(wanted)) = std::panic::catch_unwind(|| values(kind, probe)) else {
            handle.sharing(probe).expect_err("the function fails for it");
            continue;
        };
        let shares = |item: &&Item| expected_values(kind, item).iter().any(|value| wanted.contains(value));
        let expected: Vec<u16> = model.values().filter(shares).map(|item| item.key).collect();
        let name = format!("index-{kind}");
        for found in [handle.sharing(probe), store.index(&name, probe)] {
            let mut found: Vec<u16> = found.expect("it did not fail").iter().map(|item| item.key).collect();
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}

/// Replays what the store says it did.
fn replay(model: &mut Model, changes: Vec<StoreChange<u16, Item>>) {
    for change in changes {
        match change {
            StoreChange::Added { key, new } => assert_eq!(model.insert(key, new), None),
            StoreChange::Updated { key, old, new } => assert_eq!(model.insert(key, new), Some(old)),
            StoreChange::Deleted { key, last } => assert_eq!(model.remove(&key), Some(last)),
        }
    }
}

fn run(steps: Vec<Step>) {
    let store: Store<u16, Item, u64> = Store::builder().hash_seed(1).build(|item: &Item| item.key);
    let mut handles: Vec<Option<Handle>> = vec![None; KINDS];
    let mut snapshots = Vec::new();
    let mut model = Model::new();
    let mut replayed = Model::new();
    for (number, step) in steps.into_iter().enumerate() {
        let version = u32::try_from(number).expect("few steps");
        let mut probe = Item { key: 1, tags: vec![1, 2], version };
        match step {
            Step::Add(mut item) => {
                item.version = version;
                probe = item.clone();
                let old = store.add(item.clone()).expect("keys are infallible");
                assert_eq!(old, model.insert(item.key, item.clone()));
                replayed.insert(item.key, item);
            }
            Step::Delete(key) => {
                assert_eq!(store.remove(&key), model.remove(&key));
                replayed.remove(&key);
            }
            Step::Batch(operations) => {
                let applied = store.batch(|batch| {
                    for (key, tags) in &operations {
                        match tags {
                            Some(tags) => batch.add(Item { key: *key, tags: tags.clone(), version }),
                            None => batch.remove(*key),
                        }
                    }
                    batch.bookmark(u64::from(version));
                });
                assert_eq!((applied.total, applied.rejected.len()), (operations.len(), 0));
                replay(&mut replayed, applied.changes);
                for (key, tags) in operations {
                    match tags {
                        Some(tags) => model.insert(key, Item { key, tags, version }),
                        None => model.remove(&key),
                    };
                }
                assert_eq!(store.revision(), Some(u64::from(version)));
            }
            Step::Replace(items) => {
                let replaced = store.replace(items.clone(), u64::from(version)).expect("keys are infallible");
                replay(&mut replayed, replaced.changes);
                model = items.into_iter().map(|item| (item.key, item)).collect();
                assert_eq!(store.revision(), Some(u64::from(version)));
            }
            Step::Clear => {
                store.clear();
                model.clear();
                replayed.clear();
            }
            Step::AddIndex(kind) => {
                let index = Index::new(format!("index-{kind}"), move |item: &Item| values(kind, item));
                match store.add_index(index) {
                    Ok(handle) => assert!(handles[kind].replace(handle).is_none()),
                    Err(error) => assert!(handles[kind].is_some(), "{error}"),
                }
            }
            Step::DropIndex(kind) => handles[kind] = None,
            Step::Snapshot => snapshots.push((store.snapshot(), model.clone())),
            Step::DropSnapshots => snapshots.clear(),
        }
        assert_eq!(model, replayed, "the changes told replay to the state");
        assert_eq!(store.len(), model.len());
        let listed: Model = store.list().into_iter().map(|item| (item.key, item)).collect();
        assert_eq!(listed, model);
        for (kind, handle) in handles.iter().enumerate() {
            if let Some(handle) = handle {
                check_index(handle, kind, &model);
            }
        }
        check_sharing(&store, &handles, &model, &probe);
        assert_eq!(store.index_names().len(), handles.iter().flatten().count());
        for (key, item) in &model {
            assert_eq!(store.get_by_key(key).as_ref(), Some(item));
        }
    }
    for (snapshot, model) in &snapshots {
        check_snapshot(snapshot, &handles, model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn store_indexes_and_snapshots_equal_the_naive_map(steps in prop::collection::vec(step(), 1..60)) {
        run(steps);
    }
}
