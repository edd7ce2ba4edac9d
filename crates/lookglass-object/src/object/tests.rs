use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    Arrival, Cooler, Datum, Depot, Intake, Path, Retention, Selector,
    json::style::{self, write},
    protobuf::{Zeros, from_json},
    table::Table,
};

/// A pod with something of its own everywhere.
fn pod(index: usize) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("web-{index}"), "namespace": format!("team-{}", index % 7),
            "uid": format!("0f3b5e9a-6d0f-4f39-9d8f-{index:012x}"), "resourceVersion": (1000 + index).to_string(),
            "labels": {"app": format!("web-{}", index / 12), "tier": "front"},
            "annotations": {"example.org/note": format!("note {index}"), "checksum": "0123456789abcdef".repeat(4)},
            "finalizers": ["example.org/guard"],
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("web-{}", index / 12),
                "uid": "4f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a10", "controller": true, "blockOwnerDeletion": true}],
            "managedFields": [{"manager": "kubelet", "operation": "Update", "apiVersion": "v1",
                "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {"f:phase": {}}}}],
        },
        "spec": {"nodeName": format!("node-{}", index % 5), "hostNetwork": index.is_multiple_of(2), "priority": index,
            "containers": [
                {"name": "server", "image": format!("example.org/web:{}", index % 3), "resources": {"limits": {"cpu": "100m"}},
                 "env": [{"name": "MODE", "value": "production"}, {"name": "REGION", "value": "eu-central-1"}]},
                {"name": "proxy", "image": "example.org/proxy:1.2.3", "resources": {}},
            ]},
        "status": {"phase": "Running", "podIP": format!("10.0.{}.{}", index / 200, index % 200), "containerStatuses": [
            {"name": "server", "ready": true, "restartCount": index % 4, "image": "i", "imageID": "j"}]},
    })
}

/// A pod that has no kin.
fn stranger(index: usize) -> Value {
    let mut pod = pod(index);
    pod["metadata"]["name"] = json!(format!("web{index}-0"));
    pod
}

fn pod_protobuf(pod: &Value) -> Vec<u8> {
    let message = Table::builtin().kind("", "v1", "Pod").expect("a built-in kind").message();
    let mut out = Vec::new();
    from_json(message, pod.to_string().as_bytes(), Zeros::Written, &mut out).expect("a pod");
    out
}

/// A pod as an API server writes it: with the zero values that Go writes.
fn pod_json(protobuf: &[u8]) -> String {
    let message = Table::builtin().kind("", "v1", "Pod").expect("a built-in kind").message();
    let mut out = Vec::new();
    crate::protobuf::to_json(message, protobuf, Some(("v1", "Pod")), &mut out).expect("a pod");
    String::from_utf8(out).expect("JSON")
}

fn depot() -> Depot {
    Depot::builder().build()
}

fn pods(depot: &Depot) -> Intake<Pod> {
    Intake::new(depot.family(&Gvk::core("v1", "Pod")))
}

/// All that can be read of an object without knowing its type.
#[derive(Debug, PartialEq)]
struct Seen {
    key: Key,
    uid: Uid,
    version: ResourceVersion,
    labels: Vec<(String, String)>,
    annotations: Option<BTreeMap<String, String>>,
    finalizers: Option<Vec<String>>,
    deletion: Option<Option<String>>,
    owners: Option<Vec<OwnerReference>>,
    kind: (String, String),
    tree: Option<Value>,
    at: Vec<Option<Datum>>,
}

fn see<K>(object: &Object<K>, paths: &[&str]) -> Seen {
    Seen {
        key: object.key().clone(),
        uid: object.uid().clone(),
        version: object.version().clone(),
        labels: object.labels().iter().map(|(key, value)| (key.into(), value.into())).collect(),
        annotations: object.annotations().ok(),
        finalizers: object.finalizers().ok(),
        deletion: object.deletion_timestamp().ok(),
        owners: object.owner_references().ok(),
        kind: (object.api_version().into(), object.kind().into()),
        tree: object.to_value().ok(),
        at: paths.iter().map(|path| object.at(*path)).collect(),
    }
}

const PATHS: &[&str] = &[
    "/kind",
    "apiVersion",
    "metadata.name",
    "metadata.annotations['example.org/note']",
    "metadata.ownerReferences[0].name",
    "metadata.managedFields",
    "spec.nodeName",
    "spec.hostNetwork",
    "spec.priority",
    "spec.containers[1].image",
    "spec.containers[0].env",
    "spec.containers[7].image",
    "/spec/containers/0/resources/limits/cpu",
    "/spec/containers/0/resources",
    "status.phase",
    "status.containerStatuses[0].restartCount",
    "status.nominatedNodeName",
    "status.podIP.nothing",
    "nothing",
];

#[test]
fn a_pod_is_the_same_in_every_encoding_and_retention() {
    let depot = depot();
    for index in 0..8 {
        let protobuf = pod_protobuf(&pod(index));
        let text = pod_json(&protobuf);
        let source: Value = serde_json::from_str(&text).unwrap();
        let raw = pods(&depot).retention(Retention::Raw).json(text.as_bytes(), Arrival::Changed).unwrap();
        let seen = see(&raw, PATHS);
        let typed = raw.typed().unwrap();
        let plain: Pod = serde_json::from_value({
            let mut source = source.clone();
            source["metadata"].as_object_mut().unwrap().remove("managedFields");
            source
        })
        .unwrap();
        assert_eq!(*typed, plain);
        assert_eq!(seen.at[6].as_ref().unwrap().as_str(), Some(&*format!("node-{}", index % 5)));
        assert_eq!(seen.at[15].as_ref().unwrap().as_i64(), Some(index as i64 % 4));
        let mut others = Vec::new();
        for retention in [Retention::Auto, Retention::Raw, Retention::Packed, Retention::Typed] {
            others.push(pods(&depot).retention(retention).json(text.as_bytes(), Arrival::Listed).unwrap());
            others.push(pods(&depot).retention(retention).protobuf(&protobuf, Arrival::Listed).unwrap());
        }
        let held = others.iter().map(|object| object.clone().into_typed().unwrap()).collect::<Vec<_>>();
        assert!(held.iter().all(|object| object.memory().typed_objects == 1 && object.memory().raw_bytes == 0));
        for object in others.iter().chain(&held) {
            assert_eq!(object, &raw);
            assert_eq!(*object.typed().unwrap(), plain);
            assert_eq!(see(object, PATHS), seen);
        }
    }
    assert_eq!(depot.memory().objects, 0);
    assert!(depot.interner().is_empty());
}

proptest! {
    #[test]
    fn no_retention_and_no_packing_changes_what_is_read(objects in prop::collection::vec((style::object(), any::<u64>()), 1..6)) {
        let depot = depot();
        let family = depot.family(&Gvk::core("v1", "Thing"));
        let mut all = Vec::new();
        for (object, seed) in &objects {
            let text = write(object, *seed);
            for retention in [Retention::Raw, Retention::Packed, Retention::Auto, Retention::Typed] {
                let mut intake = Intake::<Dynamic>::new(family.clone()).retention(retention);
                let cell = intake.json(text.as_bytes(), Arrival::Listed).expect("an object");
                let cell = if retention == Retention::Typed { cell.into_typed().expect("any JSON is dynamic") } else { cell };
                let mut wanted = object.clone();
                wanted["metadata"].as_object_mut().unwrap().remove("managedFields");
                (wanted["apiVersion"], wanted["kind"]) = (json!("v1"), json!("Thing"));
                prop_assert_eq!(cell.to_value().unwrap(), wanted.clone());
                prop_assert_eq!(&cell.typed().unwrap().0, &wanted);
                for (name, value) in wanted.as_object().unwrap() {
                    let path = Path::of(&[name]);
                    let datum = cell.read(&path).unwrap().expect("a member");
                    let found = match datum {
                        Datum::Null => Value::Null,
                        Datum::Bool(bool) => bool.into(),
                        Datum::Number(number) => number.into(),
                        Datum::String(text) => Value::from(&*text),
                        Datum::Json(text) => serde_json::from_str(&text).unwrap(),
                    };
                    prop_assert_eq!(&found, value);
                }
                all.push(cell);
            }
        }
        let before: Vec<_> = all.iter().map(|cell| (see(cell, PATHS), cell.json())).collect();
        for cell in &all {
            prop_assert!(cell.pack());
        }
        let after: Vec<_> = all.iter().map(|cell| (see(cell, PATHS), cell.json())).collect();
        prop_assert_eq!(before, after);
        for cell in &all {
            let memory = cell.memory();
            prop_assert!(memory.packed_bytes < memory.unpacked_bytes || memory.packed_objects == 0);
        }
        // The account is the sum of what is alive, at every moment.
        while let Some(cell) = all.pop() {
            let account = || Memory { kept_bytes: 0, ..family.memory() };
            prop_assert_eq!(all.iter().map(Object::memory).sum::<Memory>() + cell.memory(), account());
            drop(cell);
            prop_assert_eq!(all.iter().map(Object::memory).sum::<Memory>(), account());
        }
        prop_assert_eq!(family.memory(), Memory::default());
        prop_assert_eq!(depot.memory().label_sets, 0);
        prop_assert_eq!(depot.memory().decoded_objects, 0);
    }
}

#[test]
fn a_trained_kind_is_packed_small_and_read_the_same() {
    let depot = depot();
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let mut intake = pods(&depot);
        let mut all = Vec::new();
        let mut trained = 0;
        for index in 0..8000 {
            let source = stranger(index);
            all.push(match encoding {
                Encoding::Json => intake.json(source.to_string().as_bytes(), Arrival::Listed).unwrap(),
                Encoding::Protobuf => intake.protobuf(&pod_protobuf(&source), Arrival::Listed).unwrap(),
            });
            if let Some(training) = intake.training() {
                trained += usize::from(training.run());
            }
        }
        let memory = intake.family().memory();
        assert!(trained == 1 && memory.dictionaries == 1, "{trained} {memory:?}");
        assert!(memory.packed_objects > 1000 && memory.packed_bytes * 4 < memory.unpacked_bytes, "{memory:?}");
        for (index, object) in all.iter().enumerate().step_by(997) {
            assert_eq!(object.at("metadata.name").unwrap().as_str(), Some(&*format!("web{index}-0")));
            assert_eq!(object.typed().unwrap().metadata.name.as_deref(), Some(object.name()));
        }
        // What came before the dictionary was packed with it as soon as there was one.
        assert_eq!((memory.raw_objects, memory.packed_objects), (0, 8000), "{encoding:?}");
        drop(all);
        let memory = intake.family().memory();
        assert_eq!((memory.objects, memory.dictionaries), (0, 0), "a dictionary goes with the last object");
        drop(intake);
        assert_eq!(depot.memory(), Memory { label_bytes: depot.memory().label_bytes, ..Memory::default() });
    }
}

#[test]
fn a_kind_whose_objects_have_all_gone_begins_anew() {
    let depot = depot();
    let mut intake = pods(&depot);
    for round in 0..3 {
        let mut list = |learns: bool| {
            let mut due = None;
            let take = |index| {
                let object = intake.json(stranger(index).to_string().as_bytes(), Arrival::Listed).unwrap();
                match intake.training() {
                    Some(training) if learns => drop(training.run()),
                    Some(training) => due = Some(training),
                    None => {}
                }
                object
            };
            ((0..4000).map(take).collect::<Vec<_>>(), due)
        };
        let (all, _) = list(true);
        assert_eq!(depot.memory().dictionaries, 1, "round {round}");
        drop(all);
        assert_eq!(depot.memory().dictionaries, 0, "round {round}");

        // They go while a dictionary is being learnt: it is not kept for nobody.
        let (all, due) = list(false);
        drop(all);
        assert!(!due.expect("a training is due").run(), "round {round}");
        assert_eq!(depot.memory().dictionaries, 0, "round {round}");
    }
}

#[test]
fn a_kind_that_has_changed_learns_anew() {
    let depot = depot();
    let mut intake = pods(&depot);
    let mut state = 7_u64;
    // Text that no object had when the first dictionary was learnt, and all have later.
    let text: String = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (state >> 33) as u8 % 26)
    })
    .take(4000)
    .collect();
    let mut take = |indexes: std::ops::Range<usize>, changed: bool| {
        let mut trained = 0;
        let objects: Vec<_> = indexes
            .map(|index| {
                let mut source = stranger(index);
                if changed {
                    source["metadata"]["annotations"]["example.org/text"] = json!(text);
                }
                let object = intake.json(source.to_string().as_bytes(), Arrival::Listed).unwrap();
                trained += intake.training().map_or(0, |training| usize::from(training.run()));
                object
            })
            .collect();
        (objects, trained)
    };
    let (before, trained) = take(0..8000, false);
    assert_eq!((trained, depot.memory().dictionaries), (1, 1));
    // As long as objects are as they were, nothing is learnt anew.
    let (same, trained) = take(8000..10_000, false);
    assert_eq!((trained, depot.memory().dictionaries), (0, 1));

    let (after, trained) = take(10_000..14_000, true);
    assert_eq!((trained, depot.memory().dictionaries), (1, 2), "the old one serves what was packed with it");
    assert!(before.iter().chain(&same).step_by(399).all(|object| object.typed().is_ok()));
    let sizes = |objects: &[Object<Pod>]| objects.iter().map(|object| object.memory().packed_bytes).sum::<usize>();
    let (stale, fresh) = (sizes(&after[..500]), sizes(&after[3500..]));
    assert!(fresh * 3 < stale, "{fresh} {stale}");
    assert!(after.iter().all(Object::pack), "what was packed with the old one can be packed again");
    assert!(sizes(&after[..500]) * 3 < stale);

    drop((before, same));
    assert_eq!(depot.memory().dictionaries, 1, "a dictionary goes with the last object that needs it");
    for object in after.iter().step_by(397) {
        assert_eq!(object.annotations().unwrap()["example.org/text"], text);
    }
}

#[test]
fn kin_are_packed_against_the_first_and_outlive_it() {
    let depot = depot();
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let mut intake = pods(&depot).retention(Retention::Packed);
        let take = |intake: &mut Intake<Pod>, index| {
            let source = pod(index);
            match encoding {
                Encoding::Json => intake.json(source.to_string().as_bytes(), Arrival::Changed).unwrap(),
                Encoding::Protobuf => intake.protobuf(&pod_protobuf(&source), Arrival::Changed).unwrap(),
            }
        };
        let mut all: Vec<_> = (0..7 * 40).map(|index| take(&mut intake, index)).collect();
        let read = |all: &[Object<Pod>]| all.iter().map(|object| object.json().unwrap()).collect::<Vec<_>>();
        let before = read(&all);
        let mut unpacked = pods(&depot).retention(Retention::Raw);
        assert!((0..7 * 40).all(|index| take(&mut unpacked, index).json().unwrap() == before[index]));
        // Of each of seven namespaces the first stands for all.
        let memory = intake.family().memory();
        let firsts: usize = all[..7].iter().map(|object| object.memory().packed_bytes).sum();
        assert!(all[7..].iter().all(|object| object.memory().packed_bytes < 120), "{memory:?}");
        assert_eq!((memory.packed_objects, memory.kept_bytes), (280, 0));

        let firsts_gone: Vec<_> = all.drain(..7).collect();
        drop(firsts_gone);
        let memory = intake.family().memory();
        assert_eq!((memory.packed_objects, memory.kept_bytes), (273, firsts));
        assert_eq!(memory.packed_bytes, all.iter().map(|object| object.memory().packed_bytes).sum::<usize>());
        assert_eq!(read(&all), before[7..]);
        // One that comes now stands on the same ground, and the last one keeps no more than it needs.
        all.push(take(&mut intake, 7 * 41));
        let last = all.pop().unwrap();
        drop(all);
        let memory = intake.family().memory();
        assert_eq!(memory.packed_objects, 1);
        assert!(memory.kept_bytes <= firsts / 6, "{memory:?}");
        assert_eq!(last.at("metadata.name").unwrap().as_str(), Some("web-287"));
        drop(last);
        assert_eq!(intake.family().memory(), Memory::default());
    }
}

#[test]
fn those_that_are_only_named_alike_are_packed_as_if_they_were_not() {
    let depot = depot();
    let packed = |named_alike: bool| {
        let family = depot.family(&Gvk::core("v1", "ConfigMap"));
        let mut intake = Intake::<ConfigMap>::new(family.clone()).retention(Retention::Packed);
        let mut state = 7_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33).to_string()
        };
        let all: Vec<_> = (0..1500)
            .map(|index| {
                let name = if named_alike { format!("m-{index}") } else { format!("m{index}-x") };
                // A third in common, in other places each time, and the rest its own.
                let (words, own): (String, String) =
                    ((0..40).map(|_| "alike ").collect(), (0..60).map(|_| noise()).collect());
                let object = json!({"metadata": {"name": name, "namespace": "n"}, "data": {noise(): own, "w": words}});
                let object = intake.json(object.to_string().as_bytes(), Arrival::Listed).unwrap();
                if let Some(training) = intake.training() {
                    training.run();
                }
                object
            })
            .collect();
        let bytes = family.memory().packed_bytes + family.memory().kept_bytes;
        drop(all);
        bytes
    };
    let (strangers, namesakes) = (packed(false), packed(true));
    assert!(namesakes * 10 <= strangers * 11, "{namesakes} {strangers}");
}

#[test]
fn a_small_kind_is_neither_packed_nor_trained() {
    let depot = depot();
    let mut intake = pods(&depot);
    let all: Vec<_> =
        (0..300).map(|index| intake.json(pod(index).to_string().as_bytes(), Arrival::Listed).unwrap()).collect();
    assert!(intake.training().is_none());
    assert_eq!(depot.memory().raw_objects, all.len());
}

#[test]
fn a_kind_without_anything_in_common_gets_no_dictionary() {
    let depot = depot();
    let mut intake = Intake::<ConfigMap>::new(depot.family(&Gvk::core("v1", "ConfigMap"))).retention(Retention::Packed);
    let mut state = 7_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + (state >> 33) as u8 % 90)
    };
    let mut all = Vec::new();
    let mut trainings = 0;
    for index in 0..400 {
        let text: String = (0..20_000).map(|_| noise()).collect();
        let object = json!({"metadata": {"name": format!("m-{index}")}, "data": {"noise": text}});
        all.push(intake.json(object.to_string().as_bytes(), Arrival::Listed).unwrap());
        if let Some(training) = intake.training() {
            trainings += 1;
            assert!(!training.run());
        }
    }
    assert!((1..=4).contains(&trainings), "{trainings}");
    assert_eq!(depot.memory().dictionaries, 0);
}

#[test]
fn what_stays_is_packed_and_what_changes_is_not() {
    let depot = depot();
    let family = depot.family(&Gvk::core("v1", "Pod"));
    let mut intake = pods(&depot);
    let mut all: Vec<_> =
        (0..3000).map(|index| intake.json(pod(index).to_string().as_bytes(), Arrival::Changed).unwrap()).collect();
    #[expect(clippy::disallowed_methods, reason = "any instant to count from")]
    let start = std::time::Instant::now();
    let second = std::time::Duration::from_secs(1);
    let mut cooler = Cooler::new(Retention::Auto, 10 * second);
    for object in &all {
        cooler.add(object, start);
    }
    let early = cooler.poll(start + 9 * second, 100);
    assert_eq!((early.packed, early.next), (0, Some(start + 10 * second)));
    all.truncate(2000);
    let due = cooler.poll(start + 10 * second, 1500);
    assert_eq!((due.packed, due.next), (1500, Some(start + 10 * second)));
    let reading = all[1999].cell().clone();
    reading
        .with_bytes(|_| assert_eq!(cooler.poll(start + 10 * second, 1500).packed, 499, "what is being read is put off"))
        .unwrap();
    assert_eq!(family.memory().raw_objects, 1);
    assert_eq!(cooler.poll(start + 20 * second, 10).packed, 1);
    assert_eq!((family.memory().raw_objects, family.memory().packed_objects), (0, 2000));
    assert!(cooler.is_empty());
}

#[test]
fn what_is_to_cool_for_ever_stays_raw() {
    let depot = depot();
    let object = pods(&depot).json(pod(0).to_string().as_bytes(), Arrival::Changed).unwrap();
    #[expect(clippy::disallowed_methods, reason = "any instant to count from")]
    let start = std::time::Instant::now();
    let mut cooler = Cooler::new(Retention::Auto, std::time::Duration::MAX);
    cooler.add(&object, start);
    let cooled = cooler.poll(start, 1);
    assert_eq!((cooled.packed, cooler.len()), (0, 1));
    assert!(cooled.next.is_some_and(|next| next > start));
}

#[test]
fn content_is_compared_whatever_the_version() {
    let depot = depot();
    let mut intake = pods(&depot);
    let mut made = |value: &Value| intake.json(value.to_string().as_bytes(), Arrival::Changed).unwrap();
    let mut other = pod(1);
    other["spec"]["priority"] = json!(77);
    let (one, again, other) = (made(&pod(1)), made(&pod(1)), made(&other));
    assert!(one == other, "for who trusts versions");
    assert!(one.has_content_of(&one) && one.has_content_of(&again) && !one.has_content_of(&other));
    assert!(again.pack());
    assert!(one.has_content_of(&again) && !other.has_content_of(&again));
    let (one, again, other) = (one.into_typed().unwrap(), again.into_typed().unwrap(), other.into_typed().unwrap());
    assert!(one.has_content_of(&again) && !one.has_content_of(&other));
    let (a, b) = (one.project(1_u8, 1).unwrap(), one.project(1_u8, 1).unwrap());
    assert!(a.has_content_of(&a.clone()) && !a.has_content_of(&b), "nobody knows");
}

#[test]
fn packing_under_readers_is_never_seen() {
    let depot = depot();
    let mut intake = pods(&depot).retention(Retention::Raw);
    let source = pod(3);
    let object = intake.json(source.to_string().as_bytes(), Arrival::Changed).unwrap();
    let bytes = object.bytes().unwrap();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..500 {
                        assert_eq!(object.bytes().unwrap(), bytes);
                        assert_eq!(object.at("spec.nodeName").unwrap().as_str(), Some("node-3"));
                    }
                })
            })
            .collect();
        while readers.iter().any(|reader| !reader.is_finished()) {
            let _busy = object.pack();
        }
    });
    assert!(object.pack());
    assert_eq!(object.memory().packed_objects, 1);
    assert_eq!(depot.memory().objects, 1);
}

#[test]
fn readers_at_once_decode_once_and_share() {
    let depot = Depot::builder().decoded_bytes(0).build();
    let object = pods(&depot).json(pod(1).to_string().as_bytes(), Arrival::Changed).unwrap();
    let first = object.typed().unwrap();
    assert!(Arc::ptr_eq(&first, &object.typed().unwrap()), "in use, it is shared even beyond the budget");
    assert!(object.pack());
    assert!(Arc::ptr_eq(&first, &object.typed().unwrap()), "packing forgets nothing");
    assert_eq!((depot.decoded().hits, depot.decoded().misses), (2, 1));
    drop(first);
    let _again = object.typed().unwrap();
    assert_eq!(depot.decoded().misses, 2, "nothing is kept that nobody uses");
}

#[test]
fn views_share_one_cell() {
    let depot = depot();
    let pod = pods(&depot).json(pod(1).to_string().as_bytes(), Arrival::Changed).unwrap();
    assert_eq!(pod.meta().typed().unwrap().metadata.name.as_deref(), Some("web-1"));
    assert_eq!(pod.dynamic().typed().unwrap().0["spec"]["nodeName"], "node-1");
    assert_eq!(depot.memory().objects, 1);
    #[derive(serde::Deserialize)]
    struct Mine {
        spec: BTreeMap<String, Value>,
    }
    assert!(pod.cast::<Mine>().typed().is_err());
    assert_eq!(pod.typed_as::<Mine>().unwrap().spec["nodeName"], "node-1");
    assert!(pod.cast::<Mine>().typed().is_ok());
    let short = pod.project(pod.name().len(), 8).unwrap();
    assert_eq!((*short.typed().unwrap(), short.name()), (5, "web-1"));
    assert_eq!(short.annotations().unwrap(), pod.annotations().unwrap());
    assert_eq!(short.at("spec.nodeName"), None);
}

#[test]
fn metadata_objects_are_of_their_own_kind() {
    let depot = depot();
    let mut intake = Intake::<Meta>::new(depot.metadata_family(&Gvk::core("v1", "Secret")));
    let text = br#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"s","labels":{"owner":"helm"}}}"#;
    let json = intake.json(text, Arrival::Listed).unwrap();
    let mut message = Vec::new();
    let partial = Table::builtin().kind("meta.k8s.io", "v1", "PartialObjectMetadata").unwrap();
    from_json(partial.message(), text, Zeros::Written, &mut message).unwrap();
    let mut envelope = Vec::new();
    crate::protobuf::write_envelope("meta.k8s.io/v1", "PartialObjectMetadata", &message, &mut envelope);
    let protobuf = intake.protobuf(&envelope, Arrival::Listed).unwrap();
    for secret in [json, protobuf] {
        assert_eq!((secret.kind(), &*secret.api_version()), ("Secret", "v1"));
        assert_eq!(secret.at("kind").unwrap().as_str(), Some("Secret"));
        assert!("owner=helm".parse::<Selector>().unwrap().matches(&secret));
        let typed = secret.typed().unwrap();
        assert_eq!((&*typed.kind, typed.metadata.name.as_deref()), ("Secret", Some("s")));
    }
}

#[test]
fn a_decode_error_says_where_and_the_object_stays() {
    let depot = depot();
    let text = br#"{"metadata":{"name":"a","namespace":"n"},"spec":{"containers":[{"name":"c","ports":"hunter2"}]}}"#;
    let bad = pods(&depot).json(text, Arrival::Changed).unwrap();
    let error = bad.typed().unwrap_err();
    assert_eq!((error.key(), error.path()), (bad.key(), "spec.containers[0].ports"));
    let offset = error.offset().unwrap();
    assert!(bad.bytes().unwrap()[..=offset].ends_with(b"\"hunter2\""));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert_eq!(bad.at("spec.containers[0].ports").unwrap().as_str(), Some("hunter2"));
    assert_eq!(bad.to_value().unwrap()["spec"]["containers"][0]["name"], "c");
    let good = pods(&depot).json(pod(2).to_string().as_bytes(), Arrival::Changed).unwrap();
    assert!(good.typed().is_ok());
    let malformed =
        pods(&depot).json(br#"{"metadata":{"name":"a","annotations":{"x":7}},"spec":{,}}"#, Arrival::Changed).unwrap();
    assert_eq!(malformed.annotations().unwrap_err().path(), "metadata.annotations.x");
    assert!(malformed.at("spec.x").is_none());
    assert!(matches!(malformed.read("spec.x"), Err(ReadError::Decode(_))));
    assert!(matches!(malformed.read("spec["), Err(ReadError::Path(_))));
}

#[test]
fn debug_output_never_says_what_is_inside() {
    let depot = depot();
    let text = br#"{"metadata":{"name":"a","annotations":{"x":"hunter2"},"labels":{"l":"v"}},"data":{"p":"aHVudGVyMg=="},"stringData":{"p":"hunter2"}}"#;
    let secret = Intake::<Secret>::new(depot.family(&Gvk::core("v1", "Secret"))).json(text, Arrival::Changed).unwrap();
    for secret in [secret.clone(), secret.into_typed().unwrap()] {
        let debug = format!("{secret:?} {secret:#?} {:?} {:?}", secret.family(), secret.memory());
        assert!(!debug.contains("hunter2") && !debug.contains("aHVu"), "{debug}");
        assert!(debug.contains("Secret") && debug.contains('a'));
    }
}

#[test]
fn handles_are_small_and_may_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>() {}
    anywhere::<Object<Pod>>();
    anywhere::<Object<std::rc::Rc<()>>>();
    assert_eq!(size_of::<Object<Pod>>(), 8);
    assert_eq!(size_of::<Cell>(), 128);
}

#[test]
fn an_object_knows_that_it_is_lossy_before_anybody_reads_it() {
    let depot = depot();
    let exact = pod_protobuf(&pod(1));
    let mut lossy = exact.clone();
    // A field of the future, in the pod.
    crate::wire::put_bytes(&mut lossy, 77, b"of the future");
    for (bytes, expected) in [(exact, false), (lossy, true)] {
        let object = pods(&depot).protobuf(&bytes, Arrival::Changed).unwrap();
        assert!(object.pack());
        assert_eq!((object.is_lossy(), object.is_lossy()), (expected, expected));
        object.typed().unwrap();
        assert_eq!(object.is_lossy(), expected);
        let read = pods(&depot).protobuf(&bytes, Arrival::Changed).unwrap();
        read.typed().unwrap();
        let held = read.project((), 0).unwrap();
        assert_eq!((read.is_lossy(), held.is_lossy()), (expected, expected));
    }
    let json = pods(&depot).json(pod(1).to_string().as_bytes(), Arrival::Changed).unwrap();
    assert!(!json.is_lossy());
}
