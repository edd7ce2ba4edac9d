//! The protobuf readers and the transcoders.

use std::ops::Range;

use lookglass_object::protobuf::{
    Envelope, ListItems, Lossiness, WatchFrame, Zeros, decode, from_json, normalise, split_frame, to_json,
    write_envelope,
};
use lookglass_object::wire::{Reader, WireType, put_tag, put_varint};
use serde_json::Value;

use crate::seeds::kind_of;

/// Every reader stays inside the bytes and goes forward; an envelope that is written anew says the same.
pub(crate) fn reader(input: &[u8]) {
    let inside = |range: &Range<usize>| assert!(range.start <= range.end && range.end <= input.len(), "{range:?}");
    let mut reader = Reader::new(input);
    let mut before = 0;
    while let Ok(Some(tag)) = reader.tag() {
        assert!(reader.offset() > before && tag.number > 0);
        before = reader.offset();
        if tag.wire == WireType::Bytes {
            let mut ahead = reader;
            if let Ok(range) = ahead.chunk() {
                inside(&range);
            }
        }
        let mut canonical = Vec::new();
        put_tag(&mut canonical, tag.number, tag.wire);
        assert_eq!(Reader::new(&canonical).tag(), Ok(Some(tag)));
        if reader.skip(tag).is_err() {
            break;
        }
        assert!(reader.offset() >= before && reader.offset() <= input.len());
    }
    let mut numbers = Reader::new(input);
    while let Ok(number) = numbers.varint() {
        let mut canonical = Vec::new();
        put_varint(&mut canonical, number);
        assert_eq!(Reader::new(&canonical).varint(), Ok(number));
    }
    let mut items = ListItems::new(input);
    while let Some(Ok(range)) = items.next() {
        inside(&range);
    }
    assert!(items.next().is_none(), "nothing follows an error or the end");
    if let Ok(envelope) = Envelope::parse(input) {
        inside(&envelope.raw_range());
        assert_eq!(&input[envelope.raw_range()], envelope.raw());
        let mut again = Vec::new();
        write_envelope(envelope.api_version(), envelope.kind(), envelope.raw(), &mut again);
        let again = Envelope::parse(&again).expect("what was written is an envelope");
        assert_eq!(
            (again.api_version(), again.kind(), again.raw()),
            (envelope.api_version(), envelope.kind(), envelope.raw())
        );
    }
}

/// However a stream is cut into chunks, the same frames come out of it.
pub(crate) fn frames(input: &[u8]) {
    const LIMIT: usize = 1 << 16;
    let whole = split(input.len().max(1), input, LIMIT);
    for size in [1, 2, 3, 5, 64, 1 + usize::from(input.first().copied().unwrap_or(0))] {
        assert_eq!(split(size, input, LIMIT), whole, "in chunks of {size}");
    }
    for frame in &whole.0 {
        if let Ok(event) = WatchFrame::parse(frame) {
            assert_eq!(&frame[event.object_range()], event.object());
        }
    }
}

/// The frames of a stream that arrives in chunks of `size`, and whether it was refused.
fn split(size: usize, input: &[u8], limit: usize) -> (Vec<Vec<u8>>, bool) {
    let (mut buffer, mut frames) = (Vec::new(), Vec::new());
    for chunk in input.chunks(size) {
        buffer.extend_from_slice(chunk);
        loop {
            match split_frame(&buffer, limit) {
                Ok(Some(range)) => {
                    frames.push(buffer[range.clone()].to_vec());
                    buffer.drain(..range.end);
                }
                Ok(None) => break,
                Err(_) => return (frames, true),
            }
        }
    }
    (frames, false)
}

/// What `serde_json` refuses although it is JSON: half of a surrogate pair, numbers beyond a double, deep nesting.
const BEYOND_GRAMMAR: [&str; 5] = ["surrogate", "hex escape", "unicode code point", "out of range", "recursion limit"];

/// Protobuf to JSON to protobuf to JSON: legal JSON, the same both times, and what the dynamic decoder builds.
pub(crate) fn transcode(input: &[u8]) {
    let Some((entry, raw)) = kind_of(input) else { return };
    let (message, api_version) = (entry.message(), entry.api_version());
    let type_meta = Some((api_version.as_str(), entry.kind()));
    let mut json = Vec::new();
    let dynamic = decode::<Value>(message, raw, type_meta);
    let written = to_json(message, raw, type_meta, &mut json);
    let Ok(lossiness) = written else { return };
    let tree: Value = match serde_json::from_slice(&json) {
        Ok(tree) => tree,
        Err(error) => {
            // Fields that hold JSON text are passed on once they are JSON by its grammar, as Go does; `serde_json` wants more.
            let said = error.to_string();
            assert!(BEYOND_GRAMMAR.iter().any(|more| said.contains(more)), "{said}");
            return;
        }
    };
    let mut again = Vec::new();
    let normal = normalise(message, raw).expect("what can be read can be made normal");
    let (dynamic, lossy) = dynamic.expect("what can be written as JSON can be decoded");
    assert_eq!((dynamic, lossy), (tree.clone(), lossiness));
    assert_eq!(Lossiness::of_message(message, raw), Ok(lossiness));
    let again_lossiness = to_json(message, &normal, type_meta, &mut again).expect("normal bytes can be read");
    // An unknown field inside of a value that another one overrides is gone from the normal bytes.
    assert!(lossiness.is_lossy() || !again_lossiness.is_lossy());
    assert_same(&again, &json);
    assert_same(&normalise(message, &normal).expect("normal bytes can be read"), &normal);

    for zeros in [Zeros::Written, Zeros::LeftOut] {
        let (mut protobuf, mut again) = (Vec::new(), Vec::new());
        from_json(message, &json, zeros, &mut protobuf).expect("what to_json writes, from_json reads");
        assert_eq!(to_json(message, &protobuf, type_meta, &mut again), Ok(Lossiness::Exact));
        let again: Value = serde_json::from_slice(&again).expect("what to_json writes is JSON");
        assert_eq!(without_nulls(again), without_nulls(tree.clone()));
    }
}

/// A time that is there and zero is null in JSON, which reads as a time that is not there: in Go as well.
fn without_nulls(tree: Value) -> Value {
    match tree {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(members.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(without_nulls).collect()),
        plain => plain,
    }
}

/// JSON to protobuf to JSON to protobuf to JSON: the same JSON both times. The bytes between may differ, where they hold JSON
/// text themselves, which is escaped on its way out as Go does it.
pub(crate) fn transcode_json(input: &[u8]) {
    let Some((entry, text)) = kind_of(input) else { return };
    let message = entry.message();
    let (mut protobuf, mut json, mut second, mut again) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if from_json(message, text, Zeros::Written, &mut protobuf).is_err() {
        return;
    }
    assert_eq!(to_json(message, &protobuf, None, &mut json), Ok(Lossiness::Exact));
    from_json(message, &json, Zeros::Written, &mut second).expect("what to_json writes, from_json reads");
    assert_eq!(to_json(message, &second, None, &mut again), Ok(Lossiness::Exact));
    assert_same(&again, &json);
}

fn assert_same(a: &[u8], b: &[u8]) {
    if a != b {
        let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let show = |bytes: &[u8]| bytes[at.saturating_sub(40)..(at + 40).min(bytes.len())].escape_ascii().to_string();
        panic!("differ at byte {at}:\n  {}\n  {}", show(a), show(b));
    }
}
