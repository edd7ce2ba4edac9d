//! The server's time.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A clock that shows `base` now and goes on as tokio's does, paused or not.
pub(super) fn following_tokio(base: Timestamp) -> Clock {
    let start = Instant::now();
    Arc::new(move || {
        let elapsed = SignedDuration::try_from(start.elapsed()).unwrap_or(SignedDuration::MAX);
        base.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    })
}

/// The time of this machine.
pub(super) fn of_the_system() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the door for whoever sets no clock; after the start tokio's clock counts"
    )]
    let now = std::time::SystemTime::now();
    Timestamp::try_from(now).unwrap_or(Timestamp::MAX)
}

/// Another number for each server.
pub(super) fn any_seed() -> u64 {
    use std::hash::BuildHasher as _;
    #[expect(clippy::disallowed_methods, reason = "the door for whoever sets no seed")]
    let state = std::collections::hash_map::RandomState::new();
    state.hash_one(0)
}
