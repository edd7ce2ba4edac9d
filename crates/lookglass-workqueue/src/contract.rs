//! What workers need of a queue, whoever wrote it.

use crate::{
    delaying::DelayingQueue,
    drain::{Drain, DrainOutcome},
    get::Get,
    item::Item,
    queue::Queue,
    rate_limiting::RateLimitingQueue,
};
use std::{future::Future, hash::Hash, ops::Deref, time::Duration};

/// A work queue, for code that takes any: [`Queue`], [`DelayingQueue`], [`RateLimitingQueue`], or one of your own.
///
/// # Contract
///
/// 1. An item that waits is not lined up again; items are handed out in the order in which they lined up.
/// 2. One item has one claim at a time. An addition meanwhile makes it line up when the claim is dropped, or `done` called.
/// 3. `get` is cancel safe: dropping it loses no item and no wake-up. It ends with `None` once the queue is shut down and
///    nothing is ready.
/// 4. After shut down, additions are ignored, and what is ready is still handed out.
/// 5. `len` counts what is ready. `done` says nothing about items that nobody has.
///
/// The functions of `conformance` (feature of that name) check each sentence.
///
/// ```
/// use lookglass_workqueue::{Queue, RateLimitingQueue, WorkQueue};
///
/// async fn work<Q: WorkQueue>(queue: Q, job: impl Fn(&Q::Item)) {
///     while let Some(item) = queue.get().await {
///         job(&item);
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (plain, limited) = (Queue::new("plain"), RateLimitingQueue::new("limited"));
/// for queue in [&plain, &*limited] {
///     queue.add("a");
///     queue.shut_down();
/// }
/// work(plain, |item| assert_eq!(*item, "a")).await;
/// work(limited, |item| assert_eq!(*item, "a")).await;
/// # }
/// ```
pub trait WorkQueue: Clone + Send + Sync + 'static {
    /// What is queued.
    type Item: Clone + Eq + Hash + Send + 'static;
    /// An item handed out. Dropping it says done.
    type Claim: Deref<Target = Self::Item> + Send + 'static;
    /// See [`get`](Self::get).
    type Get: Future<Output = Option<Self::Claim>> + Send + 'static;
    /// See [`shut_down_with_drain`](Self::shut_down_with_drain).
    type Drain: Future<Output = DrainOutcome> + Send + 'static;

    /// Lines the item up, unless it waits already.
    fn add(&self, item: Self::Item);

    /// The next item, or `None` when the queue is shut down and empty.
    fn get(&self) -> Self::Get;

    /// Done with this one, and the next item: what `drop` and `get` do, for queues that can do both in one step.
    fn next(&self, claim: Self::Claim) -> Self::Get {
        drop(claim);
        self.get()
    }

    /// Says that whoever has this item is done.
    fn done(&self, item: &Self::Item);

    /// The number of items that are ready.
    fn len(&self) -> usize;

    /// Whether no item is ready.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes no more additions, and ends the wait of every drain.
    fn shut_down(&self);

    /// Shuts down at once; the result waits until no item is claimed.
    fn shut_down_with_drain(&self) -> Self::Drain;

    /// Shuts down at once; the result waits until no item is claimed or ready.
    fn shut_down_with_full_drain(&self) -> Self::Drain;

    /// Whether the queue takes no more additions.
    fn is_shutting_down(&self) -> bool;
}

/// A work queue that can add an item later.
///
/// # Contract
///
/// A delay of zero adds at once. Of several times for one item the earliest counts. A waiting `get` is given the item when it
/// is due, whichever `get` waited first, goes away meanwhile or comes later. Shut down drops what is delayed.
pub trait DelayingWorkQueue: WorkQueue {
    /// Adds the item after this time.
    fn add_after(&self, item: Self::Item, delay: Duration);
}

/// A work queue that asks a limiter how long to wait.
///
/// # Contract
///
/// `add_rate_limited` is `add_after` with what the limiter says; `forget` and `num_requeues` are the limiter's.
pub trait RateLimitingWorkQueue: DelayingWorkQueue {
    /// Adds the item after the time that the limiter says.
    fn add_rate_limited(&self, item: Self::Item);

    /// The limiter forgets the item's retries.
    fn forget(&self, item: &Self::Item);

    /// How often the item was added rate-limited since it was last forgotten.
    fn num_requeues(&self, item: &Self::Item) -> u32;
}

/// Every queue of ours is one, or derefs to it.
macro_rules! work_queue {
    ($($queue:ident),*) => { $(
        impl<T: Clone + Eq + Hash + Send + 'static> WorkQueue for $queue<T> {
            type Item = T;
            type Claim = Item<T>;
            type Get = Get<T>;
            type Drain = Drain<T>;

            fn add(&self, item: T) {
                Queue::add(self, item);
            }

            fn get(&self) -> Get<T> {
                Queue::get(self)
            }

            fn next(&self, claim: Item<T>) -> Get<T> {
                claim.next()
            }

            fn done(&self, item: &T) {
                Queue::done(self, item);
            }

            fn len(&self) -> usize {
                Queue::len(self)
            }

            fn shut_down(&self) {
                Queue::shut_down(self);
            }

            fn shut_down_with_drain(&self) -> Drain<T> {
                Queue::shut_down_with_drain(self)
            }

            fn shut_down_with_full_drain(&self) -> Drain<T> {
                Queue::shut_down_with_full_drain(self)
            }

            fn is_shutting_down(&self) -> bool {
                Queue::is_shutting_down(self)
            }
        }
    )* };
}

work_queue!(Queue, DelayingQueue, RateLimitingQueue);

macro_rules! delaying_work_queue {
    ($($queue:ident),*) => { $(
        impl<T: Clone + Eq + Hash + Send + 'static> DelayingWorkQueue for $queue<T> {
            fn add_after(&self, item: T, delay: Duration) {
                DelayingQueue::add_after(self, item, delay);
            }
        }
    )* };
}

delaying_work_queue!(DelayingQueue, RateLimitingQueue);

impl<T: Clone + Eq + Hash + Send + 'static> RateLimitingWorkQueue for RateLimitingQueue<T> {
    fn add_rate_limited(&self, item: T) {
        Self::add_rate_limited(self, item);
    }

    fn forget(&self, item: &T) {
        Self::forget(self, item);
    }

    fn num_requeues(&self, item: &T) -> u32 {
        Self::num_requeues(self, item)
    }
}
