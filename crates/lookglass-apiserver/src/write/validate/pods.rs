//! The rules of pods, and of what is a pod's in a template.

use lookglass_object::StatusCause;
use serde_json::Value;

use super::{
    cause::{duplicate, forbidden, invalid_text, required},
    names,
};
use crate::write::tree::Tree;

const UPDATE: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
     `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow \
     it to be set to 1 if it was previously negative)";

/// What every pod must have: containers with names and images.
pub(super) fn spec(spec: Option<&Value>, field: &str, causes: &mut Vec<StatusCause>) {
    let mut seen = Vec::new();
    for list in ["containers", "initContainers"] {
        let containers = spec.and_then(|spec| spec.get(list)).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if list == "containers" && containers.is_empty() {
            causes.push(required(format!("{field}.{list}"), ""));
        }
        for (index, container) in containers.iter().enumerate() {
            let field = |name: &str| format!("{field}.{list}[{index}].{name}");
            let text = |name: &str| container.get(name).and_then(Value::as_str).unwrap_or_default();
            match text("name") {
                "" => causes.push(required(field("name"), "")),
                name => {
                    let problems = names::label(name);
                    causes.extend(problems.iter().map(|problem| invalid_text(field("name"), name, problem)));
                    if seen.contains(&name) {
                        causes.push(duplicate(field("name"), name));
                    }
                    seen.push(name);
                }
            }
            if text("image").is_empty() {
                causes.push(required(field("image"), ""));
            }
        }
    }
}

/// What may change in the spec of a pod that exists. The real server shows the difference, in the names of its source code; here it is not shown.
pub(super) fn update(new: &Tree, old: &Tree, causes: &mut Vec<StatusCause>) {
    if changeless(new.get("spec"), new.get("spec")) != changeless(new.get("spec"), old.get("spec")) {
        causes.push(forbidden("spec", UPDATE));
    }
    let tolerations =
        |tree: &Tree| tree.get("spec").and_then(|spec| spec.get("tolerations")).cloned().unwrap_or_default();
    let (now, before) = (tolerations(new), tolerations(old));
    let now = now.as_array().map_or(&[][..], Vec::as_slice);
    if before.as_array().into_iter().flatten().any(|toleration| !now.contains(toleration)) {
        let why = "existing toleration can not be modified except its tolerationSeconds";
        causes.push(forbidden("spec.tolerations", why));
    }
}

/// The spec with those fields that may change as they are in `new`.
fn changeless(new: Option<&Value>, spec: Option<&Value>) -> Option<Value> {
    let mut spec = spec?.clone();
    let members = spec.as_object_mut()?;
    let mut free = vec!["activeDeadlineSeconds", "tolerations"];
    let grace = |value: Option<&Value>| {
        value.and_then(|spec| spec.get("terminationGracePeriodSeconds")).and_then(Value::as_i64)
    };
    let was_negative =
        members.get("terminationGracePeriodSeconds").and_then(Value::as_i64).is_some_and(|grace| grace < 0);
    if was_negative && grace(new) == Some(1) {
        free.push("terminationGracePeriodSeconds");
    }
    for name in free {
        match new.and_then(|new| new.get(name)) {
            Some(value) => members.insert(name.to_owned(), value.clone()),
            None => members.remove(name),
        };
    }
    for list in ["containers", "initContainers"] {
        let images = new.and_then(|new| new.get(list)).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let containers = members.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for (container, image) in containers.zip(images) {
            if let (Some(container), Some(image)) = (container.as_object_mut(), image.get("image")) {
                container.insert("image".to_owned(), image.clone());
            }
        }
    }
    Some(spec)
}
