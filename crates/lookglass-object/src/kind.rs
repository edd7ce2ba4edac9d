//! What kind of object: [`Gvk`], [`Gvr`], [`GroupVersion`].

mod convert;
mod order;

use std::{borrow::Cow, fmt, str::FromStr};

use kube_core::Resource;

use crate::text::Text;

pub use order::compare_api_versions;

/// An API group and a version of it: `apps/v1`, or `v1` for the core group, whose name is empty.
///
/// ```
/// use lookglass_object::GroupVersion;
///
/// let apps: GroupVersion = "apps/v1".parse()?;
/// assert_eq!((apps.group(), apps.version()), ("apps", "v1"));
/// assert_eq!(GroupVersion::new("", "v1").api_version(), "v1");
/// # Ok::<(), lookglass_object::ParseKindError>(())
/// ```
///
/// # Cost
///
/// Made from `&'static str` and for types of k8s-openapi it allocates nothing; other texts are shared by all clones. That holds
/// for [`Gvk`] and [`Gvr`] too. All three order by group, version and name as texts; see [`compare_api_versions`] for the order
/// of preference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupVersion {
    group: Text,
    version: Text,
}

impl GroupVersion {
    /// A group (empty for core) and a version.
    #[must_use]
    pub fn new(group: impl Into<Cow<'static, str>>, version: impl Into<Cow<'static, str>>) -> Self {
        Self { group: group.into().into(), version: version.into().into() }
    }

    /// Reads an object's `apiVersion`: `v1` or `apps/v1`. Empty text gives an empty group and version, as in Go.
    ///
    /// # Errors
    ///
    /// [`ParseKindError::GroupVersion`] for more than one slash.
    pub fn from_api_version(api_version: &str) -> Result<Self, ParseKindError> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        if version.contains('/') {
            return Err(ParseKindError::GroupVersion { text: api_version.into() });
        }
        Ok(Self { group: group.into(), version: version.into() })
    }

    /// The group; empty for core.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// As in an object's `apiVersion`. Borrowed for the core group.
    #[must_use]
    pub fn api_version(&self) -> Cow<'_, str> {
        if self.group.is_empty() { Cow::Borrowed(&self.version) } else { Cow::Owned(self.to_string()) }
    }

    /// A kind of this group and version.
    #[must_use]
    pub fn kind(self, kind: impl Into<Cow<'static, str>>) -> Gvk {
        Gvk { group_version: self, kind: kind.into().into() }
    }

    /// A resource of this group and version.
    #[must_use]
    pub fn resource(self, resource: impl Into<Cow<'static, str>>) -> Gvr {
        Gvr { group_version: self, resource: resource.into().into() }
    }
}

/// As in an object's `apiVersion`.
impl fmt::Display for GroupVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            f.write_str(&self.version)
        } else {
            write!(f, "{}/{}", &*self.group, &*self.version)
        }
    }
}

impl FromStr for GroupVersion {
    type Err = ParseKindError;

    fn from_str(api_version: &str) -> Result<Self, ParseKindError> {
        Self::from_api_version(api_version)
    }
}

/// Group, version and kind: the type of an object (`apps/v1, Kind=Deployment`).
///
/// Its text is Go's: group, slash, version, then `, Kind=`; the core group shows as nothing before the slash.
/// [`FromStr`] also reads the command-line form `Deployment.v1.apps`.
///
/// ```
/// use k8s_openapi::api::apps::v1::Deployment;
/// use lookglass_object::Gvk;
///
/// let gvk = Gvk::of::<Deployment>();
/// assert_eq!(gvk.to_string(), "apps/v1, Kind=Deployment");
/// assert_eq!("Deployment.v1.apps".parse::<Gvk>()?, gvk);
/// assert_eq!(Gvk::core("v1", "Pod").to_string(), "/v1, Kind=Pod");
/// # Ok::<(), lookglass_object::ParseKindError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    group_version: GroupVersion,
    kind: Text,
}

impl Gvk {
    /// A group (empty for core), a version and a kind.
    #[must_use]
    pub fn new(
        group: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        kind: impl Into<Cow<'static, str>>,
    ) -> Self {
        GroupVersion::new(group, version).kind(kind)
    }

    /// A kind of the core group.
    #[must_use]
    pub fn core(version: impl Into<Cow<'static, str>>, kind: impl Into<Cow<'static, str>>) -> Self {
        Self::new("", version, kind)
    }

    /// The kind of a Rust type that knows its own: those of k8s-openapi and of kube's derive.
    #[must_use]
    pub fn of<K: Resource<DynamicType = ()>>() -> Self {
        Self::new(K::group(&()), K::version(&()), K::kind(&()))
    }

    /// Reads an object's `apiVersion` and `kind`.
    ///
    /// # Errors
    ///
    /// [`ParseKindError::GroupVersion`] for more than one slash in `api_version`.
    pub fn from_api_version(api_version: &str, kind: &str) -> Result<Self, ParseKindError> {
        Ok(Self { group_version: GroupVersion::from_api_version(api_version)?, kind: kind.into() })
    }

    /// The group; empty for core.
    #[must_use]
    pub fn group(&self) -> &str {
        self.group_version.group()
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &str {
        self.group_version.version()
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Group and version together.
    #[must_use]
    pub fn group_version(&self) -> &GroupVersion {
        &self.group_version
    }

    /// As in an object's `apiVersion`. Borrowed for the core group.
    #[must_use]
    pub fn api_version(&self) -> Cow<'_, str> {
        self.group_version.api_version()
    }

    /// The kind of a list of these: `PodList`.
    #[must_use]
    pub fn list(&self) -> Self {
        self.group_version.clone().kind(format!("{}List", self.kind()))
    }

    /// `Deployment.apps`, or `Pod` in the core group: how Kubernetes names a kind apart from its versions.
    #[must_use]
    pub fn group_kind(&self) -> String {
        dotted(&self.kind, self.group())
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}, Kind={}", self.group(), self.version(), self.kind())
    }
}

impl FromStr for Gvk {
    type Err = ParseKindError;

    fn from_str(text: &str) -> Result<Self, ParseKindError> {
        let (group, version, kind) = parse(text, ", Kind=")?;
        Ok(Self { group_version: GroupVersion { group, version }, kind })
    }
}

/// Group, version and resource: where an API server serves objects of a kind (`apps/v1, Resource=deployments`).
///
/// Its text is Go's, like that of [`Gvk`]; [`FromStr`] also reads the command-line form `deployments.v1.apps`.
///
/// ```
/// use lookglass_object::Gvr;
///
/// let certificates = Gvr::new("cert-manager.io", "v1", "certificates");
/// assert_eq!(certificates.to_string(), "cert-manager.io/v1, Resource=certificates");
/// assert_eq!(certificates.group_resource(), "certificates.cert-manager.io");
/// assert_eq!("certificates.v1.cert-manager.io".parse::<Gvr>()?, certificates);
/// assert_eq!(Gvr::core("v1", "pods").group_resource(), "pods");
/// # Ok::<(), lookglass_object::ParseKindError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvr {
    group_version: GroupVersion,
    resource: Text,
}

impl Gvr {
    /// A group (empty for core), a version and a resource: the plural in lower case.
    #[must_use]
    pub fn new(
        group: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        resource: impl Into<Cow<'static, str>>,
    ) -> Self {
        GroupVersion::new(group, version).resource(resource)
    }

    /// A resource of the core group.
    #[must_use]
    pub fn core(version: impl Into<Cow<'static, str>>, resource: impl Into<Cow<'static, str>>) -> Self {
        Self::new("", version, resource)
    }

    /// The resource of a Rust type that knows its own: those of k8s-openapi and of kube's derive.
    #[must_use]
    pub fn of<K: Resource<DynamicType = ()>>() -> Self {
        Self::new(K::group(&()), K::version(&()), K::plural(&()))
    }

    /// The group; empty for core.
    #[must_use]
    pub fn group(&self) -> &str {
        self.group_version.group()
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &str {
        self.group_version.version()
    }

    /// The resource: the plural in lower case.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Group and version together.
    #[must_use]
    pub fn group_version(&self) -> &GroupVersion {
        &self.group_version
    }

    /// As in an object's `apiVersion`. Borrowed for the core group.
    #[must_use]
    pub fn api_version(&self) -> Cow<'_, str> {
        self.group_version.api_version()
    }

    /// `deployments.apps`, or `pods` in the core group: how Kubernetes names a resource in its messages.
    #[must_use]
    pub fn group_resource(&self) -> String {
        dotted(&self.resource, self.group())
    }
}

impl fmt::Display for Gvr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}, Resource={}", self.group(), self.version(), self.resource())
    }
}

impl FromStr for Gvr {
    type Err = ParseKindError;

    fn from_str(text: &str) -> Result<Self, ParseKindError> {
        let (group, version, resource) = parse(text, ", Resource=")?;
        Ok(Self { group_version: GroupVersion { group, version }, resource })
    }
}

/// Why a text names no kind or resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKindError {
    /// An `apiVersion` has at most one slash: `v1`, `apps/v1`.
    #[error("unexpected GroupVersion string: {text}")]
    GroupVersion {
        /// The text as it was given.
        text: Box<str>,
    },
    /// Write it as `apps/v1, Kind=Deployment` or `Deployment.v1.apps` (for a resource: `apps/v1, Resource=deployments` or
    /// `deployments.v1.apps`).
    #[error(
        "expected \"group/version{separator}name\" or \"name.version.group\", found {}",
        crate::quote::Quoted(text)
    )]
    Form {
        /// The text as it was given.
        text: Box<str>,
        /// What stands before the name in the long form.
        separator: &'static str,
    },
}

fn dotted(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

/// Group, version and name from either textual form.
fn parse(text: &str, separator: &'static str) -> Result<(Text, Text, Text), ParseKindError> {
    if let Some((group_version, name)) = text.split_once(separator) {
        let GroupVersion { group, version } = GroupVersion::from_api_version(group_version)?;
        return Ok((group, version, name.into()));
    }
    let mut parts = text.splitn(3, '.');
    if let (Some(name), Some(version), Some(group)) = (parts.next(), parts.next(), parts.next()) {
        return Ok((group.into(), version.into(), name.into()));
    }
    Err(ParseKindError::Form { text: text.into(), separator })
}

#[cfg(test)]
mod tests;
