//! What is known of a resource: [`Resource`], and one place in it: [`Target`].

use std::{borrow::Cow, sync::Arc};

use lookglass_object::{Gvk, Gvr, table::KindEntry};

/// Text of the table of built-in resources, or of a resource made at run time.
pub type Text = Cow<'static, str>;

/// Where the objects of a resource live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Kubernetes has no third scope")]
pub enum Scope {
    /// In a namespace each.
    Namespaced,
    /// In the cluster.
    Cluster,
}

/// What can be done with a resource or subresource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the verbs of REST storage in Kubernetes; a new one would be a new protocol"
)]
#[expect(missing_docs, reason = "the verbs say it themselves")]
pub enum Verb {
    Create,
    Delete,
    DeleteCollection,
    Get,
    List,
    Patch,
    Update,
    Watch,
}

impl Verb {
    /// All, in the alphabetic order in which discovery lists them.
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Delete,
        Self::DeleteCollection,
        Self::Get,
        Self::List,
        Self::Patch,
        Self::Update,
        Self::Watch,
    ];

    /// As discovery writes it: `deletecollection`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
            Self::Get => "get",
            Self::List => "list",
            Self::Patch => "patch",
            Self::Update => "update",
            Self::Watch => "watch",
        }
    }
}

/// A set of verbs.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Verbs(u8);

impl Verbs {
    /// Whether `verb` is in the set.
    #[must_use]
    pub fn contains(self, verb: Verb) -> bool {
        self.0 & (1 << verb as u8) != 0
    }

    /// In alphabetic order.
    pub fn iter(self) -> impl Iterator<Item = Verb> {
        Verb::ALL.into_iter().filter(move |verb| self.contains(*verb))
    }
}

impl FromIterator<Verb> for Verbs {
    fn from_iter<I: IntoIterator<Item = Verb>>(verbs: I) -> Self {
        Self(verbs.into_iter().fold(0, |set, verb| set | 1 << verb as u8))
    }
}

impl std::fmt::Debug for Verbs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A part of a resource with an address of its own: `status`, `scale`, `log`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Subresource {
    /// The last segment of its path.
    pub name: Text,
    /// What is read and written there. Group and version are empty where they are the resource's own.
    pub kind: Gvk,
    /// What can be done with it.
    pub verbs: Verbs,
}

/// A column of the Table that `kubectl get` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// The heading.
    pub name: Text,
    /// `string`, `integer`, `date`, …
    pub kind: Text,
    /// `name` for the column of names; mostly empty.
    pub format: Text,
    /// 0: always shown; above: only when wide.
    pub priority: i32,
    /// What stands there.
    pub description: Text,
}

/// The traits of a resource: all that a server must know to serve it, and no code of its own.
///
/// Built-in ones come from a table, others are made at run time from a definition. They are shared: an `Arc<Resource>` is the same
/// allocation for as long as the resource does not change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Resource {
    /// Group, version, and plural name: `apps`, `v1`, `deployments`.
    pub gvr: Gvr,
    /// The kind of its objects.
    pub kind: Gvk,
    /// The kind of its lists: `DeploymentList`; empty if it cannot be listed.
    pub list_kind: Text,
    /// `deployment`.
    pub singular: Text,
    /// Where its objects live.
    pub scope: Scope,
    /// What can be done with it.
    pub verbs: Verbs,
    /// `deploy`.
    pub short_names: Vec<Text>,
    /// `all`.
    pub categories: Vec<Text>,
    /// In the order of the real server's discovery: alphabetic.
    pub subresources: Vec<Subresource>,
    /// The fields a field selector may name.
    pub field_selectors: Vec<Text>,
    /// The columns of its Table; empty: those of a type without a printer (`Name`, `Created At`).
    pub columns: Vec<Column>,
    /// A PUT without a resource version overwrites whatever is there.
    pub unconditional_update: bool,
    /// A PUT to a free name creates.
    pub create_on_update: bool,
    /// A DELETE that removed the object answers with the object and not with a `Status`.
    pub delete_returns_object: bool,
    /// Where the built-in table knows the kind: its fields, for protobuf and for canonical JSON. `None` for custom resources, whose lists
    /// repeat `kind` and `apiVersion` in each item and which have no protobuf.
    pub entry: Option<&'static KindEntry>,
}

impl Resource {
    /// Whether its objects live in namespaces.
    #[must_use]
    pub fn is_namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }

    /// The subresource of this name.
    #[must_use]
    pub fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|sub| sub.name == name)
    }
}

/// What a request is about: a resource, and a namespace, an object, a part of an object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Target {
    /// The resource.
    pub resource: Arc<Resource>,
    /// The namespace; `None` for cluster-scoped resources, and for all namespaces at once.
    pub namespace: Option<String>,
    /// The name; `None` for the collection.
    pub name: Option<String>,
    /// The subresource's name; always one that the resource has.
    pub subresource: Option<String>,
}

impl Target {
    /// A collection: of one namespace, of all, or of the cluster.
    #[must_use]
    pub fn collection(resource: Arc<Resource>, namespace: Option<&str>) -> Self {
        Self { resource, namespace: namespace.map(Into::into), name: None, subresource: None }
    }

    /// One object.
    #[must_use]
    pub fn object(resource: Arc<Resource>, namespace: Option<&str>, name: &str) -> Self {
        Self { name: Some(name.into()), ..Self::collection(resource, namespace) }
    }
}
