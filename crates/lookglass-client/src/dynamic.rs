//! Anything, as trees or as metadata, by its name: [`Dynamic`], [`Metadata`].

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;
use lookglass_object::{GroupVersion, Gvk, Gvr, Meta, codec::Codec};

use crate::{
    Client, Error, Resources, Rest,
    clientset::{built_in_kind, built_in_resource},
};

/// Handles of resources whose types are known only at run time: client-go's `dynamic.Interface`.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use lookglass_client::Dynamic;
/// use lookglass_object::Gvr;
///
/// let dynamic = Dynamic::new(&client);
/// let deployments = dynamic.resource(&Gvr::new("apps", "v1", "deployments")).await?.namespace("default");
///
/// let template = deployments.parse("{apiVersion: apps/v1, kind: Deployment, metadata: {name: demo}, spec: {replicas: 2}}")?;
/// deployments.create(&template).await?;
/// deployments.edit("demo", |demo| demo["spec"]["replicas"] = 1.into()).await?;
/// for deployment in deployments.list(&Default::default()).await? {
///     println!(" * {} ({:?} replicas)", deployment.name(), deployment.at("spec.replicas"));
/// }
/// deployments.delete("demo").await?;
/// # Ok(())
/// # }
/// ```
///
/// What is built in is known here; of anything else the server is asked once, by the request that lists the resources of its group and version. [`known`](Self::known) asks nobody.
#[derive(Debug, Clone)]
pub struct Dynamic {
    client: Client,
}

/// Handles of resources of which only the metadata is wanted: client-go's `metadata.Interface`. Far fewer bytes, and nothing that is secret.
///
/// A server that answers with whole objects all the same is understood. Objects cannot be created or replaced by their metadata; they can be patched and deleted.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use lookglass_client::Metadata;
/// use lookglass_object::Gvr;
///
/// let secrets = Metadata::new(&client).resource(&Gvr::core("v1", "secrets")).await?;
/// for secret in secrets.list(&Default::default()).await? {
///     println!("{} {} {:?}", secret.kind(), secret.key(), secret.owner_references()?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Metadata {
    client: Client,
}

impl Dynamic {
    /// Over a connection.
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The resource, in all namespaces.
    ///
    /// # Errors
    ///
    /// The server has no such resource, refuses to say so, or does not answer.
    pub async fn resource(&self, gvr: &Gvr) -> Result<Resources<lookglass_object::Dynamic>, Error> {
        let (kind, namespaced) = kind_of(&self.client, gvr).await?;
        Ok(Resources::dynamic(&self.client, gvr.clone(), &kind, Some(namespaced)))
    }

    /// The resource that serves a kind, in all namespaces.
    ///
    /// # Errors
    ///
    /// As for [`resource`](Self::resource).
    pub async fn kind(&self, gvk: &Gvk) -> Result<Resources<lookglass_object::Dynamic>, Error> {
        let (gvr, namespaced) = resource_of(&self.client, gvk).await?;
        Ok(Resources::dynamic(&self.client, gvr, gvk, Some(namespaced)))
    }

    /// The resource, whose kind is known to the caller.
    #[must_use]
    pub fn known(&self, gvr: Gvr, kind: &Gvk) -> Resources<lookglass_object::Dynamic> {
        let namespaced = built_in_kind(&gvr).map(|(_, namespaced)| namespaced);
        Resources::dynamic(&self.client, gvr, kind, namespaced)
    }
}

impl Metadata {
    /// Over a connection.
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The resource, in all namespaces.
    ///
    /// # Errors
    ///
    /// As for [`Dynamic::resource`].
    pub async fn resource(&self, gvr: &Gvr) -> Result<Resources<Meta>, Error> {
        let (kind, namespaced) = kind_of(&self.client, gvr).await?;
        Ok(Resources::metadata(&self.client, gvr.clone(), &kind, Some(namespaced)))
    }

    /// The resource that serves a kind, in all namespaces.
    ///
    /// # Errors
    ///
    /// As for [`Dynamic::resource`].
    pub async fn kind(&self, gvk: &Gvk) -> Result<Resources<Meta>, Error> {
        let (gvr, namespaced) = resource_of(&self.client, gvk).await?;
        Ok(Resources::metadata(&self.client, gvr, gvk, Some(namespaced)))
    }

    /// The resource, whose kind is known to the caller.
    #[must_use]
    pub fn known(&self, gvr: Gvr, kind: &Gvk) -> Resources<Meta> {
        let namespaced = built_in_kind(&gvr).map(|(_, namespaced)| namespaced);
        Resources::metadata(&self.client, gvr, kind, namespaced)
    }
}

/// The kind of a resource, and whether its objects live in namespaces: known, or asked for.
async fn kind_of(client: &Client, gvr: &Gvr) -> Result<(Gvk, bool), Error> {
    if let Some(known) = built_in_kind(gvr) {
        return Ok(known);
    }
    let what = format!("find the kind of {}", gvr.group_resource());
    let resources = resources_of(client, &what, gvr.group_version()).await?;
    let found = resources.resources.iter().find(|resource| resource.name == gvr.resource());
    let found = found.map(|resource| (gvr.group_version().clone().kind(resource.kind.clone()), resource.namespaced));
    found.ok_or_else(|| none(what, gvr.group_version(), gvr.resource()))
}

/// The resource of a kind, likewise.
async fn resource_of(client: &Client, gvk: &Gvk) -> Result<(Gvr, bool), Error> {
    if let Some(known) = built_in_resource(gvk) {
        return Ok(known);
    }
    let what = format!("find the resource of {}", gvk.group_kind());
    let resources = resources_of(client, &what, gvk.group_version()).await?;
    // A subresource may be of the kind, too, and has a slash in its name.
    let found = resources.resources.iter().find(|resource| resource.kind == gvk.kind() && !resource.name.contains('/'));
    let found = found.map(|resource| (gvk.resource(resource.name.clone()), resource.namespaced));
    found.ok_or_else(|| none(what, gvk.group_version(), gvk.kind()))
}

async fn resources_of(client: &Client, what: &str, version: &GroupVersion) -> Result<Arc<APIResourceList>, Error> {
    let answer = Rest::new(client).version(version).get().send().await?;
    let codec = Codec::for_type::<APIResourceList>();
    let list = codec.map(|codec| codec.json(&answer.bytes())).transpose();
    let list = list.map_err(|error| Error::malformed(what, error))?.and_then(Codec::typed);
    list.ok_or_else(|| Error::malformed(what, "no list of resources"))
}

fn none(what: String, version: &GroupVersion, name: &str) -> Error {
    Error::request(what, format!("the server has no {name} in {version}; is its CustomResourceDefinition there?"))
}
