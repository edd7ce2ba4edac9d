//! Looking into an informer that somebody else runs: [`Inspector`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::core::{Core, Part, Stopped};
use crate::error::{SyncError, Unsynced};
use crate::metrics::MetricSample;
use crate::reflector::Phase;
use crate::{DebugView, WatchFreshness};

/// Shows how an informer does, whoever runs it: for an [`Informer`](crate::Informer), which is gone into its future, and for health
/// checks, which need no type. A handle. It does not keep the informer running.
///
/// ```no_run
/// # async fn example(configs: lookglass_informer::Informer<k8s_openapi::api::core::v1::ConfigMap>) {
/// use std::time::Duration;
///
/// let inspector = configs.inspector();
/// tokio::spawn(configs.run(std::future::pending()));
/// if let Err(late) = inspector.synced(Duration::from_secs(30)).await {
///     eprintln!("{late}\n{:#?}", inspector.debug_view());
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Inspector {
    core: Arc<Core>,
}

impl Inspector {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core) }
    }

    /// Whether it has been started and not stopped.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.core.is_running()
    }

    /// Whether the initial state is there.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.core.progress.is_synced()
    }

    /// As [`SharedInformer::synced`](crate::SharedInformer::synced).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Errors
    ///
    /// [`SyncError`] says what is missing and why.
    pub async fn synced(&self, patience: Duration) -> Result<(), SyncError> {
        self.core.synced(patience).await
    }

    /// How fresh what it holds is, for each of its watches.
    #[must_use]
    pub fn freshness(&self) -> Vec<WatchFreshness> {
        self.core.freshness()
    }

    /// What it looks like inside.
    #[must_use]
    pub fn debug_view(&self) -> DebugView {
        self.core.debug_view()
    }

    /// All its numbers. See [`metrics`](crate::metrics).
    #[must_use]
    pub fn metrics(&self) -> Vec<MetricSample> {
        self.core.metrics()
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector")
            .field("resource", &self.core.gvr)
            .field("synced", &self.is_synced())
            .field("running", &self.is_running())
            .finish_non_exhaustive()
    }
}

impl Core {
    pub(crate) async fn synced(&self, patience: Duration) -> Result<(), SyncError> {
        let synced = self.progress.wait(|parts| parts.iter().all(|part| part.synced).then_some(()));
        let resource = || self.gvr.clone();
        match tokio::time::timeout(patience, synced).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Stopped)) => Err(SyncError::Stopped { resource: resource() }),
            Err(_) => Err(SyncError::TimedOut { resource: resource(), waited: patience, missing: self.unsynced() }),
        }
    }

    pub(crate) fn freshness(&self) -> Vec<WatchFreshness> {
        let freshness =
            |part: &Part| WatchFreshness { namespace: part.namespace.clone(), freshness: part.source.freshness() };
        self.parts().iter().map(freshness).collect()
    }

    fn unsynced(&self) -> Vec<Unsynced> {
        let parts = self.parts().iter().zip(self.progress.parts()).filter(|(_, progress)| !progress.synced);
        let unsynced = |(part, _): (&Part, _)| {
            let health = part.source.freshness().health();
            let phase = if self.is_running() { health.phase } else { Phase::Waiting };
            Unsynced { namespace: part.namespace.clone(), phase, last_failure: health.last_failure }
        };
        parts.map(unsynced).collect()
    }
}
