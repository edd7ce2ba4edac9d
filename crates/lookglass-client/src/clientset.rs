//! The typed clients of the built-in kinds: [`Clientset`].

mod table;
#[cfg(test)]
mod tests;

use lookglass_object::{Gvk, Gvr};

use crate::{Client, CreateOnly, Resources};
use table::{BUILT_IN, for_each_group, for_each_resource};

/// The typed clients of all built-in kinds that the chosen version of k8s-openapi has, by group and version: client-go's `kubernetes.Clientset`.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use lookglass_client::{ALL_NAMESPACES, Clientset};
///
/// let clientset = Clientset::new(&client);
/// for config in clientset.core_v1().config_maps("default").list(&Default::default()).await? {
///     println!("{}: {:?}", config.name(), config.typed()?.data);
/// }
/// let pods = clientset.core_v1().pods(ALL_NAMESPACES).list(&Default::default()).await?;
/// println!("there are {} pods in the cluster", pods.len());
/// # Ok(())
/// # }
/// ```
///
/// Methods are named as client-go's, in snake case. Those of kinds that live in namespaces take one; [`ALL_NAMESPACES`](crate::ALL_NAMESPACES), the empty name, stands for all of them.
///
/// # Cost
///
/// A handle costs a few reference counts and one look-up of the kind. Encoders and decoders are compiled in this project's crates, so that a program that uses these clients is built again
/// quickly.
#[derive(Debug, Clone)]
pub struct Clientset {
    client: Client,
}

impl Clientset {
    /// Over a connection.
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The connection.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

impl From<Client> for Clientset {
    fn from(client: Client) -> Self {
        Self { client }
    }
}

impl From<kube::Client> for Clientset {
    fn from(client: kube::Client) -> Self {
        Self { client: client.into() }
    }
}

impl From<&Clientset> for kube::Client {
    fn from(clientset: &Clientset) -> Self {
        clientset.client.kube()
    }
}

macro_rules! group {
    ($name:ident $method:ident $group:literal $version:literal) => {
        #[doc = concat!("The typed clients of the group `", $group, "` in version `", $version, "`; from [`Clientset::", stringify!($method), "`].")]
        #[derive(Debug, Clone)]
        pub struct $name {
            client: Client,
        }

        impl Clientset {
            #[doc = concat!("The group `", $group, "` in version `", $version, "`.")]
            #[must_use]
            pub fn $method(&self) -> $name {
                $name { client: self.client.clone() }
            }
        }
    };
}

macro_rules! resource {
    ($name:ident $method:ident $group:literal $version:literal, $($module:ident)::+:
        $($scope:ident $verbs:ident $accessor:ident $kind:ident $plural:literal;)+
    ) => {
        const _: () = {
            use k8s_openapi::$($module)::+ as kinds;

            impl $name {
                $(
                    accessor! {
                        #[doc = concat!("`", $plural, "` of the group `", $group, "` in version `", $version, "`: kind `", stringify!($kind), "`.")]
                        $scope $accessor handle!($verbs kinds::$kind), kinds::$kind, $plural
                    }
                )+
            }
        };
    };
}

/// What is given of a resource.
macro_rules! handle {
    (listed $kind:ty) => { Resources<$kind> };
    (sent $kind:ty) => { CreateOnly<$kind> };
}

macro_rules! accessor {
    (#[$doc:meta] namespaced $accessor:ident $handle:ty, $kind:ty, $plural:literal) => {
        #[$doc]
        ///
        /// Of one namespace; the empty name stands for all.
        #[must_use]
        pub fn $accessor(&self, namespace: &str) -> $handle {
            <$handle>::built_in(&self.client, &Gvk::of::<$kind>(), $plural, true).namespace(namespace)
        }
    };
    (#[$doc:meta] cluster $accessor:ident $handle:ty, $kind:ty, $plural:literal) => {
        #[$doc]
        #[must_use]
        pub fn $accessor(&self) -> $handle {
            <$handle>::built_in(&self.client, &Gvk::of::<$kind>(), $plural, false)
        }
    };
}

for_each_group!(group);
for_each_resource!(resource);

/// A built-in resource: group, version, plural, kind, and whether it is namespaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BuiltIn(&'static str, &'static str, &'static str, &'static str, bool);

/// The kind of a built-in resource, and whether its objects live in namespaces.
pub(crate) fn built_in_kind(gvr: &Gvr) -> Option<(Gvk, bool)> {
    let of = |row: &&BuiltIn| row.2 == gvr.resource() && row.0 == gvr.group() && row.1 == gvr.version();
    BUILT_IN.iter().find(of).map(|row| (Gvk::new(row.0, row.1, row.3), row.4))
}

/// The resource of a built-in kind, and whether its objects live in namespaces.
pub(crate) fn built_in_resource(gvk: &Gvk) -> Option<(Gvr, bool)> {
    let of = |row: &&BuiltIn| row.3 == gvk.kind() && row.0 == gvk.group() && row.1 == gvk.version();
    BUILT_IN.iter().find(of).map(|row| (Gvr::new(row.0, row.1, row.2), row.4))
}
