//! Everything that is served at one moment: [`Catalog`].

use std::{collections::BTreeMap, sync::Arc};

use lookglass_object::{GroupVersion, Gvk};

use crate::Resource;

/// Everything that is served at one moment, in the order in which discovery tells it.
///
/// The order matters: the first group that has a resource is the one kubectl means by its short name, and the first version of a group is its
/// preferred one. A catalog never changes; a backend whose resources come and go hands out another one.
///
/// # Cost
///
/// Finding a resource is one lookup in a tree of the plural names. Documents made of a catalog are kept beside it, not made for each request.
#[derive(Debug, Default)]
pub struct Catalog {
    resources: Vec<Arc<Resource>>,
    by_path: BTreeMap<(String, String, String), usize>,
}

impl Catalog {
    /// A catalog of these, in their order. Of two with the same group, version and plural name the first counts.
    #[must_use]
    pub fn new(resources: impl IntoIterator<Item = Arc<Resource>>) -> Self {
        let mut catalog = Self::default();
        for resource in resources {
            let gvr = &resource.gvr;
            let path = (gvr.group().to_owned(), gvr.version().to_owned(), gvr.resource().to_owned());
            if let std::collections::btree_map::Entry::Vacant(free) = catalog.by_path.entry(path) {
                free.insert(catalog.resources.len());
                catalog.resources.push(resource);
            }
        }
        catalog
    }

    /// All resources, in the order of discovery.
    #[must_use]
    pub fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    /// The resource at a path.
    #[must_use]
    pub fn resource(&self, group: &str, version: &str, plural: &str) -> Option<&Arc<Resource>> {
        let at = *self.by_path.get(&(group.to_owned(), version.to_owned(), plural.to_owned()))?;
        self.resources.get(at)
    }

    /// The resource whose objects are of a kind.
    #[must_use]
    pub fn kind(&self, kind: &Gvk) -> Option<&Arc<Resource>> {
        self.resources.iter().find(|resource| resource.kind == *kind)
    }

    /// The groups and their versions, preferred first; core is the group without a name.
    #[must_use]
    pub fn groups(&self) -> Vec<(&str, Vec<&GroupVersion>)> {
        let mut groups: Vec<(&str, Vec<&GroupVersion>)> = Vec::new();
        for resource in &self.resources {
            let version = resource.gvr.group_version();
            let at = groups.iter().position(|(name, _)| *name == version.group()).unwrap_or_else(|| {
                groups.push((version.group(), Vec::new()));
                groups.len() - 1
            });
            if !groups[at].1.contains(&version) {
                groups[at].1.push(version);
            }
        }
        groups
    }
}
