//! How a [`DeltaFifo`] is set up.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use super::{DeltaFifo, KeyFunction, KnownObjects, Shared, State, SyncChecker};
use crate::BoxError;
use crate::key::Transformer;
use crate::line::Guarded;

/// Sets up a [`DeltaFifo`].
///
/// Defaults:
///
/// * no known objects: deletions count only for what waits;
/// * a replace queues `Sync`, not `Replaced`;
/// * no transformer.
///
/// ```
/// use lookglass_cache::{Delta, DeltaFifo};
///
/// let fifo = DeltaFifo::builder(|word: &String| word.to_lowercase())
///     .emit_replaced(true)
///     .transformer(|word: String| Ok::<_, std::convert::Infallible>(word.trim().to_owned()))
///     .build();
/// fifo.replace(vec!["Hello ".to_owned()])?;
/// let popped = fifo.try_pop()?.expect("one word waits");
/// assert_eq!(popped.deltas(), [Delta::Replaced("Hello".to_owned())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a builder does nothing until it builds"]
pub struct DeltaFifoBuilder<K, V> {
    key: KeyFunction<K, V>,
    known: Option<Arc<dyn KnownObjects<K, V>>>,
    transformer: Option<Transformer<V>>,
    emit_replaced: bool,
}

impl<K, V> DeltaFifoBuilder<K, V>
where
    K: Clone + Eq + Hash + Send + Sync,
    V: Clone + Send + Sync,
{
    pub(super) fn new(key: KeyFunction<K, V>) -> Self {
        Self { key, known: None, transformer: None, emit_replaced: false }
    }

    /// What the consumer has stored, so that lists can be compared with it.
    pub fn known_objects(mut self, known: impl KnownObjects<K, V> + 'static) -> Self {
        self.known = Some(Arc::new(known));
        self
    }

    /// Whether a replace queues `Replaced` rather than `Sync`, so that it can be told from a resync.
    pub fn emit_replaced(mut self, emit_replaced: bool) -> Self {
        self.emit_replaced = emit_replaced;
        self
    }

    /// Changes each object as it enters. It must leave the key alone, and leave an object alone that it has changed
    /// before.
    pub fn transformer<F, E>(mut self, transformer: F) -> Self
    where
        F: Fn(V) -> Result<V, E> + Send + Sync + 'static,
        E: Into<BoxError>,
    {
        self.transformer = Some(Transformer::new(transformer));
        self
    }

    /// The queue.
    #[must_use]
    pub fn build(self) -> DeltaFifo<K, V> {
        let synced = SyncChecker::new();
        let shared = Shared {
            key: self.key,
            transformer: self.transformer,
            emit_replaced: self.emit_replaced,
            synced: synced.clone(),
            state: Guarded::new(State::new(self.known, synced)),
        };
        DeltaFifo { shared: Arc::new(shared) }
    }
}

impl<K, V> fmt::Debug for DeltaFifoBuilder<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaFifoBuilder")
            .field("known_objects", &self.known.is_some())
            .field("transformer", &self.transformer.is_some())
            .field("emit_replaced", &self.emit_replaced)
            .finish_non_exhaustive()
    }
}
