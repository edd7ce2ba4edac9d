//! Kubernetes protobuf and JSON, each out of the other, and typed objects out of both, through the one
//! [table](crate::table).
//!
//! # Promises
//!
//! * [`to_json`] writes byte for byte what Go writes for the same object; [`from_json`] with [`Zeros::Written`] writes byte
//!   for byte what Go writes. [`decode`] builds what decoding that JSON would build.
//! * Fields that the table does not know stay in the bytes and are reported as [`Lossiness::Lossy`]; such an object is to be
//!   asked for as JSON where its type or its JSON matters.
//! * Hostile bytes give an [`Error`] with the byte offset and the field's path. Work is linear in the bytes, nesting ends at
//!   [`MAX_DEPTH`] messages, and output that grows beyond 64 bytes per byte of input and 1 MiB is refused.
//! * Fields may come in any order and be repeated, as protobuf allows. What Go writes is read in one pass; bytes in which a
//!   field comes again after another are first made contiguous ([`normalise`]), which costs a copy.
//!
//! # Cost
//!
//! For a pod of 3.4 KB protobuf: typed decode allocates what the type itself needs; `to_json` allocates nothing but the
//! output's growth; `from_json` with a kept [`FromJson`] neither.

mod back;
mod de;
mod envelope;
mod error;
mod from_json;
mod list;
mod lossiness;
mod normalise;
mod put;
mod read;
mod tape;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod to_json;
mod watch;

use serde::de::DeserializeOwned;

pub use self::envelope::{Envelope, write_envelope};
pub use self::error::{Error, ErrorKind, PathStep};
pub use self::from_json::{FromJson, Strict, TypeMeta, Zeros, from_json};
pub use self::list::{ListItems, ListMeta};
pub use self::lossiness::Lossiness;
use self::normalise::Normal;
pub use self::normalise::normalise;
pub(crate) use self::to_json::member_to_json;
pub use self::to_json::to_json;
pub use self::watch::{WatchFrame, split_frame, write_watch_event};
use crate::table::{Message, Table};
use crate::wire::Reader;

/// The four bytes in front of every envelope.
pub const MAGIC: [u8; 4] = *b"k8s\0";

/// How deep messages may be nested, an object inside a `RawExtension` counted on. About half of what `serde_json` allows in
/// levels of JSON, because every level of a nested schema is two of JSON.
pub const MAX_DEPTH: usize = 64;

/// Offsets are kept in 32 bits.
const MAX_INPUT: usize = u32::MAX as usize;

/// Builds a typed object from the protobuf of a message (an envelope's [`raw`](Envelope::raw)), as decoding Go's JSON of it
/// would.
///
/// `type_meta` is the apiVersion and kind that the object is to be told it has; items of a list are told nothing, as in
/// Go's JSON.
///
/// # Errors
///
/// Malformed bytes, with offset and path; or what `T` refuses.
pub fn decode<T: DeserializeOwned>(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
) -> Result<(T, Lossiness), Error> {
    decode_into(message, raw, type_meta, |value: T| value)
}

/// As [`decode`], with the value put into its place at once: types are kilobytes, which each result on the way would copy.
pub(crate) fn decode_into<T: DeserializeOwned, P>(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
    put: fn(T) -> P,
) -> Result<(P, Lossiness), Error> {
    check(message, raw)?;
    let refused = match decode_contiguous(message, raw, type_meta, put) {
        Err(error) => error,
        decoded => return decoded,
    };
    let normal = Normal::after(message, raw, refused)?;
    decode_contiguous(message, &normal.bytes, type_meta, put).map_err(|again| normal.refusal(again))
}

fn decode_contiguous<T: DeserializeOwned, P>(
    message: &'static Message,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
    put: fn(T) -> P,
) -> Result<(P, Lossiness), Error> {
    let shared = de::Shared { table: Table::builtin(), lossy: read::Lossy::new(false), type_meta, root: 0 };
    let value = put(T::deserialize(de::Root { shared: &shared, message, reader: Reader::new(raw) })?);
    Ok((value, Lossiness::of(shared.lossy.get())))
}

fn check(message: &'static Message, raw: &[u8]) -> Result<(), Error> {
    if !message.has_protobuf() {
        return Err(Error::of_kind(ErrorKind::NoProtobuf(message.short_name())));
    }
    if raw.len() > MAX_INPUT {
        return Err(Error::of_kind(ErrorKind::TooLarge(MAX_INPUT)));
    }
    Ok(())
}

/// What `serde_json` refused, with its line and column turned into an offset.
pub(crate) fn json_error(error: &serde_json::Error, text: &[u8]) -> Error {
    let mut line_start = 0;
    for _ in 1..error.line() {
        let Some(next) = memchr::memchr(b'\n', &text[line_start..]) else { break };
        line_start += next + 1;
    }
    // Columns count from 1 and name the last byte that was read.
    let offset = (line_start + error.column().saturating_sub(1)).min(text.len());
    let text = error.to_string();
    // The offset says better where it is.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    Error::new(ErrorKind::Type(error::without_text(text).into()), offset)
}
