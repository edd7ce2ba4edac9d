//! How fresh a reflection is: [`Freshness`].

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use lookglass_object::ResourceVersion;
use parking_lot::Mutex;

use super::{Cause, Failure};

/// What a reflector is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Phase {
    /// It has not begun.
    #[default]
    Waiting,
    /// A list in pages comes in.
    Listing {
        /// How much of it has come.
        items: usize,
    },
    /// A streaming list comes in.
    Streaming {
        /// How much of it has come.
        items: usize,
    },
    /// A watch is being opened, or asked whether it can be.
    Opening,
    /// A watch is open.
    Watching,
    /// Something went wrong, and it waits before it tries again.
    BackingOff {
        /// Until when.
        until: Instant,
        /// Why.
        why: Cause,
    },
    /// It has ended.
    Stopped,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("not started"),
            Self::Listing { items } => write!(f, "listing ({items} so far)"),
            Self::Streaming { items } => write!(f, "streaming list ({items} so far)"),
            Self::Opening => f.write_str("opening a watch"),
            Self::Watching => f.write_str("watching"),
            Self::BackingOff { why, .. } => write!(f, "backing off ({why})"),
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

/// What a reflector has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Lists in pages that were begun.
    pub lists: u64,
    /// Streaming lists that were begun.
    pub streaming_lists: u64,
    /// Lists of either form that were completed after the first: relists.
    pub relists: u64,
    /// Watches that were asked for, streaming lists not counted.
    pub watches: u64,
    /// Objects that lists of either form gave.
    pub items: u64,
    /// Changes that watches told.
    pub events: u64,
    /// Bookmarks that came.
    pub bookmarks: u64,
    /// Resyncs.
    pub resyncs: u64,
    /// Objects that could not be read.
    pub unreadable: u64,
    /// Everything that went wrong.
    pub failures: u64,
}

/// How fresh a reflection is, at one moment.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Health {
    /// What is being done.
    pub phase: Phase,
    /// Whether the whole state has come once.
    pub complete: bool,
    /// How many objects of the last complete list could not be read: the reflection may be wrong about so many. Where it is not known of each of them which it is, it may also hold what is
    /// gone by now, until everything can be read.
    pub unreadable: usize,
    /// The version up to which everything has been told; unset before the first list is complete, and where lists have no versions.
    pub version: ResourceVersion,
    /// When something last came of a watch (an event or a bookmark), or a list was completed. Errors do not count, whoever sends them, nor does what cannot be read or goes back:
    /// they say that the server is there, and nothing of how fresh the reflection is.
    pub heard: Option<Instant>,
    /// What went wrong last. It stays when things go well again: see [`Phase`] for what is now.
    pub last_failure: Option<Arc<Failure>>,
    /// What has been done so far.
    pub counters: Counters,
}

/// Tells at any time how fresh a reflection is. A handle; it does not keep the reflector alive.
///
/// ```no_run
/// # fn example(pods: &lookglass_informer::Reflector<k8s_openapi::api::core::v1::Pod>) {
/// use std::time::Duration;
///
/// let freshness = pods.freshness();
/// // A server sends bookmarks each minute, if it has nothing else to tell.
/// if freshness.age().is_none_or(|age| age > Duration::from_secs(120)) {
///     eprintln!("pods may be stale: {}", freshness.phase());
///     if let Some(failure) = freshness.last_failure() {
///         eprintln!("  {failure}");
///     }
/// }
/// # }
/// ```
///
/// # Cost
///
/// A lock held for the copy of a [`Health`]. The reflector writes it once per batch of what came in.
#[derive(Clone, Default)]
pub struct Freshness {
    health: Arc<Mutex<Health>>,
}

impl Freshness {
    /// Everything at this moment.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.lock().clone()
    }

    /// What is being done.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.health.lock().phase
    }

    /// The version up to which everything has been told; unset before the first list is complete.
    #[must_use]
    pub fn version(&self) -> ResourceVersion {
        self.health.lock().version.clone()
    }

    /// How long ago something last came: an event, a bookmark, a complete list; no error, and nothing that could not be read. `None` before the first list is complete.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        let now = tokio::time::Instant::now().into_std();
        self.health.lock().heard.map(|heard| now.saturating_duration_since(heard))
    }

    /// What went wrong last, if anything ever did.
    #[must_use]
    pub fn last_failure(&self) -> Option<Arc<Failure>> {
        self.health.lock().last_failure.clone()
    }

    /// What has been done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.health.lock().counters
    }

    pub(super) fn publish(&self, health: &Health) {
        let before = std::mem::replace(&mut *self.health.lock(), health.clone());
        // What is the last handle to a failure goes outside the lock.
        drop(before);
    }

    pub(super) fn stop(&self) {
        self.health.lock().phase = Phase::Stopped;
    }
}

impl fmt::Debug for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Freshness").field(&self.health()).finish()
    }
}
