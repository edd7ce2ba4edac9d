//! The keys of objects that are gone.

use kube_core::Resource;

use super::{Key, KeyError, key_of};

/// An object that is gone: seen to go, or found missing later.
///
/// Who lists anew after a pause finds that an object has gone, but has missed the deletion itself; then only the key is sure,
/// and the last state known, if any, may be older than the one that was deleted. client-go calls that
/// `DeletedFinalStateUnknown`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a deletion was seen or it was not")]
pub enum Deleted<T> {
    /// The deletion was seen; this is the final state.
    Seen(T),
    /// The deletion was missed.
    FinalStateUnknown {
        /// The key under which the object was known.
        key: Key,
        /// The last state known.
        last: Option<T>,
    },
}

impl<T> Deleted<T> {
    /// The last state known.
    pub fn last(&self) -> Option<&T> {
        match self {
            Self::Seen(object) => Some(object),
            Self::FinalStateUnknown { last, .. } => last.as_ref(),
        }
    }

    /// Whether [`last`](Self::last) is the state in which the object was deleted.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Seen(_))
    }
}

/// The key of an object that is gone: client-go's `DeletionHandlingMetaNamespaceKeyFunc`.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_object::{Deleted, Key, key_of_deleted};
///
/// let missed: Deleted<Pod> = Deleted::FinalStateUnknown { key: Key::new("default", "web-0"), last: None };
/// assert_eq!(key_of_deleted(&missed)?, Key::new("default", "web-0"));
/// # Ok::<(), lookglass_object::KeyError>(())
/// ```
///
/// # Errors
///
/// [`KeyError::NoName`] if a seen object has no name; the key of a missed deletion is known.
pub fn key_of_deleted(deleted: &Deleted<impl Resource>) -> Result<Key, KeyError> {
    match deleted {
        Deleted::Seen(object) => key_of(object),
        Deleted::FinalStateUnknown { key, .. } => Ok(key.clone()),
    }
}
