//! Whether an object may be as it is, and may become so from what it was.
//!
//! Metadata is validated for all kinds. Of the kinds' own rules there are those that are met most: pods and their templates, the selectors
//! and templates of workloads, ConfigMaps and Secrets, Scale. Other kinds take whatever their fields can hold.

mod cause;
mod data;
mod meta;
mod names;
mod pods;
#[cfg(test)]
mod tests;
mod workloads;

use lookglass_object::StatusCause;
use lookglass_protocol::Resource;
use serde_json::Value;

use self::names::NameRule;
use super::{strategy::Door, tree::Tree};

pub(crate) use self::cause::{invalid, required, unsupported};

/// What is wrong with a new object.
pub(crate) fn create(resource: &Resource, tree: &Tree) -> Vec<StatusCause> {
    let mut causes = meta::object(resource, tree, NameRule::of(resource));
    own(resource, tree, &mut causes);
    causes
}

/// What is wrong with an object as the successor of another.
pub(crate) fn update(resource: &Resource, door: Door, new: &Tree, old: &Tree) -> Vec<StatusCause> {
    let mut causes = meta::object(resource, new, NameRule::PathSegment);
    causes.extend(meta::update(new, old));
    // A kind's own rules begin with those for all: in the real server's answers, too, causes come twice.
    causes.extend(meta::update(new, old));
    if door != Door::Main {
        return causes;
    }
    if validates_whole_metadata_again(resource) {
        causes.extend(meta::object(resource, new, NameRule::of(resource)));
    }
    own(resource, new, &mut causes);
    match (resource.gvr.group(), resource.gvr.resource()) {
        ("", "pods") => pods::update(new, old, &mut causes),
        ("", "configmaps" | "secrets") => data::update(new, old, &mut causes),
        ("apps", _) | ("batch", "jobs") => workloads::update(resource, new, old, &mut causes),
        _ => {}
    }
    causes
}

/// What is wrong with a number of replicas.
pub(crate) fn replicas(value: Option<&Value>) -> Option<StatusCause> {
    let value = value.filter(|value| value.as_i64().is_some_and(|replicas| replicas < 0))?;
    Some(invalid("spec.replicas", value, "must be greater than or equal to 0"))
}

/// The rules of the kind.
fn own(resource: &Resource, tree: &Tree, causes: &mut Vec<StatusCause>) {
    match (resource.gvr.group(), resource.gvr.resource()) {
        ("", "pods") => pods::spec(tree.get("spec"), "spec", causes),
        ("", "configmaps" | "secrets") => data::keys(tree, causes),
        ("apps", "deployments" | "replicasets" | "statefulsets" | "daemonsets") => {
            workloads::spec(resource, tree, causes);
        }
        ("batch", "jobs") => {
            pods::spec(super::tree::at(tree, &["spec", "template", "spec"]), "spec.template.spec", causes);
        }
        _ => {}
    }
}

fn validates_whole_metadata_again(resource: &Resource) -> bool {
    resource.gvr.group().is_empty()
        && matches!(resource.gvr.resource(), "configmaps" | "secrets" | "serviceaccounts" | "services" | "pods")
}
