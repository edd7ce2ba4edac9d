//! Go's words for what is wrong with a value.

use lookglass_object::{
    Gvk,
    json::Reader,
    protobuf::{Error, ErrorKind, PathStep},
    table::{Field, FieldKind, Message, Shape},
};

use super::{
    number::MALFORMED,
    scalar::{self, Base64},
};

/// The package of the Go types of a kind, as they are inside the server.
pub(crate) fn go_package(kind: &Gvk) -> &str {
    match kind.group() {
        "" | "events.k8s.io" => "core",
        "rbac.authorization.k8s.io" => "rbac",
        "internal.apiserver.k8s.io" => "apiserverinternal",
        group => group.split('.').next().unwrap_or(group),
    }
}

/// What Go says of a value that it could not decode. Its paths know fields and the structs embedded on the way, and no keys of maps.
pub(crate) fn go_words(message: &'static Message, json: &[u8], error: &Error) -> String {
    match error.kind() {
        ErrorKind::WrongType { found, in_struct, path, go_type } => {
            let (path, field) = walk(message, error).unwrap_or_else(|| (path.to_string(), None));
            let whole = field.filter(|(_, whole)| *whole).map(|(field, _)| field);
            let (found, go_type) = match (whole.map(Field::kind), field) {
                (Some(FieldKind::Quantity), _) => return MALFORMED.into(),
                // These decode themselves: a time out of a string, the other out of a number if it is none.
                (Some(FieldKind::Time | FieldKind::MicroTime), _) => (found.to_string(), "string"),
                (Some(FieldKind::IntOrString), _) => match error.offset().and_then(|at| number_at(json, at)) {
                    Some(number) if &**found == "number" => (format!("number {number}"), &**go_type),
                    _ => (found.to_string(), &**go_type),
                },
                (None, Some((field, _))) if is_resource_list(field, in_struct) => {
                    (found.to_string(), "v1.ResourceList")
                }
                _ => (found.to_string(), &**go_type),
            };
            format!("json: cannot unmarshal {found} into Go struct field {in_struct}.{path} of type {go_type}")
        }
        ErrorKind::TooDeep(_) => "json: exceeded max depth".into(),
        ErrorKind::Json("nested deeper than 128 levels") => "json: exceeded max depth".into(),
        ErrorKind::Invalid(why) => {
            let kind = walk(message, error).and_then(|(_, field)| field).map(|(field, _)| field.kind());
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

/// The number that begins at an offset.
fn number_at(json: &[u8], at: usize) -> Option<&str> {
    let rest = json.get(at..)?;
    let end = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    std::str::from_utf8(&rest[..end.unwrap_or(rest.len())]).ok()
}

/// The map of quantities that has a name; the other maps of them are those of dynamic resource allocation.
fn is_resource_list(field: &Field, in_struct: &str) -> bool {
    field.kind() == FieldKind::Quantity && field.shape() == Shape::Map && in_struct != "CapacityRequirements"
}

/// A path, the field it ends at, and whether its whole value and not an element of it is meant.
type Walked = (String, Option<(&'static Field, bool)>);

fn walk(mut message: &'static Message, error: &Error) -> Option<Walked> {
    let mut names: Vec<&str> = Vec::new();
    let mut last = None;
    // What the next step is to be in: a field of a struct, or a key or index of a container.
    let mut container = None;
    for step in error.path() {
        match (step, container) {
            (PathStep::Key(_), Some(Shape::Map)) | (PathStep::Index(_), Some(Shape::List)) => container = None,
            (PathStep::Key(name), None) => {
                let field = message.field(name)?;
                names.extend(embedded(message.short_name(), field.name()));
                names.push(field.name());
                container = Some(field.shape()).filter(|shape| matches!(shape, Shape::Map | Shape::List));
                last = Some(field);
                if let Some(inner) = field.message() {
                    message = inner;
                }
            }
            // Inside values of any JSON.
            _ => return None,
        }
    }
    Some((names.join("."), last.map(|field| (field, container.is_none()))))
}

/// The struct that Go embeds for a field, which JSON does not show.
fn embedded(message: &str, field: &str) -> Option<&'static str> {
    match (message, field) {
        ("Volume", "name") | ("EphemeralContainer", "targetContainerName") => None,
        ("Volume", _) => Some("VolumeSource"),
        ("EphemeralContainer", _) => Some("EphemeralContainerCommon"),
        ("Probe", "exec" | "grpc" | "httpGet" | "tcpSocket") => Some("ProbeHandler"),
        (
            "PersistentVolumeSpec",
            "accessModes"
            | "capacity"
            | "claimRef"
            | "mountOptions"
            | "nodeAffinity"
            | "persistentVolumeReclaimPolicy"
            | "storageClassName"
            | "volumeAttributesClassName"
            | "volumeMode",
        ) => None,
        ("PersistentVolumeSpec", _) => Some("PersistentVolumeSource"),
        (
            "ConfigMapEnvSource"
            | "ConfigMapKeySelector"
            | "ConfigMapProjection"
            | "ConfigMapVolumeSource"
            | "SecretEnvSource"
            | "SecretKeySelector"
            | "SecretProjection",
            "name",
        ) => Some("LocalObjectReference"),
        _ => None,
    }
}
