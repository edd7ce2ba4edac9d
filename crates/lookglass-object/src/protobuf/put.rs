//! JSON's scalars and embedded JSON, written as Go writes them.

use std::io::Write as _;

use super::text::{self, Refusal};

/// The bytes that stand in a JSON string as they are: ASCII that Go's encoder does not escape.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0x20;
    while byte < 0x80 {
        plain[byte] = !SPECIAL[byte];
        byte += 1;
    }
    plain
};

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
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if bytes.iter().all(|byte| PLAIN[usize::from(*byte)]) {
        out.extend_from_slice(bytes);
    } else {
        put_special(out, bytes);
    }
    out.push(b'"');
}

#[inline(never)]
fn put_special(out: &mut Vec<u8>, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        put_escaped(out, chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            out.extend_from_slice(br"\ufffd");
        }
    }
}

fn put_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    let (mut done, mut at) = (0, 0);
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
    std::str::from_utf8(text).map_err(|error| ("not UTF-8", error.valid_up_to()))?;
    let (behind, spaces) = text::scan(text, 0, &mut ())?;
    text::end(text, behind)?;
    let plain = memchr::memchr3(b'<', b'>', b'&', text).is_none() && memchr::memchr(0xe2, text).is_none();
    if plain && !spaces && behind == text.len() {
        out.extend_from_slice(text);
        return Ok(());
    }
    out.reserve(text.len());
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
