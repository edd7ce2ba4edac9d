use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::*;
use crate::{Depot, Dynamic, Gvk};

type Shelf = Arc<Mutex<HashMap<Box<str>, Object<Dynamic>>>>;

fn json(name: &str, uid: &str, version: &str) -> Vec<u8> {
    let notes = "text that is the same in all of them, and so long that it can be packed ".repeat(4);
    format!(
        r#"{{"metadata":{{"name":"{name}","uid":"{uid}","resourceVersion":"{version}","labels":{{"app":"web"}},
        "managedFields":[{{}}]}},"data":{{"notes":"{notes}"}}}}"#
    )
    .into_bytes()
}

/// The same as far as metadata goes.
fn protobuf(name: &str, uid: &str, version: &str) -> Vec<u8> {
    let mut metadata = Vec::new();
    for (number, text) in [(1, name), (5, uid), (6, version)] {
        crate::wire::put_bytes(&mut metadata, number, text.as_bytes());
    }
    let mut message = Vec::new();
    crate::wire::put_bytes(&mut message, 1, &metadata);
    message
}

/// An intake that knows what is on the shelf by name alone, which is worse than any store: what it says must be looked at.
fn intake(family: &Arc<Family>, shelf: &Shelf, asked: &Arc<AtomicUsize>) -> Intake<Dynamic> {
    let (shelf, asked) = (Arc::clone(shelf), Arc::clone(asked));
    Intake::new(Arc::clone(family)).known(move |key| {
        asked.fetch_add(1, Ordering::Relaxed);
        shelf.lock().ok()?.get(key.name()).cloned()
    })
}

#[test]
fn what_is_listed_in_a_known_version_is_the_cell_that_is_there_and_nothing_else_is() {
    let depot = Depot::builder().build();
    let family = depot.family(&Gvk::core("v1", "ConfigMap"));
    for retention in [Retention::Raw, Retention::Auto, Retention::Packed] {
        let (shelf, asked) = (Shelf::default(), Arc::default());
        let mut intake = intake(&family, &shelf, &asked).retention(retention);
        let forms = [(json as fn(&str, &str, &str) -> Vec<u8>, Encoding::Json), (protobuf, Encoding::Protobuf)];
        for (write, encoding) in forms {
            let mut take = |name, uid, version, arrival| {
                let bytes = write(name, uid, version);
                match encoding {
                    Encoding::Json => intake.json(&bytes, arrival).expect("an object"),
                    Encoding::Protobuf => intake.protobuf(&bytes, arrival).expect("an object"),
                }
            };
            for first in [("a", "1", "7"), ("a", "", "7"), ("a", "1", ""), ("a", "", "")] {
                shelf.lock().expect("no test panics here").clear();
                let old = take(first.0, first.1, first.2, Arrival::Listed);
                shelf.lock().expect("no test panics here").insert("a".into(), old.clone());
                for second in
                    [("a", "1", "7"), ("a", "2", "7"), ("a", "", "7"), ("a", "1", "8"), ("a", "1", ""), ("b", "1", "7")]
                {
                    let listed = take(second.0, second.1, second.2, Arrival::Listed);
                    let wanted = first == second && !second.2.is_empty();
                    assert_eq!(listed.is_same(&old), wanted, "{retention:?} {encoding:?} {first:?} {second:?}");
                    let told = (listed.name(), listed.uid().to_string(), listed.version().to_string());
                    assert_eq!(told, (second.0, second.1.to_owned(), second.2.to_owned()));
                    let asked_before = asked.load(Ordering::Relaxed);
                    let changed = take(second.0, second.1, second.2, Arrival::Changed);
                    assert!(!changed.is_same(&old), "a change is never looked up");
                    assert_eq!(asked.load(Ordering::Relaxed), asked_before);
                }
            }
        }
        shelf.lock().expect("no test panics here").clear();
        drop(intake);
        assert_eq!(depot.memory().objects, 0);
    }
}

#[test]
fn what_came_in_another_way_is_not_taken_for_the_same() {
    let depot = Depot::builder().build();
    let family = depot.family(&Gvk::core("v1", "ConfigMap"));
    let (shelf, asked) = (Shelf::default(), Arc::default());
    let mut plain = intake(&family, &shelf, &asked);
    let text = json("a", "1", "7");
    let old = plain.json(&text, Arrival::Listed).expect("an object");
    shelf.lock().expect("no test panics here").insert("a".into(), old.clone());
    assert!(plain.json(&text, Arrival::Listed).expect("an object").is_same(&old));
    assert!(!plain.protobuf(&protobuf("a", "1", "7"), Arrival::Listed).expect("an object").is_same(&old));

    let mut elsewhere = intake(&family, &shelf, &asked).cluster("east");
    let object = elsewhere.json(&text, Arrival::Listed).expect("an object");
    assert!(!object.is_same(&old) && object.cluster().is_some_and(|cluster| cluster.as_str() == "east"));

    let metadata = depot.metadata_family(&Gvk::core("v1", "ConfigMap"));
    let object = intake(&metadata, &shelf, &asked).json(&text, Arrival::Listed).expect("an object");
    assert!(Arc::ptr_eq(&object.cell().family, &metadata));

    // Packed or decoded since, it is still the same object.
    assert!(old.pack());
    assert!(plain.json(&text, Arrival::Listed).expect("an object").is_same(&old));
    let typed = old.into_typed().expect("any JSON is dynamic");
    shelf.lock().expect("no test panics here").insert("a".into(), typed.clone());
    assert!(plain.json(&text, Arrival::Listed).expect("an object").is_same(&typed));
    assert!(plain.json(&text[..text.len() - 1], Arrival::Listed).is_err(), "known or not, it must be an object");
}

/// The metadata of [`protobuf`] with more behind it.
fn protobuf_and(name: &str, more: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut metadata = Vec::new();
    crate::wire::put_bytes(&mut metadata, 1, name.as_bytes());
    crate::wire::put_bytes(&mut metadata, 3, b"ns");
    more(&mut metadata);
    let mut message = Vec::new();
    crate::wire::put_bytes(&mut message, 1, &metadata);
    message
}

#[test]
fn of_what_cannot_be_taken_in_the_key_is_known_where_it_can_be() {
    let family = Depot::builder().build().family(&Gvk::core("v1", "ConfigMap"));
    let mut intake = Intake::<Dynamic>::new(family).cluster("east");
    let known = Some(Key::new("ns", "a").with_cluster("east"));
    for (text, is_known) in [
        (r#"{"kind":"Pod","metadata":{"name":"a","namespace":"ns"}}"#, true),
        (r#"{"metadata":{"labels":{"a":1},"namespace":"ns","name":"a"}}"#, true),
        (r#"{"metadata":{"name":1},"metadata":{"uid":{},"namespace":"ns","name":"\u0061"},"kind":"ConfigMap"}"#, true),
        (r#"{"metadata":{"name":"a","namespace":7}}"#, false),
        (r#"{"metadata":{"name":"a","namespace":"ns"},"metadata":[]}"#, false),
        (r#"{"metadata":{"name":["a"],"namespace":"ns"}}"#, false),
        (r#"{"metadata":{"namespace":"ns"}}"#, false),
        (r#"{"metadata":null}"#, false),
    ] {
        let key = if is_known { known.clone() } else { None };
        assert!(intake.json(text.as_bytes(), Arrival::Listed).is_err(), "{text}");
        assert_eq!(intake.key_of(text.as_bytes(), Encoding::Json), key, "{text}");
        // In a list it is an error of its own, and what follows can be read.
        let (object, length) = intake.json_prefix(&format!("{text},{{"), Arrival::Listed).unwrap().unwrap();
        assert!(object.is_err() && length == text.len(), "{text}");
        for end in 0..text.len() {
            assert!(matches!(intake.json_prefix(&text[..end], Arrival::Listed), Ok(None)), "{text} until {end}");
            assert_eq!(intake.key_of(&text.as_bytes()[..end], Encoding::Json), None, "{text} until {end}");
        }
    }
    for text in [r#"{"metadata":{"labels":{"a":1},"name":"a""b"}}"#, r#"{"metadata":{"labels":1}]"#, "[]", "5", ""] {
        assert!(text.is_empty() || intake.json_prefix(text, Arrival::Listed).is_err(), "{text}");
        assert_eq!(intake.key_of(text.as_bytes(), Encoding::Json), None, "{text}");
    }

    let entry = |bytes: &'static [u8]| {
        move |metadata: &mut Vec<u8>| crate::wire::put_bytes(metadata, 11, &[b"\x0a\x01a\x12\x01", bytes].concat())
    };
    let label = protobuf_and("a", entry(b"\xff"));
    assert!(intake.protobuf(&protobuf_and("a", entry(b"b")), Arrival::Listed).is_ok());
    let mut other = Vec::new();
    protobuf::write_envelope("v1", "Pod", &label, &mut other);
    let damaged = [&label[..], b"\x12\x7f"].concat();
    let number = protobuf_and("a", |metadata| crate::wire::put_number(metadata, 3, 7));
    for (bytes, is_known) in
        [(label, true), (other, true), (damaged, false), (number, false), (protobuf_and("", entry(b"\xff")), false)]
    {
        let key = if is_known { known.clone() } else { None };
        assert!(intake.protobuf(&bytes, Arrival::Listed).is_err(), "{bytes:?}");
        assert_eq!(intake.key_of(&bytes, Encoding::Protobuf), key, "{bytes:?}");
    }
}

proptest::proptest! {
    #[test]
    fn what_can_be_taken_in_has_the_key_that_is_found_alone(object in crate::json::style::object(), seed: u64) {
        let text = crate::json::style::write(&object, seed);
        let mut intake = Intake::<Dynamic>::new(Depot::builder().build().family(&Gvk::core("v1", "ConfigMap")));
        if let Ok(taken) = intake.json(text.as_bytes(), Arrival::Listed) {
            let key = intake.key_of(text.as_bytes(), Encoding::Json);
            proptest::prop_assert_eq!(key.as_ref(), Some(taken.key()));
        }
    }

    #[test]
    fn any_bytes_have_a_key_or_none(bytes: Vec<u8>) {
        let intake = Intake::<Dynamic>::new(Depot::builder().build().family(&Gvk::core("v1", "ConfigMap")));
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            drop(intake.key_of(&bytes, encoding));
        }
    }
}
