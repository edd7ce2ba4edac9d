//! What happens when a subscriber is slower than its publisher.

/// What happens to events beyond the bound. See [`Backlog`](super::Backlog) for when to use which.
///
/// ```
/// use lookglass_cache::BacklogPolicy;
///
/// assert_eq!(BacklogPolicy::default(), BacklogPolicy::Coalesce { bound: 8192 });
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BacklogPolicy {
    /// Beyond `bound` pending events, further ones are merged per key: memory is bounded by `bound` and twice the
    /// number of keys.
    Coalesce {
        /// Events kept unmerged. A batch that comes while nothing is pending is always kept as it is.
        bound: usize,
    },
    /// Everything is kept.
    Unbounded,
    /// With `bound` pending events, the publisher waits for room.
    Block {
        /// Most events pending. A batch that is larger passes when nothing is pending.
        bound: usize,
    },
}

impl Default for BacklogPolicy {
    fn default() -> Self {
        Self::Coalesce { bound: DEFAULT_BOUND }
    }
}

/// A few seconds of a busy cluster, and less than a megabyte of pointers.
const DEFAULT_BOUND: usize = 8192;
