//! Which Rust type is which kind, at run time: [`Scheme`].

mod restore;

use std::{
    any::{Any, TypeId, type_name},
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock},
};

use kube_core::{ClusterResourceScope, NamespaceResourceScope, PartialObjectMeta, Resource, SubResourceScope};

use crate::{Gvk, Gvr, ParseKindError, builtin::for_each_object_kind, quote::Quoted};

/// A registry of Rust types and the kinds that they are: client-go's `runtime.Scheme`, as far as Rust needs one.
///
/// Objects in lists and watches of typed clients often come without `apiVersion` and `kind`. Types of k8s-openapi and of
/// kube's derive know their kind and cannot lose it; dynamic and metadata-only objects can, and
/// [`restore_gvk`](Self::restore_gvk) gives it back to them, or says exactly why it cannot.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use kube_core::PartialObjectMeta;
/// use lookglass_object::{Gvk, Gvr, Scheme};
///
/// let scheme = Scheme::builtin();
/// let mut metadata: PartialObjectMeta<Pod> = Default::default();
/// assert_eq!(scheme.restore_gvk(&mut metadata)?, Gvk::core("v1", "Pod"));
/// assert_eq!(metadata.types.unwrap().kind, "Pod");
/// assert_eq!(scheme.kind_of(&Gvr::new("apps", "v1", "deployments")), Some(&Gvk::new("apps", "v1", "Deployment")));
///
/// let error = scheme.gvk_of::<String>().unwrap_err();
/// assert_eq!(error.to_string(), "no kind is registered for the type alloc::string::String; call Scheme::register");
/// # Ok::<(), lookglass_object::SchemeError>(())
/// ```
///
/// # Cost
///
/// Cloning counts a reference, and changing a clone copies the tables. The built-in one is made once per process, in a
/// quarter of a millisecond. Looking up halves its way through about a hundred entries and allocates nothing.
#[derive(Clone, Default)]
pub struct Scheme(Arc<Tables>);

#[derive(Clone, Default)]
struct Tables {
    types: BTreeMap<TypeId, Registered>,
    /// `PartialObjectMeta<K>`, for each registered `K`.
    partials: BTreeMap<TypeId, Partial>,
    kinds: BTreeMap<Gvk, Served>,
    resources: BTreeMap<Gvr, Gvk>,
}

#[derive(Clone)]
struct Registered {
    name: &'static str,
    kinds: Vec<Gvk>,
    unversioned: bool,
}

#[derive(Clone)]
struct Partial {
    of: TypeId,
    restore: fn(&mut dyn Any, &Gvk),
}

/// How a kind is served, as far as its type knows.
#[derive(Clone, Default)]
struct Served {
    resource: Option<Gvr>,
    namespaced: Option<bool>,
}

impl Scheme {
    /// A scheme that knows no type.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A scheme that knows every type with object metadata in k8s-openapi, at the version that the final binary chose.
    #[must_use]
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<Scheme> = LazyLock::new(|| {
            let mut scheme = Scheme::new();
            macro_rules! register {
                ($scheme:ident $($module:ident)::+: $($kind:ident),+) => {{
                    use k8s_openapi::$($module)::+ as kinds;
                    $($scheme.register::<kinds::$kind>();)+
                }};
            }
            for_each_object_kind!(register, scheme);
            scheme
        });
        BUILTIN.clone()
    }

    /// Makes a type known as the kind that it says it is. Doing so again changes nothing.
    pub fn register<K>(&mut self) -> &mut Self
    where
        K: Resource<DynamicType = (), Scope: 'static> + 'static,
    {
        let (kind, resource) = (Gvk::of::<K>(), Gvr::of::<K>());
        self.alias::<K>(kind.clone());
        let tables = Arc::make_mut(&mut self.0);
        let scope = TypeId::of::<K::Scope>();
        let is_namespaced = scope == TypeId::of::<NamespaceResourceScope>();
        let namespaced = (is_namespaced || scope == TypeId::of::<ClusterResourceScope>()).then_some(is_namespaced);
        // The plural of a subresource such as `pods/eviction` is no resource that could be listed.
        let resource = (scope != TypeId::of::<SubResourceScope>()).then_some(resource);
        if let Some(resource) = &resource {
            tables.resources.insert(resource.clone(), kind.clone());
        }
        tables.kinds.insert(kind, Served { resource, namespaced });
        let partial = Partial { of: TypeId::of::<K>(), restore: restore::partial::<K> };
        tables.partials.insert(TypeId::of::<PartialObjectMeta<K>>(), partial);
        self
    }

    /// Makes a type known as one more kind, such as the one it had in an older group. A type of several kinds is ambiguous:
    /// [`object_kinds`](Self::object_kinds) lists them, [`gvk_of`](Self::gvk_of) fails.
    pub fn alias<T: 'static>(&mut self, kind: Gvk) -> &mut Self {
        self.add::<T>(kind, false)
    }

    /// Makes a type known as one that belongs to no version of its own, like `Status`: it can be told from an unknown one,
    /// but no object of it has a kind of its own to restore.
    pub fn register_unversioned<T: 'static>(&mut self, kind: Gvk) -> &mut Self {
        self.add::<T>(kind, true)
    }

    fn add<T: 'static>(&mut self, kind: Gvk, unversioned: bool) -> &mut Self {
        let tables = Arc::make_mut(&mut self.0);
        let entry = tables.types.entry(TypeId::of::<T>());
        let entry = entry.or_insert(Registered { name: type_name::<T>(), kinds: Vec::new(), unversioned: false });
        entry.unversioned |= unversioned;
        if !entry.kinds.contains(&kind) {
            entry.kinds.push(kind.clone());
        }
        tables.kinds.entry(kind).or_default();
        self
    }

    /// All kinds that a type is registered as, in the order of registration; never an empty list.
    ///
    /// # Errors
    ///
    /// [`SchemeError::NotRegistered`].
    pub fn object_kinds<T: 'static>(&self) -> Result<&[Gvk], SchemeError> {
        Ok(&self.registered(TypeId::of::<T>(), type_name::<T>())?.kinds)
    }

    /// The one kind of a type.
    ///
    /// # Errors
    ///
    /// [`SchemeError::NotRegistered`], [`SchemeError::Unversioned`], or [`SchemeError::SeveralKinds`].
    pub fn gvk_of<T: 'static>(&self) -> Result<&Gvk, SchemeError> {
        self.single(TypeId::of::<T>(), type_name::<T>())
    }

    fn single(&self, id: TypeId, name: &'static str) -> Result<&Gvk, SchemeError> {
        match self.registered(id, name)? {
            Registered { unversioned: true, name, .. } => Err(SchemeError::Unversioned { type_name: name }),
            Registered { kinds, name, .. } => match &**kinds {
                [kind] => Ok(kind),
                several => Err(SchemeError::SeveralKinds { type_name: name, kinds: several.into() }),
            },
        }
    }

    fn registered(&self, id: TypeId, type_name: &'static str) -> Result<&Registered, SchemeError> {
        self.0.types.get(&id).ok_or(SchemeError::NotRegistered { type_name })
    }

    /// Whether some type is registered as this kind.
    #[must_use]
    pub fn is_registered(&self, kind: &Gvk) -> bool {
        self.0.kinds.contains_key(kind)
    }

    /// All kinds that some type is registered as, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &Gvk> {
        self.0.kinds.keys()
    }

    /// The kind of the items in a list of this kind: `Pod` for `PodList`. `None` if no such kind is registered.
    #[must_use]
    pub fn item_kind(&self, list: &Gvk) -> Option<&Gvk> {
        let item = list.group_version().clone().kind(list.kind().strip_suffix("List")?.to_owned());
        self.0.kinds.get_key_value(&item).map(|(kind, _)| kind)
    }

    /// The resource that serves a kind, if a type that knows it is registered. Others are found by discovery.
    #[must_use]
    pub fn resource_of(&self, kind: &Gvk) -> Option<&Gvr> {
        self.0.kinds.get(kind)?.resource.as_ref()
    }

    /// The kind that a resource serves, if a type that knows it is registered.
    #[must_use]
    pub fn kind_of(&self, resource: &Gvr) -> Option<&Gvk> {
        self.0.resources.get(resource)
    }

    /// Whether objects of a kind live in namespaces, if a type that knows it is registered.
    #[must_use]
    pub fn is_namespaced(&self, kind: &Gvk) -> Option<bool> {
        self.0.kinds.get(kind)?.namespaced
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme")
            .field(&format_args!("{} types, {} kinds", self.0.types.len(), self.0.kinds.len()))
            .finish()
    }
}

/// Why a kind cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// Nobody registered the type.
    #[error("no kind is registered for the type {type_name}; call Scheme::register")]
    NotRegistered {
        /// The Rust type.
        type_name: &'static str,
    },
    /// The type stands for several kinds: say which one is meant.
    #[error("several kinds are registered for the type {type_name}: {}", list(kinds))]
    SeveralKinds {
        /// The Rust type.
        type_name: &'static str,
        /// The kinds.
        kinds: Box<[Gvk]>,
    },
    /// The type belongs to no version.
    #[error("the type {type_name} is registered as unversioned and has no kind of its own")]
    Unversioned {
        /// The Rust type.
        type_name: &'static str,
    },
    /// A dynamic or metadata-only object does not say its kind (or only that it is metadata), and its Rust type cannot know.
    #[error("object{} has no kind: a dynamic or metadata-only object must carry its own", named(name))]
    MissingKind {
        /// The name of the object; empty if it has none.
        name: Box<str>,
    },
    /// The same for its version.
    #[error("object{} has no apiVersion: a dynamic or metadata-only object must carry its own", named(name))]
    MissingVersion {
        /// The name of the object; empty if it has none.
        name: Box<str>,
    },
    /// The `apiVersion` of an object is none.
    #[error("object{} has a bad apiVersion", named(name))]
    BadVersion {
        /// The name of the object; empty if it has none.
        name: Box<str>,
        /// What is wrong with it.
        source: ParseKindError,
    },
    /// An item of a list.
    #[error("item {index} of the list")]
    Item {
        /// Its place, counted from 0.
        index: usize,
        /// What is wrong with it.
        source: Box<Self>,
    },
}

fn list(kinds: &[Gvk]) -> String {
    kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" {}", Quoted(name)) }
}

#[cfg(test)]
mod tests;
