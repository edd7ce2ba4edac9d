//! Changes that keep most of an input's structure, so that what reads it gets far.

use lookglass_object::wire::{Reader, WireType, put_tag, put_varint};

use crate::Rng;

/// What means something to one of the readers.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\u0000",
    "\\ud83d",
    "\\ude00",
    "\\n",
    "\\/",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1e9",
    "1.5",
    "-1",
    "99999999999999999999",
    "9223372036854775807",
    "18446744073709551615",
    "1e400",
    "\"\"",
    "\"metadata\":",
    "\"managedFields\":",
    "\"managed\\u0046ields\":[],",
    "\"name\":",
    "\"namespace\":",
    "\"labels\":",
    "\"uid\":",
    "\"resourceVersion\":",
    "\"kind\":",
    "\"apiVersion\":",
    "\"spec\":",
    "\"status\":",
    "\"details\":",
    "\"reason\":",
    "\"code\":",
    "{}",
    "[]",
    " ",
    "\n",
    "\t",
    "\u{0}",
    "\u{e9}",
    "\u{1f600}",
    "\u{feff}",
    "=",
    "==",
    "!=",
    "!",
    " in ",
    " notin ",
    "(",
    ")",
    "<",
    ">",
    "/",
    "//",
    "~0",
    "~1",
    "~",
    ".",
    "['",
    "']",
    "\\.",
    "\\,",
    "\\=",
    "-",
    "_",
    "a",
    "Z",
    "7",
    "00",
    "1Gi",
    "100m",
    "\"2024-02-29T23:59:60Z\"",
    "\"2024-01-01T00:00:00.000001Z\"",
    "\"AA==\"",
];

/// The longest input that a change leaves: beyond this they say nothing new and cost time.
const MOST: usize = 48 << 10;

/// One change to a text.
pub(crate) fn text(rng: &mut Rng, mut input: Vec<u8>, other: &[u8]) -> Vec<u8> {
    let at = rng.below(input.len() + 1);
    match rng.below(8) {
        0 | 1 => drop(input.splice(at..at, rng.pick(TOKENS).bytes())),
        2 => {
            let end = boundary(rng, &input, at);
            drop(input.splice(at..end, rng.pick(TOKENS).bytes()));
        }
        // A value, a member or some other stretch between two tokens goes, comes twice, or comes from elsewhere.
        3 => drop(input.drain(at..boundary(rng, &input, at))),
        4 => {
            let again = input[at..boundary(rng, &input, at)].to_vec();
            drop(input.splice(at..at, again));
        }
        5 => {
            let from = rng.below(other.len() + 1);
            drop(input.splice(at..at, other[from..boundary(rng, other, from)].iter().copied()));
        }
        6 => input.truncate(at),
        _ => return bytes(rng, input),
    }
    input.truncate(MOST);
    input
}

/// One change to a message or to one that is nested in it.
pub(crate) fn protobuf(rng: &mut Rng, input: Vec<u8>, other: &[u8]) -> Vec<u8> {
    let mut out = if rng.one_in(8) { bytes(rng, input) } else { message(rng, &input, other, 0).unwrap_or(input) };
    out.truncate(MOST);
    out
}

/// One change to bytes of any sort.
fn bytes(rng: &mut Rng, mut input: Vec<u8>) -> Vec<u8> {
    let at = rng.below(input.len());
    match (rng.below(4), input.get_mut(at)) {
        (0, Some(byte)) => *byte ^= 1 << rng.below(8),
        (1, Some(byte)) => *byte = rng.byte(),
        (2, Some(_)) => drop(input.drain(at..(at + 1 + rng.below(4)).min(input.len()))),
        _ => input.insert(at, rng.byte()),
    }
    input
}

/// Where a stretch from `at` on may end: behind one of the next tokens.
fn boundary(rng: &mut Rng, text: &[u8], at: usize) -> usize {
    let mut ends = text.iter().enumerate().skip(at).filter(|(_, byte)| byte.is_ascii_punctuation());
    ends.nth(rng.below(6)).map_or(text.len(), |(end, _)| end)
}

/// Field number, layout, and the bytes behind the tag.
type Field<'a> = (u32, WireType, &'a [u8]);

fn fields(message: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut reader = Reader::new(message);
    let mut fields = Vec::new();
    while let Some(tag) = reader.tag().ok()? {
        let start = reader.offset();
        reader.skip(tag).ok()?;
        fields.push((tag.number, tag.wire, &message[start..reader.offset()]));
    }
    Some(fields)
}

fn payload(value: &[u8]) -> &[u8] {
    Reader::new(value).bytes().unwrap_or_default()
}

/// The message with one field changed; `None` if it is none.
fn message(rng: &mut Rng, input: &[u8], other: &[u8], depth: usize) -> Option<Vec<u8>> {
    let mut fields = fields(input).filter(|fields| !fields.is_empty())?;
    let at = rng.below(fields.len());
    let (field, wire, value) = fields[at];
    let changed;
    match rng.below(if depth < 12 { 16 } else { 8 }) {
        0 => drop(fields.remove(at)),
        1 => fields.insert(rng.below(fields.len() + 1), fields[at]),
        2 => {
            let with = rng.below(fields.len());
            fields.swap(at, with);
        }
        3 => fields[at].0 = 1 + rng.below(24) as u32,
        4 => {
            changed = number_or_text(rng, wire, payload(value));
            fields[at].2 = &changed;
        }
        5 => {
            // A layout that the field does not have.
            let mut number = Vec::new();
            put_varint(&mut number, rng.next() >> rng.below(64));
            changed = number;
            fields[at] = (field, WireType::Varint, &changed);
        }
        6 => {
            let theirs = self::fields(other).unwrap_or_default();
            if let Some(theirs) = theirs.get(rng.below(theirs.len())) {
                fields.insert(at, *theirs);
            }
        }
        // Most of an object lies deep inside.
        _ => {
            let inner = (wire == WireType::Bytes).then(|| message(rng, payload(value), other, depth + 1)).flatten();
            let inner = inner.map(|inner| {
                let mut value = Vec::new();
                put_varint(&mut value, inner.len() as u64);
                value.extend(inner);
                value
            });
            changed = inner.unwrap_or_else(|| number_or_text(rng, wire, payload(value)));
            fields[at].2 = &changed;
        }
    }
    let mut out = Vec::with_capacity(input.len() + 16);
    for (number, wire, value) in fields {
        put_tag(&mut out, number, wire);
        out.extend_from_slice(value);
    }
    Some(out)
}

/// Another value of the same layout, its length included.
fn number_or_text(rng: &mut Rng, wire: WireType, before: &[u8]) -> Vec<u8> {
    let mut value = Vec::new();
    match wire {
        WireType::Varint => put_varint(&mut value, rng.next() >> rng.below(64)),
        WireType::Fixed32 => value.extend((rng.next() as u32).to_le_bytes()),
        WireType::Fixed64 => value.extend(rng.next().to_le_bytes()),
        WireType::Bytes => {
            let content = text(rng, before.to_vec(), b"");
            put_varint(&mut value, content.len() as u64);
            value.extend(content);
        }
        WireType::GroupStart | WireType::GroupEnd => {}
    }
    value
}
