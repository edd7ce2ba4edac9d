//! What the unit tests share.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Wake, Waker},
    time::Instant,
};

/// Some moment, the same each time: the tests move on from it by themselves.
#[expect(
    clippy::disallowed_methods,
    reason = "an Instant cannot be made otherwise; no test depends on which one it is"
)]
pub(crate) fn start() -> Instant {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    *START
}

/// Raised by its waker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flag(Arc<AtomicBool>);

impl Flag {
    pub(crate) fn waker(&self) -> Waker {
        Waker::from(Arc::new(self.clone()))
    }

    /// Whether it was raised since it was last asked.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}
