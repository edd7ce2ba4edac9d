//! Bodies of answers: objects, lists, statuses, in every form a client may ask for.
//!
//! # Promises
//!
//! * The bytes are those of a real API server: the same members in the same order, the same escapes, the same line's end.
//! * A list names its items' kind once (typed lists) or in each item (lists of custom resources); `items` and `rows` are never `null`.
//!
//! # Cost
//!
//! An object as JSON or protobuf is the stored bytes themselves. A list is two shared pieces of bytes for each item, and no byte of an item is
//! read or copied before the body is sent. Metadata alone is found by reading the object up to the end of its metadata. Pretty JSON, YAML and
//! Tables are made anew for each answer.

mod list;
mod object;
pub(crate) mod partial;
mod pieces;
mod status;
mod table;
pub(crate) mod text;

use bytes::Bytes;
use jiff::Timestamp;
use lookglass_object::Status;

pub(crate) use self::{
    list::list,
    object::object,
    pieces::Pieces,
    status::{message as status_message, status},
    table::{Include, row_alone},
    text::go_json,
};
use crate::media::{Encoding, Form, JSON, YAML};

/// An answer's body and what it is.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) content_type: &'static str,
    pub(crate) body: Pieces,
}

/// How an object or a list is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// What was negotiated.
    pub(crate) form: Form,
    /// What a row of a Table carries beside its cells.
    pub(crate) include: Include,
    /// Ages are counted to here.
    pub(crate) now: Timestamp,
}

/// Compact JSON in the form that was negotiated.
fn dress(form: Form, mut json: Pieces) -> Result<Encoded, Status> {
    Ok(match form.encoding {
        Encoding::Yaml => {
            let yaml = text::yaml(&json.into_bytes()).map_err(Status::internal_error)?;
            Encoded { content_type: YAML, body: Bytes::from(yaml).into() }
        }
        _ if form.pretty => Encoded { content_type: JSON, body: Bytes::from(text::indent(&json.into_bytes())).into() },
        _ => {
            json.push(Bytes::from_static(b"\n"));
            Encoded { content_type: JSON, body: json }
        }
    })
}

/// That an object has no protobuf though its kind should have: the stored bytes are not what the kind says.
pub(crate) fn no_protobuf() -> Status {
    Status::internal_error("the object cannot be encoded as protobuf")
}
