//! Gzip against flate2's own, cut anywhere.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, GzBuilder, write::GzEncoder};
use proptest::prelude::*;

use super::{Gunzip, GzipError, PIECE};

fn member(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn decode(pieces: &[&[u8]]) -> Result<Vec<u8>, GzipError> {
    let mut gunzip = Gunzip::new();
    let mut out = Vec::new();
    for piece in pieces {
        gunzip.feed(Bytes::copy_from_slice(piece));
        while let Some(piece) = gunzip.next()? {
            assert!(!piece.is_empty() && piece.len() <= PIECE);
            out.extend_from_slice(&piece);
        }
    }
    gunzip.finish()?;
    Ok(out)
}

fn cut<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at((*length).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..3000),
        // What swells.
        (any::<u8>(), 0..300_000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

proptest! {
    #[test]
    fn any_members_cut_anywhere_are_what_they_were(
        members in prop::collection::vec((data(), prop::option::of("[a-z]{0,9}"), prop::option::of("[a-z]{0,9}"), prop::option::of(prop::collection::vec(any::<u8>(), 0..20))), 0..6),
        lengths in prop::collection::vec(1..400_usize, 1..8),
    ) {
        let (mut whole, mut packed) = (Vec::new(), Vec::new());
        for (data, name, comment, extra) in &members {
            let mut builder = GzBuilder::new();
            if let Some(name) = name { builder = builder.filename(name.as_str()) }
            if let Some(comment) = comment { builder = builder.comment(comment.as_str()) }
            if let Some(extra) = extra { builder = builder.extra(extra.as_slice()) }
            let mut encoder = builder.write(Vec::new(), Compression::fast());
            encoder.write_all(data).unwrap();
            packed.extend(encoder.finish().unwrap());
            whole.extend_from_slice(data);
        }
        prop_assert_eq!(decode(&cut(&packed, &lengths)), Ok(whole));
    }

    #[test]
    fn what_is_cut_off_or_changed_never_passes_as_something_else(
        data in prop::collection::vec(any::<u8>(), 1..500),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let packed = member(&data);
        let at = at.index(packed.len());
        if at > 0 {
            prop_assert_eq!(decode(&[&packed[..at]]), Err(GzipError::CutOff));
        }
        let mut changed = packed.clone();
        changed[at] ^= 1 << bit;
        // Some bits say nothing of the data: the time, and what fills up a byte.
        let decoded = decode(&[&changed]);
        prop_assert!(decoded.is_err() || decoded == Ok(data));
    }
}

#[test]
fn a_member_is_handed_out_as_soon_as_its_last_byte_is_there() {
    let packed = member(b"one event");
    let mut gunzip = Gunzip::new();
    // All but the checksum: the event is whole.
    gunzip.feed(Bytes::copy_from_slice(&packed[..packed.len() - 8]));
    assert_eq!(gunzip.next().unwrap().unwrap(), "one event");
    assert_eq!(gunzip.next(), Ok(None));
}

#[test]
fn a_part_of_a_member_that_was_flushed_is_handed_out_at_once() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"half").unwrap();
    encoder.flush().unwrap();
    let mut gunzip = Gunzip::new();
    gunzip.feed(Bytes::copy_from_slice(encoder.get_ref()));
    assert_eq!(gunzip.next().unwrap().unwrap(), "half");
}

#[test]
fn a_bomb_comes_in_pieces() {
    let packed = member(&vec![0; 64 << 20]);
    assert!(packed.len() < 100_000);
    let mut gunzip = Gunzip::new();
    gunzip.feed(Bytes::from(packed));
    assert_eq!(gunzip.next().unwrap().unwrap().len(), PIECE);
}

#[test]
fn what_is_no_gzip_is_called_so() {
    assert_eq!(decode(&[b"{\"kind\":\"Status\"}"]), Err(GzipError::NotGzip));
    assert_eq!(decode(&[]), Ok(Vec::new()));
}
