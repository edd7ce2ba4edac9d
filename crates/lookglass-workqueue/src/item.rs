use crate::{core::Ticket, get::Get, queue::Queue};
use std::{fmt, ops::Deref};

/// An item handed to one worker. It derefs to the item itself.
///
/// Until it is dropped nobody else is given the same item; an addition meanwhile is kept for afterwards. As dropping it is
/// enough, a worker that panics or is cancelled never wedges an item.
///
/// ```
/// # use lookglass_workqueue::Queue;
/// let queue = Queue::new("web");
/// queue.add(String::from("default/a"));
/// let item = queue.get_blocking().expect("an item");
/// assert_eq!(item.len(), 9); // the string's
/// queue.add(item.clone());
/// assert_eq!(queue.len(), 0); // waits for `item`
/// item.done();
/// assert_eq!(queue.len(), 1);
/// ```
#[must_use = "dropping an item at once means to be done with it"]
pub struct Item<T> {
    item: T,
    claim: Claim<T>,
}

/// Says done when dropped, unless somebody else has taken over to say it.
struct Claim<T> {
    held: Option<(Queue<T>, Ticket)>,
}

impl<T> Item<T> {
    #[inline]
    pub(crate) fn new(queue: Queue<T>, item: T, ticket: Ticket) -> Self {
        Self { item, claim: Claim { held: Some((queue, ticket)) } }
    }

    /// The worker is done; the same as dropping.
    pub fn done(self) {
        drop(self);
    }

    /// The worker is done with this one and waits for the next: the same as `done` and then [`Queue::get`], but in one step
    /// under one lock. The item counts as done when the future is polled for the first time, or dropped.
    ///
    /// ```
    /// # use lookglass_workqueue::Queue;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let queue = Queue::new("web");
    /// # queue.add("a");
    /// # queue.shut_down();
    /// let mut next = queue.get().await;
    /// while let Some(item) = next {
    ///     println!("{}", *item);
    ///     next = item.next().await;
    /// }
    /// # }
    /// ```
    #[inline]
    pub fn next(mut self) -> Get<T> {
        let held = self.claim.held.take();
        let (queue, ticket) = held.expect("the claim is held until the item is consumed, which happens once");
        Get::new(queue, Some(ticket))
    }

    /// Takes the item out. It stays in processing until [`Queue::done`] is called with it, as in client-go.
    ///
    /// ```
    /// # use lookglass_workqueue::Queue;
    /// let queue = Queue::new("web");
    /// queue.add("a");
    /// let item: &str = queue.get_blocking().expect("an item").into_inner();
    /// assert_eq!(queue.stats().processing, 1);
    /// queue.done(&item);
    /// assert_eq!(queue.stats().processing, 0);
    /// ```
    #[must_use = "the item stays in processing until the queue is told that it is done"]
    pub fn into_inner(self) -> T {
        let Self { item, mut claim } = self;
        claim.held = None;
        item
    }
}

impl<T> Deref for Item<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}

impl<T> Drop for Claim<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some((queue, ticket)) = &self.held {
            queue.shared.finish(*ticket);
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Item<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Item").field(&self.item).finish()
    }
}
