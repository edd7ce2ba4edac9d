//! One entry of a [`DeltaQueue`](super::DeltaQueue).

use crate::Tombstone;

/// Something that happened, as a reflector tells it and the store's keeper hears it.
///
/// `R` is the revision of the source, which the queue only carries.
///
/// ```
/// use lookglass_cache::{Change, Tombstone};
///
/// let list = Change::<String, &str, u64>::ReplacedAll { revision: 12, objects: vec!["a", "b"], unreadable: vec![] };
/// assert!(list.goes_alone());
/// assert!(!Change::<String, &str, u64>::Added("c").goes_alone());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a consumer that overlooks one kind keeps a wrong store; it must not compile"
)]
pub enum Change<K, V, R> {
    /// The watch said that an object is new.
    Added(V),
    /// The watch said that an object changed.
    Updated(V),
    /// The watch said that an object is gone; this is its final state.
    Deleted(V),
    /// An object was found to be gone; its final state is not known.
    Tombstone(Tombstone<K, V>),
    /// Everything there is at that revision: what the store holds beyond it is gone, but for what is there and could not be read.
    ///
    /// The consumer compares with its store and tells subscribers deletions first, then updates, then additions. If there is something `unreadable`, it may add to `objects`
    /// what its store holds of that, and go on as if it were listed.
    ReplacedAll {
        /// The revision of the list.
        revision: R,
        /// The objects, in list order.
        objects: Vec<V>,
        /// Keys, none of them of `objects`, of what is there in a state that could not be read: of those the store keeps what it holds, if it holds any. Nearly always there are
        /// none.
        unreadable: Vec<K>,
    },
    /// Tell subscribers about everything in the store once more.
    SyncAll,
    /// The source has got as far as this revision, with no change to tell.
    Bookmark(R),
}

impl<K, V, R> Change<K, V, R> {
    /// Whether it is never in a batch with others.
    pub fn goes_alone(&self) -> bool {
        matches!(self, Self::ReplacedAll { .. } | Self::SyncAll | Self::Bookmark(_))
    }

    /// The part of the queue's capacity that it takes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::ReplacedAll { objects, .. } => objects.len().max(1),
            _ => 1,
        }
    }

    /// Whether its arrival counts as the first population, as opposed to bookkeeping.
    pub(super) fn populates(&self) -> bool {
        !matches!(self, Self::SyncAll | Self::Bookmark(_))
    }

    /// Changes every object in it, except a tombstone's. `map` is told which element of a list it gets.
    pub(super) fn try_map<E>(self, map: impl Fn(Option<usize>, V) -> Result<V, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Added(object) => Self::Added(map(None, object)?),
            Self::Updated(object) => Self::Updated(map(None, object)?),
            Self::Deleted(object) => Self::Deleted(map(None, object)?),
            Self::ReplacedAll { revision, objects, unreadable } => {
                let elements = objects.into_iter().enumerate();
                let objects = elements.map(|(element, object)| map(Some(element), object)).collect::<Result<_, _>>()?;
                Self::ReplacedAll { revision, objects, unreadable }
            }
            other @ (Self::Tombstone(_) | Self::SyncAll | Self::Bookmark(_)) => other,
        })
    }
}
