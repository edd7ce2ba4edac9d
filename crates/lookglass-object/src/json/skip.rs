//! Finding where a value ends.

#[cfg(test)]
mod tests;

use super::{
    JsonError, JsonErrorKind,
    block::{Block, Strings},
};

/// The offset after the string whose opening quote stands at `start`, and whether it is known to hold neither escapes nor control
/// characters, as most that are short do.
#[inline]
pub(super) fn string(bytes: &[u8], start: usize) -> Result<(usize, bool), JsonError> {
    let mut at = start + 1;
    loop {
        let Some((found, plain)) = bytes.get(at..).and_then(quote) else {
            return Err(truncated(bytes));
        };
        at += found + 1;
        // The quote closes unless an odd number of backslashes stands before it.
        if bytes[at - 2] != b'\\' || !escaped(bytes, start, at - 1) {
            return Ok((at, plain && found + start + 2 == at));
        }
    }
}

/// The offset of the first quote, and whether what stands before it is known to be plain. Most strings are a few words long, for which a
/// call of `memchr` costs more than the search.
#[inline]
fn quote(rest: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    let mut special = 0;
    while let Some(word) = rest.get(at..).filter(|_| at < NEAR).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*word);
        // A byte below another borrows from the bit above it; the lowest such bit is exact.
        let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes & (ONES << 7);
        let found = below(word ^ (ONES * u64::from(b'"')), 1);
        let here = below(word ^ (ONES * u64::from(b'\\')), 1) | below(word, b' ');
        if found != 0 {
            // Of the last word only what stands before the quote.
            let quote = found & found.wrapping_neg();
            special |= here & (quote - 1);
            return Some((at + found.trailing_zeros() as usize / 8, special == 0));
        }
        special |= here;
        at += 8;
    }
    memchr::memchr(b'"', &rest[at..]).map(|found| (at + found, false))
}

/// How far to look before `memchr` is asked.
const NEAR: usize = 32;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Whether the quote at `quote` is escaped. No quote stands between `start` and the backslashes that are counted which was
/// not itself counted from, so the work over a whole string stays linear.
#[cold]
fn escaped(bytes: &[u8], start: usize, quote: usize) -> bool {
    bytes[start + 1..quote].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

/// The offset after the array or object whose bracket stands at `start`.
pub(super) fn container(bytes: &[u8], start: usize, levels: u32) -> Result<usize, JsonError> {
    // One bit for each open bracket, the innermost lowest: set for an object. `MAX_DEPTH` is its width.
    let mut open = 0_u128;
    let mut depth = 0;
    let mut strings = Strings::default();
    let mut at = start;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let mut end = [0; Block::WIDTH];
        let block = rest.first_chunk().unwrap_or_else(|| {
            end[..rest.len()].copy_from_slice(rest);
            &end
        });
        let marks = Block::of(block);
        let mut brackets = (marks.opening | marks.closing) & !strings.inside(&marks);
        while brackets != 0 {
            let bracket = brackets.trailing_zeros() as usize;
            let error = |kind| Err(JsonError { offset: at + bracket, kind });
            // An object's brackets differ from an array's in the bit by which small letters differ from capitals.
            let object = u128::from(block[bracket] >> 5 & 1);
            if marks.opening >> bracket & 1 == 1 {
                if depth == levels {
                    return error(JsonErrorKind::TooDeep);
                }
                depth += 1;
                open = open << 1 | object;
            } else {
                if open & 1 != object {
                    return error(JsonErrorKind::Unbalanced);
                }
                open >>= 1;
                depth -= 1;
                if depth == 0 {
                    return Ok(at + bracket + 1);
                }
            }
            brackets &= brackets - 1;
        }
        at += Block::WIDTH;
    }
    Err(truncated(bytes))
}

/// The offset after the number or literal that begins at `start`.
pub(super) fn scalar(bytes: &[u8], start: usize) -> Result<usize, JsonError> {
    let rest = bytes.get(start..).unwrap_or_default();
    let length =
        rest.iter().take_while(|byte| matches!(byte, b'a'..=b'z' | b'E' | b'0'..=b'9' | b'-' | b'+' | b'.')).count();
    let end = start + length;
    let word = &rest[..length];
    let legal = matches!(word, b"true" | b"false" | b"null") || number(word);
    if legal {
        return Ok(end);
    }
    let ends = end == bytes.len() && [&b"true"[..], b"false", b"null"].iter().any(|whole| whole.starts_with(word));
    let kind = if ends { JsonErrorKind::Truncated } else { JsonErrorKind::Expected("a value") };
    Err(JsonError { offset: if ends { end } else { start }, kind })
}

/// Whether `word` is a number as JSON writes it.
fn number(word: &[u8]) -> bool {
    let digits = |from: usize| word[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(word.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && word[at] == b'0') {
        return false;
    }
    at += whole;
    if word.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if matches!(word.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(word.get(at + 1), Some(b'-' | b'+')));
        let exponent = digits(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == word.len()
}

fn truncated(bytes: &[u8]) -> JsonError {
    JsonError { offset: bytes.len(), kind: JsonErrorKind::Truncated }
}
