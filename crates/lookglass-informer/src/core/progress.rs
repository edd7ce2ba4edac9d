//! How far the store has got, and the waiting for it: [`Progress`].

use lookglass_object::ResourceVersion;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// How far each watch's part of the store has got.
pub(crate) struct Progress {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    parts: Vec<PartProgress>,
    stopped: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct PartProgress {
    /// The initial state is in the store, and has been told to all subscribers' backlogs.
    pub(crate) synced: bool,
    /// All changes up to this version are in the store.
    pub(crate) version: ResourceVersion,
}

impl Progress {
    pub(super) fn new(parts: usize) -> Self {
        let state = State { parts: vec![PartProgress::default(); parts], stopped: false };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    pub(crate) fn parts(&self) -> Vec<PartProgress> {
        self.state.lock().parts.clone()
    }

    /// How far a part has got.
    pub(super) fn version(&self, part: usize) -> ResourceVersion {
        self.state.lock().parts.get(part).map(|part| part.version.clone()).unwrap_or_default()
    }

    pub(crate) fn is_synced(&self) -> bool {
        self.state.lock().parts.iter().all(|part| part.synced)
    }

    pub(super) fn begin(&self) {
        let mut state = self.state.lock();
        state.stopped = false;
        state.parts.fill(PartProgress::default());
    }

    pub(super) fn stop(&self) {
        let mut state = self.state.lock();
        state.stopped = true;
        state.parts.fill(PartProgress::default());
        drop(state);
        self.changed.notify_waiters();
    }

    /// Notes how far a part has got. Whether this has made the last part synced.
    pub(super) fn advance(&self, part: usize, version: Option<ResourceVersion>, synced: bool) -> bool {
        let mut state = self.state.lock();
        let mut completes = false;
        if let Some(progress) = state.parts.get_mut(part) {
            if let Some(version) = version {
                progress.version = version;
            }
            if synced && !progress.synced {
                progress.synced = true;
                completes = state.parts.iter().all(|part| part.synced);
            }
        }
        drop(state);
        // Costs a load when nobody waits.
        self.changed.notify_waiters();
        completes
    }

    /// Waits until `reached`, asked after every change, gives something. `Err` once the informer is stopped.
    pub(crate) async fn wait<T>(
        &self,
        mut reached: impl FnMut(&[PartProgress]) -> Option<T> + Send,
    ) -> Result<T, Stopped> {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // Registered before the look, so that no change in between is missed.
            changed.as_mut().enable();
            {
                let state = self.state.lock();
                if let Some(answer) = reached(&state.parts) {
                    return Ok(answer);
                }
                if state.stopped {
                    return Err(Stopped);
                }
            }
            changed.await;
        }
    }
}

/// The informer was stopped.
#[derive(Debug)]
pub(crate) struct Stopped;
