//! What is done beside the way of events: packing what has cooled, learning dictionaries, resync.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use super::{Core, now};
use crate::later::later;

impl Core {
    /// Runs until the informer ends.
    pub(super) async fn keep_house(self: Arc<Self>) {
        loop {
            let resync = self.resync().await;
            self.learn().await;
            let cooling = self.pack().await.map(|due| due.max(now() + TOGETHER));
            let next = [resync, cooling].into_iter().flatten().min();
            let chores = self.chores.notified();
            match next {
                Some(next) => drop(timeout_at(next.into(), chores).await),
                None => chores.await,
            }
        }
    }

    /// Something may be due earlier than housekeeping knows.
    pub(crate) fn look_again(&self) {
        self.chores.notify_one();
    }

    async fn resync(&self) -> Option<Instant> {
        if self.processor.next_resync().is_none_or(|due| due > now()) {
            return self.processor.next_resync();
        }
        // Taken first, so that no change comes between what is repeated and its arrival.
        let _turn = self.turn.lock().await;
        self.processor.resync(now(), || self.store.list()).accepted().await;
        self.processor.next_resync()
    }

    /// Learns a dictionary when one is due for a kind that has grown by changes; who reads a list does so itself.
    async fn learn(&self) {
        let memory = self.family.memory();
        if !self.settings.retention.packs(memory.objects, memory.raw_bytes + memory.unpacked_bytes) {
            return;
        }
        if let Some(training) = self.family.training() {
            // 10 to 20 ms of computing. That it was cancelled is no loss: it is due again then.
            drop(tokio::task::spawn_blocking(move || training.run()).await);
        }
    }

    /// Packs what has cooled, a little at a time.
    async fn pack(&self) -> Option<Instant> {
        loop {
            let (packed, next) = self.pack_some(now());
            if packed < AT_ONCE {
                return next;
            }
            tokio::task::yield_now().await;
        }
    }

    /// How many were packed, and when to go on.
    fn pack_some(&self, now: Instant) -> (usize, Option<Instant>) {
        let mut cooling = self.cooling.lock();
        let cooled = cooling.cooler.poll(now, AT_ONCE);
        if cooled.next.is_none() && std::mem::take(&mut cooling.overlooked) {
            self.store.for_each(|_, object| cooling.cooler.add(object, now));
            return (cooled.packed, (!cooling.cooler.is_empty()).then(|| later(now, self.settings.cooling)));
        }
        (cooled.packed, cooled.next)
    }
}

/// What cools within such a time is packed together, so that a steady stream of changes does not wake this task for each.
const TOGETHER: Duration = Duration::from_millis(50);

/// So many objects are packed before others have their turn: a tenth of a millisecond.
const AT_ONCE: usize = 8;
