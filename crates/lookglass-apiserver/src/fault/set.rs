//! The faults that are set on a server: [`Faults`]; and one of them: [`FaultHandle`].

use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use lookglass_object::Gvr;
use lookglass_protocol::{Catalog, request::Call};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::{
    Effect, Fault,
    bell::Bell,
    matcher::{Asked, names},
};

/// The faults that are set on a server.
pub(crate) struct Faults {
    /// How many there are: what a request without faults looks at, and all that it looks at.
    count: AtomicUsize,
    armed: Mutex<Vec<Arc<Armed>>>,
    /// Counts the changes of `armed`, and wakes the watches that have to look at it again.
    changes: Arc<Bell>,
    behind: Box<dyn Behind>,
}

/// What faults need of the server they stand before.
pub(crate) trait Behind: Send + Sync {
    /// What is served.
    fn catalog(&self) -> Arc<Catalog>;
    /// Whether changes of a resource are kept from watches from now on.
    fn lose_events(&self, resource: &Gvr, lose: bool);
}

/// A fault that is set.
pub(super) struct Armed {
    pub(super) fault: Fault,
    /// Which change of the set brought it.
    pub(super) since: u64,
    pub(super) begins: Instant,
    ends: Option<Instant>,
    /// How often something matched.
    matched: AtomicUsize,
    /// How often it has struck.
    struck: AtomicUsize,
    removed: AtomicBool,
    /// Rings when it strikes and when it is removed.
    told: Bell,
    /// Whether the server was told to lose events.
    losing: Mutex<bool>,
}

impl Faults {
    pub(crate) fn new(behind: impl Behind + 'static) -> Self {
        let changes = Arc::default();
        Self { count: AtomicUsize::new(0), armed: Mutex::default(), changes, behind: Box::new(behind) }
    }

    pub(crate) fn set(self: &Arc<Self>, fault: Fault) -> FaultHandle {
        let begins = Instant::now() + fault.after;
        let mut armed = self.armed.lock();
        let set = Arc::new(Armed {
            since: self.changes.rings() + 1,
            begins,
            ends: fault.lasting.map(|duration| begins + duration),
            matched: AtomicUsize::new(0),
            struck: AtomicUsize::new(0),
            removed: AtomicBool::new(false),
            told: Bell::default(),
            losing: Mutex::new(false),
            fault,
        });
        armed.push(Arc::clone(&set));
        self.count.store(armed.len(), Ordering::Release);
        self.changes.ring();
        drop(armed);
        self.settle();
        FaultHandle { set, faults: Arc::downgrade(self) }
    }

    pub(crate) fn clear(&self) {
        self.remove(|_| true);
    }

    fn remove(&self, which: impl Fn(&Arc<Armed>) -> bool) {
        let mut armed = self.armed.lock();
        let removed: Vec<Arc<Armed>> = armed.extract_if(.., |set| which(set)).collect();
        self.count.store(armed.len(), Ordering::Release);
        self.changes.ring();
        drop(armed);
        for set in removed {
            self.lose(&set, false);
            set.remove();
        }
    }

    /// Whether there is nothing to think about.
    pub(super) fn none(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// All, in the order in which they were set.
    pub(super) fn all(&self) -> Vec<Arc<Armed>> {
        self.armed.lock().clone()
    }

    pub(super) fn changes(&self) -> Arc<Bell> {
        Arc::clone(&self.changes)
    }

    pub(super) fn catalog(&self) -> Arc<Catalog> {
        self.behind.catalog()
    }

    /// Has the server lose what is to be lost now. Called before anything that may write.
    pub(crate) fn settle(&self) {
        if self.none() {
            return;
        }
        let now = Instant::now();
        for set in self.all() {
            if matches!(set.fault.effect, Effect::LoseEvents) {
                self.lose(&set, set.is_active(now));
            }
        }
    }

    fn lose(&self, set: &Armed, lose: bool) {
        let mut losing = set.losing.lock();
        let wanted = set.fault.matcher.resource.as_deref().unwrap_or_default();
        if *losing == lose {
            return;
        }
        *losing = lose;
        for resource in self.behind.catalog().resources() {
            let gvr = &resource.gvr;
            if names(gvr.resource(), gvr.group(), wanted) {
                self.behind.lose_events(gvr, lose);
            }
        }
        if lose {
            set.strike();
        }
    }
}

impl Armed {
    pub(super) fn is_active(&self, now: Instant) -> bool {
        self.begins <= now && !self.is_over(now)
    }

    fn is_over(&self, now: Instant) -> bool {
        self.ends.is_some_and(|end| end <= now) || self.is_removed()
    }

    /// When it will be [active](Self::is_active) next, or no longer.
    pub(super) fn next_change(&self, now: Instant) -> Option<Instant> {
        [Some(self.begins), self.ends].into_iter().flatten().find(|at| *at > now)
    }

    pub(super) fn is_for(&self, asked: &Asked, call: Option<&Call>) -> bool {
        self.fault.matcher.matches(asked, call)
    }

    /// Something matches; whether it is struck, after those that are spared and until it struck often enough.
    pub(super) fn strikes(&self) -> bool {
        let matched = self.matched.fetch_add(1, Ordering::Relaxed);
        let strikes = (self.fault.nth - 1..self.fault.nth.saturating_add(self.fault.times) - 1).contains(&matched);
        if strikes {
            self.strike();
        }
        strikes
    }

    /// Waits until it is removed or has ended.
    pub(super) async fn over(&self) {
        let removed = self.told.until(|| self.is_removed().then_some(()));
        match self.ends {
            None => removed.await,
            Some(end) => drop(tokio::time::timeout_at(end, removed).await),
        }
    }

    fn strike(&self) {
        // Relaxed, as all accesses to these two: the bell orders them for whoever waits.
        self.struck.fetch_add(1, Ordering::Relaxed);
        self.told.ring();
    }

    fn remove(&self) {
        self.removed.store(true, Ordering::Relaxed);
        self.told.ring();
    }

    fn struck(&self) -> usize {
        self.struck.load(Ordering::Relaxed)
    }

    fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Relaxed)
    }
}

/// A fault that was set on a server. Dropping the handle leaves the fault as it is.
#[derive(Clone)]
pub struct FaultHandle {
    set: Arc<Armed>,
    faults: Weak<Faults>,
}

impl FaultHandle {
    /// Takes the fault away. What it holds up goes on; what it broke stays broken.
    pub fn remove(&self) {
        if let Some(faults) = self.faults.upgrade() {
            faults.remove(|set| Arc::ptr_eq(set, &self.set));
        }
    }

    /// How often it has struck.
    #[must_use]
    pub fn struck(&self) -> usize {
        self.set.struck()
    }

    /// Waits until it has struck so often, or was removed before; says how often it has.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn strikes(&self, times: usize) -> usize {
        let set = &self.set;
        let reached = || Some(set.struck()).filter(|struck| set.is_removed() || *struck >= times);
        set.told.until(reached).await
    }
}

impl fmt::Debug for FaultHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultHandle").field("fault", &self.set.fault).field("struck", &self.struck()).finish()
    }
}
