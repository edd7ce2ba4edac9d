//! stub
#![forbid(unsafe_code)]

mod backlog;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod delta;
mod event;
mod fifo;
mod key;
mod known;
mod line;
#[cfg(all(test, loom))]
mod loom_models;
mod queue;
mod sync;
mod synced;

pub use backlog::{Backlog, BacklogBuilder, BacklogPolicy, BacklogView, EventBatch, Feed, Lag};
pub use delta::{Delta, DeltaKind, Tombstone};
pub use event::Event;
pub use fifo::{DeltaFifo, DeltaFifoBuilder, EnqueueError, FifoView, Popped};
pub use key::{BoxError, KeyError, KeyFunction, TransformError};
pub use known::KnownObjects;
pub use queue::{Batch, Change, DeltaQueue, DeltaQueueBuilder, IntoChanges, PushError, QueueView};
pub use synced::{Closed, NeverSynced, SyncChecker};
