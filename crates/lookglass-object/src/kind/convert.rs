//! To and from the types of kube-core.

use std::borrow::Cow;

use kube_core::{ApiResource, GroupVersionKind, GroupVersionResource};

use super::{GroupVersion, Gvk, Gvr};

impl From<GroupVersionKind> for Gvk {
    fn from(gvk: GroupVersionKind) -> Self {
        Self::new(gvk.group, gvk.version, gvk.kind)
    }
}

impl From<&Gvk> for GroupVersionKind {
    fn from(gvk: &Gvk) -> Self {
        Self::gvk(gvk.group(), gvk.version(), gvk.kind())
    }
}

impl From<GroupVersionResource> for Gvr {
    fn from(gvr: GroupVersionResource) -> Self {
        Self::new(gvr.group, gvr.version, gvr.resource)
    }
}

impl From<&Gvr> for GroupVersionResource {
    fn from(gvr: &Gvr) -> Self {
        Self::gvr(gvr.group(), gvr.version(), gvr.resource())
    }
}

impl From<kube_core::gvk::GroupVersion> for GroupVersion {
    fn from(group_version: kube_core::gvk::GroupVersion) -> Self {
        Self::new(group_version.group, group_version.version)
    }
}

impl From<&GroupVersion> for kube_core::gvk::GroupVersion {
    fn from(group_version: &GroupVersion) -> Self {
        Self::gv(group_version.group(), group_version.version())
    }
}

impl From<&ApiResource> for Gvk {
    fn from(resource: &ApiResource) -> Self {
        Self::new(resource.group.clone(), resource.version.clone(), resource.kind.clone())
    }
}

impl From<&ApiResource> for Gvr {
    fn from(resource: &ApiResource) -> Self {
        Self::new(resource.group.clone(), resource.version.clone(), resource.plural.clone())
    }
}

impl Gvk {
    /// The resource of this kind for kube's dynamic types, under the plural that discovery gave.
    #[must_use]
    pub fn with_plural(&self, plural: &str) -> ApiResource {
        ApiResource::from_gvk_with_plural(&self.into(), plural)
    }

    /// The resource that serves this kind, under the plural that discovery gave.
    #[must_use]
    pub fn resource(&self, plural: impl Into<Cow<'static, str>>) -> Gvr {
        self.group_version().clone().resource(plural)
    }
}
