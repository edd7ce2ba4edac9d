use super::{Sleep, Timer};
use crate::sync::Mutex;
use std::{
    future::poll_fn,
    sync::Arc,
    task::{Poll, Waker},
    time::{Duration, Instant},
};

/// A clock that moves when it is told to, for simulations and tests. Clones are the same clock.
///
/// ```
/// use lookglass_workqueue::{DelayingQueue, ManualTimer};
/// use std::time::{Duration, Instant};
///
/// let timer = ManualTimer::new(Instant::now());
/// let queue = DelayingQueue::builder("demo", timer.clone()).build();
/// queue.add_after("tea", Duration::from_secs(180));
/// assert_eq!(queue.len(), 0);
/// timer.advance(Duration::from_secs(180));
/// assert_eq!(queue.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct ManualTimer {
    clock: Arc<Mutex<Clock>>,
}

#[derive(Debug)]
struct Clock {
    now: Instant,
    sleepers: Vec<(Instant, Waker)>,
}

impl ManualTimer {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Instant) -> Self {
        Self { clock: Arc::new(Mutex::new(Clock { now: start, sleepers: Vec::new() })) }
    }

    /// Moves the clock and wakes those whose time has come. Whoever sleeps is polled by its own executor, not by this call.
    pub fn advance(&self, by: Duration) {
        let mut clock = self.clock.lock();
        clock.now += by;
        let now = clock.now;
        let due: Vec<_> = clock.sleepers.extract_if(.., |(due, _)| *due <= now).collect();
        drop(clock);
        for (_, waker) in due {
            waker.wake();
        }
    }
}

impl Timer for ManualTimer {
    fn now(&self) -> Instant {
        self.clock.lock().now
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        let timer = self.clone();
        Box::pin(poll_fn(move |cx| {
            let mut clock = timer.clock.lock();
            if clock.now >= deadline {
                return Poll::Ready(());
            }
            let waiting = clock.sleepers.iter().any(|(due, waker)| *due == deadline && waker.will_wake(cx.waker()));
            if !waiting {
                clock.sleepers.push((deadline, cx.waker().clone()));
            }
            Poll::Pending
        }))
    }
}
