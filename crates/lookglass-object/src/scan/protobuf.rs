//! The scan over protobuf.

use std::borrow::Cow;

use super::{By, Edit, Head, Notes, ScanError};
use crate::wire::{Reader, Tag, WireType};

/// The field that holds `metadata` in the message of every kind that has one.
pub(super) const METADATA: u32 = 1;

/// Fields of `ObjectMeta`.
pub(super) const NAME: u32 = 1;
pub(super) const NAMESPACE: u32 = 3;
const UID: u32 = 5;
const RESOURCE_VERSION: u32 = 6;
const LABELS: u32 = 11;
const MANAGED_FIELDS: u32 = 17;

/// Finds the head of the message in `bytes`, and notes how to copy it: without `managedFields`.
///
/// A message says neither its `apiVersion` nor its `kind`; the envelope around it does.
pub(crate) fn scan<'a>(bytes: &'a [u8], notes: &mut Notes) -> Result<Head<'a>, ScanError> {
    notes.clear();
    let mut head = Head::default();
    let mut reader = Reader::new(bytes);
    loop {
        let start = reader.offset();
        let Some(tag) = reader.tag()? else { return Ok(head) };
        if tag.number != METADATA {
            reader.skip(tag)?;
            continue;
        }
        expect_bytes(tag, start, "message")?;
        let message = reader.message()?;
        let begin = message.offset();
        // Its place is kept before the cuts inside it, and given up again if there are none.
        let place = notes.edits.len();
        notes.edits.push(Edit { range: start..begin, by: By::Nothing });
        metadata(message, notes, &mut head)?;
        let cut: usize = notes.edits[place + 1..].iter().map(|edit| edit.range.len()).sum();
        if cut == 0 {
            notes.edits.truncate(place);
        } else {
            notes.edits[place].by = By::MetadataHead(reader.offset() - begin - cut);
        }
    }
}

fn metadata<'a>(mut reader: Reader<'a>, notes: &mut Notes, head: &mut Head<'a>) -> Result<(), ScanError> {
    let first = notes.edits.len();
    loop {
        let start = reader.offset();
        let Some(tag) = reader.tag()? else { return Ok(()) };
        match tag.number {
            NAME => head.name = text(&mut reader, tag, start)?,
            NAMESPACE => head.namespace = text(&mut reader, tag, start)?,
            UID => head.uid = text(&mut reader, tag, start)?,
            RESOURCE_VERSION => head.resource_version = text(&mut reader, tag, start)?,
            LABELS => {
                expect_bytes(tag, start, "map entry")?;
                let (key, value) = entry(reader.message()?)?;
                notes.labels.push(key, value);
            }
            MANAGED_FIELDS if !notes.keep_managed_fields => {
                reader.skip(tag)?;
                match notes.edits[first..].last_mut() {
                    Some(last) if last.range.end == start => last.range.end = reader.offset(),
                    _ => notes.edits.push(Edit { range: start..reader.offset(), by: By::Nothing }),
                }
            }
            _ => reader.skip(tag)?,
        }
    }
}

/// Key and value of a map entry; what is absent is empty.
pub(crate) fn entry<'a>(mut reader: Reader<'a>) -> Result<(&'a str, &'a str), ScanError> {
    let (mut key, mut value) = ("", "");
    loop {
        let start = reader.offset();
        let Some(tag) = reader.tag()? else { return Ok((key, value)) };
        match tag.number {
            1 => key = string(&mut reader, tag, start)?,
            2 => value = string(&mut reader, tag, start)?,
            _ => reader.skip(tag)?,
        }
    }
}

fn text<'a>(reader: &mut Reader<'a>, tag: Tag, start: usize) -> Result<Cow<'a, str>, ScanError> {
    string(reader, tag, start).map(Cow::Borrowed)
}

pub(super) fn string<'a>(reader: &mut Reader<'a>, tag: Tag, start: usize) -> Result<&'a str, ScanError> {
    expect_bytes(tag, start, "string")?;
    let bytes = reader.bytes()?;
    str::from_utf8(bytes).map_err(|_| ScanError::Field { offset: start, number: tag.number, wanted: "UTF-8 string" })
}

pub(super) fn expect_bytes(tag: Tag, offset: usize, wanted: &'static str) -> Result<(), ScanError> {
    if tag.wire == WireType::Bytes { Ok(()) } else { Err(ScanError::Field { offset, number: tag.number, wanted }) }
}
