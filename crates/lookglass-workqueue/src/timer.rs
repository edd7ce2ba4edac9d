//! The door through which time comes in.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Instant};

/// A wait for a moment, see [`Timer::sleep_until`].
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time and waits for it.
///
/// # Contract
///
/// - `now` never goes back, is cheap, and must not call the queue that uses the timer: it may be asked under the queue's lock.
/// - The future of `sleep_until` completes once `now` has reached the deadline. It belongs to no thread.
///
/// `TokioTimer` (feature `tokio`) follows tokio's clock, paused or not; [`ManualTimer`] moves when it is told to.
pub trait Timer: fmt::Debug + Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Instant;

    /// Waits for a moment. Dropping the future ends the wait.
    fn sleep_until(&self, deadline: Instant) -> Sleep;
}

impl<C: Timer + ?Sized> Timer for Arc<C> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        (**self).sleep_until(deadline)
    }
}

mod manual;
pub use manual::ManualTimer;

#[cfg(feature = "tokio")]
mod tokio;
#[cfg(feature = "tokio")]
pub use self::tokio::TokioTimer;
