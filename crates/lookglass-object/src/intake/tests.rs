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
