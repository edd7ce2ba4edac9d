//! How much a storage keeps: [`Limits`].

use std::time::Duration;

/// How much a storage keeps of the past, and how long it waits for the future.
///
/// Defaults:
/// - `events`: 10,000 of each resource. A real server keeps between a hundred and a hundred thousand.
/// - `age`: 5 minutes, after which etcd is compacted as well. Each of both bounds alone lets an event go.
/// - `queue`: 5,000 events wait for a watcher at most. Half the window, so that a watcher that was cut off can mostly resume.
/// - `patience`: 3 seconds is a request held up that asks for a version which lies ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many events of each resource are kept at most.
    pub events: usize,
    /// How long an event is kept at most.
    pub age: Duration,
    /// How many events may wait for a watcher before it is cut off; at least one.
    pub queue: usize,
    /// How long a request waits for a version that lies ahead.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: 10_000, age: Duration::from_secs(5 * 60), queue: 5_000, patience: Duration::from_secs(3) }
    }
}
