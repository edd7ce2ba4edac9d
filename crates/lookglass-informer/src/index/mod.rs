//! Indexes over objects: [`Index`] and [`IndexHandle`].

mod handle;
mod reads;

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr as _;
use std::sync::Arc;

use lookglass_cache::{IndexValue, IntoIndexValues};
use lookglass_object::{DecodeError, Object, Path, PathError, ReadError, Uid};

pub use self::handle::IndexHandle;
pub(crate) use self::reads::index_reads;
use crate::core::{Cell, NAMESPACE_INDEX};
use crate::error::IndexAddError;

/// What to index objects by. Give it to [`SharedInformer::add_index`](crate::SharedInformer::add_index).
///
/// | index | by | reads |
/// | --- | --- | --- |
/// | [`path`](Self::path) | the value at a path | that part of the bytes |
/// | [`label`](Self::label) | the value of a label | nothing: labels are at hand |
/// | [`owner`](Self::owner) | the uid of each owner | the owner references |
/// | [`namespace`](Self::namespace) | the namespace; always there | nothing |
/// | [`typed`](Self::typed) | whatever a function finds in the typed object | the object, decoded once per version |
/// | [`new`](Self::new) | whatever a function finds in the [`Object`] | what the function reads |
///
/// An index function that fails or panics leaves that object out of that index; the informer's error hook is told, and
/// nothing else happens. It runs in the middle of a write, while other writers wait: it may read the informer, and must not
/// subscribe, unsubscribe, stop it, or add and remove indexes.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_informer::Index;
///
/// let by_node = Index::<Pod, String>::path("spec.nodeName");
/// let by_app = Index::<Pod, String>::label("app");
/// let by_image = Index::typed("image", |pod: &Pod| {
///     let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
///     containers.filter_map(|container| container.image.clone()).collect::<Vec<_>>()
/// });
/// assert_eq!((by_node.name(), by_app.name(), by_image.name()), ("spec.nodeName", "app", "image"));
/// ```
pub struct Index<K, I> {
    name: Arc<str>,
    pub(crate) what: Result<lookglass_cache::Index<Cell, I>, PathError>,
    /// The label whose values the index has.
    pub(crate) label: Option<Box<str>>,
    view: PhantomData<fn(K)>,
}

impl<K> Index<K, String> {
    /// By the value at a path, such as `spec.nodeName`, read from the bytes; its name is the path. A value that is no string
    /// counts by its JSON text; objects without a value there are not in the index. A path that is none is refused when the
    /// index is added.
    #[must_use]
    pub fn path(path: &str) -> Self {
        let name: Arc<str> = path.into();
        let what = Path::from_str(path).map(|path| {
            lookglass_cache::Index::new(Arc::clone(&name), move |object: &Cell| {
                Ok::<_, ReadError>(object.read(&path)?.and_then(|value| value.text().map(|text| text.into_owned())))
            })
        });
        Self { name, what, label: None, view: PhantomData }
    }

    /// By the value of a label; its name is the label. Listers use it for selectors that demand one value of the label.
    #[must_use]
    pub fn label(label: &str) -> Self {
        let (name, key): (Arc<str>, Box<str>) = (label.into(), label.into());
        let what = lookglass_cache::Index::by_ref(Arc::clone(&name), move |object: &Cell| object.labels().get(&key));
        Self { name, what: Ok(what), label: Some(label.into()), view: PhantomData }
    }

    /// By namespace, under the name `namespace`: the one that is always there. Cluster-scoped objects are not in it.
    #[must_use]
    pub fn namespace() -> Self {
        let what = lookglass_cache::Index::by_ref(NAMESPACE_INDEX, |object: &Cell| object.namespace());
        Self { name: NAMESPACE_INDEX.into(), what: Ok(what), label: None, view: PhantomData }
    }
}

impl<K> Index<K, Uid> {
    /// By the uid of each owner, under the name `owner`.
    #[must_use]
    pub fn owner() -> Self {
        let owners = |object: &Cell| {
            let owners = object.owner_references()?;
            Ok::<_, DecodeError>(owners.iter().map(|owner| Uid::from(owner.uid.as_str())).collect::<Vec<_>>())
        };
        let what = lookglass_cache::Index::new("owner", owners);
        Self { name: "owner".into(), what: Ok(what), label: None, view: PhantomData }
    }
}

impl<K: 'static, I: IndexValue> Index<K, I> {
    /// By what a function finds in the object: an `Option`, a `Vec`, or a `Result` of either.
    pub fn new<T>(name: impl Into<Arc<str>>, function: impl Fn(&Object<K>) -> T + Send + Sync + 'static) -> Self
    where
        T: IntoIndexValues<Value = I>,
    {
        let name = name.into();
        let what = lookglass_cache::Index::new(Arc::clone(&name), move |object: &Cell| function(&object.cast()));
        Self { name, what: Ok(what), label: None, view: PhantomData }
    }

    /// By what a function finds in the typed object: an `Option`, a `Vec`, or a `Result` of either. The object is decoded once
    /// per version, and whoever asks for it typed soon after gets the same; one that cannot be decoded is left out.
    pub fn typed<T>(name: impl Into<Arc<str>>, function: impl Fn(&K) -> T + Send + Sync + 'static) -> Self
    where
        K: Any + Send + Sync,
        T: IntoIndexValues<Value = I>,
        Result<T, lookglass_cache::BoxError>: IntoIndexValues<Value = I>,
    {
        Self::new(name, move |object: &Object<K>| -> Result<T, lookglass_cache::BoxError> {
            Ok(function(&*object.typed()?))
        })
    }
}

impl<K, I> Index<K, I> {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn into_cache(self) -> Result<lookglass_cache::Index<Cell, I>, IndexAddError> {
        Ok(self.what?)
    }
}

impl<K, I> fmt::Debug for Index<K, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("name", &self.name).finish_non_exhaustive()
    }
}
