//! Packing what has cooled: [`Cooler`].

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use crate::{
    Object, Retention,
    cell::{Cell, Packing},
};

/// Objects that came in raw, in the order in which they may be packed.
///
/// What changes often would be packed again and again for nothing, so a changed object stays raw for a while, and only what
/// is still there after that is packed: by whoever calls [`poll`](Self::poll), off the way of events. An object that
/// was replaced meanwhile has gone, and costs nothing more.
///
/// ```
/// use std::time::{Duration, Instant};
/// use lookglass_object::{Cooler, Retention};
///
/// # fn start() -> Instant {
/// #     #[expect(clippy::disallowed_methods, reason = "an example has no clock of its own")]
/// #     Instant::now()
/// # }
/// let now = start();
/// let mut cooler = Cooler::new(Retention::Auto, Duration::from_secs(10));
/// assert_eq!(cooler.poll(now, 64).next, None);
/// ```
///
/// # Cost
///
/// 24 bytes per object that is cooling. A poll packs at most as many objects as it is told to, at 2 to 10 us each.
#[derive(Debug)]
pub struct Cooler {
    retention: Retention,
    delay: Duration,
    cooling: VecDeque<(Instant, Weak<Cell>)>,
}

/// What a poll did, and when the next one has something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cooled {
    /// Objects that were packed, or found not to become smaller.
    pub packed: usize,
    /// When to poll again; `None` until something is added.
    pub next: Option<Instant>,
}

impl Cooler {
    /// A cooler for objects under `retention`, which stay raw for `delay`.
    #[must_use]
    pub fn new(retention: Retention, delay: Duration) -> Self {
        Self { retention, delay, cooling: VecDeque::new() }
    }

    /// Notes an object that has come in. One that cannot become smaller than it is already is passed over.
    pub fn add<K>(&mut self, object: &Object<K>, now: Instant) {
        if self.retention.packs(usize::MAX, usize::MAX) && object.cell().may_shrink() {
            self.cooling.push_back((later(now, self.delay), Arc::downgrade(object.cell())));
        }
    }

    /// Packs objects that have cooled, at most `most` of them.
    ///
    /// Objects of a kind that is still small, and those that somebody was just reading, are put off by another delay.
    pub fn poll(&mut self, now: Instant, most: usize) -> Cooled {
        let mut packed = 0;
        // What is put off comes round once per poll at most.
        for _ in 0..self.cooling.len() {
            let Some((due, cell)) = self.cooling.front() else { break };
            if *due > now || packed == most {
                break;
            }
            let cell = cell.upgrade();
            self.cooling.pop_front();
            let Some(cell) = cell else { continue };
            let (objects, raw_bytes) = cell.family.counts.size();
            if self.retention.packs(objects, raw_bytes) && cell.pack() == Packing::Done {
                packed += 1;
            } else {
                self.cooling.push_back((later(now, self.delay), Arc::downgrade(&cell)));
            }
        }
        if self.cooling.len() * 4 < self.cooling.capacity() {
            self.cooling.shrink_to(2 * self.cooling.len());
        }
        Cooled { packed, next: self.cooling.front().map(|(due, _)| *due) }
    }

    /// How many objects are cooling, those included that have gone since.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cooling.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cooling.is_empty()
    }
}

/// A time that may be meant to never come.
fn later(now: Instant, wait: Duration) -> Instant {
    now + wait.min(NEVER)
}

/// Thirty years: a clock reaches no further than that on every platform.
const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
