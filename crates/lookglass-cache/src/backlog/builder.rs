//! How the two ends of a backlog are made.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use super::{Backlog, BacklogPolicy, Feed, Shared, State};
use crate::SyncChecker;
use crate::line::Guarded;

/// Sets up a [`Feed`] and its [`Backlog`].
///
/// Defaults:
///
/// * `policy`: [`BacklogPolicy::Coalesce`] beyond 8192 events.
///
/// ```
/// use lookglass_cache::{Backlog, BacklogPolicy};
///
/// let (feed, backlog) = Backlog::builder(|n: &u32| *n).policy(BacklogPolicy::Unbounded).build();
/// assert_eq!(feed.view(), backlog.view());
/// ```
#[must_use = "a builder does nothing until it builds"]
pub struct BacklogBuilder<K, V> {
    key: Box<dyn Fn(&V) -> K + Send + Sync>,
    policy: BacklogPolicy,
}

impl<K: Clone + Eq + Hash + Send + Sync, V: Clone + Send + Sync> BacklogBuilder<K, V> {
    pub(super) fn new(key: Box<dyn Fn(&V) -> K + Send + Sync>) -> Self {
        Self { key, policy: BacklogPolicy::default() }
    }

    /// What happens when the subscriber is slower than the publisher.
    pub fn policy(mut self, policy: BacklogPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Both ends.
    #[must_use]
    pub fn build(self) -> (Feed<K, V>, Backlog<K, V>) {
        let synced = SyncChecker::new();
        let state = Guarded::new(State::new(self.policy, synced.clone()));
        let shared = Arc::new(Shared { key: self.key, synced, state });
        (Feed::new(Arc::clone(&shared)), Backlog { shared })
    }
}

impl<K, V> fmt::Debug for BacklogBuilder<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BacklogBuilder").field("policy", &self.policy).finish_non_exhaustive()
    }
}
