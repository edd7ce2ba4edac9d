//! A `Status` as an answer.

use bytes::Bytes;
use lookglass_object::{Status, protobuf, table::Table};

use super::{Encoded, dress, text};
use crate::media::{Encoding, Form, JSON, PROTOBUF};

/// A status in the form that was negotiated for it.
pub(crate) fn status(status: &Status, form: Form) -> Encoded {
    let mut json = Vec::new();
    text::go_json(status, &mut json);
    if form.encoding == Encoding::Protobuf
        && let Some(message) = message(&json)
    {
        let mut body = Vec::new();
        protobuf::write_envelope("v1", "Status", &message, &mut body);
        return Encoded { content_type: PROTOBUF, body: Bytes::from(body).into() };
    }
    let json = Bytes::from(json);
    // A status is JSON that this crate wrote, so YAML can be made of it; were it otherwise, JSON would do.
    dress(form, json.clone().into()).unwrap_or(Encoded { content_type: JSON, body: json.into() })
}

/// The protobuf of a status' JSON.
pub(crate) fn message(json: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let entry = Table::builtin().kind("", "v1", "Status")?;
    protobuf::from_json(entry.message(), json, protobuf::Zeros::Written, &mut message).ok()?;
    Some(message)
}
