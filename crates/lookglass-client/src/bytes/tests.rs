//! Any chunking of the same bytes gives the same cells; nothing that comes ends in a panic or is shown.

use lookglass_object::{
    Depot, Dynamic, Encoding, Gvk, Intake, Key, Retention,
    protobuf::{Zeros, from_json, write_envelope, write_watch_event},
    table::Table,
    wire::put_bytes,
};
use proptest::prelude::*;

use super::*;
use crate::with_causes;

const KIND: &str = "ConfigMap";

fn intake() -> Intake<Dynamic> {
    let family = Depot::builder().build().family(&Gvk::core("v1", KIND));
    Intake::new(family).retention(Retention::Raw)
}

/// An object as a text; `size` pads it, so that some are larger than a chunk.
fn object(name: &str, version: usize, size: usize, head: bool) -> String {
    let head = if head { r#""kind":"ConfigMap","apiVersion":"v1","# } else { "" };
    let pad = "ä\\\"}]\\u00e9".repeat(size);
    format!(
        r#"{{{head}"metadata":{{"name":"{name}","namespace":"ns","resourceVersion":"{version}"}},"data":{{"k":"{pad}"}}}}"#
    )
}

fn raw(json: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let entry = Table::builtin().kind("", "v1", KIND).unwrap();
    from_json(entry.message(), json.as_bytes(), Zeros::Written, &mut out).unwrap();
    out
}

fn list(encoding: Encoding, sizes: &[usize]) -> Vec<u8> {
    let items = || sizes.iter().enumerate().map(|(at, size)| object(&format!("o{at}"), at + 1, *size, false));
    match encoding {
        Encoding::Json => {
            let items = items().collect::<Vec<_>>().join(", ");
            let meta = r#""metadata":{"resourceVersion":"99","continue":"tok","remainingItemCount":3}"#;
            format!(r#"{{"kind":"ConfigMapList","apiVersion":"v1", {meta} ,"items":[{items}]}}"#).into_bytes()
        }
        Encoding::Protobuf => {
            let mut message = Vec::new();
            let mut meta = Vec::new();
            put_bytes(&mut meta, 2, b"99");
            put_bytes(&mut meta, 3, b"tok");
            lookglass_object::wire::put_number(&mut meta, 4, 3);
            put_bytes(&mut message, 1, &meta);
            for item in items() {
                put_bytes(&mut message, 2, &raw(&item));
            }
            let mut out = Vec::new();
            write_envelope("v1", "ConfigMapList", &message, &mut out);
            out
        }
    }
}

/// Cuts `bytes` at `cuts`, each a fraction.
fn chunks(bytes: &[u8], cuts: &[f64]) -> Vec<Vec<u8>> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| (cut * bytes.len() as f64) as usize).collect();
    at.extend([0, bytes.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
}

type Read = (Vec<String>, ListHead);

fn read_list(encoding: Encoding, chunks: &[Vec<u8>]) -> Result<Read, ListError> {
    let mut reader = ListReader::new(encoding, intake());
    let mut seen = Vec::new();
    let mut sink = |item: Result<lookglass_object::Object<Dynamic>, ItemError>| {
        seen.push(
            item.map_or_else(|error| with_causes(&error), |object| format!("{} {}", object.key(), object.version())),
        );
    };
    for chunk in chunks {
        reader.feed(chunk, &mut sink)?;
    }
    reader.end(&mut sink)?;
    Ok((seen, reader.head().clone()))
}

fn both() -> impl Strategy<Value = Encoding> {
    prop_oneof![Just(Encoding::Json), Just(Encoding::Protobuf)]
}

proptest! {
    #[test]
    fn any_chunking_of_a_list_gives_the_same(
        encoding in both(),
        sizes in prop::collection::vec(prop_oneof![4 => 0..30_usize, 1 => 5_000..9_000_usize], 0..8),
        cuts in prop::collection::vec(0.0..1.0, 0..40),
    ) {
        let body = list(encoding, &sizes);
        let (seen, head) = read_list(encoding, &chunks(&body, &cuts)).unwrap();
        let wanted: Vec<String> = (0..sizes.len()).map(|at| format!("ns/o{at} {}", at + 1)).collect();
        prop_assert_eq!(seen, wanted);
        prop_assert_eq!(head.version.to_string(), "99");
        prop_assert_eq!(head.continue_token.as_deref(), Some("tok"));
        prop_assert_eq!(head.remaining, Some(3));
        prop_assert_eq!(head.kind, "ConfigMapList");
    }

    #[test]
    fn a_list_that_is_cut_off_is_never_taken_for_whole(encoding in both(), cut in 0.0..1.0) {
        let body = list(encoding, &[3, 0, 2]);
        // Behind a list in protobuf come four bytes that say nothing: a list that ends there is whole.
        let whole = if encoding == Encoding::Protobuf { body.len() - 4 } else { body.len() };
        let end = (cut * whole as f64) as usize;
        let result = read_list(encoding, &[body[..end].to_vec()]);
        prop_assert!(matches!(result, Err(ListError::CutOff { length }) if length == end as u64), "{result:?} at {end}");
    }

    #[test]
    fn whatever_comes_as_a_list_ends_in_a_value(encoding in both(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_list(encoding, &[bytes]);
    }

    #[test]
    fn a_damaged_list_ends_in_a_value(encoding in both(), at in 0.0..1.0, byte in any::<u8>(), cuts in prop::collection::vec(0.0..1.0, 0..9)) {
        let mut body = list(encoding, &[3, 0, 2]);
        let at = (at * body.len() as f64) as usize;
        body[at] = byte;
        let _ = read_list(encoding, &chunks(&body, &cuts));
    }

    #[test]
    fn any_chunking_of_a_watch_gives_the_same(
        encoding in both(),
        sizes in prop::collection::vec(0..40_usize, 0..8),
        cuts in prop::collection::vec(0.0..1.0, 0..30),
    ) {
        let body: Vec<u8> = sizes.iter().enumerate().flat_map(|(at, size)| frame(encoding, "MODIFIED", at, *size)).collect();
        let mut framer = Framer::new(encoding);
        let mut intake = intake();
        let mut seen = Vec::new();
        for chunk in chunks(&body, &cuts) {
            framer.feed(chunk.into());
            while let Some(frame) = framer.next().unwrap() {
                let WatchEvent::Modified(object) = WatchEvent::read(encoding, &frame, &mut intake).unwrap() else {
                    panic!("another event");
                };
                seen.push(object.version().to_string());
            }
        }
        framer.finish().unwrap();
        prop_assert_eq!(seen, (0..sizes.len()).map(|at| at.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn a_frame_that_is_cut_off_is_said(encoding in both(), cut in 0.01..1.0) {
        let frame = frame(encoding, "ADDED", 1, 5);
        let end = ((cut * frame.len() as f64) as usize).clamp(1, frame.len() - 2);
        let mut framer = Framer::new(encoding);
        framer.feed(frame[..end].to_vec().into());
        prop_assert_eq!(framer.next(), Ok(None));
        prop_assert_eq!(framer.finish(), Err(FrameError::CutOff { offset: 0, length: end }));
    }

    #[test]
    fn whatever_comes_as_a_frame_ends_in_a_value(encoding in both(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = WatchEvent::read(encoding, &bytes, &mut intake());
        let mut framer = Framer::new(encoding).limit(100);
        framer.feed(bytes.into());
        while let Ok(Some(_)) = framer.next() {}
    }
}

fn frame(encoding: Encoding, event: &str, version: usize, size: usize) -> Vec<u8> {
    let json = object("a", version, size, true);
    match encoding {
        Encoding::Json => format!("{{\"type\":\"{event}\",\"object\":{json}}}\n").into_bytes(),
        Encoding::Protobuf => {
            let mut out = Vec::new();
            write_watch_event(event, "v1", KIND, &raw(&json), &mut out).unwrap();
            out
        }
    }
}

#[test]
fn bookmarks_and_errors_are_read_in_both_encodings() {
    let mark = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}}}"#;
    let mut frames = vec![(Encoding::Json, format!(r#"{{"type":"BOOKMARK","object":{mark}}}"#).into_bytes())];
    let mut framed = Vec::new();
    write_watch_event("BOOKMARK", "v1", KIND, &raw(mark), &mut framed).unwrap();
    frames.push((Encoding::Protobuf, framed[4..].to_vec()));
    for (encoding, frame) in frames {
        let event = WatchEvent::read(encoding, &frame, &mut intake()).unwrap();
        let WatchEvent::Bookmark(mark) = event else { panic!("{event:?}") };
        assert_eq!((mark.version.to_string().as_str(), mark.initial_events_end), ("5", true));
    }

    let gone = r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (415)","reason":"Expired","code":410}}"#;
    let event = WatchEvent::read(Encoding::Json, gone.as_bytes(), &mut intake()).unwrap();
    assert!(matches!(event, WatchEvent::Error(status) if status.is_resource_expired()));
}

#[test]
fn a_bookmark_need_not_say_a_version() {
    let mark =
        r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"annotations":{"k8s.io/initial-events-end":"true"}}}"#;
    let mut framed = Vec::new();
    write_watch_event("BOOKMARK", "v1", KIND, &raw(mark), &mut framed).unwrap();
    let json = |object: &str| format!(r#"{{"type":"BOOKMARK","object":{object}}}"#).into_bytes();
    for (encoding, frame, end) in [
        (Encoding::Json, json(mark), true),
        (Encoding::Protobuf, framed[4..].to_vec(), true),
        (Encoding::Json, json(r#"{"kind":"ConfigMap","metadata":{"creationTimestamp":null}}"#), false),
        (Encoding::Json, json(r#"{"kind":"ConfigMap"}"#), false),
    ] {
        let event = WatchEvent::read(encoding, &frame, &mut intake()).unwrap();
        let WatchEvent::Bookmark(mark) = event else { panic!("{event:?}") };
        assert_eq!((mark.version.is_unset(), mark.initial_events_end), (true, end));
    }
}

#[test]
fn a_frame_with_its_members_in_another_order_is_read() {
    let frame = format!(r#" {{ "object" : {}, "type" : "DELETED" }} "#, object("a", 3, 1, true));
    let event = WatchEvent::read(Encoding::Json, frame.as_bytes(), &mut intake()).unwrap();
    assert!(matches!(event, WatchEvent::Deleted(object) if object.key().to_string() == "ns/a"));
}

#[test]
fn errors_name_the_case_and_show_no_content() {
    let read =
        |frame: &str| with_causes(&WatchEvent::read(Encoding::Json, frame.as_bytes(), &mut intake()).unwrap_err());
    let secret = r#"{"type":"ADDED","object":{"metadata":{"name":"a"},"data":{"password":"hunter2"}"#;
    assert!(!read(secret).contains("hunter2"), "{}", read(secret));
    let reordered = r#"{"object":{"data":{"password":"hunter2"}},"type":5}"#;
    assert!(!read(reordered).contains("hunter2"), "{}", read(reordered));
    assert!(read("<html>502 Bad Gateway</html>").contains("not a watch event"));
    assert_eq!(read(r#"{"type":"MOVED","object":{}}"#), r#"a watch event of the unknown type "MOVED""#);
}

#[test]
fn one_bad_item_does_not_fail_the_list() {
    let items = [
        object("a", 1, 0, false),
        r#"{"metadata":{}}"#.into(),
        r#"{"kind":"Pod","metadata":{"name":"p"}}"#.into(),
        object("b", 2, 0, false),
    ];
    let body =
        format!(r#"{{"kind":"ConfigMapList","metadata":{{"resourceVersion":"9"}},"items":[{}]}}"#, items.join(","));
    let (seen, head) = read_list(Encoding::Json, &[body.into_bytes()]).unwrap();
    assert_eq!(seen[0], "ns/a 1");
    assert_eq!(seen[3], "ns/b 2");
    assert!(seen[1].contains("item 1") && seen[1].contains("no metadata.name"), "{}", seen[1]);
    assert!(seen[2].contains("item 2") && seen[2].contains("Pod"), "{}", seen[2]);
    assert_eq!(head.version.to_string(), "9");
}

#[test]
fn a_bad_item_is_told_with_its_key_where_it_has_one() {
    let json = [
        r#"{"metadata":{"name":"a","namespace":"ns","labels":{"a":1}}}"#,
        r#"{"metadata":{"namespace":"ns"}}"#,
        r#"{"kind":"Pod","metadata":{"name":"p"}}"#,
        r#"{"metadata":{"name":"b","namespace":"ns"}}"#,
    ];
    let body =
        format!(r#"{{"kind":"ConfigMapList","metadata":{{"resourceVersion":"9"}},"items":[{}]}}"#, json.join(","));
    // The same in protobuf: a label that is no text, no name, and another kind, which only an envelope says.
    let message = |name: &str, label: &[u8]| {
        let (mut metadata, mut message) = (Vec::new(), Vec::new());
        put_bytes(&mut metadata, 1, name.as_bytes());
        put_bytes(&mut metadata, 3, b"ns");
        put_bytes(&mut metadata, 11, &[b"\x0a", label].concat());
        put_bytes(&mut message, 1, &metadata);
        message
    };
    let mut pod = Vec::new();
    write_envelope("v1", "Pod", &message("p", b"\x01a"), &mut pod);
    let (mut list, mut binary) = (Vec::new(), Vec::new());
    for item in [message("a", b"\x01\xff"), message("", b"\x01a"), pod, message("b", b"\x01a")] {
        put_bytes(&mut list, 2, &item);
    }
    write_envelope("v1", "ConfigMapList", &list, &mut binary);
    for (encoding, body, pod) in [
        (Encoding::Json, body.into_bytes(), Key::cluster_scoped("p")),
        (Encoding::Protobuf, binary, Key::new("ns", "p")),
    ] {
        for size in [1, 7, body.len()] {
            let mut reader = ListReader::new(encoding, intake());
            let mut seen = Vec::new();
            let mut sink = |item: Result<lookglass_object::Object<Dynamic>, ItemError>| {
                seen.push(item.map(|object| object.key().clone()).map_err(|error| (error.index, error.key)));
            };
            for chunk in body.chunks(size) {
                reader.feed(chunk, &mut sink).unwrap();
            }
            reader.end(&mut sink).unwrap();
            let key = |name| Key::new("ns", name);
            assert_eq!(seen, [Err((0, Some(key("a")))), Err((1, None)), Err((2, Some(pod.clone()))), Ok(key("b"))]);
        }
    }
    let event = br#"{"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"p","namespace":"ns"}}}"#;
    let error = WatchEvent::read(Encoding::Json, event, &mut intake()).unwrap_err();
    assert!(matches!(&error, EventError::Object { key: Some(key), .. } if *key == Key::new("ns", "p")), "{error:?}");
}

#[test]
fn lists_of_unusual_forms_are_read() {
    let read = |body: &str| read_list(Encoding::Json, &[body.as_bytes().to_vec()]);
    assert_eq!(read(r#"{"kind":"XList","items":null,"metadata":{}} "#).unwrap().0.len(), 0);
    assert_eq!(read(r#"{"kind":"ConfigMapList","metadata":null}"#).unwrap().0.len(), 0);
    let late = r#"{"items":[{"metadata":{"name":"a"}}],"n":12,"metadata":{"resourceVersion":"4"}}"#;
    assert_eq!(read(late).unwrap().1.version.to_string(), "4");
    assert_eq!(read(r#"{"kind":"Status","code":500}"#), Err(ListError::NotAList { kind: "Status".into() }));
    assert!(matches!(read("[1]"), Err(ListError::Malformed { offset: 0, .. })));
    assert!(matches!(read(r#"{"kind":"L","items":[]}x"#), Err(ListError::Malformed { offset: 23, .. })));
}

#[test]
fn frames_beyond_the_limit_are_refused_before_they_are_held() {
    let mut framer = Framer::new(Encoding::Protobuf).limit(1000);
    framer.feed(vec![0x7f, 0xff, 0xff, 0xff].into());
    assert_eq!(framer.next(), Err(FrameError::TooLong { offset: 0, limit: 1000 }));
    let mut framer = Framer::new(Encoding::Json).limit(10);
    framer.feed("{\"a\":1}\n{\"bbbbbbbbbbbb".into());
    assert!(framer.next().unwrap().is_some());
    assert_eq!(framer.next(), Err(FrameError::TooLong { offset: 8, limit: 10 }));
}
