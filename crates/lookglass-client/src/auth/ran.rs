//! What became of a credential plugin, for metrics: [`PluginRan`].

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;

use super::AuthError;

/// A run of a credential plugin, or that it was not let run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginRan {
    /// The plugin, as the config names it.
    pub command: String,
    /// What became of it.
    pub outcome: PluginOutcome,
    /// How long that took; a person may have had to log in.
    pub lasted: Duration,
}

/// What became of a run of a credential plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PluginOutcome {
    /// It gave a credential.
    Succeeded,
    /// The [policy](crate::ExecPolicy) does not let it run.
    Denied,
    /// There is no such program.
    NotFound,
    /// It could not be started, or has to ask a person and there is none.
    NotStarted,
    /// It gave up, with this exit code, unless a signal ended it.
    Failed {
        /// The exit code.
        code: Option<i32>,
    },
    /// It took too long and was ended.
    TimedOut,
    /// It gave something else than a credential.
    Unusable,
}

impl PluginOutcome {
    /// A word for it, as a metric's label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Denied => "denied",
            Self::NotFound => "not_found",
            Self::NotStarted => "not_started",
            Self::Failed { .. } => "failed",
            Self::TimedOut => "timed_out",
            Self::Unusable => "unusable",
        }
    }

    pub(super) fn of(error: Option<&AuthError>) -> Self {
        match error {
            None => Self::Succeeded,
            Some(AuthError::Denied { .. }) => Self::Denied,
            Some(AuthError::NotFound { .. }) => Self::NotFound,
            Some(AuthError::NoTerminal { .. } | AuthError::Start { .. } | AuthError::Read { .. }) => Self::NotStarted,
            Some(AuthError::Failed { code, .. }) => Self::Failed { code: *code },
            Some(AuthError::TimedOut { .. }) => Self::TimedOut,
            Some(AuthError::Answer { .. } | AuthError::Content { .. } | AuthError::Header { .. }) => Self::Unusable,
        }
    }
}

/// Who is told of runs. It must not block.
pub(crate) type Listener = dyn Fn(&PluginRan) + Send + Sync;

/// Those who are told, for as long as they are there.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<Weak<Listener>>>);

impl Listeners {
    pub(super) fn add(&self, listener: &Arc<Listener>) {
        let mut all = self.0.lock();
        all.retain(|listener| listener.strong_count() > 0);
        all.push(Arc::downgrade(listener));
    }

    pub(super) fn tell(&self, ran: &PluginRan) {
        // Nobody is called while the lock is held.
        let all: Vec<_> = self.0.lock().iter().filter_map(Weak::upgrade).collect();
        for listener in all {
            listener(ran);
        }
    }
}
