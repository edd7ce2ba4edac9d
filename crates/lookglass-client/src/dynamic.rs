//! Anything, as trees or as metadata, by its name: [`Dynamic`], [`Metadata`].

#[cfg(test)]
mod tests;

use lookglass_object::{Gvk, Gvr, Meta};

use crate::{
    ApiResource, Client, Discovery, Error, Mapper, Resources,
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
/// What is built in is known here; for anything else the server is asked what it serves, once for all handles of a [`Mapper`]. [`known`](Self::known) and [`discovered`](Self::discovered) ask
/// nobody.
#[derive(Debug, Clone)]
pub struct Dynamic {
    client: Client,
    mapper: Mapper,
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
    mapper: Mapper,
}

/// What both can be asked for.
macro_rules! by_name {
    ($($interface:ident: $view:ty, $resources:ident;)*) => {$(
        impl $interface {
            /// Over a connection.
            #[must_use]
            pub fn new(client: &Client) -> Self {
                Self::with_mapper(&Mapper::new(&Discovery::new(client)))
            }

            /// Over the connection of a mapper, by what that knows and finds out.
            #[must_use]
            pub fn with_mapper(mapper: &Mapper) -> Self {
                Self { client: mapper.discovery().client().clone(), mapper: mapper.clone() }
            }

            /// The resource, in all namespaces.
            ///
            /// # Errors
            ///
            /// [`Error::NoMapping`]: the server has no such resource. Or it refuses to say what it has, or does not answer.
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost: it only reads.
            pub async fn resource(&self, gvr: &Gvr) -> Result<Resources<$view>, Error> {
                let (kind, namespaced) = kind_of(&self.mapper, gvr).await?;
                Ok(Resources::$resources(&self.client, gvr.clone(), &kind, Some(namespaced)))
            }

            /// The resource that serves a kind, in all namespaces.
            ///
            /// # Errors
            ///
            /// As for [`resource`](Self::resource).
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost: it only reads.
            pub async fn kind(&self, gvk: &Gvk) -> Result<Resources<$view>, Error> {
                let (gvr, namespaced) = resource_of(&self.mapper, gvk).await?;
                Ok(Resources::$resources(&self.client, gvr, gvk, Some(namespaced)))
            }

            /// A resource as discovery or a [`Mapping`](crate::Mapping) tells of it, in all namespaces.
            #[must_use]
            pub fn discovered(&self, resource: &ApiResource) -> Resources<$view> {
                let (gvr, namespaced) = (resource.gvr.clone(), resource.is_namespaced());
                Resources::$resources(&self.client, gvr, &resource.gvk, Some(namespaced))
            }

            /// The resource, whose kind is known to the caller, in all namespaces.
            #[must_use]
            pub fn known(&self, gvr: Gvr, kind: &Gvk) -> Resources<$view> {
                let namespaced = built_in_kind(&gvr).map(|(_, namespaced)| namespaced);
                Resources::$resources(&self.client, gvr, kind, namespaced)
            }
        }
    )*};
}

by_name! {
    Dynamic: lookglass_object::Dynamic, dynamic;
    Metadata: Meta, metadata;
}

/// The kind of a resource, and whether its objects live in namespaces: known, or asked for.
async fn kind_of(mapper: &Mapper, gvr: &Gvr) -> Result<(Gvk, bool), Error> {
    if let Some(known) = built_in_kind(gvr) {
        return Ok(known);
    }
    let found = mapper.kind_for(gvr).await?.resource;
    Ok((found.gvk.clone(), found.is_namespaced()))
}

/// The resource of a kind, likewise.
async fn resource_of(mapper: &Mapper, gvk: &Gvk) -> Result<(Gvr, bool), Error> {
    if let Some(known) = built_in_resource(gvk) {
        return Ok(known);
    }
    let found = mapper.resource_for(gvk).await?.resource;
    Ok((found.gvr.clone(), found.is_namespaced()))
}
