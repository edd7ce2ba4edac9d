//! What becomes of a body on its way in: which of its parts count, and what the server adds.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lookglass_protocol::Resource;
use serde_json::{Value, json};

use super::{
    body, traits,
    tree::{Metadata as _, Tree, at, copy_member, object_mut},
};

/// Through which door an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The object's own address.
    Main,
    /// `status`.
    Status,
    /// A namespace's `finalize`.
    Finalize,
    /// A pod's `binding`.
    Binding,
}

impl Door {
    /// The door of a subresource.
    pub(super) fn of(subresource: Option<&str>) -> Self {
        match subresource {
            Some("status") => Self::Status,
            Some("finalize") => Self::Finalize,
            _ => Self::Main,
        }
    }
}

/// Fills in the few fields of built-in kinds that a server must have an opinion on.
///
/// Everything else that a real server would fill in has no default here yet.
pub(super) fn defaults(resource: &Resource, tree: &mut Tree) {
    if is(resource, "", "namespaces") {
        let name = tree.name().to_owned();
        object_mut(tree.metadata_mut(), "labels").insert("kubernetes.io/metadata.name".to_owned(), name.into());
    }
    if is(resource, "", "secrets") {
        tree.entry("type").or_insert_with(|| "Opaque".into());
        // Plain text is only ever written; what is kept and read is base64.
        if let Some(Value::Object(plain)) = tree.remove("stringData") {
            let encoded = plain.iter().map(|(name, value)| {
                let text = value.as_str().unwrap_or_default();
                (name.clone(), Value::from(BASE64_STANDARD.encode(text)))
            });
            object_mut(tree, "data").extend(encoded);
        }
    }
}

/// Drops owners that are named twice, and gives the uids of those.
pub(super) fn drop_repeated_owners(tree: &mut Tree) -> Vec<String> {
    let mut repeated = Vec::new();
    if tree.metadata().is_none_or(|meta| !meta.contains_key("ownerReferences")) {
        return repeated;
    }
    if let Some(owners) = tree.metadata_mut().get_mut("ownerReferences").and_then(Value::as_array_mut) {
        let mut kept: Vec<Value> = Vec::with_capacity(owners.len());
        for owner in owners.drain(..) {
            if kept.contains(&owner) {
                repeated.push(owner.get("uid").and_then(Value::as_str).unwrap_or_default().to_owned());
            } else {
                kept.push(owner);
            }
        }
        *owners = kept;
    }
    repeated
}

/// Makes of what a client sent what a new object is.
pub(super) fn prepare_create(resource: &Resource, tree: &mut Tree) {
    if traits::has_generation(resource) {
        tree.set_meta("generation", Some(1.into()));
    }
    if !traits::creates_with_status(resource) {
        match body::empty_status(resource) {
            Some(status) if resource.entry.is_some() => tree.insert("status".to_owned(), status),
            _ => tree.remove("status"),
        };
    }
    if is(resource, "", "namespaces") {
        let finalizers = object_mut(tree, "spec").entry("finalizers").or_insert_with(|| json!([]));
        if let Some(finalizers) = finalizers.as_array_mut()
            && !finalizers.iter().any(|finalizer| finalizer == "kubernetes")
        {
            finalizers.push("kubernetes".into());
        }
        tree.insert("status".to_owned(), json!({"phase": "Active"}));
    }
    let phase = match resource.gvr.resource() {
        "pods" | "persistentvolumes" | "persistentvolumeclaims" if resource.gvr.group().is_empty() => "Pending",
        _ => return,
    };
    let quality = is(resource, "", "pods").then(|| quality_of_service(tree));
    let status = object_mut(tree, "status");
    status.insert("phase".to_owned(), phase.into());
    status.extend(quality.map(|quality| ("qosClass".to_owned(), quality.into())));
}

/// How well a pod is served where resources are scarce, by what its containers ask for.
fn quality_of_service(pod: &Tree) -> &'static str {
    let lists = ["containers", "initContainers"].into_iter().filter_map(|list| at(pod, &["spec", list])?.as_array());
    let containers: Vec<&Value> = lists.flatten().collect();
    let quantity = |container: &Value, kind: &str, resource: &str| {
        let quantity = container.get("resources")?.get(kind)?.get(resource)?.as_str()?;
        (quantity != "0").then(|| quantity.to_owned())
    };
    let asks: Vec<(Option<String>, Option<String>)> = containers
        .iter()
        .flat_map(|container| ["cpu", "memory"].map(|resource| (container, resource)))
        .map(|(container, resource)| {
            (quantity(container, "requests", resource), quantity(container, "limits", resource))
        })
        .collect();
    if asks.iter().all(|(request, limit)| request.is_none() && limit.is_none()) {
        "BestEffort"
    } else if asks.iter().all(|(request, limit)| limit.is_some() && (request.is_none() || request == limit)) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

/// Makes of what a client sent what becomes of an object.
pub(super) fn prepare_update(resource: &Resource, door: Door, new: &mut Tree, old: &Tree) {
    let was = |name: &str| old.metadata().and_then(|meta| meta.get(name)).cloned();
    match door {
        Door::Main => {
            if traits::has_status(resource) {
                copy_member("status", old, new);
            }
            if is(resource, "", "namespaces") {
                copy_member("spec", old, new);
            }
        }
        Door::Status => keep_all_but(&["status", "metadata"], old, new),
        Door::Finalize => keep_all_but(&["spec", "metadata"], old, new),
        // What is written there is made of the old object, and no client's.
        Door::Binding => {}
    }
    if door == Door::Status {
        if resource.entry.is_none() {
            let managed = new.metadata().and_then(|meta| meta.get("managedFields")).cloned();
            copy_member("metadata", old, new);
            new.set_meta("managedFields", managed);
        }
        if traits::status_keeps_labels(resource) {
            new.set_meta("labels", was("labels"));
        }
        if is(resource, "", "pods") {
            new.set_meta("ownerReferences", was("ownerReferences"));
        }
    }
    settle_managed_fields(new, old);
    new.set_meta("selfLink", None);
    new.set_meta("creationTimestamp", was("creationTimestamp"));
    if new.meta_text("uid").is_empty() {
        new.set_meta("uid", was("uid"));
    }
    if old.deletion().is_some() {
        new.set_meta("deletionTimestamp", was("deletionTimestamp"));
        if new.meta_number("deletionGracePeriodSeconds").is_none() {
            new.set_meta("deletionGracePeriodSeconds", was("deletionGracePeriodSeconds"));
        }
    }
    let generation = old.generation();
    let next = if wants_else(resource, new, old) { generation + 1 } else { generation };
    let counts = traits::has_generation(resource);
    new.set_meta(
        "generation",
        if counts && door == Door::Main && next > 0 { Some(next.into()) } else { was("generation") },
    );
}

/// Whether what the object wants has changed.
fn wants_else(resource: &Resource, new: &Tree, old: &Tree) -> bool {
    let ignores = |name: &str| match name {
        "metadata" | "kind" | "apiVersion" => true,
        // Without a door of its own it is a field like others.
        "status" => resource.entry.is_some() || traits::has_status(resource),
        _ => false,
    };
    let wants =
        |tree: &Tree, other: &Tree| tree.iter().all(|(name, value)| ignores(name) || other.get(name) == Some(value));
    let annotations = |tree: &Tree| at(tree, &["metadata", "annotations"]).cloned();
    !wants(new, old)
        || !wants(old, new)
        || (traits::counts_annotations(resource) && annotations(new) != annotations(old))
}

/// A client that does not know of managed fields leaves them as they are; one empty entry or none removes all.
fn settle_managed_fields(new: &mut Tree, old: &Tree) {
    let said = new.metadata().and_then(|meta| meta.get("managedFields")).and_then(Value::as_array);
    let cleared = said.is_some_and(|said| said.iter().all(|entry| entry.as_object().is_some_and(Tree::is_empty)));
    if cleared {
        new.set_meta("managedFields", None);
    } else if said.is_none() {
        let kept = old.metadata().and_then(|meta| meta.get("managedFields")).cloned();
        new.set_meta("managedFields", kept);
    }
}

fn keep_all_but(names: &[&str], old: &Tree, new: &mut Tree) {
    new.retain(|name, _| names.contains(&name.as_str()));
    for (name, value) in old {
        if !names.contains(&name.as_str()) {
            new.insert(name.clone(), value.clone());
        }
    }
}

fn is(resource: &Resource, group: &str, plural: &str) -> bool {
    resource.gvr.group() == group && resource.gvr.resource() == plural
}
