use std::collections::HashSet;

use lookglass_object::{Arrival, Depot, Dynamic, Intake, Retention};
use memchr::memmem;

use super::*;

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    for kind in Kind::ALL {
        let fleet = Fleet::diverse(60);
        assert_eq!(fleet.object(kind, 1), fleet.object(kind, 1), "{kind:?}");
        let other = Fleet { seed: 2, ..fleet };
        assert_ne!(fleet.object(kind, 1), other.object(kind, 1), "{kind:?}");
    }
}

#[test]
fn every_object_can_be_taken_in_under_a_name_of_its_own_in_both_encodings() {
    for fleet in [Fleet::uniform(120), Fleet::diverse(120)] {
        for kind in Kind::ALL {
            let family = Depot::builder().build().family(&kind.gvk());
            let mut intake = Intake::<Dynamic>::new(family).retention(Retention::Raw);
            let mut keys = HashSet::new();
            for index in 0..fleet.count(kind) {
                let Encoded { json, protobuf } = fleet.object(kind, index);
                let object = intake.json(&json, Arrival::Listed).unwrap();
                assert_eq!(object.key().namespace().is_some(), kind.is_namespaced());
                assert_eq!(object.version().to_string().len(), 10);
                assert!(keys.insert(object.key().clone()), "{kind:?}: {} twice", object.key());
                if let Some(protobuf) = protobuf {
                    let same = intake.protobuf(&protobuf, Arrival::Listed).unwrap();
                    assert_eq!((same.key(), same.version()), (object.key(), object.version()));
                    assert_eq!(same.json().unwrap(), object.json().unwrap());
                }
                let sent = format!(r#""{SENT}":"{SENT_BLANK}""#);
                assert!(memmem::find(&json, sent.as_bytes()).is_some(), "{kind:?}");
            }
        }
    }
}

#[test]
fn objects_have_the_sizes_that_are_told() {
    let fleet = Fleet::uniform(240);
    for (kind, json, protobuf) in [
        (Kind::Pod, 8_600..9_000, 5_000..5_500),
        (Kind::ReplicaSet, 3_000..6_500, 1_500..4_000),
        (Kind::Deployment, 3_000..6_500, 1_500..4_000),
        (Kind::Secret, 3_800..4_300, 2_800..3_300),
        (Kind::Event, 700..1_100, 400..700),
        (Kind::Certificate, 1_000..1_300, 0..0),
        (Kind::Node, 9_000..12_000, 8_000..11_000),
        (Kind::Namespace, 300..500, 150..300),
    ] {
        let object = fleet.object(kind, 1);
        assert!(json.contains(&object.json.len()), "{kind:?}: {} bytes of JSON", object.json.len());
        let size = object.protobuf.map_or(0, |bytes| bytes.len());
        assert!(protobuf.contains(&size) || protobuf.is_empty(), "{kind:?}: {size} bytes of protobuf");
    }
}
