//! What is gone gives its memory back at once, and an entry costs little.

use std::sync::Arc;

use lookglass_cache::{Index, IndexHandle, Store};

use crate::allocations::{calls, held, most_held};

const MANY: usize = 50_000;

#[derive(Debug)]
struct Pod {
    key: Arc<str>,
    namespace: Arc<str>,
    node: String,
}

fn pods(count: usize) -> Vec<Arc<Pod>> {
    let namespaces: Vec<Arc<str>> = (0..50).map(|number| format!("namespace-{number}").into()).collect();
    let pod = |number: usize| {
        let key = format!("namespace-{}/pod-{number}", number % 50).into();
        Arc::new(Pod { key, namespace: namespaces[number % 50].clone(), node: format!("node-{}", number % 500) })
    };
    (0..count).map(pod).collect()
}

type Pods = Store<Arc<str>, Arc<Pod>>;
type By<I> = IndexHandle<Arc<str>, Arc<Pod>, I>;

fn store() -> (Pods, By<Arc<str>>) {
    let store = Store::new(|pod: &Arc<Pod>| pod.key.clone());
    let by_namespace = store.add_index(Index::new("namespace", |pod: &Arc<Pod>| Some(pod.namespace.clone())));
    (store, by_namespace.expect("new"))
}

fn per_entry(bytes: isize) -> usize {
    bytes.unsigned_abs() / MANY
}

#[test]
fn an_entry_with_a_namespace_index_costs_less_than_64_bytes() {
    let pods = pods(MANY);
    let before = held();
    let (replaced, _index) = store();
    replaced.replace(pods.iter().cloned(), None).expect("keys are infallible");
    let by_replace = per_entry(held() - before);
    let before = held();
    let (added, _index) = store();
    for pod in &pods {
        added.add(pod.clone()).expect("keys are infallible");
    }
    let by_add = per_entry(held() - before);
    println!("bytes per entry: {by_replace} by replace, {by_add} by add");
    // Key and value handles are 24 of these.
    assert!(by_replace < 64 && by_add < 64, "{by_replace} and {by_add} bytes per entry");
}

#[test]
fn clear_drop_and_the_end_of_an_index_give_everything_back() {
    let pods = pods(MANY);
    let start = held();
    let (store, by_namespace) = store();
    let empty = held();
    store.replace(pods.iter().cloned(), None).expect("keys are infallible");
    let filled = held();

    let by_node = store.add_index(Index::new("node", |pod: &Arc<Pod>| Some(pod.node.clone()))).expect("new");
    assert!(held() - filled > 500_000);
    drop(by_node);
    assert!((held() - filled).abs() < 500, "{} bytes after the index", held() - filled);

    store.clear();
    assert!((held() - empty).abs() < 500, "{} bytes after clear", held() - empty);

    store.replace(pods.iter().cloned(), None).expect("keys are infallible");
    drop(store.replace([], None));
    assert!((held() - empty).abs() < 500, "{} bytes after an empty replace", held() - empty);

    store.replace(pods.iter().cloned(), None).expect("keys are infallible");
    drop(store);
    // The handle keeps its name, its function and the empty husk of the store.
    assert!(held() - start < 2_000, "{} bytes after the store", held() - start);
    drop(by_namespace);
    assert_eq!(held(), start);
}

#[test]
fn a_store_emptied_one_by_one_gives_its_memory_back() {
    let pods = pods(MANY);
    let (store, _index) = store();
    let letters = store.add_index(Index::new("letters", |pod: &Arc<Pod>| pod.key.chars().collect::<Vec<_>>()));
    let _letters = letters.expect("new");
    let unique = store.add_index(Index::new("unique", |pod: &Arc<Pod>| Some(pod.key.clone()))).expect("new");
    let empty = held();
    store.replace(pods.iter().cloned(), None).expect("keys are infallible");
    let full = held() - empty;
    for pod in pods.iter().filter(|pod| !pod.key.ends_with("77")) {
        store.delete(pod).expect("keys are infallible");
    }
    let (left, share) = (store.len(), (held() - empty) * 100 / full);
    assert_eq!((left, unique.len()), (500, 500));
    assert!(share <= 8, "1 % of the entries hold {share} % of the memory");
    for pod in &pods {
        store.delete(pod).expect("keys are infallible");
    }
    assert!((held() - empty).abs() < 1_500, "{} bytes when empty", held() - empty);
}

#[test]
fn an_update_with_unchanged_index_values_allocates_nothing() {
    let (old, new) = (pods(1_000), pods(1_000));
    let (store, by_namespace) = store();
    store.replace(old, None).expect("keys are infallible");
    let before = calls();
    for pod in &new {
        drop(store.update(pod.clone()));
    }
    assert_eq!(calls() - before, 0);
    assert_eq!((store.len(), by_namespace.count("namespace-7")), (1_000, 20));
}

#[test]
fn a_list_takes_little_beside_what_it_leaves() {
    let pods = pods(MANY);
    let (store, _index) = store();
    let replace = || {
        let mut told = 0;
        let list = pods.clone();
        store.replace_telling(list, None, |_| told += 1).expect("keys are infallible");
        told
    };
    let (most, told) = most_held(replace);
    let first = per_entry(most - held());
    assert_eq!(told, MANY);
    // Without a notion of sameness all of it is written anew.
    let (most, told) = most_held(replace);
    assert_eq!(told, MANY);
    let again = per_entry(most - held());
    println!("bytes per entry for the while: {first} at first, {again} again");
    // Keys and values are 24 of these, the list itself 8.
    assert!(first < 64, "{first} bytes per entry at first");
    assert!(again < 128, "{again} bytes per entry again, with another contents aside");
}

#[test]
fn a_snapshot_allocates_nothing_and_frees_what_it_kept() {
    let (store, _index) = store();
    store.replace(pods(MANY), None).expect("keys are infallible");
    let (before, full) = (calls(), held());
    let now = store.snapshot();
    assert_eq!(calls() - before, 0);
    store.clear();
    assert_eq!((now.len(), store.len()), (MANY, 0));
    drop(now);
    assert!(held() < full / 2);
}

#[test]
fn a_small_store_is_small() {
    let pods = pods(3);
    let before = held();
    let (store, _index) = store();
    store.replace(pods, None).expect("keys are infallible");
    let bytes = held() - before;
    println!("a store of 3 entries: {bytes} bytes");
    assert!(bytes < 2_500, "{bytes} bytes for 3 entries");
}
