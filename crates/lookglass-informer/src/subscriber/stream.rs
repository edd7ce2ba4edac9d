//! Events as a stream: [`EventStream`].

use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use lookglass_cache::{EventBatch, Lag, SyncChecker};
use lookglass_object::Key;

use super::handler::tell;
use super::{Filter, cast};
use crate::Event;
use crate::core::{Cell, Core, now};
use crate::processor::{Listener, ListenerView, Membership, caught};

/// What a subscriber is told, as a [`Stream`]. Dropping it unsubscribes.
///
/// It ends when the informer is stopped: with [`shutdown`](crate::SharedInformer::shutdown) after what is pending, and with the
/// drop of its last handle at once. Whoever reads slowly is told less, by the policy of its backlog, and never something wrong.
///
/// ```no_run
/// # async fn example(pods: lookglass_informer::SharedInformer<k8s_openapi::api::core::v1::Pod>) {
/// use lookglass_informer::EventExt as _;
///
/// let mut events = pods.subscribe();
/// while let Some(event) = events.next().await {
///     println!("{}", event.key());
/// }
/// # }
/// ```
pub struct EventStream<K> {
    events: Events,
    view: PhantomData<fn() -> K>,
}

/// The stream, whatever the type of its objects.
struct Events {
    listener: Arc<Listener<Key, Cell>>,
    membership: Membership<Key, Cell>,
    filter: Option<Filter>,
    /// Is told of filters that panic. Does not keep the informer.
    core: Weak<Core>,
    /// What is being handed out, and how much of it was.
    batch: Option<(EventBatch<Key, Cell>, usize)>,
    waiting: Option<Waiting>,
}

type Waiting = Pin<Box<dyn Future<Output = Option<EventBatch<Key, Cell>>> + Send>>;

/// So many events are taken at once.
const BATCH: usize = 256;

impl<K: 'static> EventStream<K> {
    pub(super) fn new(
        listener: Listener<Key, Cell>,
        membership: Membership<Key, Cell>,
        filter: Option<Filter>,
        core: &Arc<Core>,
    ) -> Self {
        let (listener, core) = (Arc::new(listener), Arc::downgrade(core));
        Self { events: Events { listener, membership, filter, core, batch: None, waiting: None }, view: PhantomData }
    }

    /// The next event; `None` when the informer is stopped. An event counts as handled when the next one is asked for.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Event<K>> {
        poll_fn(|context| self.events.poll(context)).await.map(|event| cast(&event))
    }

    /// The next events: at least one, and as many as are pending, up to `max`. `None` when the informer is stopped. They count
    /// as handled when the next ones are asked for.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next_batch(&mut self, max: usize) -> Option<Vec<Event<K>>> {
        let mut batch = vec![self.next().await?];
        while batch.len() < max.max(1)
            && let Some(event) = self.events.at_hand()
        {
            batch.push(cast(&event));
        }
        Some(batch)
    }

    /// Whether the initial state has been handled.
    #[must_use]
    pub fn has_synced(&self) -> bool {
        self.events.membership.sync_checker().is_synced()
    }

    /// The same as something to keep and to wait for.
    #[must_use]
    pub fn sync_checker(&self) -> SyncChecker {
        self.events.membership.sync_checker().clone()
    }

    /// How far it is behind.
    #[must_use]
    pub fn lag(&self) -> Lag {
        self.events.membership.lag(now())
    }

    /// What it looks like from outside.
    #[must_use]
    pub fn view(&self) -> ListenerView {
        self.events.membership.view(now())
    }
}

impl Events {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<lookglass_cache::Event<Cell>>> {
        loop {
            if let Some(event) = self.at_hand() {
                return Poll::Ready(Some(event));
            }
            // Says that what was handed out has been handled.
            self.batch = None;
            let listener = &self.listener;
            let waiting = self.waiting.get_or_insert_with(|| {
                let listener = Arc::clone(listener);
                Box::pin(async move { listener.next_batch(BATCH).await })
            });
            let batch = ready!(waiting.as_mut().poll(context));
            self.waiting = None;
            match batch {
                Some(batch) => self.batch = Some((batch, 0)),
                None => return Poll::Ready(None),
            }
        }
    }

    /// The next event that has been taken already.
    fn at_hand(&mut self) -> Option<lookglass_cache::Event<Cell>> {
        if self.membership.control().is_removed() {
            self.batch = None;
        }
        let (batch, at) = self.batch.as_mut()?;
        while let Some(event) = batch.get(*at) {
            *at += 1;
            self.membership.control().count_handled();
            let event = match &mut self.filter {
                Some(filter) => caught(|| Ok(filter.pass(event))).unwrap_or_else(|error| {
                    self.membership.control().count_panic();
                    tell(&self.core, self.membership.control(), event, error);
                    None
                }),
                None => Some(event.clone()),
            };
            if event.is_some() {
                return event;
            }
        }
        None
    }
}

impl<K: 'static> Stream for EventStream<K> {
    type Item = Event<K>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event<K>>> {
        self.events.poll(context).map(|event| event.map(|event| cast(&event)))
    }
}

impl<K> fmt::Debug for EventStream<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("listener", &self.events.listener).finish_non_exhaustive()
    }
}
