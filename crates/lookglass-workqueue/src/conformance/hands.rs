//! Polling by hand.

use crate::{contract::WorkQueue, timer::ManualTimer};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Instant,
};

/// A clock that starts somewhere.
#[expect(
    clippy::disallowed_methods,
    reason = "an Instant cannot be made otherwise; no check depends on which one it is"
)]
pub(super) fn timer() -> ManualTimer {
    ManualTimer::new(Instant::now())
}

/// A future, and whether it was woken since it was last polled.
pub(super) struct Hand<F> {
    future: Pin<Box<F>>,
    woken: Arc<Woken>,
    /// It has ended, and must not be polled, whoever wakes it.
    ended: bool,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl<F: Future> Hand<F> {
    pub(super) fn new(future: F) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Woken(AtomicBool::new(false))), ended: false }
    }

    pub(super) fn is_woken(&self) -> bool {
        !self.ended && self.woken.0.load(Ordering::SeqCst)
    }

    pub(super) fn poll(&mut self) -> Poll<F::Output> {
        self.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.woken));
        let result = self.future.as_mut().poll(&mut Context::from_waker(&waker));
        self.ended = result.is_ready();
        result
    }

    /// Polls it if it was woken, as an executor does.
    pub(super) fn poll_if_woken(&mut self) -> Poll<F::Output> {
        if self.is_woken() { self.poll() } else { Poll::Pending }
    }
}

/// Waits for an item, so far in vain.
pub(super) fn waiting<Q: WorkQueue>(queue: &Q) -> Hand<Q::Get> {
    let mut hand = Hand::new(queue.get());
    assert!(hand.poll().is_pending(), "`get` of a queue with nothing ready waits");
    hand
}

/// The item that is ready.
pub(super) fn take<Q: WorkQueue>(queue: &Q) -> Q::Claim {
    match Hand::new(queue.get()).poll() {
        Poll::Ready(Some(claim)) => claim,
        Poll::Ready(None) => panic!("`get` gives what is ready, shut down or not"),
        Poll::Pending => panic!("`get` does not wait while an item is ready"),
    }
}

/// Takes the item that is ready and is done with it; it has to be this one.
pub(super) fn take_exactly<Q: WorkQueue>(queue: &Q, item: &Q::Item) {
    assert!(*take(queue) == *item, "items come in the order in which they lined up");
}

pub(super) fn is_closed<Q: WorkQueue>(queue: &Q) -> bool {
    matches!(Hand::new(queue.get()).poll(), Poll::Ready(None))
}
