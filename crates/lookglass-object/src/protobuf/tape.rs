//! JSON text as a flat tape of values, and the writing of JSON's scalars as Go writes them.
//!
//! The tape is what lets JSON be turned into protobuf without building anything: protobuf wants lengths in front and fields
//! by number, JSON gives neither, so the values' places are noted first.

use std::borrow::Cow;
use std::io::Write as _;

/// How deep objects and lists may be nested; what `serde_json` allows.
pub(super) const MAX_LEVELS: usize = 128;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    True,
    False,
    Number,
    String,
    Object,
    Array,
}

/// A value, or a key of an object, in front of its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Type,
    /// A string with escapes in it.
    pub(super) escaped: bool,
    /// The text, a string's without its quotes.
    pub(super) start: u32,
    pub(super) end: u32,
    /// The index behind the value and all that is in it.
    pub(super) next: u32,
}

/// A refusal and its offset.
pub(super) type Refusal = (&'static str, usize);

/// The values of a text in the order in which they begin.
#[derive(Debug, Default)]
pub(super) struct Tape {
    nodes: Vec<Node>,
    /// The indexes of the containers that are open.
    open: Vec<u32>,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
}

impl Tape {
    #[inline]
    pub(super) fn node(&self, index: u32) -> Node {
        self.nodes[index as usize]
    }

    /// Reads a whole text, of less than 4 GiB, which must be UTF-8 for its strings to be.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<(), Refusal> {
        self.nodes.clear();
        self.open.clear();
        let mut at = 0;
        let mut expect = Expect::Value;
        loop {
            at = skip_space(text, at);
            let Some(&byte) = text.get(at) else { return Err(("the text ends too early", at)) };
            expect = match (expect, byte) {
                (Expect::Key | Expect::KeyOrEnd, b'"') => {
                    at = self.string(text, at)?;
                    at = skip_space(text, at);
                    if text.get(at) != Some(&b':') {
                        return Err(("a colon must follow an object's key", at));
                    }
                    at += 1;
                    Expect::Value
                }
                (Expect::KeyOrEnd | Expect::CommaOrEnd, b'}') | (Expect::ValueOrEnd | Expect::CommaOrEnd, b']') => {
                    at += 1;
                    let kind = if byte == b'}' { Type::Object } else { Type::Array };
                    let Some(open) = self.open.pop() else { return Err(("nothing is open here", at - 1)) };
                    let next = self.nodes.len() as u32;
                    let node = &mut self.nodes[open as usize];
                    if node.kind != kind {
                        return Err(("an object ends with } and a list with ]", at - 1));
                    }
                    (node.end, node.next) = (at as u32, next);
                    if self.open.is_empty() {
                        return end(text, at);
                    }
                    Expect::CommaOrEnd
                }
                (Expect::CommaOrEnd, b',') => {
                    at += 1;
                    match self.open.last().map(|open| self.nodes[*open as usize].kind) {
                        Some(Type::Object) => Expect::Key,
                        _ => Expect::Value,
                    }
                }
                (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                    if self.open.len() >= MAX_LEVELS {
                        return Err(("nested deeper than 128 levels", at));
                    }
                    self.open.push(self.nodes.len() as u32);
                    let kind = if byte == b'{' { Type::Object } else { Type::Array };
                    self.push(kind, at, at + 1);
                    at += 1;
                    if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd }
                }
                (Expect::Value | Expect::ValueOrEnd, _) => {
                    at = match byte {
                        b'"' => self.string(text, at)?,
                        b't' => self.word(text, at, b"true", Type::True)?,
                        b'f' => self.word(text, at, b"false", Type::False)?,
                        b'n' => self.word(text, at, b"null", Type::Null)?,
                        _ => {
                            let end = number_end(text, at)?;
                            self.push(Type::Number, at, end);
                            end
                        }
                    };
                    if self.open.is_empty() {
                        return end(text, at);
                    }
                    Expect::CommaOrEnd
                }
                (Expect::Key | Expect::KeyOrEnd, _) => return Err(("an object's key must be a string", at)),
                (Expect::CommaOrEnd, _) => return Err(("a comma or the end must follow a value", at)),
            };
        }
    }

    #[inline]
    fn push(&mut self, kind: Type, start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, escaped: false, start: start as u32, end: end as u32, next });
    }

    /// Notes the string whose opening quote is at `at`; the offset behind its closing quote.
    #[inline]
    fn string(&mut self, text: &[u8], at: usize) -> Result<usize, Refusal> {
        let (end, escaped) = string_end(text, at)?;
        self.push(Type::String, at + 1, end);
        if escaped && let Some(node) = self.nodes.last_mut() {
            node.escaped = true;
        }
        Ok(end + 1)
    }

    fn word(&mut self, text: &[u8], at: usize, word: &[u8], kind: Type) -> Result<usize, Refusal> {
        if !text[at..].starts_with(word) {
            return Err(("not a JSON value", at));
        }
        self.push(kind, at, at + word.len());
        Ok(at + word.len())
    }
}

/// The text of a string's node, without its escapes.
pub(super) fn string_of(text: &[u8], node: Node) -> Cow<'_, [u8]> {
    let raw = &text[node.start as usize..node.end as usize];
    if node.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
}

fn end(text: &[u8], at: usize) -> Result<(), Refusal> {
    let at = skip_space(text, at);
    if at < text.len() { Err(("something follows the value", at)) } else { Ok(()) }
}

#[inline]
fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// The offset of the quote that ends the string that begins at `at`, and whether it holds escapes, all of which are sound.
fn string_end(text: &[u8], at: usize) -> Result<(usize, bool), Refusal> {
    let mut at = at + 1;
    let mut escaped = false;
    loop {
        while let Some(&byte) = text.get(at)
            && PLAIN[byte as usize]
        {
            at += 1;
        }
        match text.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = match text.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at + 2,
                    Some(b'u') if hex(text, at + 2).is_some() => at + 6,
                    _ => return Err(("no such escape", at)),
                };
            }
            Some(_) => return Err(("control characters must be escaped in a string", at)),
            None => return Err(("the text ends in a string", at)),
        }
    }
}

/// The bytes of a string that are themselves and need no look: all but quote, backslash and control characters.
static PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = false;
        byte += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    plain
};

fn hex(text: &[u8], at: usize) -> Option<u16> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)? as u16))
}

/// Takes the escapes out of a string whose escapes are sound; lone surrogates become replacement characters, as in Go.
fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let letter = raw.get(at + 1).copied().unwrap_or(b'\\');
        at += 2;
        let plain = match letter {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let high = hex(raw, at).unwrap_or(0xfffd);
                at += 4;
                let low = if raw.get(at..at + 2) == Some(br"\u") { hex(raw, at + 2) } else { None };
                let character = match (high, low) {
                    (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                        at += 6;
                        char::from_u32(0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(low) - 0xdc00))
                    }
                    _ => char::from_u32(u32::from(high)),
                };
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            other => other,
        };
        out.push(plain);
    }
    out
}

/// The offset behind the number that begins at `at`.
fn number_end(text: &[u8], start: usize) -> Result<usize, Refusal> {
    let digits = |mut at: usize| {
        let first = at;
        while text.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if at == first { Err(("not a JSON value", at)) } else { Ok(at) }
    };
    let mut at = start + usize::from(text.get(start) == Some(&b'-'));
    at = if text.get(at) == Some(&b'0') { at + 1 } else { digits(at)? };
    if text.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at = digits(at + 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-'))))?;
    }
    Ok(at)
}

/// The bytes that Go's encoder escapes, and the first of those of the two line separators that it escapes too.
static SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    let more = *b"\"\\<>&\xe2";
    let mut index = 0;
    while index < more.len() {
        special[more[index] as usize] = true;
        index += 1;
    }
    special
};

/// Appends a string with quotes and escapes, as Go does it; bytes that are not UTF-8 become `\ufffd` each.
#[inline]
pub(super) fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    if bytes.is_ascii() {
        put_escaped(out, bytes);
    } else {
        for chunk in bytes.utf8_chunks() {
            put_escaped(out, chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                out.extend_from_slice(br"\ufffd");
            }
        }
    }
    out.push(b'"');
}

#[inline]
fn put_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.iter().position(|byte| SPECIAL[*byte as usize]) {
        None => out.extend_from_slice(bytes),
        Some(first) => put_escaped_from(out, bytes, first),
    }
}

fn put_escaped_from(out: &mut Vec<u8>, bytes: &[u8], first: usize) {
    let mut done = 0;
    let mut at = first;
    while let Some(&byte) = bytes.get(at) {
        if !SPECIAL[byte as usize] {
            at += 1;
            continue;
        }
        let separator = byte == 0xe2;
        if separator && !matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) {
            at += 3;
            continue;
        }
        out.extend_from_slice(&bytes[done..at]);
        match byte {
            b'"' => out.extend_from_slice(br#"\""#),
            b'\\' => out.extend_from_slice(br"\\"),
            b'\n' => out.extend_from_slice(br"\n"),
            b'\r' => out.extend_from_slice(br"\r"),
            b'\t' => out.extend_from_slice(br"\t"),
            8 => out.extend_from_slice(br"\b"),
            12 => out.extend_from_slice(br"\f"),
            _ if separator => {
                out.extend_from_slice(br"\u202");
                out.push(HEX[usize::from(bytes[at + 2] & 15)]);
            }
            _ => out.extend_from_slice(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                HEX[usize::from(byte >> 4)],
                HEX[usize::from(byte & 15)],
            ]),
        }
        at += if separator { 3 } else { 1 };
        done = at;
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends a double as Go does it: whole numbers without fraction, an exponent only below 1e-6 and from 1e21 on.
pub(super) fn put_double(out: &mut Vec<u8>, value: f64) -> Result<(), &'static str> {
    if !value.is_finite() {
        return Err("JSON has no infinity and no not-a-number");
    }
    let size = value.abs();
    // Writing to a vector cannot fail.
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let start = out.len();
        let _ = write!(out, "{value:e}");
        if size >= 1e21
            && let Some(at) = out[start..].iter().position(|byte| *byte == b'e')
        {
            out.insert(start + at + 1, b'+');
        }
    } else {
        let _ = write!(out, "{value}");
    }
    Ok(())
}

/// Appends a JSON text without its white space and with Go's escapes, having checked it.
pub(super) fn put_compact(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Refusal> {
    out.reserve(text.len());
    // Strings are copied as they are, so their bytes must be fit for JSON.
    std::str::from_utf8(text).map_err(|error| ("the text is not UTF-8", error.valid_up_to()))?;
    check_value(text)?;
    let mut at = 0;
    let mut inside = false;
    let mut done = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => inside = !inside,
            b'\\' => at += 1,
            b' ' | b'\n' | b'\t' | b'\r' if !inside => {
                out.extend_from_slice(&text[done..at]);
                done = at + 1;
            }
            b'<' | b'>' | b'&' => {
                out.extend_from_slice(&text[done..at]);
                out.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    HEX[usize::from(byte >> 4)],
                    HEX[usize::from(byte & 15)],
                ]);
                done = at + 1;
            }
            0xe2 if matches!(text.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => {
                out.extend_from_slice(&text[done..at]);
                out.extend_from_slice(br"\u202");
                out.push(HEX[usize::from(text[at + 2] & 15)]);
                done = at + 3;
                at += 2;
            }
            _ => {}
        }
        at += 1;
    }
    out.extend_from_slice(&text[done..]);
    Ok(())
}

/// Whether a text is one JSON value; keeps nothing of it but one bit per level.
fn check_value(text: &[u8]) -> Result<(), Refusal> {
    // The bits of the open containers, the innermost lowest: 1 is an object.
    let (mut levels, mut depth) = (0_u128, 0_usize);
    let mut at = 0;
    let mut expect = Expect::Value;
    loop {
        at = skip_space(text, at);
        let Some(&byte) = text.get(at) else { return Err(("the text ends too early", at)) };
        let in_object = levels & 1 == 1;
        expect = match (expect, byte) {
            (Expect::Key | Expect::KeyOrEnd, b'"') => {
                at = skip_space(text, string_end(text, at)?.0 + 1);
                if text.get(at) != Some(&b':') {
                    return Err(("a colon must follow an object's key", at));
                }
                at += 1;
                Expect::Value
            }
            (Expect::KeyOrEnd | Expect::CommaOrEnd, b'}') | (Expect::ValueOrEnd | Expect::CommaOrEnd, b']') => {
                if in_object != (byte == b'}') {
                    return Err(("an object ends with } and a list with ]", at));
                }
                at += 1;
                levels >>= 1;
                depth -= 1;
                if depth == 0 {
                    return end(text, at);
                }
                Expect::CommaOrEnd
            }
            (Expect::CommaOrEnd, b',') => {
                at += 1;
                if in_object { Expect::Key } else { Expect::Value }
            }
            (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                if depth >= MAX_LEVELS {
                    return Err(("nested deeper than 128 levels", at));
                }
                depth += 1;
                levels = levels << 1 | u128::from(byte == b'{');
                at += 1;
                if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd }
            }
            (Expect::Value | Expect::ValueOrEnd, _) => {
                at = match byte {
                    b'"' => string_end(text, at)?.0 + 1,
                    b't' if text[at..].starts_with(b"true") => at + 4,
                    b'f' if text[at..].starts_with(b"false") => at + 5,
                    b'n' if text[at..].starts_with(b"null") => at + 4,
                    _ => number_end(text, at)?,
                };
                if depth == 0 {
                    return end(text, at);
                }
                Expect::CommaOrEnd
            }
            (Expect::Key | Expect::KeyOrEnd, _) => return Err(("an object's key must be a string", at)),
            (Expect::CommaOrEnd, _) => return Err(("a comma or the end must follow a value", at)),
        };
    }
}
