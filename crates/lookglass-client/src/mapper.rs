//! Kinds and resources, and the names that people give them: [`Mapper`].

mod error;
mod find;
mod mapping;
mod similar;
#[cfg(test)]
mod tests;
mod wanted;

use std::fmt;

use lookglass_object::{Gvk, Gvr};

use crate::{ApiResource, Discovery, Error};
use find::Miss;
use wanted::Wanted;

pub use error::NoMapping;
pub use mapping::Mapping;

/// From kind to resource, from resource to kind, and from what people write (`deploy`, `Deployment`, `deployments.v1.apps`) to either; client-go's `RESTMapper`, with
/// its shortcut and category expanders, over what [`Discovery`] remembers.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), lookglass_client::Error> {
/// use lookglass_client::{Discovery, Mapper};
/// use lookglass_object::Gvk;
///
/// let mapper = Mapper::new(&Discovery::new(&client));
/// let deployments = mapper.find("deploy").await?;
/// assert_eq!(deployments.gvr().to_string(), "apps/v1, Resource=deployments");
/// let pods = mapper.resource_for(&Gvk::core("v1", "Pod")).await?;
/// assert!(pods.is_namespaced());
/// # Ok(())
/// # }
/// ```
///
/// # Which one comes first
///
/// Where a name fits several, the core group comes first, then the groups in the server's order; in each group the version that it prefers, then the others in the
/// server's order: client-go's priorities. A group's exact name comes before names that begin with it (`storageclass.storage` finds `storage.k8s.io`). A plural or singular that
/// fits comes before any short name.
///
/// # What is new to the server
///
/// A name that is not found in what was remembered is looked for once more in what the server says now: so a kind that was defined a moment ago is found, at the cost
/// of one [`refresh`](Discovery::refresh) for each lookup that fails, shared by all that fail at the same time. (client-go's mapper over a memory cache never looks again.)
///
/// # Where it differs from client-go
///
/// * There are no made-up resources for list kinds (`podlists`).
/// * A short name written with a version (`hpa.v1.autoscaling`) keeps that version.
/// * A kind that several resources of one version share means the one that bears its plural, or is [`NoMapping::Ambiguous`]; not the last.
///
/// # What it costs
///
/// A lookup walks over all resources, some microseconds where there are a hundred, and copies the one it finds. It asks nothing of the server unless it fails. Keep the
/// [`Mapping`] where it is used often.
///
/// Clones share what they remember.
#[derive(Clone)]
pub struct Mapper {
    discovery: Discovery,
}

impl Mapper {
    /// Over what this discovery remembers. It asks nothing yet.
    #[must_use]
    pub fn new(discovery: &Discovery) -> Self {
        Self { discovery: discovery.clone() }
    }

    /// The resource whose objects are of this kind, in this version. Without a version (`""`), in the version that is preferred.
    ///
    /// # Errors
    ///
    /// [`Error::NoMapping`]; or the server has to be asked and does not say what it serves.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn resource_for(&self, kind: &Gvk) -> Result<Mapping, Error> {
        self.look(Wanted::Kind(kind)).await
    }

    /// The resource of this name, and so its kind. An empty group, an empty version, a singular and the beginning of a group are understood too.
    ///
    /// # Errors
    ///
    /// As for [`resource_for`](Self::resource_for).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn kind_for(&self, resource: &Gvr) -> Result<Mapping, Error> {
        self.look(Wanted::Resource(resource)).await
    }

    /// What a person means by a name, as kubectl understands it: plural, singular, short name or kind, alone or with group (`deploy.apps`) or with version and group
    /// (`Deployment.v1.apps`; of the core group `pods.v1.`).
    ///
    /// # Errors
    ///
    /// As for [`resource_for`](Self::resource_for).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn find(&self, name: &str) -> Result<Mapping, Error> {
        self.look(Wanted::Name(name)).await
    }

    /// The resources of a category, such as `all`, each in its preferred version. Empty if no resource names it.
    ///
    /// # Errors
    ///
    /// The server has to be asked and does not say what it serves.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn category(&self, name: &str) -> Result<Vec<Mapping>, Error> {
        let apis = self.discovery.apis().await?;
        let of_it = |resource: &&ApiResource| resource.categories.iter().any(|category| category == name);
        Ok(apis.preferred().filter(of_it).cloned().map(Mapping::of).collect())
    }

    /// Lets the next lookup ask the server again; client-go's `Reset`.
    pub fn reset(&self) {
        self.discovery.invalidate();
    }

    /// What it stands on.
    #[must_use]
    pub fn discovery(&self) -> &Discovery {
        &self.discovery
    }

    /// Looks in what is remembered, and if that has it not, in what was asked for after this lookup began.
    async fn look(&self, wanted: Wanted<'_>) -> Result<Mapping, Error> {
        let began = self.discovery.mark();
        let mut apis = self.discovery.apis().await?;
        let mut found = wanted.find_in(&apis);
        if found == Err(Miss::Unknown) {
            apis = self.discovery.asked_since(began).await?;
            found = wanted.find_in(&apis);
        }
        found.map_err(|miss| wanted.explain(&apis, miss).into())
    }
}

impl fmt::Debug for Mapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapper").field("discovery", &self.discovery).finish()
    }
}
