use crate::{
    core::Ticket,
    item::Item,
    queue::Queue,
    shared::{Getter, Step},
    sync::{current, park, park_timeout},
    timer::Sleep,
    unpark::unparker,
};
use std::{
    cell::OnceCell,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

/// Waits for the next item; made by [`Queue::get`] and [`Item::next`].
///
/// # Cancel safety
///
/// Dropping it at any time loses no item and no wake-up: an item leaves the queue only in the poll that returns it, and a `Get`
/// that was woken and is dropped unpolled has the next one woken.
///
/// # Kept, but not polled
///
/// A `Get` that has been polled should be polled on or dropped. One that is woken and merely kept, say beside a long branch
/// of a `select!`, has taken one wake away from the others that wait, and no more:
///
/// - An item that is ready stays for whoever polls next. If all others wait, too, the next thing that happens wakes one of
///   them: an `add`, also of an item that waits already, a `done`, a `get`, a `len`. Each kept `Get` takes one such event.
///   Without any, the item waits until a `Get` that was woken is polled or dropped.
/// - A delayed item for which the kept one holds the timer comes up to 100 ms late if another `Get` that waits was polled
///   while an item due no later was delayed. Otherwise it comes when the next thing happens that lines up what is due: a
///   poll of a `get`, or a `len`.
///
/// # Panics
///
/// When it is polled after it has returned an item.
#[must_use = "futures do nothing unless polled"]
pub struct Get<T> {
    /// Moves on into the item.
    queue: Option<Queue<T>>,
    getter: Getter,
    /// Set while it waits and something is delayed.
    sleep: Option<(Instant, Sleep)>,
}

impl<T> Get<T> {
    /// Says done for the ticket in its first step, if there is one.
    #[inline]
    pub(crate) fn new(queue: Queue<T>, finishing: Option<Ticket>) -> Self {
        Self { queue: Some(queue), getter: Getter { seat: None, finishing }, sleep: None }
    }

    #[inline]
    fn finish(&mut self, item: Option<(T, Ticket)>) -> Option<Item<T>> {
        self.sleep = None;
        let queue = self.queue.take()?;
        item.map(|(item, ticket)| Item::new(queue, item, ticket))
    }

    /// Waits on this thread. Makes a waker only if it has to.
    pub(crate) fn wait_blocking(mut self) -> Option<Item<T>>
    where
        T: Clone,
    {
        let waker = OnceCell::new();
        loop {
            let shared = &self.queue.as_ref()?.shared;
            match shared.step(&mut self.getter, || waker.get_or_init(|| unparker(current())), None) {
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

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let mut reached = None;
        loop {
            let shared = &this.queue.as_ref().expect("`Get` is not polled after it has returned an item").shared;
            let due = match shared.step(&mut this.getter, || cx.waker(), reached) {
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
    #[inline]
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.shared.leave(&mut self.getter);
        }
    }
}

impl<T> fmt::Debug for Get<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get")
            .field("queue", &self.queue.as_ref().map(Queue::name))
            .field("waiting", &self.getter.seat.is_some())
            .field("watching_until", &self.sleep.as_ref().map(|(until, _)| until))
            .finish()
    }
}
