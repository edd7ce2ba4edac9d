use crate::{
    core::Core,
    delaying::DelayingQueue,
    drain::Drains,
    limiter::{RateLimiter, default_controller_limiter},
    metrics::Metrics,
    queue::Queue,
    rate_limiting::RateLimitingQueue,
    shared::{Shared, State},
    sync::Mutex,
    timer::Timer,
    waiters::Waiters,
};
use foldhash::{SharedSeed, fast::SeedableRandomState};
use std::{fmt, hash::Hash, marker::PhantomData, sync::Arc};

/// Sets up a queue; made by [`Queue::builder`], [`DelayingQueue::builder`] and [`RateLimitingQueue::builder`].
///
/// Defaults:
/// - hash seed: random. No order depends on it.
/// - metrics: none, and then no clock is read unless an item is delayed.
/// - limiter of a rate-limiting queue: [`default_controller_limiter`].
#[must_use = "a builder builds nothing until `build`"]
pub struct Builder<Q> {
    name: String,
    hasher: SeedableRandomState,
    timer: Option<Arc<dyn Timer>>,
    metrics: Option<Arc<dyn Metrics>>,
    queue: PhantomData<fn() -> Q>,
}

impl<Q> Builder<Q> {
    pub(crate) fn start(name: String, timer: Option<Arc<dyn Timer>>) -> Self {
        Self { name, hasher: SeedableRandomState::random(), timer, metrics: None, queue: PhantomData }
    }

    /// Hashes with this seed, so that two runs do exactly the same. For simulations: whoever knows the seed can make items
    /// collide.
    pub fn hash_seed(mut self, seed: u64) -> Self {
        self.hasher = SeedableRandomState::with_seed(seed, SharedSeed::global_fixed());
        self
    }

    fn queue<T>(self) -> Queue<T> {
        let core = Core::new(self.metrics.is_some());
        let state = State { core, waiters: Waiters::new(), drains: Drains::default() };
        let (timer, metrics) = (self.timer, self.metrics);
        let (name, hasher) = (self.name.into_boxed_str(), self.hasher);
        Queue { shared: Arc::new(Shared { name, hasher, timer, metrics, state: Mutex::new(state) }) }
    }
}

impl<T> Builder<Queue<T>> {
    /// Tells these hooks what happens, and measures durations by this timer.
    pub fn metrics(mut self, metrics: impl Metrics, timer: impl Timer) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self.timer = Some(Arc::new(timer));
        self
    }

    /// The queue.
    #[must_use]
    pub fn build(self) -> Queue<T> {
        self.queue()
    }
}

/// Queues that have a timer of their own.
trait Timed {}
impl<T> Timed for DelayingQueue<T> {}
impl<T> Timed for RateLimitingQueue<T> {}

#[expect(private_bounds, reason = "the bound only tells the two kinds of builders apart")]
impl<Q: Timed> Builder<Q> {
    /// Tells these hooks what happens.
    pub fn metrics(mut self, metrics: impl Metrics) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self
    }
}

impl<T> Builder<DelayingQueue<T>> {
    /// The queue.
    #[must_use]
    pub fn build(self) -> DelayingQueue<T> {
        DelayingQueue { queue: self.queue() }
    }
}

impl<T> Builder<RateLimitingQueue<T>> {
    /// The queue, with [`default_controller_limiter`].
    #[must_use]
    pub fn build(self) -> RateLimitingQueue<T>
    where
        T: Clone + Eq + Hash + Send + 'static,
    {
        self.build_with(default_controller_limiter())
    }

    /// The queue, with this limiter.
    #[must_use]
    pub fn build_with(self, limiter: impl RateLimiter<T> + 'static) -> RateLimitingQueue<T> {
        let limiter: Box<dyn RateLimiter<T>> = Box::new(limiter);
        RateLimitingQueue { queue: DelayingQueue { queue: self.queue() }, limiter: Arc::new(Mutex::new(limiter)) }
    }
}

impl<Q> fmt::Debug for Builder<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, timer, metrics) = (&self.name, &self.timer, self.metrics.is_some());
        f.debug_struct("Builder").field("name", name).field("timer", timer).field("metrics", &metrics).finish()
    }
}
