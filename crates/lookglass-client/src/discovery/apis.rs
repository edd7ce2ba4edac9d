//! All that a server serves, at one moment: [`Apis`].

use std::{fmt, sync::Arc};

use lookglass_object::{GroupVersion, Gvr};
use tokio::time::Instant;

use super::{ApiResource, Failure, Subresource};

/// All that a server serves, at one moment: groups, versions, resources, and beside them what could not be learned.
///
/// Groups, versions and resources stand in the server's order, which is its order of preference.
///
/// Clones share what they show. It does not change; [`Discovery::apis`](super::Discovery::apis) gives a newer one.
#[derive(Clone)]
pub struct Apis {
    pub(super) contents: Arc<Contents>,
    asked_at: Instant,
}

#[derive(Debug, PartialEq)]
pub(super) struct Contents {
    pub(super) groups: Vec<ApiGroup>,
    pub(super) failures: Vec<Failure>,
}

impl Apis {
    pub(super) fn new(contents: Arc<Contents>, asked_at: Instant) -> Self {
        Self { contents, asked_at }
    }

    /// The groups; client-go's `ServerGroups`.
    #[must_use]
    pub fn groups(&self) -> &[ApiGroup] {
        &self.contents.groups
    }

    /// A group by its name, which is empty for core.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&ApiGroup> {
        self.groups().iter().find(|group| group.name == name)
    }

    /// One version of a group, with its resources; client-go's `ServerResourcesForGroupVersion`. None if it is not served, or if it [could not be
    /// asked](Self::failure).
    #[must_use]
    pub fn version(&self, group_version: &GroupVersion) -> Option<&ApiVersion> {
        self.group(group_version.group())?.version(group_version.version())
    }

    /// The resources of all versions of all groups; client-go's `ServerGroupsAndResources`.
    pub fn resources(&self) -> impl Iterator<Item = &ApiResource> {
        self.groups().iter().flat_map(|group| &group.versions).flat_map(|version| &version.resources)
    }

    /// Each resource once, in the version that its group prefers, or the first one that has it; client-go's `ServerPreferredResources`.
    pub fn preferred(&self) -> impl Iterator<Item = &ApiResource> {
        self.groups().iter().flat_map(ApiGroup::preferred_resources)
    }

    /// Those of the [preferred](Self::preferred) whose objects live in namespaces; client-go's `ServerPreferredNamespacedResources`.
    pub fn preferred_namespaced(&self) -> impl Iterator<Item = &ApiResource> {
        self.preferred().filter(|resource| resource.is_namespaced())
    }

    /// A resource in one version.
    #[must_use]
    pub fn resource(&self, resource: &Gvr) -> Option<&ApiResource> {
        self.version(resource.group_version())?.resource(resource.resource())
    }

    /// A subresource, also of a resource that is itself not served, as metrics APIs have them.
    #[must_use]
    pub fn subresource(&self, resource: &Gvr, name: &str) -> Option<&Subresource> {
        let version = self.version(resource.group_version())?;
        let carriers = version.resources.iter().chain(&version.carriers);
        carriers.filter(|carrier| carrier.gvr.resource() == resource.resource()).find_map(|it| it.subresource(name))
    }

    /// What could not be learned. Everything else is whole.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.contents.failures
    }

    /// Why nothing is known of this version, if the server names it.
    #[must_use]
    pub fn failure(&self, group_version: &GroupVersion) -> Option<&Failure> {
        self.failures().iter().find(|failure| failure.group_version() == group_version)
    }

    /// When the server was asked for it: what it has begun to serve later is not in here.
    #[must_use]
    pub fn asked_at(&self) -> Instant {
        self.asked_at
    }
}

/// The same groups, resources and failures; whenever they were asked for.
impl PartialEq for Apis {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.contents, &other.contents) || self.contents == other.contents
    }
}

/// How much there is of what; and each failure.
impl fmt::Debug for Apis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apis")
            .field("groups", &self.groups().len())
            .field("resources", &self.resources().count())
            .field("failures", &self.failures())
            .finish_non_exhaustive()
    }
}

/// A group of APIs that a server serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiGroup {
    pub(super) name: String,
    pub(super) versions: Vec<ApiVersion>,
    /// As the server names it; it may be one that could not be asked.
    pub(super) preferred: String,
}

impl ApiGroup {
    /// Its name; empty for core.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its versions, as far as they could be asked.
    #[must_use]
    pub fn versions(&self) -> &[ApiVersion] {
        &self.versions
    }

    /// One version: `v1`.
    #[must_use]
    pub fn version(&self, version: &str) -> Option<&ApiVersion> {
        self.versions.iter().find(|known| known.group_version.version() == version)
    }

    /// The version that the server prefers; the first, if that one could not be asked. None if none could.
    #[must_use]
    pub fn preferred(&self) -> Option<&ApiVersion> {
        self.version(&self.preferred).or_else(|| self.versions.first())
    }

    /// The versions, the preferred one first.
    pub(crate) fn by_preference(&self) -> impl Iterator<Item = &ApiVersion> {
        let preferred = self.preferred();
        let others = self.versions.iter().filter(move |version| preferred.is_none_or(|it| !std::ptr::eq(it, *version)));
        preferred.into_iter().chain(others)
    }

    fn preferred_resources(&self) -> impl Iterator<Item = &ApiResource> {
        let chosen = |resource: &&ApiResource| {
            let name = resource.gvr.resource();
            let first = self.by_preference().find_map(|version| version.resource(name));
            first.is_some_and(|first| std::ptr::eq(first, *resource))
        };
        self.versions.iter().flat_map(|version| &version.resources).filter(chosen)
    }
}

/// One version of a group, and its resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersion {
    pub(super) group_version: GroupVersion,
    pub(super) resources: Vec<ApiResource>,
    /// Not themselves served: only something beneath them is.
    pub(super) carriers: Vec<ApiResource>,
}

impl ApiVersion {
    /// Group and version.
    #[must_use]
    pub fn group_version(&self) -> &GroupVersion {
        &self.group_version
    }

    /// Its resources; what is beneath them is in [`ApiResource::subresources`].
    #[must_use]
    pub fn resources(&self) -> &[ApiResource] {
        &self.resources
    }

    /// A resource by its plural: `deployments`.
    #[must_use]
    pub fn resource(&self, plural: &str) -> Option<&ApiResource> {
        self.resources.iter().find(|resource| resource.gvr.resource() == plural)
    }
}
