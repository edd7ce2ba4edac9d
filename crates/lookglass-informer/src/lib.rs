#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod core;
mod error;
mod event;
mod index;
mod informer;
mod inspector;
mod later;
mod lister;
pub mod metrics;
mod processor;
pub mod reflector;
mod shared;
mod snapshot;
mod subscriber;
mod view;

pub use error::{IndexAddError, IndexRemoveError, InformerError, SyncError, Unsynced, WaitError};
pub use event::{Event, EventExt, OwnerKeys};
pub use index::{Index, IndexHandle};
pub use informer::Informer;
pub use inspector::Inspector;
pub use lister::Lister;
#[doc(no_inline)]
pub use lookglass_cache::{Backlog, BacklogPolicy, BacklogView, Feed, IntoIndexValues, Lag, NeverSynced, SyncChecker};
pub use processor::{Distributed, HandlerError, HandlerOutcome, Listener, ListenerOptions, ListenerView, Processor};
pub use reflector::{
    Backoff, Cause, Counters, Failure, Freshness, Health, ObjectChange, Phase, Reflector, ReflectorBuilder,
    ReflectorEnd, ReflectorError, ReflectorOptions, Remedy, ResumingWatch, Sink, SinkError, resuming_watch,
};
pub use shared::{SharedInformer, SharedInformerBuilder, WatchFreshness};
pub use snapshot::{IndexSnapshot, Snapshot};
pub use subscriber::{EventHandler, EventStream, Subscriber, Subscription};
pub use view::{Counts, DebugView, IndexView, MemoryView, QueueCounts, SubscriberView, WatchView};
