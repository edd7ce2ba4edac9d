//! Go's words for what is wrong with a value.

use lookglass_object::{
    Gvk,
    json::Reader,
    protobuf::{Error, ErrorKind, PathStep},
    table::{FieldKind, Message, Shape},
};

use super::scalar::{self, Base64};

/// The package of the Go types of a kind, as they are inside the server.
pub(crate) fn go_package(kind: &Gvk) -> &str {
    match kind.group() {
        "" | "events.k8s.io" => "core",
        "rbac.authorization.k8s.io" => "rbac",
        "internal.apiserver.k8s.io" => "apiserverinternal",
        group => group.split('.').next().unwrap_or(group),
    }
}

/// What Go says of a value that it could not decode.
///
/// Its paths know fields and no keys of maps; and what decodes itself (times, quantities) has no path at all.
pub(crate) fn go_words(message: &'static Message, json: &[u8], error: &Error) -> String {
    match error.kind() {
        ErrorKind::WrongType { found, in_struct, path, go_type } => {
            let (path, leaf) = walk(message, error).unwrap_or_else(|| (path.to_string(), None));
            let sort = found.split(' ').next().unwrap_or(found);
            match leaf {
                Some(FieldKind::Quantity) => super::number::MALFORMED.into(),
                Some(FieldKind::IntOrString) => format!("json: cannot unmarshal {sort} into Go value of type int32"),
                Some(FieldKind::Time | FieldKind::MicroTime) => {
                    format!("json: cannot unmarshal {sort} into Go value of type string")
                }
                _ => {
                    format!("json: cannot unmarshal {found} into Go struct field {in_struct}.{path} of type {go_type}")
                }
            }
        }
        ErrorKind::TooDeep(_) => "json: exceeded max depth".into(),
        ErrorKind::Json("nested deeper than 128 levels") => "json: exceeded max depth".into(),
        ErrorKind::Invalid(why) => {
            let kind = walk(message, error).and_then(|(_, kind)| kind);
            let text = error.offset().and_then(|at| string_at(json, at)).unwrap_or_default();
            let said = match kind {
                Some(FieldKind::Time) => scalar::time(&text, false),
                Some(FieldKind::MicroTime) => scalar::time(&text, true),
                Some(FieldKind::Bytes) => Base64::Standard.words(&text),
                _ => None,
            };
            said.unwrap_or_else(|| why.to_string())
        }
        other => other.to_string(),
    }
}

/// The string whose content begins at an offset.
fn string_at(json: &[u8], at: usize) -> Option<String> {
    let mut reader = Reader::from_bytes(json.get(at.checked_sub(1)?..)?).ok()?;
    Some(reader.string().ok()?.decode().ok()?.into_owned())
}

/// The path without the keys of maps, and the kind of the field it ends at, where its value and not its container is meant.
fn walk(mut message: &'static Message, error: &Error) -> Option<(String, Option<FieldKind>)> {
    let mut names: Vec<&str> = Vec::new();
    let mut leaf = None;
    // What the next step is to be in: a field of a struct, or a key or index of a container.
    let mut container = None;
    for step in error.path() {
        match (step, container) {
            (PathStep::Key(_), Some(Shape::Map)) | (PathStep::Index(_), Some(Shape::List)) => container = None,
            (PathStep::Key(name), None) => {
                let field = message.field(name)?;
                names.push(field.name());
                container = Some(field.shape()).filter(|shape| matches!(shape, Shape::Map | Shape::List));
                leaf = Some(field.kind());
                if let Some(inner) = field.message() {
                    message = inner;
                }
            }
            // Inside values of any JSON.
            _ => return None,
        }
    }
    Some((names.join("."), leaf.filter(|_| container.is_none())))
}
