//! Literals: what is told by itself, in as few bytes as its alphabet allows.

use super::{part, sort};
use crate::uid::{self, DIGITS as HEX, NO_DIGIT, VALUES as HEX_VALUES};

const NUMERIC: &[u8; 16] = b"0123456789.:-/TZ";

/// Telling a run of digits apart from its neighbours takes a byte or two.
const SHORTEST: usize = 6;

/// A UUID is so long, and its first group.
const UUID: usize = 36;
const FIRST_GROUP: usize = 8;

/// Writes `bytes` as parts.
pub(super) fn literals(bytes: &[u8], out: &mut Vec<u8>) {
    let (mut at, mut told) = (0, 0);
    while at + SHORTEST <= bytes.len() {
        let rest = &bytes[at..];
        let hex = run(rest, &HEX_VALUES);
        let uuid = if hex == FIRST_GROUP { rest.get(..UUID).and_then(uid::parse) } else { None };
        let numeric = run(rest, &NUMERIC_VALUES);
        let length = if uuid.is_some() { UUID } else { hex.max(numeric) };
        if length >= SHORTEST {
            plain(&bytes[told..at], out);
            if let Some(uuid) = uuid {
                part(out, UUID, sort::UUID);
                out.extend_from_slice(&uuid);
            } else if hex >= numeric {
                halve(&rest[..length], sort::HEX, &HEX_VALUES, out);
            } else {
                halve(&rest[..length], sort::NUMERIC, &NUMERIC_VALUES, out);
            }
            told = at + length;
        }
        at += length.max(1);
    }
    plain(&bytes[told..], out);
}

/// Reads a part that [`literals`] has written.
pub(super) fn read(sort: u8, length: usize, from: &mut &[u8], out: &mut Vec<u8>) {
    let mut take = |length| from.split_off(..length).unwrap_or_default();
    match sort {
        sort::PLAIN => out.extend_from_slice(take(length)),
        sort::UUID => out.extend(take(size_of::<u128>()).first_chunk().map(uid::spell).into_iter().flatten()),
        _ => {
            let alphabet = if sort == sort::HEX { HEX } else { NUMERIC };
            let end = out.len() + length;
            for two in take(length.div_ceil(2)) {
                out.extend_from_slice(&[alphabet[usize::from(two & 15)], alphabet[usize::from(two >> 4)]]);
            }
            // The second half of the last byte means nothing if the number is odd.
            out.truncate(end);
        }
    }
}

fn plain(bytes: &[u8], out: &mut Vec<u8>) {
    if !bytes.is_empty() {
        part(out, bytes.len(), sort::PLAIN);
        out.extend_from_slice(bytes);
    }
}

fn halve(digits: &[u8], sort: u8, values: &[u8; 256], out: &mut Vec<u8>) {
    part(out, digits.len(), sort);
    let value = |digit: u8| values[usize::from(digit)];
    let (twos, last) = digits.as_chunks::<2>();
    out.extend(twos.iter().map(|two| value(two[0]) | value(two[1]) << 4));
    out.extend(last.iter().map(|&digit| value(digit)));
}

/// How many bytes from the start are of the alphabet.
fn run(bytes: &[u8], values: &[u8; 256]) -> usize {
    bytes.iter().take_while(|byte| values[usize::from(**byte)] != NO_DIGIT).count()
}

const NUMERIC_VALUES: [u8; 256] = uid::values(NUMERIC);
