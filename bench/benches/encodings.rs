//! One pod from each encoding to the other and to a typed object, beside `serde_json` and `prost`.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use k8s_openapi::api::core::v1::Pod;
use lookglass_bench::fleet::Pods;
use lookglass_object::codec::Codec;
use lookglass_object::protobuf::{FromJson, Zeros, decode, normalise, to_json};
use lookglass_object::table::Table;
use prost::Message as _;

const TYPE_META: Option<(&str, &str)> = Some(("v1", "Pod"));

fn encodings(criterion: &mut Criterion) {
    #[expect(clippy::disallowed_methods, reason = "the table is built once per process, so it is timed once, by hand")]
    let start = std::time::Instant::now();
    let message = Table::builtin().kind("", "v1", "Pod").expect("a built-in kind").message();
    println!("building the table: {:?}", start.elapsed());
    let codec = Codec::for_type::<Pod>().expect("a built-in kind");
    for managed_fields in [true, false] {
        let json = Pods { managed_fields, ..Pods::default() }.json(7).into_bytes();
        let mut from = FromJson::new();
        let mut raw = Vec::new();
        from.read(&json).expect("JSON");
        from.write(message, Zeros::Written, None, &mut raw).expect("a pod");
        let name = if managed_fields { "with managedFields" } else { "without" };
        println!("{name}: {} bytes of JSON, {} of protobuf", json.len(), raw.len());
        let mut group = criterion.benchmark_group(name);
        group.bench_function("protobuf to Pod", |bench| {
            bench.iter(|| decode::<Pod>(message, &raw, TYPE_META).expect("a pod"));
        });
        group.bench_function("protobuf to Pod through its codec", |bench| {
            bench.iter(|| codec.protobuf(&raw, TYPE_META).expect("a pod"));
        });
        group.bench_function("JSON to Pod (serde_json)", |bench| {
            bench.iter(|| serde_json::from_slice::<Pod>(&json).expect("a pod"));
        });
        group.bench_function("protobuf to k8s-pb's Pod (prost)", |bench| {
            bench.iter(|| k8s_pb::api::core::v1::Pod::decode(raw.as_slice()).expect("a pod"));
        });
        group.bench_function("protobuf to JSON", |bench| {
            let mut out = Vec::with_capacity(json.len());
            bench.iter(|| {
                out.clear();
                to_json(message, &raw, TYPE_META, &mut out).expect("a pod")
            });
            assert_eq!(out, json);
        });
        for (name, zeros) in [("JSON to Go's protobuf", Zeros::Written), ("JSON to smaller protobuf", Zeros::LeftOut)] {
            group.bench_function(name, |bench| {
                let mut out = Vec::with_capacity(raw.len());
                bench.iter(|| {
                    out.clear();
                    from.read(&json).expect("JSON");
                    from.write(message, zeros, None, &mut out).expect("a pod");
                });
            });
        }
        group.bench_function("normalise", |bench| {
            bench.iter_batched(|| (), |()| normalise(message, &raw).expect("a pod"), BatchSize::SmallInput);
        });
        group.finish();
    }
}

criterion_group!(benches, encodings);
criterion_main!(benches);
