use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    Interner,
    json::style::{self, write},
    wire::{put_bytes, put_number},
};

fn names() -> Names {
    Names::new("v1", "Thing")
}

type Pairs = Vec<(String, String)>;

/// Scans and copies, and gives the labels, what identifies the object, and the copy.
fn json(text: &str, notes: &mut Notes) -> Result<(Pairs, [String; 4], Value), JsonError> {
    let names = names();
    let head = scan_json(text, &names, notes)?;
    let found = [head.name, head.namespace, head.uid, head.resource_version].map(Cow::into_owned);
    let mut copy = Vec::new();
    notes.copy(text.as_bytes(), &names, &mut copy);
    assert_eq!(copy.len(), notes.copy_len(text.as_bytes(), &names));
    assert_eq!(copy.capacity(), copy.len(), "one allocation of the exact size");
    let interner = Interner::new();
    let labels = interner.intern(&mut notes.labels);
    let labels = labels.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Ok((labels, found, serde_json::from_slice(&copy).expect("the copy is JSON")))
}

proptest! {
    #[test]
    fn what_is_found_and_copied_is_what_serde_json_sees(object in style::object(), seed: u64) {
        let text = write(&object, seed);
        let (labels, found, copy) = json(&text, &mut Notes::new(false)).expect("an object");
        let meta = &object["metadata"];
        let of = |name: &str| meta[name].as_str().unwrap_or_default().to_owned();
        prop_assert_eq!(found, [of("name"), of("namespace"), of("uid"), of("resourceVersion")]);
        let wanted: Vec<_> = meta["labels"].as_object().into_iter().flatten()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
        prop_assert_eq!(labels, wanted);
        let mut wanted = object.clone();
        wanted["metadata"].as_object_mut().unwrap().remove("managedFields");
        (wanted["apiVersion"], wanted["kind"]) = (json!("v1"), json!("Thing"));
        prop_assert_eq!(copy, wanted);
    }

    #[test]
    fn managed_fields_can_be_kept(object in style::object(), seed: u64) {
        let (.., copy) = json(&write(&object, seed), &mut Notes::new(true)).expect("an object");
        prop_assert_eq!(&copy["metadata"], &object["metadata"]);
    }

    #[test]
    fn a_text_that_is_cut_off_is_an_error_at_every_byte(object in style::object(), seed: u64) {
        let text = write(&object, seed);
        let text = text.trim();
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            prop_assert!(json(&text[..end], &mut Notes::new(false)).is_err_and(|error| error.offset <= end));
        }
    }

    #[test]
    fn protobuf_in_any_order_is_found_and_cut(pieces in prop::collection::vec(piece(), 0..12), split in 0..12_usize) {
        let split = split.min(pieces.len());
        let mut bytes = Vec::new();
        let mut without = Vec::new();
        for half in [&pieces[..split], &pieces[split..]] {
            let all: Vec<u8> = half.iter().flat_map(Piece::bytes).collect();
            let kept: Vec<u8> = half.iter().filter(|piece| !matches!(piece, Piece::Managed(_))).flat_map(Piece::bytes).collect();
            for (out, inside) in [(&mut bytes, all), (&mut without, kept)] {
                put_bytes(out, 2, b"spec");
                put_bytes(out, 1, &inside);
                put_number(out, 3, 300);
            }
        }
        let mut notes = Notes::new(false);
        let head = scan_protobuf(&bytes, &mut notes).expect("a message");
        let mut copy = Vec::new();
        notes.copy(&bytes, &names(), &mut copy);
        prop_assert_eq!(copy.len(), copy.capacity());
        prop_assert_eq!(copy, without);
        let last = |wanted: u32| pieces.iter().rev()
            .find_map(|piece| if let Piece::Text(number, text) = piece { (*number == wanted).then(|| text.clone()) } else { None })
            .unwrap_or_default();
        prop_assert_eq!([&*head.name, &*head.namespace, &*head.uid, &*head.resource_version], [&*last(1), &*last(3), &*last(5), &*last(6)]);
        let wanted: std::collections::BTreeMap<_, _> = pieces.iter()
            .filter_map(|piece| if let Piece::Label(key, value) = piece { Some((key.as_str(), value.as_str())) } else { None }).collect();
        let labels = Interner::new().intern(&mut notes.labels);
        prop_assert!(labels.iter().eq(wanted));
        // Cut off, it is an error or an object with less, never a panic.
        for end in 0..bytes.len() {
            if let Ok(head) = scan_protobuf(&bytes[..end], &mut notes) {
                prop_assert!(bytes[..end].is_empty() || head.name.len() <= 8);
            }
        }
    }

    #[test]
    fn any_bytes_are_an_object_or_an_error_inside_them(bytes: Vec<u8>) {
        let mut notes = Notes::new(false);
        if let Err(error) = scan_protobuf(&bytes, &mut notes) {
            prop_assert!(error.offset() <= bytes.len());
        }
    }
}

#[derive(Debug, Clone)]
enum Piece {
    Text(u32, String),
    Label(String, String),
    Managed(Vec<u8>),
    Number(u32, u64),
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        (prop::sample::select(vec![1_u32, 2, 3, 4, 5, 6]), "[a-z]{0,8}")
            .prop_map(|(number, text)| Piece::Text(number, text)),
        ("[a-c]{0,2}", "[a-z]{0,3}").prop_map(|(key, value)| Piece::Label(key, value)),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Piece::Managed),
        (7_u32..9, any::<u64>()).prop_map(|(number, value)| Piece::Number(number, value)),
    ]
}

impl Piece {
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Text(number, text) => put_bytes(&mut out, *number, text.as_bytes()),
            Self::Managed(bytes) => put_bytes(&mut out, 17, bytes),
            Self::Number(number, value) => put_number(&mut out, *number, *value),
            Self::Label(key, value) => {
                let mut entry = Vec::new();
                put_bytes(&mut entry, 1, key.as_bytes());
                put_bytes(&mut entry, 2, value.as_bytes());
                put_bytes(&mut out, 11, &entry);
            }
        }
        out
    }
}

#[test]
fn of_repeated_names_the_last_counts() {
    let text = r#"{"metadata":{"name":"a","labels":{"x":"1"},"managedFields":[]},"kind":"Thing","metadata":
        {"managedFields":[1],"name":"b","labels":{"y":"1"},"labels":{"z":"2","z":"3"},"managedFields":[2],"managedFields":[3]},"kind":"No"}"#;
    let (labels, [name, ..], copy) = json(text, &mut Notes::new(false)).unwrap();
    assert_eq!((name.as_str(), labels), ("b", vec![("z".into(), "3".into())]));
    assert_eq!(copy, json!({"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "b", "labels": {"z": "3"}}}));
}

#[test]
fn managed_fields_are_cut_wherever_they_stand() {
    for (text, wanted) in [
        (r#"{"metadata":{"managedFields":[{"a":"}"}]}}"#, r#"{"metadata":{}}"#),
        (r#"{"metadata":{"managedFields":null,"name":"a"}}"#, r#"{"metadata":{"name":"a"}}"#),
        (r#"{"metadata":{"name":"a","managedFields":[]}}"#, r#"{"metadata":{"name":"a"}}"#),
        (r#"{"metadata":{"name":"a", "managedFields" : [] , "uid":"b"}}"#, r#"{"metadata":{"name":"a", "uid":"b"}}"#),
        (r#"{"metadata":{"managedFields":[],"managedFields":[]}}"#, r#"{"metadata":{}}"#),
        (r#"{"metadata":{"managed\u0046ields":[]}}"#, r#"{"metadata":{}}"#),
        (r#"{"spec":{"metadata":{"managedFields":[1]}}}"#, r#"{"spec":{"metadata":{"managedFields":[1]}}}"#),
    ] {
        let mut notes = Notes::new(false);
        scan_json(text, &names(), &mut notes).unwrap();
        let mut copy = Vec::new();
        notes.copy(text.as_bytes(), &names(), &mut copy);
        let copy = String::from_utf8(copy).unwrap().replacen("\"apiVersion\":\"v1\",\"kind\":\"Thing\",", "", 1);
        let squeezed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(squeezed(&copy), squeezed(wanted), "{copy}");
    }
}

#[test]
fn wrong_types_are_errors_that_say_where() {
    for (text, offset) in [
        (r#"{"metadata":{"name":1}}"#, 20),
        (r#"{"metadata":[]}"#, 12),
        (r#"{"metadata":{"labels":{"a":1}}}"#, 27),
        (r#"{"kind":{}}"#, 8),
        (r"[]", 0),
    ] {
        assert_eq!(json(text, &mut Notes::new(false)).unwrap_err().offset, offset, "{text}");
    }
    let mut bytes = Vec::new();
    put_number(&mut bytes, 1, 5);
    let error = scan_protobuf(&bytes, &mut Notes::new(false)).unwrap_err();
    assert_eq!(error.to_string(), "malformed protobuf at byte 0: metadata field 1 is no message");
}
