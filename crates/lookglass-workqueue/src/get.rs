use crate::{
    item::Item,
    queue::Queue,
    shared::Step,
    sync::{current, park, park_timeout},
    timer::Sleep,
    unpark::unparker,
    waiters::Seat,
};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

/// Waits for the next item; made by [`Queue::get`].
///
/// # Cancel safety
///
/// Dropping it at any time loses no item and no wake-up: an item leaves the queue only in the poll that returns it, and a `Get`
/// that was woken and is dropped unpolled has the next one woken. A `Get` which has been polled must be polled on or
/// dropped: one that is woken and merely kept holds up the others that wait.
///
/// # Panics
///
/// When it is polled after it has returned an item.
#[must_use = "futures do nothing unless polled"]
pub struct Get<T> {
    /// Moves on into the item.
    queue: Option<Queue<T>>,
    seat: Option<Seat>,
    /// Set while this is the one that watches for delayed items.
    sleep: Option<(Instant, Sleep)>,
}

impl<T> Get<T> {
    pub(crate) fn new(queue: Queue<T>) -> Self {
        Self { queue: Some(queue), seat: None, sleep: None }
    }

    fn finish(&mut self, item: Option<(T, crate::core::Ticket)>) -> Option<Item<T>> {
        self.sleep = None;
        let queue = self.queue.take()?;
        item.map(|(item, ticket)| Item::new(queue, item, ticket))
    }

    /// Waits on this thread.
    pub(crate) fn wait_blocking(mut self) -> Option<Item<T>>
    where
        T: Clone,
    {
        let waker = unparker(current());
        loop {
            let shared = &self.queue.as_ref()?.shared;
            match shared.step(&mut self.seat, &waker, None) {
                Step::Ready(item) => return self.finish(item),
                Step::Wait(None) => park(),
                Step::Wait(Some(due)) => {
                    let now = shared.timer.as_ref().map_or(due, |timer| timer.now());
                    park_timeout(due.saturating_duration_since(now));
                }
            }
        }
    }
}

impl<T: Clone> Future for Get<T> {
    type Output = Option<Item<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let mut reached = None;
        loop {
            let shared = &this.queue.as_ref().expect("`Get` is not polled after it has returned an item").shared;
            let due = match shared.step(&mut this.seat, cx.waker(), reached) {
                Step::Ready(item) => return Poll::Ready(this.finish(item)),
                Step::Wait(due) => due,
            };
            let (Some(due), Some(timer)) = (due, &shared.timer) else {
                this.sleep = None;
                return Poll::Pending;
            };
            if this.sleep.as_ref().is_none_or(|(until, _)| *until != due) {
                this.sleep = Some((due, timer.sleep_until(due)));
            }
            if let Some((_, sleep)) = &mut this.sleep
                && sleep.as_mut().poll(cx).is_pending()
            {
                return Poll::Pending;
            }
            this.sleep = None;
            reached = Some(due);
        }
    }
}

impl<T> Drop for Get<T> {
    fn drop(&mut self) {
        if let (Some(queue), Some(seat)) = (&self.queue, self.seat) {
            queue.shared.leave(seat);
        }
    }
}

impl<T> fmt::Debug for Get<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get")
            .field("queue", &self.queue.as_ref().map(Queue::name))
            .field("waiting", &self.seat.is_some())
            .field("watching_until", &self.sleep.as_ref().map(|(until, _)| until))
            .finish()
    }
}
