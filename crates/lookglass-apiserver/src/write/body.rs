//! From a body to a tree.

use lookglass_object::Status;
use lookglass_protocol::{Resource, params::FieldValidation};
use serde_json::Value;

use super::tree::Tree;

/// What was read, and what is to be warned of.
pub(super) struct Read {
    pub(super) tree: Tree,
    pub(super) warnings: Vec<String>,
}

/// Reads an object as a kind has it.
pub(super) fn read(_resource: &Resource, json: &[u8], _validation: FieldValidation) -> Result<Read, Status> {
    let value: Value = serde_json::from_slice(json).map_err(|error| Status::bad_request(error.to_string()))?;
    let tree = match value { Value::Object(tree) => tree, _ => Tree::new() };
    Ok(Read { tree, warnings: Vec::new() })
}
/// Reads the outcome of a patch.
pub(super) fn read_patched(resource: &Resource, patched: &Value, validation: FieldValidation) -> Result<Read, String> {
    read(resource, patched.to_string().as_bytes(), validation).map_err(|status| status.message().to_owned())
}
pub(super) fn syntax(_bytes: &[u8], error: &serde_json::Error) -> String { error.to_string() }
/// The status that an object of this kind has when nothing is said in it.
pub(super) fn empty_status(_resource: &Resource) -> Option<Value> {
    Some(Value::Object(Tree::new()))
}
