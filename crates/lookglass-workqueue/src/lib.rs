#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod builder;
mod contract;
mod core;
mod delaying;
mod drain;
mod get;
mod item;
mod limiter;
mod metrics;
mod queue;
mod rate_limiting;
mod shared;
mod stats;
mod sync;
mod timer;
mod unpark;
mod waiters;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(all(test, loom))]
mod loom_models;
#[cfg(test)]
mod testing;

#[cfg(feature = "tokio")]
pub use self::timer::TokioTimer;
pub use self::{
    builder::Builder,
    contract::{DelayingWorkQueue, RateLimitingWorkQueue, WorkQueue},
    delaying::DelayingQueue,
    drain::{Drain, DrainOutcome},
    get::Get,
    item::Item,
    limiter::{Bucket, ItemExponential, ItemFastSlow, MaxOf, RateLimiter, WithMaxWait, default_controller_limiter},
    metrics::Metrics,
    queue::Queue,
    rate_limiting::RateLimitingQueue,
    stats::Stats,
    timer::{ManualTimer, Sleep, Timer},
};
