//! Bytes that Go never writes: shuffled, repeated, cut, unknown, mutated, nested without end.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::super::*;
use super::golden::{Golden, golden};
use crate::table::{FieldKind, Shape, Slot};
use crate::wire::{WireType, put_bytes, put_number, put_tag};

/// The golden objects that are worth mutating: the third-full and full ones of kinds that reach every special form.
fn interesting() -> Vec<Golden> {
    let kinds = [
        "v1 Pod",
        "v1 Node",
        "v1 Secret",
        "v1 Event",
        "v1 APIResourceList",
        "v1 PersistentVolume",
        "apps/v1 Deployment",
        "apps/v1 ControllerRevision",
        "autoscaling/v2 HorizontalPodAutoscaler",
        "coordination.k8s.io/v1 Lease",
        "networking.k8s.io/v1 Ingress",
        "authorization.k8s.io/v1 SubjectAccessReview",
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
        "resource.k8s.io/v1 ResourceClaim",
    ];
    let mut found: Vec<_> = golden().into_iter().filter(|golden| kinds.contains(&golden.name().as_str())).collect();
    assert_eq!(found.len(), kinds.len() * 4);
    found.retain(|golden| golden.protobuf.len() < 40_000);
    found
}

/// All three readers on the same bytes: they agree on whether the bytes can be read, and on what they say.
fn read_all(message: &'static Message, raw: &[u8]) -> Result<(String, Lossiness), Error> {
    let mut json = Vec::new();
    let lossiness = to_json(message, raw, None, &mut json)?;
    let (value, other) = decode::<Value>(message, raw, None)?;
    assert_eq!(lossiness, other);
    let text: Value = serde_json::from_slice(&json).expect("to_json writes JSON");
    assert_eq!(text, value);
    Ok((String::from_utf8(json).expect("to_json writes UTF-8"), lossiness))
}

/// The fields of one message, each with its tag.
fn split(raw: &[u8]) -> Vec<&[u8]> {
    let mut reader = Reader::new(raw);
    let mut parts = Vec::new();
    let mut start = 0;
    while let Some(tag) = reader.tag().unwrap() {
        reader.skip(tag).unwrap();
        parts.push(&raw[start..reader.offset()]);
        start = reader.offset();
    }
    parts
}

/// What is done to the fields of a message.
type Change<'c> = &'c mut dyn FnMut(Vec<Vec<u8>>) -> Vec<Vec<u8>>;

/// Changes the message and every message in it.
fn rewrite(message: &'static Message, frame: usize, raw: &[u8], change: Change<'_>) -> Vec<u8> {
    let mut parts = Vec::new();
    for part in split(raw) {
        let mut reader = Reader::new(part);
        let tag = reader.tag().unwrap().unwrap();
        let inner = match message.frames()[frame].slot(tag.number) {
            Slot::Frame(inner) => Some((message, usize::from(inner))),
            Slot::Field(index) => {
                let field = &message.fields()[usize::from(index)];
                field.message().filter(|_| field.shape() != Shape::Map).map(|message| (message, 0))
            }
            Slot::Unknown => None,
        };
        parts.push(match inner {
            Some((inner, frame)) => {
                let mut out = Vec::new();
                put_bytes(&mut out, tag.number, &rewrite(inner, frame, reader.bytes().unwrap(), change));
                out
            }
            None => part.to_vec(),
        });
    }
    change(parts).concat()
}

#[test]
fn the_order_of_fields_does_not_matter() {
    for golden in interesting() {
        let message = golden.entry().message();
        let (expected, _) = read_all(message, golden.raw()).unwrap();
        // Elements of lists keep their order among themselves, as protobuf wants.
        let backwards = rewrite(message, 0, golden.raw(), &mut |mut parts| {
            parts.sort_by_key(|part| std::cmp::Reverse(Reader::new(part).tag().unwrap().unwrap().number));
            parts
        });
        assert_eq!(read_all(message, &backwards).unwrap().0, expected, "{}", golden.name());
        // One element of each field in turn: every list and map is scattered.
        let scattered = rewrite(message, 0, golden.raw(), &mut |parts| {
            let number = |part: &[u8]| Reader::new(part).tag().unwrap().unwrap().number;
            let mut keyed: Vec<_> = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let turn = parts[..index].iter().filter(|other| number(other) == number(part)).count();
                keyed.push((turn, number(part), part.clone()));
            }
            keyed.sort_by_key(|(turn, number, _)| (*turn, *number));
            keyed.into_iter().map(|(_, _, part)| part).collect()
        });
        assert_eq!(read_all(message, &scattered).unwrap().0, expected, "{}", golden.name());
        assert_eq!(normalise(message, &scattered).unwrap(), golden.raw(), "{}", golden.name());
    }
}

#[test]
fn a_message_given_in_pieces_is_merged() {
    for golden in interesting() {
        let message = golden.entry().message();
        let (expected, _) = read_all(message, golden.raw()).unwrap();
        // Each field of each part of the object in an occurrence of its own.
        let mut pieces = Vec::new();
        for part in split(golden.raw()) {
            let mut reader = Reader::new(part);
            let tag = reader.tag().unwrap().unwrap();
            let Slot::Field(index) = message.frames()[0].slot(tag.number) else { panic!("an object inlines nothing") };
            let field = &message.fields()[usize::from(index)];
            let single = matches!(field.shape(), Shape::One | Shape::Pointer);
            match field.message().filter(|inner| single && !inner.is_wrapper()) {
                Some(_) => {
                    let content = reader.bytes().unwrap();
                    put_bytes(&mut pieces, tag.number, b"");
                    for part in split(content) {
                        put_bytes(&mut pieces, tag.number, part);
                    }
                }
                None => pieces.extend_from_slice(part),
            }
        }
        assert_eq!(read_all(message, &pieces).unwrap().0, expected, "{}", golden.name());
    }
}

#[test]
fn of_a_repeated_plain_value_and_map_key_the_last_one_counts() {
    let message = Table::builtin().kind("", "v1", "ConfigMap").unwrap().message();
    let (mut meta, mut raw) = (Vec::new(), Vec::new());
    put_bytes(&mut meta, 1, b"first");
    put_bytes(&mut meta, 1, b"last");
    put_bytes(&mut raw, 1, &meta);
    let entry = |key: &[u8], value: &[u8]| {
        let mut out = Vec::new();
        put_bytes(&mut out, 2, value);
        put_bytes(&mut out, 1, key);
        out
    };
    for (key, value) in [("b", "1"), ("a", "2"), ("b", "3")] {
        put_bytes(&mut raw, 2, &entry(key.as_bytes(), value.as_bytes()));
    }
    put_bytes(&mut raw, 2, b"");
    assert_eq!(read_all(message, &raw).unwrap().0, r#"{"metadata":{"name":"last"},"data":{"":"","a":"2","b":"3"}}"#);
}

#[test]
fn unknown_fields_are_passed_over_in_every_message_and_make_it_lossy() {
    for golden in interesting() {
        let message = golden.entry().message();
        let (expected, exact) = read_all(message, golden.raw()).unwrap();
        assert_eq!(exact, Lossiness::Exact);
        let mut stranger = Vec::new();
        put_bytes(&mut stranger, 901, b"new");
        put_number(&mut stranger, 902, 7);
        put_tag(&mut stranger, 903, WireType::GroupStart);
        put_number(&mut stranger, 1, 7);
        put_tag(&mut stranger, 903, WireType::GroupEnd);
        put_tag(&mut stranger, 904, WireType::Fixed32);
        stranger.extend([0; 4]);
        for front in [true, false] {
            let with = rewrite(message, 0, golden.raw(), &mut |mut parts| {
                parts.insert(if front { 0 } else { parts.len() }, stranger.clone());
                parts
            });
            let (json, lossiness) = read_all(message, &with).unwrap();
            assert_eq!((json.as_str(), lossiness), (expected.as_str(), Lossiness::Lossy), "{}", golden.name());
        }
    }
}

#[test]
fn every_truncation_is_an_error_or_a_shorter_object() {
    for golden in interesting().iter().filter(|golden| golden.protobuf.len() < 6_000) {
        let message = golden.entry().message();
        for length in 0..golden.raw().len() {
            if let Err(error) = read_all(message, &golden.raw()[..length]) {
                assert!(error.offset().is_some_and(|offset| offset <= length), "{} {length}: {error}", golden.name());
            }
        }
        for length in 0..golden.protobuf.len() {
            if let Err(error) = Envelope::parse(&golden.protobuf[..length]) {
                assert!(error.offset().is_some_and(|offset| offset <= length), "{} {length}: {error}", golden.name());
            }
        }
    }
}

/// An unknown field in a map's entry was lost when the map had to be sorted, and the object was then called exact.
#[test]
fn one_flipped_bit_is_read_alike_by_all_readers() {
    for golden in interesting().iter().filter(|golden| golden.raw().len() < 800) {
        let mut raw = golden.raw().to_vec();
        for bit in 0..raw.len() * 8 {
            raw[bit / 8] ^= 1 << (bit % 8);
            // What cannot be read need not be alike: each reader stops at the first error it meets.
            drop(read_all(golden.entry().message(), &raw));
            raw[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn mutated_bytes_never_panic_and_errors_point_inside() {
    let samples = interesting();
    let mut runner = TestRunner::new(Config { cases: 3_000, failure_persistence: None, ..Config::default() });
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6);
    let strategy = (0..samples.len(), edits);
    runner
        .run(&strategy, |(sample, edits)| {
            let golden = &samples[sample];
            let mut raw = golden.raw().to_vec();
            for (at, byte, how) in edits {
                if raw.is_empty() {
                    break;
                }
                let at = at.index(raw.len());
                match how {
                    0 => raw[at] = byte,
                    1 => raw.insert(at, byte),
                    2 => drop(raw.remove(at)),
                    _ => raw[at] ^= 1 << (byte % 8),
                }
            }
            match read_all(golden.entry().message(), &raw) {
                Ok(_) => {}
                Err(error) => prop_assert!(error.offset().is_none_or(|offset| offset <= raw.len() * 2), "{error}"),
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn mutated_json_never_panics_and_errors_point_inside() {
    let samples = interesting();
    let mut runner = TestRunner::new(Config { cases: 3_000, failure_persistence: None, ..Config::default() });
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..5);
    let pieces: [&[u8]; 14] =
        [b"{", b"}", b"[", b"]", b"\"", b"\\", b":", b",", b"null", b"1e9", b"-", b"\\ud800", b"\xff", b"true"];
    runner
        .run(&((0..samples.len()), edits), |(sample, edits)| {
            let golden = &samples[sample];
            let mut json = golden.json.clone();
            for (at, piece) in edits {
                let (at, piece) = (at.index(json.len()), pieces[piece.index(pieces.len())]);
                let end = (at + 1).min(json.len());
                json.splice(at..end, piece.iter().copied());
            }
            let (mut raw, message) = (Vec::new(), golden.entry().message());
            match from_json(message, &json, Zeros::Written, &mut raw) {
                Ok(()) => drop(read_all(message, &raw)),
                Err(error) => {
                    prop_assert!(raw.is_empty());
                    prop_assert!(error.offset().is_none_or(|offset| offset <= json.len() * 3), "{error}");
                }
            }
            // Where the lenient text is JSON for serde, it is for us.
            let theirs = serde_json::from_slice::<serde::de::IgnoredAny>(&json).is_ok();
            prop_assert!(!theirs || FromJson::new().read(&json).is_ok());
            Ok(())
        })
        .unwrap();
}

#[test]
fn nesting_ends_somewhere() {
    let table = Table::builtin();
    let props = table.message("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps").unwrap();
    let mut raw = Vec::new();
    for depth in 0..200_usize {
        let result = read_all(props, &raw);
        assert_eq!(result.is_ok(), depth < MAX_DEPTH, "{depth}");
        let mut outer = Vec::new();
        // not, allOf, items.schema in turn
        match depth % 3 {
            0 => put_bytes(&mut outer, 28, &raw),
            1 => put_bytes(&mut outer, 25, &raw),
            _ => {
                let mut either = Vec::new();
                put_bytes(&mut either, 1, &raw);
                put_bytes(&mut outer, 24, &either);
            }
        }
        raw = outer;
    }
    assert_eq!(read_all(props, &raw).unwrap_err().kind(), &ErrorKind::TooDeep(MAX_DEPTH));
    assert_eq!(normalise(props, &raw).unwrap_err().kind(), &ErrorKind::TooDeep(MAX_DEPTH));

    // Objects in RawExtensions in objects ...
    let list = table.kind("", "v1", "List").unwrap().message();
    let mut raw = Vec::new();
    for _ in 0..10_000 {
        let (mut envelope, mut extension, mut outer) = (Vec::new(), Vec::new(), Vec::new());
        write_envelope("v1", "List", &raw, &mut envelope);
        put_bytes(&mut extension, 1, &envelope);
        put_bytes(&mut outer, 2, &extension);
        raw = outer;
        if raw.len() > 100_000 {
            break;
        }
    }
    assert_eq!(read_all(list, &raw).unwrap_err().kind(), &ErrorKind::TooDeep(MAX_DEPTH));

    let deep = format!(r#"{{"data":{}"#, "[".repeat(100_000));
    let error = FromJson::new().read(deep.as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (&ErrorKind::Json("nested deeper than 128 levels"), Some(135)));
}

#[test]
fn small_bytes_that_would_become_much_json_are_refused() {
    let list = Table::builtin().kind("", "v1", "NodeList").unwrap().message();
    // Each empty node is two bytes, and some three hundred of JSON.
    let raw = [0x12, 0].repeat(50_000);
    let mut out = b"before".to_vec();
    let error = to_json(list, &raw, None, &mut out).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooLarge(_)), "{error}");
    assert_eq!(out, b"before");
}

#[test]
fn lists_of_numbers_may_be_packed() {
    let table = Table::builtin();
    let mut tried = 0;
    for message in table.messages().iter().filter(|message| message.has_protobuf()) {
        for field in message.fields().iter().filter(|field| field.shape() == Shape::List && field.number() > 0) {
            if !matches!(field.kind(), FieldKind::Int32 | FieldKind::Int64 | FieldKind::Bool) {
                continue;
            }
            let (mut packed, mut plain, mut mixed) = (Vec::new(), Vec::new(), Vec::new());
            put_bytes(&mut packed, field.number(), &[1, 0, 1]);
            put_bytes(&mut mixed, field.number(), &[1, 0]);
            put_number(&mut mixed, field.number(), 1);
            put_bytes(&mut mixed, field.number(), b"");
            for value in [1, 0, 1] {
                put_number(&mut plain, field.number(), value);
            }
            let expected = read_all(message, &plain).unwrap();
            assert_eq!(read_all(message, &packed).unwrap(), expected);
            assert_eq!(read_all(message, &mixed).unwrap(), expected);
            tried += 1;
        }
    }
    assert!(tried > 5, "{tried}");
}

#[test]
fn a_wrong_wire_type_is_an_error_with_path_and_offset() {
    let pod = Table::builtin().kind("", "v1", "Pod").unwrap().message();
    let (mut spec, mut raw) = (Vec::new(), Vec::new());
    put_bytes(&mut spec, 10, b"node");
    put_number(&mut spec, 8, 3);
    put_bytes(&mut raw, 2, &spec);
    let error = read_all(pod, &raw).unwrap_err();
    assert_eq!(error.path_text(), "spec.serviceAccountName");
    assert_eq!(error.to_string(), "spec.serviceAccountName: the value cannot be a text (at byte 9)");
}

/// JSON carried in bytes was copied as it was, and what came out was no JSON.
#[test]
fn embedded_json_that_is_not_utf8_is_refused() {
    let mut tried = 0;
    for golden in interesting() {
        let mut raw = golden.raw().to_vec();
        let Some(at) = raw.windows(4).position(|window| window == br#"{"a""#) else { continue };
        raw[at + 2] = 0xff;
        let mut json = Vec::new();
        assert!(to_json(golden.entry().message(), &raw, None, &mut json).is_err(), "{}", golden.name());
        assert!(json.is_empty());
        tried += 1;
    }
    assert!(tried > 0);
}

/// Of a map in disorder the typed reader refused what another value overrides, and the writer of JSON did not; of what it
/// read it could call the object lossy, which its JSON was not.
#[test]
fn of_a_map_in_disorder_all_readers_read_the_same_values() {
    let message = Table::builtin().message("io.k8s.api.core.v1.ConfigMap").unwrap();
    let (mut before, mut first, mut last) = (Vec::new(), Vec::new(), Vec::new());
    put_bytes(&mut before, 1, b"z");
    put_bytes(&mut first, 1, b"key");
    put_number(&mut first, 2, 5); // No text.
    put_number(&mut first, 9, 1); // Unknown.
    put_bytes(&mut last, 1, b"key");
    put_bytes(&mut last, 2, b"value");
    let mut raw = Vec::new();
    for entry in [&before, &first, &last] {
        put_bytes(&mut raw, 2, entry);
    }
    let mut json = Vec::new();
    assert_eq!(to_json(message, &raw, None, &mut json), Ok(Lossiness::Exact));
    assert_eq!(json, br#"{"metadata":{},"data":{"key":"value","z":""}}"#);
    let decoded = decode::<Value>(message, &raw, None).unwrap();
    assert_eq!(decoded, (serde_json::from_slice(&json).unwrap(), Lossiness::Exact));
}

/// Which value was met first decided whether bytes were refused for one that a later value overrides: the typed reader met it,
/// the writer of JSON met the disorder before.
#[test]
fn a_value_that_a_later_one_overrides_refuses_nothing() {
    let message = Table::builtin().message("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta").unwrap();
    let mut raw = Vec::new();
    put_number(&mut raw, 4, 5); // A selfLink that is no text.
    put_bytes(&mut raw, 1, b"name");
    let mut json = Vec::new();
    let error = to_json(message, &raw, None, &mut json).unwrap_err();
    assert_eq!((error.path_text().as_str(), error.offset()), ("selfLink", Some(1)));
    assert_eq!(decode::<Value>(message, &raw, None).unwrap_err(), error);
    put_bytes(&mut raw, 4, b"link");
    assert_eq!(to_json(message, &raw, None, &mut json), Ok(Lossiness::Exact));
    assert_eq!(json, br#"{"name":"name","selfLink":"link"}"#);
    assert_eq!(decode::<Value>(message, &raw, None).unwrap().0, serde_json::from_slice::<Value>(&json).unwrap());
}
