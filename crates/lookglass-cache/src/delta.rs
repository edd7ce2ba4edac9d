//! What happened to one object on its way to the store.

use std::fmt;

/// One step in the life of an object, as a [`DeltaFifo`](crate::DeltaFifo) hands it over.
///
/// ```
/// use lookglass_cache::{Delta, DeltaKind, Tombstone};
///
/// let gone = Delta::Tombstone(Tombstone { key: "default/web".to_owned(), last: Some(7) });
/// assert_eq!(gone.kind(), DeltaKind::Deleted);
/// assert_eq!(gone.object(), Some(&7));
/// assert_eq!(gone.to_string(), "Deleted");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a consumer that overlooks one kind keeps a wrong store; it must not compile"
)]
pub enum Delta<K, V> {
    /// The watch said that the object is new.
    Added(V),
    /// The watch said that the object changed.
    Updated(V),
    /// The watch said that the object is gone; this is its final state.
    Deleted(V),
    /// A list lacks the object, so it must be gone; its final state is not known.
    Tombstone(Tombstone<K, V>),
    /// A list has the object (with [`emit_replaced`](crate::DeltaFifoBuilder::emit_replaced)).
    Replaced(V),
    /// A list or a resync repeats the object.
    Sync(V),
}

impl<K, V> Delta<K, V> {
    /// What kind of step it is; a tombstone is a deletion.
    pub fn kind(&self) -> DeltaKind {
        match self {
            Self::Added(_) => DeltaKind::Added,
            Self::Updated(_) => DeltaKind::Updated,
            Self::Deleted(_) | Self::Tombstone(_) => DeltaKind::Deleted,
            Self::Replaced(_) => DeltaKind::Replaced,
            Self::Sync(_) => DeltaKind::Sync,
        }
    }

    /// The object, in the last state known; `None` for a tombstone without one.
    pub fn object(&self) -> Option<&V> {
        match self {
            Self::Added(object)
            | Self::Updated(object)
            | Self::Deleted(object)
            | Self::Replaced(object)
            | Self::Sync(object) => Some(object),
            Self::Tombstone(tombstone) => tombstone.last.as_ref(),
        }
    }

    /// Whether it ends the object's life.
    pub fn is_deletion(&self) -> bool {
        self.kind() == DeltaKind::Deleted
    }
}

/// Writes the kind only: objects may hold secrets.
impl<K, V> fmt::Display for Delta<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.kind(), f)
    }
}

/// The kinds of [`Delta`], with client-go's names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the kinds are those of client-go's classic queue, which is finished")]
pub enum DeltaKind {
    /// See [`Delta::Added`].
    Added,
    /// See [`Delta::Updated`].
    Updated,
    /// See [`Delta::Deleted`] and [`Delta::Tombstone`].
    Deleted,
    /// See [`Delta::Replaced`].
    Replaced,
    /// See [`Delta::Sync`].
    Sync,
}

/// Marks an object whose deletion was found out rather than seen; client-go's `DeletedFinalStateUnknown`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tombstone<K, V> {
    /// The key of the object.
    pub key: K,
    /// The last state known, which may be stale; `None` when it could not be looked up.
    pub last: Option<V>,
}
