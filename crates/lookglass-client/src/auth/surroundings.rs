//! What credentials depend on beside their config: [`Surroundings`].

use std::{io::IsTerminal as _, sync::Arc, time::SystemTime};

use jiff::Timestamp;

/// The time of the day, against which credentials expire, and the person who may be asked. Handed in, so that tests need neither.
#[derive(Clone)]
pub(super) struct Surroundings {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(super) has_terminal: fn() -> bool,
}

impl Surroundings {
    pub(super) fn now(&self) -> Timestamp {
        (self.now)()
    }

    #[cfg(test)]
    pub(super) fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static, has_terminal: fn() -> bool) -> Self {
        Self { now: Arc::new(now), has_terminal }
    }
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { now: Arc::new(now), has_terminal: || std::io::stdin().is_terminal() }
    }
}

#[expect(clippy::disallowed_methods, reason = "expiry is a time of the day, which no timer knows")]
fn now() -> Timestamp {
    // A clock beyond what a timestamp holds makes everything expired.
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX)
}
