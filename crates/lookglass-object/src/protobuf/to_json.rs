//! Protobuf to JSON, appended to a buffer, with nothing built in between.
//!
//! Go writes protobuf in the order of the fields' numbers and JSON in the order of its struct. Where the two are one, JSON
//! is written as the bytes are read; else a message is walked twice, once to note where its fields stand (stepping over their
//! values), once to write them.

mod members;
mod value;

use super::error::Error;
use super::normalise::Normal;
use super::read::Lossy;
use super::{Lossiness, check};
use crate::table::{Message, Table};
use crate::wire::Reader;

/// Appends the JSON of a message, byte for byte as Go writes it.
///
/// `type_meta` is the apiVersion and kind that stand in front; without it there are none, as for the items of a list.
/// After an error the buffer is as it was.
///
/// # Errors
///
/// Malformed bytes; a time that JSON cannot say; embedded JSON that is none.
pub fn to_json(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
    out: &mut Vec<u8>,
) -> Result<Lossiness, Error> {
    check(message, raw)?;
    let start = out.len();
    let result = contiguous(message, raw, type_meta, out).or_else(|refused| {
        out.truncate(start);
        let normal = Normal::after(message, raw, refused)?;
        contiguous(message, &normal.bytes, type_meta, out).map_err(|again| normal.refusal(again))
    });
    if result.is_err() {
        out.truncate(start);
    }
    result
}

/// Appends the JSON of one field's value alone; `None` if JSON does not show the field. The other fields are stepped over.
/// After an error the buffer is as it was.
///
/// # Errors
///
/// A malformed value; a message whose fields are scattered, which only [`to_json`] reads.
pub(crate) fn member_to_json(
    message: &'static Message,
    raw: &[u8],
    index: usize,
    out: &mut Vec<u8>,
) -> Result<Option<()>, Error> {
    check(message, raw)?;
    let start = out.len();
    let result = Writer::new(raw, out).member(message, index, Reader::new(raw));
    if result.is_err() {
        out.truncate(start);
    }
    result
}

fn contiguous(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
    out: &mut Vec<u8>,
) -> Result<Lossiness, Error> {
    let mut writer = Writer::new(raw, out);
    writer.message(message, Reader::new(raw), type_meta, 0)?;
    Ok(Lossiness::of(writer.lossy.get()))
}

struct Writer<'o> {
    table: &'static Table,
    out: &'o mut Vec<u8>,
    lossy: Lossy,
    limit: usize,
}

impl<'o> Writer<'o> {
    fn new(raw: &[u8], out: &'o mut Vec<u8>) -> Self {
        // A zero struct is some hundred bytes of JSON and two of protobuf, so what a hostile body may grow to is bounded.
        let limit = out.len().saturating_add(raw.len().saturating_mul(64)).saturating_add(1 << 20);
        Self { table: Table::builtin(), out, lossy: Lossy::new(false), limit }
    }
}
