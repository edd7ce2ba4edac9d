//! One object as an answer.

use bytes::Bytes;
use lookglass_object::{Status, protobuf};

use super::{Encoded, Pieces, View, dress, no_protobuf, partial, table};
use crate::{
    Resource, Stored,
    media::{Encoding, PROTOBUF, Transform},
};

/// One object as an answer.
pub(crate) fn object(resource: &Resource, object: &Stored, view: View) -> Result<Encoded, Status> {
    let mut json = Pieces::with_capacity(3);
    match (view.form.transform, view.form.encoding) {
        (Transform::None, Encoding::Protobuf) => {
            let body = object.protobuf_object().ok_or_else(no_protobuf)?;
            return Ok(Encoded { content_type: PROTOBUF, body: body.clone().into() });
        }
        (Transform::Partial, Encoding::Protobuf) => {
            let message = partial::message(object).ok_or_else(no_protobuf)?;
            let mut body = Vec::new();
            protobuf::write_envelope(partial::api_version(view.form), partial::KIND, &message, &mut body);
            return Ok(Encoded { content_type: PROTOBUF, body: Bytes::from(body).into() });
        }
        (Transform::None, _) => json.push(object.json()),
        (Transform::Partial, _) => partial::json(object, view.form, &mut json),
        (Transform::Table, _) => {
            let mut out = Vec::new();
            table::row_alone(resource, object, true, view, &mut out);
            json.push(out);
        }
    }
    dress(view.form, json)
}
