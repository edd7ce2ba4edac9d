#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod backlog;
mod bounds;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod delta;
mod event;
mod fifo;
mod index;
mod key;
mod known;
mod line;
#[cfg(all(test, loom))]
mod loom_models;
mod persistent;
mod queue;
mod snapshot;
mod store;
mod sync;
mod synced;

pub use backlog::{Backlog, BacklogBuilder, BacklogPolicy, BacklogView, EventBatch, Feed, Lag};
pub use bounds::{IndexValue, Revision, StoreKey, StoreValue};
pub use delta::{Delta, DeltaKind, Tombstone};
pub use event::Event;
pub use fifo::{DeltaFifo, DeltaFifoBuilder, EnqueueError, FifoView, Popped};
pub use index::{Index, IndexHandle, IntoIndexValues};
pub use key::{BoxError, KeyError, KeyFunction, TransformError};
pub use known::KnownObjects;
pub use queue::{Change, ChangeBatch, DeltaQueue, DeltaQueueBuilder, IntoChanges, PushError, QueueView};
pub use snapshot::{IndexSnapshot, Snapshot};
pub use store::{
    Applied, IndexError, IndexFailure, IndexView, Rejected, Replaced, Store, StoreBatch, StoreBuilder, StoreChange,
    StoreError, StoreView,
};
pub use synced::{Closed, NeverSynced, SyncChecker};
