//! The object in a bookmark: an empty one of the watched kind, with a version.

use lookglass_object::{Key, LabelSet, protobuf};

use crate::{ChangeKind, Resource, Stored, answer::go_json};

/// An object that says nothing but a version. Of a built-in kind it is what Go's zero value of the struct looks like as JSON, with the fields
/// that are written even when empty.
pub(super) fn object(resource: &Resource, version: u64, initial: bool) -> Stored {
    let annotations = r#"{"k8s.io/initial-events-end":"true"}"#;
    let json = zero_value(resource, version, initial.then_some(annotations)).unwrap_or_else(|| {
        let mut json = br#"{"apiVersion":"#.to_vec();
        go_json(&resource.kind.api_version(), &mut json);
        json.extend_from_slice(br#","kind":"#);
        go_json(&resource.kind.kind(), &mut json);
        let annotations = if initial { format!(r#""annotations":{annotations},"#) } else { String::new() };
        json.extend_from_slice(format!(r#","metadata":{{{annotations}"resourceVersion":"{version}"}}}}"#).as_bytes());
        json
    });
    Stored::new(Key::new("", ""), version, LabelSet::default(), ChangeKind::Modified, &json, resource.entry)
}

fn zero_value(resource: &Resource, version: u64, annotations: Option<&str>) -> Option<Vec<u8>> {
    let entry = resource.entry.filter(|entry| entry.message().has_protobuf())?;
    let annotations = annotations.map(|map| format!(r#","annotations":{map}"#)).unwrap_or_default();
    let json = format!(r#"{{"metadata":{{"resourceVersion":"{version}"{annotations}}}}}"#);
    let (mut message, mut out) = (Vec::new(), Vec::new());
    protobuf::from_json(entry.message(), json.as_bytes(), protobuf::Zeros::LeftOut, &mut message).ok()?;
    protobuf::to_json(entry.message(), &message, Some((&entry.api_version(), entry.kind())), &mut out).ok()?;
    Some(out)
}
