//! A fleet: the objects of clusters as they are, made from a seed.
//!
//! # What is in it
//!
//! | kind | how many | size |
//! | --- | --- | --- |
//! | Pod | as asked | 8.8 KB of JSON, 5.2 KB of protobuf; 6.8 and 3.4 KB without managedFields |
//! | ReplicaSet, Deployment | one for 12 pods | 6 KB |
//! | ConfigMap | two for 12 pods: the application's and the cluster's certificate | 2 KB, 1.4 KB |
//! | Secret | one for 12 pods | 4 KB |
//! | Event | four for 12 pods | 0.9 KB |
//! | Certificate, a custom resource without protobuf | one for 12 pods | 1.1 KB |
//! | Node | one for 30 pods | 11 KB |
//! | Namespace | at most 400 | 0.4 KB |
//!
//! A *uniform* fleet has one template: pods differ in names, addresses, times and hashes. In a *diverse* one each workload has 1.5 KB of text of its own
//! besides and each pod 0.2 KB, some pods are not ready and some have been restarted.
//!
//! # What it promises
//!
//! The same seed gives the same bytes. JSON and protobuf are what Go writes, since they come out of lookglass-object's transcoders, which are held to Go's bytes.
//! Every object carries the annotation [`SENT`] with as many digits as a time in nanoseconds has, and versions have ten digits, so that a server can put the version
//! and the time of sending into prepared bytes.

mod pods;
mod random;
mod rest;
#[cfg(test)]
mod tests;

use lookglass_object::{
    Gvk, Gvr,
    protobuf::{Zeros, from_json, to_json},
    table::{Message, Table},
};

pub use pods::Pods;

/// The annotation that holds the time at which an event was sent, in nanoseconds since 1970.
pub const SENT: &str = "bench.lookglass/sent";

/// What stands there until it is sent.
pub const SENT_BLANK: &str = "1700000000000000000";

/// The version of the first object: of ten digits, and so are all after it.
pub const BASE_VERSION: u64 = 1_000_000_000;

/// How many pods share a ReplicaSet.
pub const REPLICAS: usize = 12;

/// How many namespaces the workloads are in.
pub const NAMESPACES: usize = 400;

/// How many values the label `app.kubernetes.io/part-of` has: `shop-00` and so on, each on every hundredth workload.
pub const PARTS: usize = 100;

/// Text of its own in each workload of a diverse fleet.
pub const DIVERSE: usize = 1500;

/// How many pods run on a node.
const PODS_ON_A_NODE: usize = 30;

/// Events of each workload.
const EVENTS: usize = 4;

/// The kinds of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the kinds of this fleet")]
#[expect(missing_docs, reason = "Kubernetes' kinds")]
pub enum Kind {
    Pod,
    ReplicaSet,
    Deployment,
    ConfigMap,
    Secret,
    Event,
    Certificate,
    Node,
    Namespace,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Pod,
        Self::ReplicaSet,
        Self::Deployment,
        Self::ConfigMap,
        Self::Secret,
        Self::Event,
        Self::Certificate,
        Self::Node,
        Self::Namespace,
    ];

    /// Group, version and kind.
    #[must_use]
    pub fn gvk(self) -> Gvk {
        match self {
            Self::Pod => Gvk::core("v1", "Pod"),
            Self::ReplicaSet => Gvk::new("apps", "v1", "ReplicaSet"),
            Self::Deployment => Gvk::new("apps", "v1", "Deployment"),
            Self::ConfigMap => Gvk::core("v1", "ConfigMap"),
            Self::Secret => Gvk::core("v1", "Secret"),
            Self::Event => Gvk::core("v1", "Event"),
            Self::Certificate => Gvk::new("cert-manager.io", "v1", "Certificate"),
            Self::Node => Gvk::core("v1", "Node"),
            Self::Namespace => Gvk::core("v1", "Namespace"),
        }
    }

    /// Group, version and resource.
    #[must_use]
    pub fn gvr(self) -> Gvr {
        let gvk = self.gvk();
        let resource = format!("{}s", gvk.kind().to_lowercase());
        Gvr::new(gvk.group().to_owned(), gvk.version().to_owned(), resource)
    }

    /// Whether its objects are in namespaces.
    #[must_use]
    pub fn is_namespaced(self) -> bool {
        !matches!(self, Self::Node | Self::Namespace)
    }

    /// Its message in protobuf; a custom resource has none.
    #[must_use]
    pub fn message(self) -> Option<&'static Message> {
        let gvk = self.gvk();
        Table::builtin().kind(gvk.group(), gvk.version(), gvk.kind()).map(|entry| entry.message())
    }
}

/// A fleet of so many pods and what belongs to them.
#[derive(Debug, Clone, Copy)]
pub struct Fleet {
    /// How many pods.
    pub pods: usize,
    /// Other seeds give other names, addresses, times and texts.
    pub seed: u64,
    /// Whether pods have `metadata.managedFields`.
    pub managed_fields: bool,
    /// Bytes of text of its own in each workload; 0 makes a uniform fleet, [`DIVERSE`] one like a real one.
    pub diverse: usize,
}

/// An object in both encodings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// As JSON, with kind and apiVersion.
    pub json: Vec<u8>,
    /// As protobuf, without the envelope, if its kind has any.
    pub protobuf: Option<Vec<u8>>,
}

impl Fleet {
    /// A uniform fleet with managedFields.
    #[must_use]
    pub fn uniform(pods: usize) -> Self {
        Self { pods, seed: 1, managed_fields: true, diverse: 0 }
    }

    /// A fleet like a real one.
    #[must_use]
    pub fn diverse(pods: usize) -> Self {
        Self { diverse: DIVERSE, ..Self::uniform(pods) }
    }

    /// How many objects of a kind there are.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        let sets = self.pods.div_ceil(REPLICAS);
        match kind {
            Kind::Pod => self.pods,
            Kind::ReplicaSet | Kind::Deployment | Kind::Secret | Kind::Certificate => sets,
            Kind::ConfigMap => 2 * sets,
            Kind::Event => EVENTS * sets,
            Kind::Node => self.pods.div_ceil(PODS_ON_A_NODE),
            Kind::Namespace => sets.min(NAMESPACES),
        }
    }

    /// One object, without its version being in order with those of other kinds.
    ///
    /// # Panics
    ///
    /// A template is broken, which the tests would have told.
    #[must_use]
    pub fn object(&self, kind: Kind, index: usize) -> Encoded {
        let text = match kind {
            Kind::Pod => self.pods().json(index).into_bytes(),
            other => self.rest(other, index).to_string().into_bytes(),
        };
        let Some(message) = kind.message() else { return Encoded { json: text, protobuf: None } };
        let mut protobuf = Vec::with_capacity(text.len());
        from_json(message, &text, Zeros::Written, &mut protobuf).expect("the fleet's objects are objects");
        let gvk = kind.gvk();
        let mut json = Vec::with_capacity(text.len());
        to_json(message, &protobuf, Some((&gvk.api_version(), gvk.kind())), &mut json).expect("just written");
        Encoded { json, protobuf: Some(protobuf) }
    }

    fn pods(&self) -> Pods {
        Pods { seed: self.seed, managed_fields: self.managed_fields, diverse: self.diverse }
    }
}

/// The name of a workload.
fn app(set: usize) -> String {
    format!("{}-{set}", ["checkout", "catalog", "payments", "search", "profile"][set % 5])
}

/// The namespace of a workload.
fn namespace(set: usize) -> String {
    format!("team-{:03}", set % NAMESPACES)
}

/// The name of a node.
fn node(index: usize) -> String {
    format!("node-{index:04}.eu-central-1.compute.internal")
}
