//! The store: 50,000 values of a few fields behind an `Arc`, one index with 100 values of 500 each.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lookglass_cache::{Index, IndexHandle, Store};

const PODS: usize = 50_000;
const NODES: usize = 100;
/// Visits the pods in an order that the memory did not see before; has no divisor in common with `PODS`.
const STRIDE: usize = 7_919;

struct Pod {
    key: Arc<str>,
    node: Arc<str>,
    _version: u64,
}

type Pods = Store<Arc<str>, Arc<Pod>>;
type ByNode = IndexHandle<Arc<str>, Arc<Pod>, Arc<str>>;

fn pods(version: u64) -> Vec<Arc<Pod>> {
    let nodes: Vec<Arc<str>> = (0..NODES).map(|node| format!("node-{node}").into()).collect();
    let pod = |number: usize| {
        let key = format!("namespace-{}/deployment-{}-{number:08x}", number % 50, number % 1000).into();
        Arc::new(Pod { key, node: nodes[number % NODES].clone(), _version: version })
    };
    (0..PODS).map(pod).collect()
}

/// The first few of the pods: what a processor's caches hold, so that the work shows and not the memory.
const HOT: usize = 1_000;

fn empty() -> (Pods, ByNode) {
    let store = Store::by_ref(|pod: &Arc<Pod>| &pod.key);
    let by_node = store.add_index(Index::new("node", |pod: &Arc<Pod>| Some(pod.node.clone())));
    (store, by_node.expect("the first index of this name"))
}

fn full() -> (Pods, ByNode) {
    let (store, by_node) = empty();
    store.replace(pods(1), None).expect("every pod has a key");
    (store, by_node)
}

fn writes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("store");
    group.throughput(Throughput::Elements(1));
    let (store, _by_node) = full();
    let versions = [pods(2), pods(3)];
    let mut turn = 0_usize;
    group.bench_function("update_unchanged_index", |bencher| {
        bencher.iter(|| {
            let pod = &versions[turn / PODS % 2][turn * STRIDE % PODS];
            turn += 1;
            store.update(pod.clone())
        });
    });
    let mut turn = 0_usize;
    group.bench_function("update_unchanged_index_hot", |bencher| {
        bencher.iter(|| {
            let pod = &versions[turn / HOT % 2][turn % HOT];
            turn += 1;
            store.update(pod.clone())
        });
    });
    let by_ref = Store::by_ref(|pod: &Arc<Pod>| &pod.key);
    let _by_node = by_ref.add_index(Index::by_ref("node", |pod: &Arc<Pod>| Some(&pod.node))).expect("the first index");
    by_ref.replace(pods(1), None).expect("every pod has a key");
    let mut turn = 0_usize;
    group.bench_function("update_unchanged_index_by_ref_hot", |bencher| {
        bencher.iter(|| {
            let pod = &versions[turn / HOT % 2][turn % HOT];
            turn += 1;
            by_ref.update(pod.clone())
        });
    });
    let cheap = Store::by_ref(|pair: &(u64, u64)| &pair.0);
    let _by_rest =
        cheap.add_index(Index::new("rest", |pair: &(u64, u64)| Some(pair.0 % NODES as u64))).expect("the first index");
    cheap.replace((0..PODS as u64).map(|key| (key, 0)), None).expect("every pair has a key");
    let mut turn = 0_u64;
    group.bench_function("update_unchanged_index_of_numbers_hot", |bencher| {
        bencher.iter(|| {
            turn += 1;
            cheap.update((turn % HOT as u64, turn))
        });
    });
    let mut turn = 0_usize;
    group.bench_function("update_unchanged_index_in_order", |bencher| {
        bencher.iter(|| {
            let pod = &versions[turn / PODS % 2][turn % PODS];
            turn += 1;
            store.update(pod.clone())
        });
    });
    let mut turn = 0_usize;
    group.bench_function("update_changed_index", |bencher| {
        let moved: Vec<_> = (versions[0].iter().enumerate())
            .map(|(number, pod)| {
                let node = versions[0][number + 1 - number % 2 * 2].node.clone();
                Arc::new(Pod { key: pod.key.clone(), node, _version: 4 })
            })
            .collect();
        let versions = [&moved, &versions[1]];
        bencher.iter(|| {
            let pod = &versions[turn / PODS % 2][turn * STRIDE % PODS];
            turn += 1;
            store.update(pod.clone())
        });
    });
    group.throughput(Throughput::Elements(PODS as u64));
    group.sample_size(20);
    group.bench_function("add_50k", |bencher| {
        let add_all = |((store, by_node), pods): ((Pods, ByNode), Vec<Arc<Pod>>)| {
            for pod in pods {
                store.add(pod).expect("every pod has a key");
            }
            (store, by_node)
        };
        bencher.iter_batched(|| (empty(), versions[0].clone()), add_all, BatchSize::LargeInput);
    });
    group.bench_function("batch_of_64_50k", |bencher| {
        bencher.iter(|| {
            for chunk in versions[0].chunks(64) {
                let applied = store.batch(|batch| chunk.iter().for_each(|pod| batch.update(pod.clone())));
                black_box(applied.changes);
            }
        });
    });
    group.bench_function("replace_unchanged_50k", |bencher| {
        bencher.iter_batched(|| versions[1].clone(), |pods| store.replace(pods, None), BatchSize::LargeInput);
    });
    group.finish();
}

fn reads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("store");
    let (store, by_node) = full();
    let pods = pods(1);
    let mut turn = 0_usize;
    group.bench_function("get", |bencher| {
        bencher.iter(|| {
            turn += 1;
            store.get_by_key(&pods[turn * STRIDE % PODS].key)
        });
    });
    group.bench_function("by_index_500_collected", |bencher| bencher.iter(|| by_node.get(black_box("node-7"))));
    group.bench_function("by_index_500_collected_and_kept", |bencher| {
        bencher.iter_with_large_drop(|| by_node.get(black_box("node-7")));
    });
    group.bench_function("by_index_500_visited", |bencher| {
        bencher.iter(|| {
            let mut bytes = 0;
            by_node.for_each(black_box("node-7"), |key, _| bytes += key.len());
            bytes
        });
    });
    group.bench_function("snapshot", |bencher| bencher.iter(|| store.snapshot()));
    let mut turn = 0_usize;
    group.bench_function("snapshot_then_first_update", |bencher| {
        bencher.iter(|| {
            let now = store.snapshot();
            turn += 1;
            let old = store.update(pods[turn * STRIDE % PODS].clone());
            (now, old)
        });
    });
    group.bench_function("list_50k", |bencher| bencher.iter(|| store.list()));
    group.finish();
}

criterion_group!(benches, writes, reads);
criterion_main!(benches);
