//! How a [`DeltaQueue`] is set up.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{DeltaQueue, KeyFunction, Shared, State, SyncChecker};
use crate::BoxError;
use crate::key::Transformer;
use crate::line::Guarded;

/// Sets up a [`DeltaQueue`].
///
/// Defaults:
///
/// * `capacity`: 2000 objects, the depth from which client-go's producer has to wait, too;
/// * no transformer.
///
/// ```
/// use lookglass_cache::{Change, DeltaQueue, PushError};
///
/// let queue = DeltaQueue::<u32, u32, ()>::builder(|n: &u32| *n).capacity(1).build();
/// queue.try_push(Change::Added(1))?;
/// assert!(matches!(queue.try_push(Change::Added(2)), Err(PushError::Full(Change::Added(2)))));
/// # Ok::<(), PushError<Change<u32, u32, ()>>>(())
/// ```
#[must_use = "a builder does nothing until it builds"]
pub struct DeltaQueueBuilder<K, V, R> {
    key: KeyFunction<K, V>,
    transformer: Option<Transformer<V>>,
    capacity: usize,
    revision: std::marker::PhantomData<fn(R)>,
}

impl<K: Hash + Send + Sync, V: Send + Sync, R: Send + Sync> DeltaQueueBuilder<K, V, R> {
    pub(super) fn new(key: KeyFunction<K, V>) -> Self {
        Self { key, transformer: None, capacity: DEFAULT_CAPACITY, revision: std::marker::PhantomData }
    }

    /// How many objects may be queued before producers wait. Zero counts as one.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity.max(1);
        self
    }

    /// Changes each object as it enters. It must leave alone an object that it has changed before.
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
    pub fn build(self) -> DeltaQueue<K, V, R> {
        let synced = SyncChecker::new();
        let shared = Shared {
            key: self.key,
            hasher: RandomState::default(),
            transformer: self.transformer,
            synced: synced.clone(),
            state: Guarded::new(State::new(self.capacity, synced)),
        };
        DeltaQueue { shared: Arc::new(shared) }
    }
}

impl<K, V, R> fmt::Debug for DeltaQueueBuilder<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaQueueBuilder")
            .field("transformer", &self.transformer.is_some())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

const DEFAULT_CAPACITY: usize = 2000;
