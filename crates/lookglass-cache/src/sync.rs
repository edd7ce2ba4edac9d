//! The one place that knows whether the code runs for real or inside a loom model.
//!
//! Promise: everything above uses only [`Mutex`] and [`block_on`] from here, so a model checks the code that ships.
//! Cost: one uncontended `parking_lot` lock per operation.

#[cfg(not(loom))]
pub(crate) use real::{Mutex, block_on};

#[cfg(loom)]
pub(crate) use model::{Mutex, block_on};

#[cfg(not(loom))]
mod real {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};

    pub(crate) use parking_lot::Mutex;

    /// Runs a future on this thread, which parks while there is nothing to do.
    pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            match future.as_mut().poll(&mut context) {
                Poll::Ready(output) => return output,
                // A stray unpark only costs one more poll.
                Poll::Pending => thread::park(),
            }
        }
    }

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }

        fn wake_by_ref(self: &Arc<Self>) {
            self.0.unpark();
        }
    }
}

#[cfg(loom)]
mod model {
    pub(crate) use loom::future::block_on;

    /// loom's mutex with the signature of `parking_lot`'s: a model never poisons.
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
            self.0.lock().expect("a panic ends the model, so nobody sees a poisoned lock")
        }
    }
}
