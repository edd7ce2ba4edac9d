//! The small informer, which its owner runs: [`Informer`].

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use lookglass_cache::{BacklogPolicy, IndexValue};

use crate::core::{Core, Work};
use crate::error::IndexAddError;
use crate::processor::HandlerOutcome;
use crate::{
    DebugView, Event, Index, IndexHandle, Inspector, Lister, SharedInformer, SharedInformerBuilder, Subscription,
};

/// One handler and a store, run as one future: client-go's `NewInformer`.
///
/// Where a [`SharedInformer`] has tasks of its own, and a backlog for each subscriber, this is all one future, which you run
/// where you like; it spawns nothing. The handler is part of it: while it works, nothing more is read from the server, so
/// that it is told each single version, and nothing piles up. Dropping the future stops everything and frees the
/// memory.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) {
/// use k8s_openapi::api::core::v1::ConfigMap;
/// use lookglass_client::ListWatch;
/// use lookglass_informer::{Event, Informer, SharedInformer};
///
/// let configs = SharedInformer::builder(ListWatch::<ConfigMap>::typed(&client).namespace("default"));
/// let informer = Informer::new(configs, |event: &Event<ConfigMap>| println!("{}", event.object().key()));
/// let lister = informer.lister();
/// let until = async { /* a signal, for example */ };
/// informer.run(until).await;
/// assert!(lister.is_empty(), "stopped is gone");
/// # }
/// ```
pub struct Informer<K> {
    shared: SharedInformer<K>,
    subscription: Subscription,
    handling: Work,
}

impl<K: 'static> Informer<K> {
    /// An informer with its handler. Its policy for backlogs is set aside: it waits for the handler.
    pub fn new<R: HandlerOutcome>(
        builder: SharedInformerBuilder<K>,
        handler: impl FnMut(&Event<K>) -> R + Send + 'static,
    ) -> Self {
        let shared = builder.build();
        // One batch at a time is handed over, however large it is.
        let policy = BacklogPolicy::Block { bound: 1 };
        let (subscription, handling) = shared.subscriber().name("handler").policy(policy).inline(handler);
        Self { shared, subscription, handling }
    }

    /// Adds an index.
    ///
    /// # Errors
    ///
    /// When there is an index of that name, or the path of the index is none.
    pub fn add_index<I: IndexValue>(&self, index: Index<K, I>) -> Result<IndexHandle<K, I>, IndexAddError> {
        self.shared.add_index(index)
    }

    /// Reads what it holds, while it runs.
    #[must_use]
    pub fn lister(&self) -> Lister<K> {
        self.shared.lister()
    }

    /// What tells whether, and waits until, the handler has returned from all of the initial state.
    #[must_use]
    pub fn sync_checker(&self) -> lookglass_cache::SyncChecker {
        self.subscription.sync_checker()
    }

    /// A handle that shows how it does while it runs, and waits for its sync with a deadline.
    #[must_use]
    pub fn inspector(&self) -> Inspector {
        self.shared.inspector()
    }

    /// What it looks like inside, before it runs; then an [`inspector`](Self::inspector) shows it.
    #[must_use]
    pub fn debug_view(&self) -> DebugView {
        self.shared.debug_view()
    }

    #[cfg(feature = "prometheus")]
    pub(crate) fn shared(&self) -> &SharedInformer<K> {
        &self.shared
    }

    /// Lists, watches, keeps the store and calls the handler, until `until` comes.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops everything at once, never while the handler runs.
    pub async fn run(self, until: impl Future<Output = ()> + Send) {
        // The work goes first, so that nothing waits for it.
        let Self { shared, subscription: _subscription, handling } = self;
        let mut work = begin(shared.core(), handling);
        let mut until = pin!(until);
        poll_fn(|context| {
            if until.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            // What ends of it has nothing to do any more.
            work.retain_mut(|work| work.as_mut().poll(context).is_pending());
            Poll::Pending
        })
        .await;
    }
}

/// Everything that is to be polled, last the handler.
fn begin(core: &Arc<Core>, handling: Work) -> Vec<Work> {
    let mut work = core.start_here().unwrap_or_default();
    work.push(handling);
    work
}

impl<K> fmt::Debug for Informer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Informer").field(&self.shared).finish()
    }
}
