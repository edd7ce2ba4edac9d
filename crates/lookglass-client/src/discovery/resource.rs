//! What a server says of one resource: [`ApiResource`].

use lookglass_object::{GroupVersion, Gvk, Gvr};

/// A resource that a server serves in one version of its group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiResource {
    /// Where it is served.
    pub gvr: Gvr,
    /// What its objects are.
    pub gvk: Gvk,
    /// Its name for one object (`deployment`). Old servers do not say it; then it is empty, and [`Mapper`](crate::Mapper) goes by the kind.
    pub singular: String,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
    /// What may be done with it: `get`, `list`, `watch`, ...
    pub verbs: Vec<String>,
    /// Abbreviations: `deploy`.
    pub short_names: Vec<String>,
    /// The families that it belongs to: `all`.
    pub categories: Vec<String>,
    /// What is served beneath each object.
    pub subresources: Vec<Subresource>,
}

impl ApiResource {
    /// Whether all these verbs are served: client-go's `SupportsAllVerbs`.
    ///
    /// ```
    /// # fn watchable(apis: &lookglass_client::Apis) -> Vec<lookglass_client::ApiResource> {
    /// apis.preferred().filter(|resource| resource.supports(&["list", "watch"])).cloned().collect()
    /// # }
    /// ```
    #[must_use]
    pub fn supports(&self, verbs: &[&str]) -> bool {
        verbs.iter().all(|verb| self.verbs.iter().any(|served| served == verb))
    }

    /// A subresource by its name: `scale`.
    #[must_use]
    pub fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|subresource| subresource.name == name)
    }

    /// Whether its objects live in namespaces.
    #[must_use]
    pub fn is_namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }
}

/// What is served beneath each object of a resource: `status`, `scale`, `log`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subresource {
    /// Its name, without the resource's.
    pub name: String,
    /// What is read and written there; often of another group than the resource: `autoscaling/v1` `Scale`.
    pub gvk: Gvk,
    /// What may be done with it.
    pub verbs: Vec<String>,
}

/// Where objects of a resource live.
#[expect(clippy::exhaustive_enums, reason = "the protocol has these two")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each in a namespace.
    Namespaced,
    /// In none.
    Cluster,
}

/// What stands for a kind in answers that leave out the group and version that are the resource's own.
pub(super) fn kind_in(own: &GroupVersion, group: String, version: String, kind: String) -> Gvk {
    if group.is_empty() && version.is_empty() { own.clone().kind(kind) } else { Gvk::new(group, version, kind) }
}
