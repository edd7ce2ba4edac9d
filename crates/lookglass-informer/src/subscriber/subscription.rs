//! The hold on a subscriber: [`Subscription`].

use std::fmt;

use lookglass_cache::{Lag, NeverSynced, SyncChecker};
use lookglass_object::Key;

use crate::core::{Cell, now};
use crate::processor::{ListenerView, Membership};

/// A subscriber with its handler: dropping it unsubscribes, [`forever`](Self::forever) leaves it to the informer.
///
/// It does not keep the informer running. When that is stopped, the subscription is over: an informer that is started
/// again has no subscribers until some come.
#[must_use = "dropping it unsubscribes; `.forever()` ties it to the informer"]
pub struct Subscription {
    membership: Option<Membership<Key, Cell>>,
}

impl Subscription {
    pub(super) fn new(membership: Membership<Key, Cell>) -> Self {
        Self { membership: Some(membership) }
    }

    /// Whether the handler has *returned* from all of the initial state: the informer has synced, and this subscriber has handled
    /// what that was.
    #[must_use]
    pub fn has_synced(&self) -> bool {
        self.membership().sync_checker().is_synced()
    }

    /// The same as something to keep.
    #[must_use]
    pub fn sync_checker(&self) -> SyncChecker {
        self.membership().sync_checker().clone()
    }

    /// Waits until the handler has returned from all of the initial state.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Errors
    ///
    /// The subscription ended before.
    pub async fn synced(&self) -> Result<(), NeverSynced> {
        self.sync_checker().synced().await
    }

    /// How far it is behind.
    #[must_use]
    pub fn lag(&self) -> Lag {
        self.membership().lag(now())
    }

    /// What it looks like from outside.
    #[must_use]
    pub fn view(&self) -> ListenerView {
        self.membership().view(now())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.membership().control().name()
    }

    /// Unsubscribes and waits until the handler is done and gone. It is given no further event, not even one that is pending.
    ///
    /// From within the handler itself it does not wait, since that would be for ever; the handler ends when it returns.
    ///
    /// # Cancel safety
    ///
    /// The subscriber is removed in any case; dropping the future only ends the waiting.
    pub async fn remove(mut self) {
        if let Some(membership) = self.membership.take() {
            membership.remove();
            membership.ended().await;
        }
    }

    /// Leaves the handler to the informer: it stays until that is stopped.
    pub fn forever(mut self) {
        drop(self.membership.take());
    }

    fn membership(&self) -> &Membership<Key, Cell> {
        self.membership.as_ref().expect("only taken by what consumes the subscription")
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(membership) = &self.membership {
            membership.remove();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("name", &self.name())
            .field("synced", &self.has_synced())
            .finish_non_exhaustive()
    }
}
