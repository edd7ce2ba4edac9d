//! What a name or kind stands for: [`Mapping`].

use lookglass_object::{Gvk, Gvr};

use crate::{ApiResource, Scope};

/// What a name or kind stands for: the resource, and what could also have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mapping {
    /// The resource as discovery tells of it: verbs, short names, subresources.
    pub resource: ApiResource,
    /// What the same *short name* stands for too, at lower priority, as `deployments.apps`: the name will mean something else where the first is not served.
    /// Empty otherwise.
    pub shadowed: Vec<String>,
}

impl Mapping {
    pub(super) fn of(resource: ApiResource) -> Self {
        Self { resource, shadowed: Vec::new() }
    }

    /// Group, version and resource: where its objects are served.
    #[must_use]
    pub fn gvr(&self) -> &Gvr {
        &self.resource.gvr
    }

    /// Group, version and kind: what its objects are.
    #[must_use]
    pub fn gvk(&self) -> &Gvk {
        &self.resource.gvk
    }

    /// Where its objects live.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.resource.scope
    }

    /// Whether its objects live in namespaces.
    #[must_use]
    pub fn is_namespaced(&self) -> bool {
        self.resource.is_namespaced()
    }
}
