//! An index as the store sees it, which does not know the type of the index values.

use std::any::Any;
use std::sync::Arc;

use crate::store::{IndexError, IndexView};

/// The values of one slot in one index, as prepared outside the lock; the index knows their type. After they have been set
/// it holds what they displaced, to be dropped outside the lock.
pub(crate) type IndexSlotValues = Box<dyn Any + Send>;

/// What is to be done in an index when a value is written.
pub(crate) enum Evaluation {
    /// Nothing: the index values are what they were.
    Keep,
    /// Set these.
    Set(IndexSlotValues),
}

pub(crate) trait ErasedIndex<K, V>: Send + Sync {
    /// Compares the index values of `value` (none, for no value) with those of what lies in `slot`. On an error the value
    /// is left out of the index, and the failure is counted.
    fn evaluate(&self, slot: Option<u32>, value: Option<&V>) -> (Evaluation, Option<IndexError>);

    /// Carries out what `evaluate` prepared.
    fn set(&mut self, slot: u32, values: &mut IndexSlotValues);

    /// Renames every slot, after the store has been compacted.
    fn rename(&mut self, moved: &[u32]);

    /// Whether compacting gives most of its memory back at a cost in keeping with it.
    fn is_sparse(&self) -> bool;

    fn compact(&mut self);

    /// The same index without any entry.
    fn emptied(&self) -> Arc<dyn ErasedIndex<K, V>>;

    /// A copy that shares its parts.
    fn copied(&self) -> Arc<dyn ErasedIndex<K, V>>;

    /// The slots that share an index value with `value`, each once.
    fn sharing(&self, value: &V) -> Result<Vec<u32>, IndexError>;

    /// The slots under a text; `None` when the index values are not text.
    fn text_members(&self, value: &str) -> Option<&[u32]>;

    /// All index values, if they are text.
    fn text_values(&self) -> Option<Vec<String>>;

    /// What the debug view says of it, but for the name.
    fn view(&self, name: &Arc<str>) -> IndexView;

    fn as_any(&self) -> &dyn Any;

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}
