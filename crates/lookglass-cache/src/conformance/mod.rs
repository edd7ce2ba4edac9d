//! Contracts as code: each suite takes a way to make an implementation and panics, saying why, where it breaks its
//! word.
//!
//! They need no runtime, no clock and no threads, so they run in any test harness.

pub mod backlog;
pub mod fifo;
pub mod queue;
pub mod store;

/// What the suites put through queues: a name for a key, and a value that tells versions apart.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// The key.
    pub name: &'static str,
    /// Which version it is; 0 makes the key function fail where one may.
    pub value: u32,
}

impl Sample {
    /// A version of the object of that name.
    #[must_use]
    pub const fn new(name: &'static str, value: u32) -> Self {
        Self { name, value }
    }
}

/// What came of an attempt to take something.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else that can come of it")]
pub enum Attempt {
    /// Something was taken and processed.
    Taken,
    /// There was nothing to take.
    Empty,
    /// There was nothing to take and never will be.
    Closed,
}
