//! The object cell: building, packing, reading and choosing.

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use k8s_openapi::api::core::v1::Pod;
use lookglass_bench::fleet::Pods;
use lookglass_object::{
    Arrival, Depot, Gvk, Intake, Memory, Object, Retention, Selector,
    protobuf::{Zeros, from_json},
    table::Table,
};

fn protobuf(json: &str) -> Vec<u8> {
    let message = Table::builtin().kind("", "v1", "Pod").expect("a built-in kind").message();
    let mut out = Vec::new();
    from_json(message, json.as_bytes(), Zeros::Written, &mut out).expect("a pod");
    out
}

fn intake(depot: &Depot, retention: Retention) -> Intake<Pod> {
    Intake::new(depot.family(&Gvk::core("v1", "Pod"))).retention(retention)
}

/// A depot of `count` pods, all packed with the dictionary learnt from them.
fn fleet(depot: &Depot, pods: Pods, count: usize, json: bool) -> Vec<Object<Pod>> {
    let mut intake = intake(depot, Retention::Auto);
    let mut all = Vec::with_capacity(count);
    for index in 0..count {
        let text = pods.json(index);
        all.push(if json {
            intake.json(text.as_bytes(), Arrival::Listed).expect("a pod")
        } else {
            intake.protobuf(&protobuf(&text), Arrival::Listed).expect("a pod")
        });
        if let Some(training) = intake.training() {
            training.run();
        }
    }
    assert!(all.iter().all(Object::pack), "nobody reads");
    all
}

fn build(c: &mut Criterion) {
    let texts: Vec<String> = (0..512).map(|index| Pods::default().json(index)).collect();
    let messages: Vec<Vec<u8>> = texts.iter().map(|text| protobuf(text)).collect();
    let mut group = c.benchmark_group("cell/build");
    for (name, bytes) in [
        ("json", texts.iter().map(|text| text.as_bytes()).collect::<Vec<_>>()),
        ("protobuf", messages.iter().map(Vec::as_slice).collect()),
    ] {
        let mut intake = intake(&Depot::builder().build(), Retention::Raw);
        let mut next = 0;
        group.throughput(Throughput::Bytes(bytes[0].len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                next = (next + 1) % bytes.len();
                let built = if name == "json" {
                    intake.json(bytes[next], Arrival::Changed)
                } else {
                    intake.protobuf(bytes[next], Arrival::Changed)
                };
                black_box(built.expect("a pod"))
            });
        });
    }
    group.finish();
}

fn read(c: &mut Criterion) {
    let selector: Selector = "app.kubernetes.io/name=catalog-1,tier!=db".parse().expect("a selector");
    for json in [true, false] {
        let encoding = if json { "json" } else { "protobuf" };
        for (name, diverse) in [("uniform", 0), ("diverse", 1500)] {
            let depot = Depot::builder().build();
            let all = fleet(&depot, Pods { diverse, ..Pods::default() }, 20_000, json);
            let memory: Memory = depot.memory();
            let count = all.len();
            println!(
                "{encoding} {name}: {} bytes per object: {} packed of {}, {} header, {} labels, {} dictionaries",
                memory.total_bytes() / count,
                memory.packed_bytes / count,
                memory.unpacked_bytes / count,
                memory.header_bytes / count,
                memory.label_bytes / count,
                memory.dictionary_bytes / count,
            );
            let mut group = c.benchmark_group(format!("cell/{encoding}/{name}"));
            let mut next = 0;
            group.bench_function("unpack", |bencher| {
                bencher.iter(|| {
                    next = (next + 7) % count;
                    all[next].with_bytes(|bytes| black_box(bytes.len()))
                });
            });
            group.bench_function("at spec.nodeName", |bencher| {
                bencher.iter(|| {
                    next = (next + 7) % count;
                    black_box(all[next].at("spec.nodeName"))
                });
            });
            group.bench_function("typed again", |bencher| {
                let kept = all[0].typed().expect("a pod");
                bencher.iter(|| assert!(Arc::ptr_eq(&kept, &all[0].typed().expect("a pod"))));
            });
            let raw = all.iter().step_by(40).map(|pod| pod.bytes().expect("bytes")).collect::<Vec<_>>();
            let mut raws = intake(&depot, Retention::Raw);
            group.bench_function("pack", |bencher| {
                bencher.iter_batched(
                    || {
                        next = (next + 1) % raw.len();
                        let bytes = &raw[next];
                        if json { raws.json(bytes, Arrival::Changed) } else { raws.protobuf(bytes, Arrival::Changed) }
                    },
                    |pod| assert!(pod.as_ref().expect("a pod").pack()),
                    criterion::BatchSize::SmallInput,
                );
            });
            group.finish();
        }
    }
    let depot = Depot::builder().build();
    let all = fleet(&depot, Pods::default(), 50_000, false);
    let mut group = c.benchmark_group("cell/select 12 of 50,000 packed by label");
    group.bench_function("matcher", |bencher| {
        bencher.iter(|| {
            let mut matcher = selector.matcher();
            assert_eq!(all.iter().filter(|pod| matcher.matches(pod.labels())).count(), 12);
        });
    });
    group.bench_function("selector", |bencher| {
        bencher.iter(|| assert_eq!(all.iter().filter(|pod| selector.matches(*pod)).count(), 12));
    });
    group.finish();
}

criterion_group!(benches, build, read);
criterion_main!(benches);
