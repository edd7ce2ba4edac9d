//! What can be seen of a backlog from outside.

use std::time::Duration;

use super::BacklogPolicy;

/// The numbers behind a [`Backlog`](super::Backlog), at one moment.
///
/// ```
/// use lookglass_cache::Backlog;
///
/// let (feed, backlog) = Backlog::new(|n: &u32| *n);
/// drop(feed);
/// assert!(backlog.view().closed);
/// assert_eq!(backlog.view().pending(), 0);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct BacklogView {
    /// The policy.
    pub policy: BacklogPolicy,
    /// Events pending as they came.
    pub kept: usize,
    /// Events pending in the merged part.
    pub merged: usize,
    /// Keys in the merged part.
    pub merged_keys: usize,
    /// Events that came in since the beginning.
    pub pushed: u64,
    /// Events that were taken since the beginning.
    pub taken: u64,
    /// Events that merging saved the subscriber since the beginning.
    pub saved: u64,
    /// Whether the publisher has pushed the initial state.
    pub marked_synced: bool,
    /// Whether the subscriber has processed the initial state.
    pub synced: bool,
    /// Whether the feed is closed, or the subscriber gone.
    pub closed: bool,
    /// Publishers that wait for room.
    pub waiting_publishers: usize,
}

impl BacklogView {
    /// Events pending.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.kept + self.merged
    }
}

/// How far a subscriber is behind.
///
/// ```
/// # use std::sync::Arc;
/// # use std::time::{Duration, Instant};
/// use lookglass_cache::{Backlog, Event, PushError};
///
/// # #[expect(clippy::disallowed_methods, reason = "an example is a program's door")]
/// # let now = Instant::now();
/// let (feed, _backlog) = Backlog::new(|n: &u32| *n);
/// feed.try_push(Arc::from([Event::Deleted { last: 1, certain: true }]), now)?;
/// let lag = feed.lag(now + Duration::from_secs(3));
/// assert_eq!((lag.events, lag.age), (1, Some(Duration::from_secs(3))));
/// # Ok::<(), PushError<Arc<[Event<u32>]>>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Lag {
    /// Events pending.
    pub events: usize,
    /// How long the oldest of them has been pending; `None` without any.
    pub age: Option<Duration>,
}
