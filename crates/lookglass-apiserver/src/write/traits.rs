//! What differs from kind to kind and is in no table yet.

use lookglass_protocol::Resource;

/// What becomes of dependents where a deletion does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dependents {
    /// They go after their owner.
    Background,
    /// They stay.
    Orphan,
    /// The kind cannot own.
    None,
}

/// Whether its objects count the changes of what they want.
pub(crate) fn has_generation(resource: &Resource) -> bool {
    if resource.entry.is_none() {
        return true;
    }
    match resource.gvr.group() {
        "" => matches!(resource.gvr.resource(), "pods" | "replicationcontrollers" | "podtemplates"),
        "apps" => resource.gvr.resource() != "controllerrevisions",
        "batch"
        | "policy"
        | "scheduling.k8s.io"
        | "flowcontrol.apiserver.k8s.io"
        | "admissionregistration.k8s.io"
        | "apiextensions.k8s.io"
        | "discovery.k8s.io" => true,
        "networking.k8s.io" => matches!(resource.gvr.resource(), "ingresses" | "ingressclasses" | "networkpolicies"),
        "resource.k8s.io" => matches!(resource.gvr.resource(), "deviceclasses" | "resourceslices"),
        "storage.k8s.io" => resource.gvr.resource() == "csidrivers",
        _ => false,
    }
}

/// Whether a change of annotations counts as one of what is wanted: Deployments hand theirs on to their ReplicaSets.
pub(crate) fn counts_annotations(resource: &Resource) -> bool {
    (resource.gvr.group(), resource.gvr.resource()) == ("apps", "deployments")
}

/// Whether labels written through `status` are dropped.
pub(crate) fn status_keeps_labels(resource: &Resource) -> bool {
    (resource.gvr.group(), resource.gvr.resource()) == ("apps", "deployments")
}

/// Whether its objects are given time to end.
pub(crate) fn is_graceful(resource: &Resource) -> bool {
    (resource.gvr.group(), resource.gvr.resource()) == ("", "pods")
}

/// What becomes of dependents by default.
pub(crate) fn dependents(resource: &Resource) -> Dependents {
    match (resource.gvr.group(), resource.gvr.version(), resource.gvr.resource()) {
        ("" | "events.k8s.io", "v1", "events") => Dependents::None,
        ("batch", "v1", "jobs") | ("", "v1", "replicationcontrollers") => Dependents::Orphan,
        _ => Dependents::Background,
    }
}

/// Whether its `status` is a part with an address of its own, which writes to the object itself leave alone.
pub(crate) fn has_status(resource: &Resource) -> bool {
    resource.subresource("status").is_some()
}

/// Whether a new object may bring its status along. A kubelet registers its node like that.
pub(crate) fn creates_with_status(resource: &Resource) -> bool {
    !has_status(resource) || (resource.gvr.group(), resource.gvr.resource()) == ("", "nodes")
}
