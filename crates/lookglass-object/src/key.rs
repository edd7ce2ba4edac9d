//! Where an object lives: [`Key`].

mod deleted;
mod lookup;

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

use kube_core::Resource;

use crate::quote::Quoted;

pub use deleted::{Deleted, key_of_deleted};
pub use lookup::{IntoKey, KeyRef};

/// Which object: an optional cluster, a namespace (absent for cluster-scoped objects) and a name.
///
/// ```
/// use lookglass_object::Key;
///
/// let key: Key = "default/web-0".parse()?;
/// assert_eq!((key.namespace(), key.name()), (Some("default"), "web-0"));
/// assert_eq!(key, Key::new("default", "web-0"));
/// assert_eq!(Key::cluster_scoped("node-7").to_string(), "node-7");
/// assert_eq!(key.with_cluster("prod").to_string(), "prod:default/web-0");
/// # Ok::<(), lookglass_object::KeyError>(())
/// ```
///
/// # Cost
///
/// 24 bytes, and one allocation that holds `namespace/name` as text: 16 bytes more than the text itself. Cloning counts one
/// reference (two for a key with a cluster) and copies nothing. The namespace is stored in each key rather than shared: a
/// shared one would cost the eight to sixteen bytes that it saves.
///
/// # Order
///
/// Keys without a cluster come first, then clusters by name. Within a cluster, keys are ordered by the bytes of
/// [`as_str`](Self::as_str), which is the order in which an API server lists, so a sorted run of keys can be paged and merged
/// with a server's answer. It keeps each namespace together; it differs from comparing namespace and name apart only where
/// one namespace continues another with `-` or `.` (`a-b/x` comes before `a/x`).
///
/// # Text
///
/// `name`, `namespace/name`, `cluster:namespace/name`, and `cluster:/name` for a cluster-scoped object in a named cluster.
/// [`FromStr`] reads them back. Without a cluster it follows client-go's `SplitMetaNamespaceKey`: no slash is a name, one
/// slash parts namespace and name, more are the error `unexpected key format`. A colon counts only before the last slash,
/// where no namespace can have one, so names such as `system:node` and cluster names such as `arn:aws:eks:…:cluster/prod`
/// pass unharmed.
///
/// Namespaces and names of Kubernetes never contain a slash. If one is handed in nevertheless, the text is kept as it is and
/// the namespace ends at its first slash.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    // `namespace/name`, or `name` alone. A nameless namespace is written only when the name holds a slash of its own.
    text: Arc<str>,
    cluster: Option<ClusterName>,
}

impl Key {
    /// The key of a namespaced object. An empty namespace makes it [cluster-scoped](Self::cluster_scoped).
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { text: lookup::with_text(namespace, name, |text| text.into()), cluster: None }
    }

    /// The key of an object that lives in no namespace.
    #[must_use]
    pub fn cluster_scoped(name: &str) -> Self {
        Self::new("", name)
    }

    /// The same object name in the named cluster; an empty cluster name means no cluster.
    ///
    /// Keys made from one [`ClusterName`] share it; a `&str` is copied for each call.
    #[must_use]
    pub fn with_cluster(mut self, cluster: impl Into<ClusterName>) -> Self {
        let cluster = cluster.into();
        self.cluster = (!cluster.as_str().is_empty()).then_some(cluster);
        self
    }

    /// The same key without its cluster, as the cluster itself knows it.
    #[must_use]
    pub fn without_cluster(mut self) -> Self {
        self.cluster = None;
        self
    }

    /// The cluster, if the key says one.
    #[must_use]
    pub fn cluster(&self) -> Option<&ClusterName> {
        self.cluster.as_ref()
    }

    /// The namespace; `None` for a cluster-scoped object.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.text.split_once('/').map(|(namespace, _)| namespace).filter(|namespace| !namespace.is_empty())
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.split_once('/').map_or(&*self.text, |(_, name)| name)
    }

    /// `namespace/name`, or `name` alone: the key without its cluster, as client-go writes it. Costs nothing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Bytes that this key holds on the heap, not counting the shared cluster name.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        // Two reference counts precede the text, and the whole is rounded up to their alignment.
        (2 * size_of::<usize>() + self.text.len()).next_multiple_of(align_of::<usize>())
    }
}

/// Orders as the type's documentation says.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cluster.cmp(&other.cluster).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A key without a cluster hashes like its text, so that a `&str` finds it; see [`KeyRef`].
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        if let Some(cluster) = &self.cluster {
            cluster.hash(state);
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(cluster) = &self.cluster else { return f.pad(&self.text) };
        let slash = if self.text.contains('/') { "" } else { "/" };
        if f.width().is_none() && f.precision().is_none() {
            return write!(f, "{cluster}:{slash}{}", self.text);
        }
        f.pad(&format!("{cluster}:{slash}{}", self.text))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(key: &str) -> Result<Self, KeyError> {
        let Some((place, name)) = key.rsplit_once('/') else { return Ok(Self::cluster_scoped(key)) };
        let (cluster, namespace) = match place.rsplit_once(':') {
            Some((cluster, namespace)) => (Some(cluster), namespace),
            None => (None, place),
        };
        if namespace.contains('/') || cluster == Some("") {
            return Err(KeyError::UnexpectedFormat { key: key.into() });
        }
        let key = Self::new(namespace, name);
        Ok(match cluster {
            Some(cluster) => key.with_cluster(cluster),
            None => key,
        })
    }
}

impl TryFrom<&str> for Key {
    type Error = KeyError;

    fn try_from(key: &str) -> Result<Self, KeyError> {
        key.parse()
    }
}

/// The name of a cluster, shared by all keys made from one value of it.
///
/// One pointer wide. Cloning counts a reference; equality is one comparison of pointers for values with a common origin.
#[derive(Clone)]
pub struct ClusterName(
    // A thin pointer to the name keeps `Key` at three words; the second hop is paid only by fleets.
    Arc<Box<str>>,
);

impl ClusterName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ClusterName {
    fn from(name: &str) -> Self {
        Self(Arc::new(name.into()))
    }
}

impl From<String> for ClusterName {
    fn from(name: String) -> Self {
        Self(Arc::new(name.into()))
    }
}

impl From<&Self> for ClusterName {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

impl PartialEq for ClusterName {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for ClusterName {}

impl PartialOrd for ClusterName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ClusterName {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl Hash for ClusterName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text has more slashes than a key can have. Write `name`, `namespace/name` or `cluster:namespace/name`.
    #[error("unexpected key format: {}", Quoted(key))]
    UnexpectedFormat {
        /// The text as it was given.
        key: Box<str>,
    },
    /// The object has no `metadata.name`, so nothing can be looked up by it. An object that has not been created yet may
    /// have only a `generateName`; objects read from an API server always have a name.
    #[error("object has no metadata.name{}", .namespace.as_ref().map(|n| format!(" (namespace {})", Quoted(n))).unwrap_or_default())]
    NoName {
        /// The namespace of the object, if it has one.
        namespace: Option<Box<str>>,
    },
}

/// The key of an object: client-go's `MetaNamespaceKeyFunc` for every type with object metadata.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_object::key_of;
///
/// let mut pod = Pod::default();
/// assert!(key_of(&pod).is_err());
/// pod.metadata.namespace = Some("default".into());
/// pod.metadata.name = Some("web-0".into());
/// assert_eq!(key_of(&pod)?.as_str(), "default/web-0");
/// # Ok::<(), lookglass_object::KeyError>(())
/// ```
///
/// # Errors
///
/// [`KeyError::NoName`] if the object has no name or an empty one.
pub fn key_of(object: &impl Resource) -> Result<Key, KeyError> {
    let meta = object.meta();
    let namespace = meta.namespace.as_deref().unwrap_or_default();
    match meta.name.as_deref() {
        Some(name) if !name.is_empty() => Ok(Key::new(namespace, name)),
        _ => Err(KeyError::NoName { namespace: meta.namespace.as_deref().map(Into::into) }),
    }
}

#[cfg(test)]
mod tests;
