//! From a body to a tree.

use lookglass_object::{Gvk, Quoted, Status, table::KindEntry};
use lookglass_protocol::{Resource, canonical::canonical_kind, params::FieldValidation};
use serde_json::Value;

use super::{
    strategy::drop_repeated_owners,
    tree::{Metadata as _, Tree},
};

/// An object that was read, and what the client is to be warned of.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) tree: Tree,
    pub(super) warnings: Vec<String>,
}

/// Reads an object of a resource's kind.
pub(super) fn read(resource: &Resource, json: &[u8], validation: FieldValidation) -> Result<Read, Status> {
    let (mut read, strict) = tree(&resource.kind, resource.entry, json, validation)?;
    match strict {
        None => {
            let repeated = drop_repeated_owners(&mut read.tree);
            read.warnings.extend(repeated_owners("", &repeated));
            Ok(read)
        }
        Some(why) => {
            let (kind, version) = (resource.kind.kind(), Quoted(resource.kind.version()));
            Err(Status::bad_request(format!("{kind} in version {version} cannot be handled as a {kind}: {why}")))
        }
    }
}

/// Reads an object of a resource's kind out of a patched tree. The error says what is wrong, and not with what.
pub(super) fn read_patched(resource: &Resource, patched: &Value, validation: FieldValidation) -> Result<Read, String> {
    let (mut read, strict) =
        tree(&resource.kind, resource.entry, patched.to_string().as_bytes(), validation).map_err(|status| {
            let said = format!(" cannot be handled as a {}: ", resource.kind.kind());
            let message = status.message();
            message.split_once(&said).map_or(message, |(_, why)| why).to_owned()
        })?;
    // No list of managed fields asks for them to stay, an empty one for them to go. The canonical form does not tell one from the other.
    if patched.pointer("/metadata/managedFields").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        read.tree.set_meta("managedFields", Some(Value::Array(Vec::new())));
    }
    let repeated = drop_repeated_owners(&mut read.tree);
    read.warnings.extend(repeated_owners(" after mutating admission happens", &repeated));
    strict.map_or(Ok(read), Err)
}

fn repeated_owners(when: &str, uids: &[String]) -> Option<String> {
    let uids = uids.join(", ");
    (!uids.is_empty()).then(|| {
        format!(
            ".metadata.ownerReferences contains duplicate entries{when}; API server dedups owner references in 1.20+, and may reject such \
             requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {uids}"
        )
    })
}

/// The status of an object of a built-in kind in which nothing has been said.
pub(super) fn empty_status(resource: &Resource) -> Option<Value> {
    let empty = canonical_kind(&resource.kind, Some(resource.entry?), br#"{"status":{}}"#).ok()?;
    let mut tree: Tree = serde_json::from_slice(&empty.json).ok()?;
    tree.remove("status")
}

/// The tree, with what a strict reader is told instead.
fn tree(
    kind: &Gvk,
    entry: Option<&'static KindEntry>,
    json: &[u8],
    validation: FieldValidation,
) -> Result<(Read, Option<String>), Status> {
    let canonical = canonical_kind(kind, entry, json)?;
    let tree = serde_json::from_slice(&canonical.json).map_err(Status::internal_error)?;
    let complaints = canonical.strict.iter().map(ToString::to_string);
    let (warnings, strict) = match validation {
        FieldValidation::Ignore => (Vec::new(), None),
        FieldValidation::Warn => (complaints.collect(), None),
        FieldValidation::Strict if canonical.strict.is_empty() => (Vec::new(), None),
        FieldValidation::Strict => {
            let complaints: Vec<String> = complaints.collect();
            (Vec::new(), Some(format!("strict decoding error: {}", complaints.join(", "))))
        }
    };
    Ok((Read { tree, warnings }, strict))
}
