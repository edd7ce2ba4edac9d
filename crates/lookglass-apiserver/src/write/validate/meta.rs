//! What metadata must be like, whatever the kind.

use lookglass_object::{
    StatusCause,
    validate::{label_key, label_value},
};
use lookglass_protocol::Resource;
use serde_json::Value;

use super::{
    cause::{forbidden, invalid, invalid_text, required, too_long},
    names::{self, NameRule},
};
use crate::write::tree::{FOREGROUND, Metadata as _, ORPHAN, Tree};

/// How large the annotations of an object may be, names and values together.
const ANNOTATIONS_MAX: usize = 256 << 10;
const MANAGER_MAX: usize = 128;
/// Finalizers that need no domain.
const STANDARD_FINALIZERS: [&str; 3] = [FOREGROUND, ORPHAN, "kubernetes"];

/// What is wrong with the metadata of an object.
pub(super) fn object(resource: &Resource, tree: &Tree, rule: NameRule) -> Vec<StatusCause> {
    let mut causes = Vec::new();
    let prefix = tree.meta_text("generateName");
    if !prefix.is_empty() {
        let problems = rule.prefix_problems(prefix);
        causes.extend(problems.iter().map(|problem| invalid_text("metadata.generateName", prefix, problem)));
    }
    match tree.name() {
        "" => causes.push(required("metadata.name", "name or generateName is required")),
        name => {
            let problems = rule.problems(name).into_iter().chain(names::too_long_for_its_kind(resource, name));
            causes.extend(problems.map(|problem| invalid_text("metadata.name", name, &problem)));
        }
    }
    match tree.namespace() {
        "" if resource.is_namespaced() => causes.push(required("metadata.namespace", "")),
        "" => {}
        namespace if resource.is_namespaced() => {
            let problems = names::label(namespace);
            causes.extend(problems.iter().map(|problem| invalid_text("metadata.namespace", namespace, problem)));
        }
        _ => causes.push(forbidden("metadata.namespace", "not allowed on this type")),
    }
    if tree.generation() < 0 {
        causes.push(invalid("metadata.generation", &tree.generation().into(), "must be greater than or equal to 0"));
    }
    texts(tree, &mut causes);
    finalizers(tree, &mut causes);
    managed_fields(tree, &mut causes);
    causes
}

/// What is wrong with the metadata as a successor of another.
pub(super) fn update(new: &Tree, old: &Tree) -> Vec<StatusCause> {
    let mut causes = Vec::new();
    if old.deletion().is_some() {
        let before = old.finalizers();
        let mut added: Vec<&str> =
            new.finalizers().into_iter().filter(|finalizer| !before.contains(finalizer)).collect();
        added.sort_unstable();
        if !added.is_empty() {
            let added: Vec<String> =
                added.iter().map(|finalizer| lookglass_object::Quoted(finalizer).to_string()).collect();
            causes.push(forbidden(
                "metadata.finalizers",
                &format!(
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                    added.join(", ")
                ),
            ));
        }
    }
    if new.generation() < old.generation() {
        causes.push(invalid("metadata.generation", &new.generation().into(), "must not be decremented"));
    }
    for name in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        let value = |tree: &Tree| tree.metadata().and_then(|meta| meta.get(name)).cloned().unwrap_or_default();
        let (new, old) = (value(new), value(old));
        if new != old {
            causes.push(invalid(format!("metadata.{name}"), &new, "field is immutable"));
        }
    }
    texts(new, &mut causes);
    managed_fields(new, &mut causes);
    causes
}

/// What is wrong with labels.
pub(super) fn labels(labels: Option<&Value>, field: &str, causes: &mut Vec<StatusCause>) {
    for (key, value) in labels.and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        causes.extend(label_key(key).iter().map(|problem| invalid_text(field, key, problem)));
        causes.extend(label_value(value).iter().map(|problem| invalid_text(field, value, problem)));
    }
}

/// Labels, annotations and owners, which are looked at in an update twice.
fn texts(tree: &Tree, causes: &mut Vec<StatusCause>) {
    let Some(metadata) = tree.metadata() else { return };
    labels(metadata.get("labels"), "metadata.labels", causes);
    let mut size = 0;
    for (key, value) in metadata.get("annotations").and_then(Value::as_object).into_iter().flatten() {
        size += key.len() + value.as_str().map_or(0, str::len);
        // Only their case is of no matter.
        let problems = label_key(&key.to_lowercase());
        causes.extend(problems.iter().map(|problem| invalid_text("metadata.annotations", key, problem)));
    }
    if size > ANNOTATIONS_MAX {
        causes.push(too_long("metadata.annotations", ANNOTATIONS_MAX));
    }
    if let Some(owners) = metadata.get("ownerReferences") {
        owner_references(owners, causes);
    }
}

fn owner_references(owners: &Value, causes: &mut Vec<StatusCause>) {
    const FIELD: &str = "metadata.ownerReferences";
    let mut controller: Option<String> = None;
    for owner in owners.as_array().into_iter().flatten() {
        let text = |name: &str| owner.get(name).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if api_version.rsplit('/').next().unwrap_or_default().is_empty() {
            causes.push(invalid_text(format!("{FIELD}.apiVersion"), api_version, "version must not be empty"));
        }
        for name in ["kind", "name", "uid"] {
            if text(name).is_empty() {
                causes.push(invalid_text(format!("{FIELD}.{name}"), "", "must not be empty"));
            }
        }
        if (api_version, kind) == ("v1", "Event") {
            causes.push(invalid(FIELD, owner, "/v1, Kind=Event is disallowed from being an owner"));
        }
        if owner.get("controller").and_then(Value::as_bool) == Some(true) {
            let this = format!("{kind}/{}", text("name"));
            match &controller {
                Some(first) => causes.push(invalid(
                    FIELD,
                    owners,
                    &format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}"
                    ),
                )),
                None => controller = Some(this),
            }
        }
    }
}

fn finalizers(tree: &Tree, causes: &mut Vec<StatusCause>) {
    let finalizers = tree.finalizers();
    for (index, finalizer) in finalizers.iter().enumerate() {
        let field = format!("metadata.finalizers[{index}]");
        causes.extend(label_key(finalizer).iter().map(|problem| invalid_text(&*field, finalizer, problem)));
        if !finalizer.contains('/') && !STANDARD_FINALIZERS.contains(finalizer) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            causes.push(invalid_text(field, finalizer, why));
        }
    }
    if finalizers.contains(&ORPHAN) && finalizers.contains(&FOREGROUND) {
        let why = format!("finalizer {ORPHAN} and {FOREGROUND} cannot be both set");
        causes.push(invalid("metadata.finalizers", &finalizers.into(), &why));
    }
}

fn managed_fields(tree: &Tree, causes: &mut Vec<StatusCause>) {
    let entries = tree.metadata().and_then(|meta| meta.get("managedFields")).and_then(Value::as_array);
    for (index, entry) in entries.into_iter().flatten().enumerate() {
        let field = |name: &str| format!("metadata.managedFields[{index}].{name}");
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        if !matches!(text("operation"), "Apply" | "Update") {
            causes.push(invalid_text(field("operation"), text("operation"), "must be `Apply` or `Update`"));
        }
        if !matches!(text("fieldsType"), "" | "FieldsV1") {
            causes.push(invalid_text(field("fieldsType"), text("fieldsType"), "must be `FieldsV1`"));
        }
        if text("manager").len() > MANAGER_MAX {
            causes.push(too_long(field("manager"), MANAGER_MAX));
        }
    }
}
