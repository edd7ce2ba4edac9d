//! Tells that something has changed: [`Bell`].

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Counts how often it was rung, and wakes those who wait, always in the order in which they came.
///
/// (tokio's `watch` wakes in an order drawn by chance, by which no run of a test would be like another.)
///
/// # Cost
///
/// Asking for the count is an atomic load; ringing without anybody who waits an addition and a load.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rings: AtomicU64,
    waiting: Notify,
}

impl Bell {
    /// How often it was rung.
    pub(super) fn rings(&self) -> u64 {
        // Acquire: whoever sees the ring sees what it tells of.
        self.rings.load(Ordering::Acquire)
    }

    /// Tells that something has changed, after it has.
    pub(super) fn ring(&self) {
        self.rings.fetch_add(1, Ordering::Release);
        self.waiting.notify_waiters();
    }

    /// Waits until `look`, which is asked at once and after each ring, finds something.
    pub(super) async fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        loop {
            let mut rung = std::pin::pin!(self.waiting.notified());
            // Registered before the look, so that no ring in between is missed.
            rung.as_mut().enable();
            if let Some(found) = look() {
                return found;
            }
            rung.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn those_who_wait_are_woken_in_the_order_in_which_they_came() {
        let (bell, woken) = (Arc::new(Bell::default()), Arc::new(Mutex::new(Vec::new())));
        let mut waiting = Vec::new();
        for number in 0..50 {
            let (bell, woken) = (Arc::clone(&bell), Arc::clone(&woken));
            waiting.push(tokio::spawn(async move {
                bell.until(|| (bell.rings() > 0).then_some(())).await;
                woken.lock().unwrap().push(number);
            }));
        }
        tokio::task::yield_now().await;
        assert_eq!(*woken.lock().unwrap(), [0; 0]);
        bell.ring();
        for waiting in waiting {
            waiting.await.unwrap();
        }
        assert_eq!(*woken.lock().unwrap(), (0..50).collect::<Vec<_>>());
        // What has rung already is not waited for.
        assert_eq!(bell.until(|| Some(bell.rings())).await, 1);
    }
}
