//! JSON text: where its values begin and end, checked as strictly as the standard wants it.

use std::borrow::Cow;

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

/// A refusal and its offset.
pub(super) type Refusal = (&'static str, usize);

/// Told of what [`scan`] meets, in the order in which it begins.
pub(super) trait Notes {
    /// A value that holds no others, or a key: its text, a string's without quotes, and whether a string holds escapes.
    fn plain(&mut self, kind: Type, start: usize, end: usize, escaped: bool);
    /// An object or list begins.
    fn opens(&mut self, kind: Type, start: usize);
    /// The innermost one that is open ends.
    fn closes(&mut self, end: usize);
}

/// Only checks.
impl Notes for () {
    #[inline]
    fn plain(&mut self, _: Type, _: usize, _: usize, _: bool) {}
    #[inline]
    fn opens(&mut self, _: Type, _: usize) {}
    #[inline]
    fn closes(&mut self, _: usize) {}
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

/// Steps over the value that begins at `at` or behind white space: the offset behind it, and whether there was white space.
/// No recursion, one bit per level.
pub(super) fn scan<N: Notes>(text: &[u8], mut at: usize, notes: &mut N) -> Result<(usize, bool), Refusal> {
    // The bits of the open containers, the innermost lowest: 1 is an object.
    let (mut levels, mut depth) = (0_u128, 0_usize);
    let mut spaces = false;
    let mut expect = Expect::Value;
    loop {
        let before = at;
        at = skip_space(text, at);
        spaces |= at != before;
        let Some(&byte) = text.get(at) else { return Err(("the text ends too early", at)) };
        expect = match (expect, byte) {
            (Expect::Key | Expect::KeyOrEnd, b'"') => {
                let (end, escaped) = string_end(text, at)?;
                notes.plain(Type::String, at + 1, end, escaped);
                at = skip_space(text, end + 1);
                spaces |= at != end + 1;
                if text.get(at) != Some(&b':') {
                    return Err(("a colon must follow an object's key", at));
                }
                at += 1;
                Expect::Value
            }
            (Expect::KeyOrEnd | Expect::CommaOrEnd, b'}') | (Expect::ValueOrEnd | Expect::CommaOrEnd, b']') => {
                if (levels & 1 == 1) != (byte == b'}') {
                    return Err(("an object ends with } and a list with ]", at));
                }
                at += 1;
                notes.closes(at);
                levels >>= 1;
                depth -= 1;
                if depth == 0 {
                    return Ok((at, spaces));
                }
                Expect::CommaOrEnd
            }
            (Expect::CommaOrEnd, b',') => {
                at += 1;
                if levels & 1 == 1 { Expect::Key } else { Expect::Value }
            }
            (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                if depth >= MAX_LEVELS {
                    return Err((TOO_DEEP, at));
                }
                depth += 1;
                levels = levels << 1 | u128::from(byte == b'{');
                notes.opens(if byte == b'{' { Type::Object } else { Type::Array }, at);
                at += 1;
                if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd }
            }
            (Expect::Value | Expect::ValueOrEnd, b'"') => {
                let (end, escaped) = string_end(text, at)?;
                notes.plain(Type::String, at + 1, end, escaped);
                at = end + 1;
                if depth == 0 {
                    return Ok((at, spaces));
                }
                Expect::CommaOrEnd
            }
            (Expect::Value | Expect::ValueOrEnd, _) => {
                let (kind, end) = word_or_number(text, at)?;
                notes.plain(kind, at, end, false);
                at = end;
                if depth == 0 {
                    return Ok((at, spaces));
                }
                Expect::CommaOrEnd
            }
            (Expect::Key | Expect::KeyOrEnd, _) => return Err(("an object's key must be a string", at)),
            (Expect::CommaOrEnd, _) => return Err(("a comma or the end must follow a value", at)),
        };
    }
}

/// The refusal of one level too many.
pub(super) const TOO_DEEP: &str = "nested deeper than 128 levels";

/// Whether nothing follows.
pub(super) fn end(text: &[u8], at: usize) -> Result<(), Refusal> {
    let at = skip_space(text, at);
    if at < text.len() { Err(("something follows the value", at)) } else { Ok(()) }
}

#[inline]
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// What the value at `at` is, which is no string, object or list, and the offset behind it.
#[inline]
pub(super) fn word_or_number(text: &[u8], at: usize) -> Result<(Type, usize), Refusal> {
    let word = |word: &[u8], kind| {
        if text[at..].starts_with(word) { Ok((kind, at + word.len())) } else { Err(("not a JSON value", at)) }
    };
    match text.get(at) {
        Some(b't') => word(b"true", Type::True),
        Some(b'f') => word(b"false", Type::False),
        Some(b'n') => word(b"null", Type::Null),
        _ => number_end(text, at).map(|end| (Type::Number, end)),
    }
}

/// The offset of the quote that ends the string that begins at `at`, and whether it holds escapes, all of which are sound.
#[inline]
pub(super) fn string_end(text: &[u8], at: usize) -> Result<(usize, bool), Refusal> {
    let mut at = at + 1;
    let mut escaped = false;
    loop {
        at = plain_end(text, at);
        match text.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = escape_end(text, at)?;
            }
            Some(_) => return Err(("control characters must be escaped in a string", at)),
            None => return Err(("the text ends in a string", at)),
        }
    }
}

/// The offset of the next quote, backslash or control character, eight bytes at a time.
#[inline]
fn plain_end(text: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        // A byte's high bit is set where it is zero after the exclusive or, or below a blank; of several the lowest is exact.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let found =
            (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | word.wrapping_sub(ONES * 0x20) & !word) & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\') {
        at += 1;
    }
    at
}

#[cold]
fn escape_end(text: &[u8], at: usize) -> Result<usize, Refusal> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') if hex(text, at + 2).is_some() => Ok(at + 6),
        _ => Err(("no such escape", at)),
    }
}

fn hex(text: &[u8], at: usize) -> Option<u16> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)? as u16))
}

/// The text of a string without its escapes.
#[inline]
pub(super) fn string_of(raw: &[u8], escaped: bool) -> Cow<'_, [u8]> {
    if escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
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
