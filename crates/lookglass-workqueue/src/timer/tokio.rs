use super::{Sleep, Timer};
use std::time::Instant;

/// Tokio's clock, with its `time` feature. Under `tokio::time::pause` it stands still and jumps as tokio's does.
///
/// # Panics
///
/// A `get` that waits for a delayed item panics when it is polled outside a tokio runtime, or in one built without
/// `enable_time`. [`Queue::get_blocking`](crate::Queue::get_blocking) needs no runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioTimer;

impl Timer for TokioTimer {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        Box::pin(tokio::time::sleep_until(deadline.into()))
    }
}
