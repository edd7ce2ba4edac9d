//! Giving objects their kind back.

use std::any::{Any, TypeId, type_name};

use kube_core::{DynamicObject, ObjectList, ObjectMeta, PartialObjectMeta, TypeMeta};

use super::{Scheme, SchemeError};
use crate::{GroupVersion, Gvk};

impl Scheme {
    /// Sees to it that an object says its kind, and returns it.
    ///
    /// * A type that knows its kind keeps it; it must be registered, as exactly one kind.
    /// * A `PartialObjectMeta<K>` of a registered `K` is made to say that it is a `K`. (Servers answer requests for metadata
    ///   with the kind `PartialObjectMetadata`, whatever was asked for.)
    /// * A `DynamicObject` and a `PartialObjectMeta` of no type must carry their own, which need not be registered.
    ///
    /// # Errors
    ///
    /// [`SchemeError`] says which of these does not hold. The object is then unchanged.
    pub fn restore_gvk<T: Any>(&self, object: &mut T) -> Result<Gvk, SchemeError> {
        let any: &mut dyn Any = object;
        if let Some((types, meta)) = untyped(any) {
            return own_kind(types.as_ref(), meta);
        }
        if let Some(partial) = self.0.partials.get(&TypeId::of::<T>()) {
            let kind = self.single(partial.of, type_name::<T>())?;
            (partial.restore)(any, kind);
            return Ok(kind.clone());
        }
        self.gvk_of::<T>().cloned()
    }

    /// The same for all items of a list. Items that must carry their own kind but do not are given the one that the list says:
    /// those of a `PodList` are `Pod`s.
    ///
    /// # Errors
    ///
    /// [`SchemeError::Item`] with the place of the first item that has none, and why. Items before it have been restored.
    pub fn restore_gvk_list<T: Any + Clone>(&self, list: &mut ObjectList<T>) -> Result<(), SchemeError> {
        let said = said_kind(&list.types);
        for (index, object) in list.items.iter_mut().enumerate() {
            if let (Some(said), Some((types, _))) = (&said, untyped(object))
                && is_missing(types.as_ref())
            {
                *types = Some(type_meta(said));
            }
            self.restore_gvk(object).map_err(|source| SchemeError::Item { index, source: Box::new(source) })?;
        }
        Ok(())
    }
}

/// Makes a `PartialObjectMeta<K>` say a kind; the scheme calls it with nothing else.
pub(super) fn partial<K: 'static>(object: &mut dyn Any, kind: &Gvk) {
    if let Some(partial) = object.downcast_mut::<PartialObjectMeta<K>>() {
        partial.types = Some(type_meta(kind));
    }
}

/// The parts of an object whose Rust type does not know its kind.
fn untyped(object: &mut dyn Any) -> Option<(&mut Option<TypeMeta>, &ObjectMeta)> {
    if object.is::<DynamicObject>() {
        return object.downcast_mut::<DynamicObject>().map(|o| (&mut o.types, &o.metadata));
    }
    object.downcast_mut::<PartialObjectMeta>().map(|o| (&mut o.types, &o.metadata))
}

fn own_kind(types: Option<&TypeMeta>, meta: &ObjectMeta) -> Result<Gvk, SchemeError> {
    let name = || meta.name.as_deref().unwrap_or_default().into();
    match types {
        Some(types) if !is_missing(Some(types)) => {
            if types.api_version.is_empty() {
                return Err(SchemeError::MissingVersion { name: name() });
            }
            Gvk::from_api_version(&types.api_version, &types.kind)
                .map_err(|source| SchemeError::BadVersion { name: name(), source })
        }
        _ => Err(SchemeError::MissingKind { name: name() }),
    }
}

/// Whether no kind is said, or only that the object is metadata of something.
fn is_missing(types: Option<&TypeMeta>) -> bool {
    types.is_none_or(|types| {
        types.kind.is_empty() || is_generic(&types.api_version, &types.kind, "PartialObjectMetadata")
    })
}

/// The kind of the items, if the list says more than that it is one.
fn said_kind(list: &TypeMeta) -> Option<Gvk> {
    if is_generic(&list.api_version, &list.kind, "PartialObjectMetadataList") {
        return None;
    }
    let item = list.kind.strip_suffix("List").filter(|item| !item.is_empty())?;
    Gvk::from_api_version(&list.api_version, item).ok().filter(|kind| !kind.version().is_empty())
}

fn is_generic(api_version: &str, kind: &str, generic: &str) -> bool {
    kind == generic && GroupVersion::from_api_version(api_version).is_ok_and(|gv| gv.group() == "meta.k8s.io")
}

fn type_meta(kind: &Gvk) -> TypeMeta {
    TypeMeta { api_version: kind.api_version().into_owned(), kind: kind.kind().to_owned() }
}
