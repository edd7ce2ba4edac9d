//! What a listener may choose, and what can be seen of it.

use std::sync::Arc;
use std::time::Duration;

use lookglass_cache::{BacklogPolicy, BacklogView, Lag};

/// What a listener may choose. Defaults:
///
/// * `name`: `listener-N`, counted by the processor;
/// * `policy`: [`BacklogPolicy::Coalesce`] beyond 8192 events;
/// * `resync`: never.
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until they are given to a processor"]
pub struct ListenerOptions {
    pub(super) name: Option<Arc<str>>,
    pub(super) policy: BacklogPolicy,
    pub(super) resync: Option<Duration>,
}

impl ListenerOptions {
    /// What it is called in views, metrics and errors.
    pub fn name(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// What happens when it is slower than the events.
    pub fn policy(self, policy: BacklogPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Is told everything once more each `period`. Zero means never; less than a second counts as one.
    pub fn resync(self, period: Duration) -> Self {
        let resync = (!period.is_zero()).then(|| period.max(SHORTEST_RESYNC));
        Self { resync, ..self }
    }

    pub(crate) fn resync_period(&self) -> Option<Duration> {
        self.resync
    }
}

/// As in client-go.
const SHORTEST_RESYNC: Duration = Duration::from_secs(1);

/// One listener, as it looks from outside.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListenerView {
    /// Its name.
    pub name: Arc<str>,
    /// Whether that was given to it, and is no number.
    pub named: bool,
    /// What it has not been told yet.
    pub backlog: BacklogView,
    /// How far it is behind.
    pub lag: Lag,
    /// How often it is told everything once more.
    pub resync: Option<Duration>,
    /// Events that its handler was given.
    pub handled: u64,
    /// How often its handler returned an error.
    pub errors: u64,
    /// How often its handler panicked.
    pub panics: u64,
}
