//! What the two ends of a listener know of each other: [`Control`], and [`Membership`] for whoever may remove it.

use std::cell::Cell;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use lookglass_cache::{BacklogView, Feed, Lag, SyncChecker};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{Hub, ListenerView};

/// Shared by a listener, its processor, and whoever may remove it.
pub(crate) struct Control {
    name: Arc<str>,
    named: bool,
    resync: Option<Duration>,
    removed: AtomicBool,
    /// A handler that nobody drives but the informer.
    driven: AtomicBool,
    ended: AtomicBool,
    end: Notify,
    handled: AtomicU64,
    errors: AtomicU64,
    panics: AtomicU64,
    /// Its work, as long as there is no runtime for it. The work holds this in turn: whoever ends it takes the work out.
    parked: Mutex<Option<Work>>,
}

/// Something that runs until it is done.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Control {
    /// Without a name of its own, it has a number.
    pub(crate) fn new(name: Option<Arc<str>>, number: u64, resync: Option<Duration>) -> Self {
        Self {
            named: name.is_some(),
            name: name.unwrap_or_else(|| format!("listener-{number}").into()),
            resync,
            removed: AtomicBool::new(false),
            driven: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            end: Notify::new(),
            handled: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            parked: Mutex::default(),
        }
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Asks the listener to end: it is given nothing more, not even what is pending.
    pub(crate) fn remove(&self) {
        // Release and acquire: whoever removes sees nothing handed out that was published after.
        self.removed.store(true, Ordering::Release);
    }

    pub(crate) fn park(&self, work: Work) {
        *self.parked.lock() = Some(work);
    }

    pub(crate) fn unpark(&self) -> Option<Work> {
        self.parked.lock().take()
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Acquire)
    }

    /// Says that a task or a thread of the informer's own drives the handler, so that its end can be waited for.
    pub(crate) fn drive(&self) {
        // Relaxed: set before anybody else knows of it.
        self.driven.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_driven(&self) -> bool {
        self.driven.load(Ordering::Relaxed)
    }

    /// Says that the handler is not running and never will again.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.end.notify_waiters();
    }

    /// Waits until the handler is done for good.
    pub(crate) async fn ended(&self) {
        let notified = self.end.notified();
        let mut notified = std::pin::pin!(notified);
        // Registered before the look, so that an end in between is not missed.
        notified.as_mut().enable();
        if !self.ended.load(Ordering::Acquire) {
            notified.await;
        }
    }

    pub(crate) fn count_handled(&self) {
        // Relaxed, as all three: numbers for people.
        self.handled.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn view(&self, backlog: BacklogView, lag: Lag) -> ListenerView {
        ListenerView {
            name: Arc::clone(&self.name),
            named: self.named,
            backlog,
            lag,
            resync: self.resync,
            handled: self.handled.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            panics: self.panics.load(Ordering::Relaxed),
        }
    }

    /// Marks this thread as running the handler, while what is returned lives.
    pub(super) fn running(&self) -> Running {
        Running { before: RUNNING.replace(self.identity()) }
    }

    /// Whether the caller stands inside the handler, and would wait for itself.
    pub(crate) fn is_running_here(&self) -> bool {
        RUNNING.get() == self.identity()
    }

    fn identity(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

thread_local! {
    /// Whose handler this thread is running; 0 for nobody's.
    static RUNNING: Cell<usize> = const { Cell::new(0) };
}

pub(super) struct Running {
    before: usize,
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(self.before);
    }
}

/// The right to remove a listener, and to see how it does.
pub(crate) struct Membership<K: Clone + Eq + Hash, V: Clone> {
    hub: Weak<Hub<K, V>>,
    feed: Feed<K, V>,
    control: Arc<Control>,
    synced: SyncChecker,
}

impl<K, V> Membership<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(hub: &Arc<Hub<K, V>>, feed: Feed<K, V>, control: &Arc<Control>, synced: SyncChecker) -> Self {
        Self { hub: Arc::downgrade(hub), feed, control: Arc::clone(control), synced }
    }

    pub(crate) fn control(&self) -> &Arc<Control> {
        &self.control
    }

    pub(crate) fn sync_checker(&self) -> &SyncChecker {
        &self.synced
    }

    pub(crate) fn lag(&self, now: Instant) -> Lag {
        self.feed.lag(now)
    }

    pub(crate) fn view(&self, now: Instant) -> ListenerView {
        self.control.view(self.feed.view(), self.feed.lag(now))
    }

    /// Ends the listener: its handler gets nothing more.
    pub(crate) fn remove(&self) {
        self.control.remove();
        if let Some(hub) = self.hub.upgrade() {
            hub.remove(&self.control);
        }
        // Wakes it, so that it sees that it is removed; and frees what is pending, even if its handler never returns.
        self.feed.abandon();
        // It may never have begun.
        drop(self.control.unpark());
    }

    /// Waits until the handler is done for good; not, when called from within it.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let (control, inside) = (Arc::clone(&self.control), self.control.is_running_here());
        async move {
            if !inside && !control.is_running_here() {
                control.ended().await;
            }
        }
    }
}
