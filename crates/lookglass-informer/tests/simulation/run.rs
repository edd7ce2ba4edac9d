//! One run.

use std::{fmt, future::poll_fn, sync::Arc, task::Poll, time::Duration};

use parking_lot::Mutex;
use tokio::time::{Instant, advance, sleep};

use crate::{chance::Chance, world::World};

/// What happened in a run, as one number: two runs that did the same have the same.
#[derive(Clone)]
pub(crate) struct Trace {
    began: Instant,
    hash: Arc<Mutex<u64>>,
    shown: bool,
}

impl Trace {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            hash: Arc::new(Mutex::new(0xcbf2_9ce4_8422_2325)),
            shown: crate::number("SIMULATION_SEED").is_some(),
        }
    }

    pub(crate) fn note(&self, what: &str) {
        let at = self.began.elapsed().as_millis();
        if self.shown {
            println!("{at:>10} {what}");
        }
        let mut hash = self.hash.lock();
        for byte in at.to_le_bytes().iter().chain(what.as_bytes()) {
            *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Of an error only what kind it is: the texts of transports are not ours.
    pub(crate) fn note_kind(&self, error: &lookglass_informer::InformerError) {
        use lookglass_informer::InformerError;
        match error {
            InformerError::Reflector { failure, .. } => self.note(&format!("! {}", failure.cause())),
            InformerError::Handler { subscriber, .. } => self.note(&format!("! {subscriber}")),
            other => self.note(&format!("! {other}")),
        }
    }

    fn value(&self) -> u64 {
        *self.hash.lock()
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.value())
    }
}

/// Everything from a seed; the hash of what happened.
pub(crate) async fn simulate(seed: u64) -> u64 {
    let mut chance = Chance::new(seed);
    let mut world = World::new(seed, &mut chance).await;
    for _ in 0..chance.within(0..4) {
        world.subscribers.join(&world.informer, &mut chance);
    }
    if chance.one_in(2) {
        world.write(&mut chance).await;
    }
    for _ in 0..chance.within(10..40) {
        match chance.within(0..50) {
            0..16 => world.write(&mut chance).await,
            16..31 => world.strike(&mut chance).await,
            31..34 => {
                amid_changes(&mut world, &mut chance).await;
                world.subscribers.join(&world.informer, &mut chance);
            }
            34..36 => {
                amid_changes(&mut world, &mut chance).await;
                world.subscribers.leave(&mut chance).await;
            }
            36 => {
                // The clock jumps: a machine slept.
                let hours = chance.within(1..10);
                world.trace.note("jump");
                world.spoils.jump();
                advance(Duration::from_secs(3600 * hours)).await;
            }
            37 => world.rewind().await,
            38 => world.api.clear_faults(),
            39 => world.cut(&mut chance).await,
            40..42 => world.restart(&mut chance).await,
            42..45 => world.spoil(&mut chance),
            45 => world.write_elsewhere().await,
            46..48 => world.end_late(&mut chance),
            48..50 => world.restore(&mut chance).await,
            _ => {}
        }
        sleep(chance.pause()).await;
    }
    world.check().await;
    world.informer.shutdown().await;
    world.trace.value()
}

/// Mostly, has what follows happen in the middle of changes that come.
async fn amid_changes(world: &mut World, chance: &mut Chance) {
    if chance.one_in(3) {
        return;
    }
    world.write(chance).await;
    for _ in 0..chance.within(0..16) {
        hop().await;
    }
}

/// Gives those tasks a turn that are ready now. (tokio's `yield_now` waits until none is ready any more.)
pub(crate) async fn hop() {
    let mut hopped = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut hopped, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
