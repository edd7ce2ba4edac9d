//! Since when items wait and run. Kept only by queues with metrics, so that the others read no clock.

use std::time::{Duration, Instant};

/// Since when each slot waits or runs.
#[derive(Debug, Default)]
pub(crate) struct Times {
    by_slot: Vec<Since>,
    /// The slots in processing, in no order: as many as there are busy workers.
    running: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Since {
    added: Option<Instant>,
    /// When processing began, and where the slot lies in `running`.
    started: Option<(Instant, u32)>,
}

impl Times {
    /// The item began to wait.
    pub(crate) fn added(&mut self, slot: u32, now: Instant) {
        self.since(slot).added = Some(now);
    }

    /// A worker took the item. Returns how long it had waited.
    #[expect(clippy::cast_possible_truncation, reason = "no more slots run than there are, and those are u32")]
    pub(crate) fn started(&mut self, slot: u32, now: Instant) -> Duration {
        let place = self.running.len() as u32;
        self.running.push(slot);
        let since = self.since(slot);
        since.started = Some((now, place));
        since.added.take().map_or(Duration::ZERO, |added| now.saturating_duration_since(added))
    }

    /// A worker is done with the item. Returns how long it had worked.
    pub(crate) fn finished(&mut self, slot: u32, now: Instant) -> Option<Duration> {
        let (started, place) = self.since(slot).started.take()?;
        self.running.swap_remove(place as usize);
        if let Some(&moved) = self.running.get(place as usize)
            && let Some((_, its_place)) = &mut self.by_slot[moved as usize].started
        {
            *its_place = place;
        }
        Some(now.saturating_duration_since(started))
    }

    /// The work in progress: the sum over all items in processing, and the longest.
    pub(crate) fn in_progress(&self, now: Instant) -> (Duration, Duration) {
        let started = self.running.iter().filter_map(|&slot| self.by_slot[slot as usize].started);
        started.fold((Duration::ZERO, Duration::ZERO), |(sum, longest), (started, _)| {
            let worked = now.saturating_duration_since(started);
            (sum.saturating_add(worked), longest.max(worked))
        })
    }

    fn since(&mut self, slot: u32) -> &mut Since {
        if self.by_slot.len() <= slot as usize {
            self.by_slot.resize(slot as usize + 1, Since::default());
        }
        &mut self.by_slot[slot as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_progress_sums_what_runs_whatever_ends_first() {
        let start = crate::testing::start();
        let at = |secs| start + Duration::from_secs(secs);
        let mut times = Times::default();
        for slot in 0..4 {
            times.added(slot, at(u64::from(slot)));
            assert_eq!(times.started(slot, at(10)), Duration::from_secs(10 - u64::from(slot)));
        }
        assert_eq!(times.in_progress(at(12)), (Duration::from_secs(8), Duration::from_secs(2)));
        for (ended, slot) in [1, 3, 0, 2].into_iter().enumerate() {
            let running = 4 - ended as u64;
            assert_eq!(times.in_progress(at(20)), (Duration::from_secs(10 * running), Duration::from_secs(10)));
            assert_eq!(times.finished(slot, at(20)), Some(Duration::from_secs(10)));
            assert_eq!(times.finished(slot, at(20)), None);
        }
        assert_eq!(times.in_progress(at(20)), (Duration::ZERO, Duration::ZERO));
    }
}
