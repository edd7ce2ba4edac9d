//! Whoever is told of changes: [`Subscriber`], [`Subscription`], [`EventStream`].

mod filter;
mod handler;
mod stream;
mod subscription;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use lookglass_cache::{BacklogPolicy, BoxError};
use lookglass_object::Object;
use lookglass_workqueue::WorkQueue;

use self::filter::Filter;
pub use self::handler::EventHandler;
pub use self::stream::EventStream;
pub use self::subscription::Subscription;
use crate::Event;
use crate::core::{Cell, Core, Work};
use crate::processor::{HandlerOutcome, ListenerOptions};

/// A subscriber before it subscribes. Made by [`SharedInformer::subscriber`](crate::SharedInformer::subscriber). Defaults:
///
/// * [`name`](Self::name): `listener-N`;
/// * [`policy`](Self::policy): the informer's, which is [`BacklogPolicy::Coalesce`] beyond 8192 events;
/// * [`resync`](Self::resync): the informer's, which is never;
/// * [`filter`](Self::filter): everything;
/// * not [`blocking`](Self::blocking).
///
/// # What a subscriber is told
///
/// First everything that the informer holds at that moment, as [`Event::Added`] with `initial: true`, then every change; none is
/// missed or told twice, whenever it subscribes. For each object the events form a sentence without contradictions:
/// added, any number of updates, deleted. A relist tells what is gone (`certain: false`), then what has changed, then
/// what is new; what is still the same version is not told again, except by a resync.
/// An object that was deleted and created anew while the connection was down is told as deleted and added.
///
/// Each subscriber has a backlog and a task of its own: none holds up another. Objects are shared.
///
/// # Handlers
///
/// A handler is a function that is not async, returns `()` or a `Result`, and does not block: it runs on the runtime's threads.
/// One that must block says [`blocking`](Self::blocking); async work goes through [`subscribe`](Self::subscribe), or
/// through a queue by [`enqueue_into`](Self::enqueue_into). An error is counted and told to the informer's error hook.
/// So is a panic, which is caught (that needs a program that unwinds); the next event comes all the same.
#[must_use = "it subscribes when it is given a handler"]
pub struct Subscriber<K> {
    core: Arc<Core>,
    options: ListenerOptions,
    filter: Option<Filter>,
    blocking: bool,
    view: PhantomData<fn(K)>,
}

impl<K: 'static> Subscriber<K> {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        let options = core.settings.subscriber.clone();
        Self { core, options, filter: None, blocking: false, view: PhantomData }
    }

    /// What it is called in views, metrics and errors.
    pub fn name(self, name: impl Into<Arc<str>>) -> Self {
        Self { options: self.options.name(name), ..self }
    }

    /// What happens when it is slower than the changes.
    pub fn policy(self, policy: BacklogPolicy) -> Self {
        Self { options: self.options.policy(policy), ..self }
    }

    /// Is told everything once more, as an update from a version to itself, each `period`. Zero means never; less than a second
    /// counts as one.
    pub fn resync(self, period: Duration) -> Self {
        Self { options: self.options.resync(period), ..self }
    }

    /// Only objects that `chosen` is true for. An update that brings an object in is told as an addition; one that takes it out
    /// is told as a deletion, with the old object.
    ///
    /// The subscriber remembers the keys of the objects that it was told of, at about 40 bytes each, so that even an object whose
    /// final state `chosen` would not choose is told as deleted. A second filter is asked after the first.
    pub fn filter(self, mut chosen: impl FnMut(&Object<K>) -> bool + Send + 'static) -> Self {
        let chosen = move |object: &Cell| chosen(&object.cast());
        let filter = match self.filter {
            Some(filter) => filter.and(chosen),
            None => Filter::new(chosen),
        };
        Self { filter: Some(filter), ..self }
    }

    /// The handler may block: it runs on a thread of its own.
    pub fn blocking(self) -> Self {
        Self { blocking: true, ..self }
    }

    /// Subscribes a function.
    pub fn on_event<R: HandlerOutcome>(self, mut handler: impl FnMut(&Event<K>) -> R + Send + 'static) -> Subscription {
        self.handle(Box::new(move |event| handler(&cast(event)).into_result()))
    }

    /// Subscribes a handler with a method for each kind of event.
    pub fn add_handler(self, mut handler: impl EventHandler<K>) -> Subscription {
        self.handle(Box::new(move |event| {
            match &cast(event) {
                Event::Added { object, initial } => handler.on_add(object, *initial),
                Event::Updated { old, new } => handler.on_update(old, new),
                Event::Deleted { last, certain } => handler.on_delete(last, *certain),
            }
            Ok(())
        }))
    }

    /// Puts into a queue, for each event, the keys that `keys` gives for it: an `Option`, a `Vec`, or whatever can be iterated.
    pub fn enqueue_into<Q, I>(self, queue: &Q, mut keys: impl FnMut(&Event<K>) -> I + Send + 'static) -> Subscription
    where
        Q: WorkQueue,
        I: IntoIterator<Item = Q::Item>,
    {
        let queue = queue.clone();
        self.handle(Box::new(move |event| {
            keys(&cast(event)).into_iter().for_each(|key| queue.add(key));
            Ok(())
        }))
    }

    /// Subscribes, and gives the events as a stream. ([`blocking`](Self::blocking) has no meaning for it.)
    pub fn subscribe(self) -> EventStream<K> {
        let (listener, membership) = self.core.join(self.options);
        EventStream::new(listener, membership, self.filter, &self.core)
    }

    /// Subscribes a function, with the work of calling it left to the caller.
    pub(crate) fn inline<R: HandlerOutcome>(
        self,
        mut handler: impl FnMut(&Event<K>) -> R + Send + 'static,
    ) -> (Subscription, Work) {
        let handler: Handler = Box::new(move |event| handler(&cast(event)).into_result());
        let (membership, work) = self.core.subscribe_inline(self.options, self.filter, handler);
        (Subscription::new(membership), work)
    }

    fn handle(self, handler: Handler) -> Subscription {
        Subscription::new(self.core.subscribe(self.options, self.filter, self.blocking, handler))
    }
}

/// What is given events of cells; the user's function is inside.
pub(crate) type Handler = Box<dyn FnMut(&Event<lookglass_object::Dynamic>) -> Result<(), BoxError> + Send>;

/// The same event, with the type that the subscriber knows.
fn cast<K, K2>(event: &Event<K>) -> Event<K2> {
    match event {
        Event::Added { object, initial } => Event::Added { object: object.cast(), initial: *initial },
        Event::Updated { old, new } => Event::Updated { old: old.cast(), new: new.cast() },
        Event::Deleted { last, certain } => Event::Deleted { last: last.cast(), certain: *certain },
    }
}

impl<K> fmt::Debug for Subscriber<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber")
            .field("resource", &self.core.gvr)
            .field("options", &self.options)
            .field("filter", &self.filter.is_some())
            .field("blocking", &self.blocking)
            .finish()
    }
}
