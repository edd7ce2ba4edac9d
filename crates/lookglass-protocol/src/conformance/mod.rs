//! Suites that check the contract of [`Backend`] on any implementation.
//!
//! They need a collection that is theirs alone, and a hand that changes it ([`Subject`]); beyond that only what the trait has. Each panics at the
//! first breach, saying what was promised. They wait for nothing but the backend: on a runtime with paused time they take none.

mod lists;
mod replay;
mod watches;

use std::{
    collections::BTreeMap,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::{
    Backend, Caller, Change, ChangeKind, ListRequest, Page, Stored, Target, WatchItem, WatchRequest, Watcher,
    params::{ListParams, ListVersion, WatchParams},
};

/// A backend, a collection in it that nobody else changes, and a hand that changes it.
pub trait Subject: Sync {
    /// The backend.
    type Backend: Backend;

    /// The backend.
    fn backend(&self) -> &Arc<Self::Backend>;

    /// The collection. It begins empty, and each suite leaves it empty.
    fn collection(&self) -> Target;

    /// Creates the object `name`, or changes it so that it gets a new version; afterwards it has the label `colour`.
    ///
    /// Returns when the backend has it.
    fn put(&self, name: &str, colour: &str) -> impl Future<Output = ()> + Send;

    /// Removes the object `name` for good.
    fn remove(&self, name: &str) -> impl Future<Output = ()> + Send;
}

/// Runs all suites.
///
/// # Panics
///
/// When the contract is broken.
///
/// # Cancel safety
///
/// It stops where it is; what it made in the subject stays.
pub async fn backend(subject: &impl Subject) {
    lists(subject).await;
    replay(subject).await;
    watches(subject).await;
}

/// Lists are whole states, sorted; pages are of one state; exact versions are exact or refused as expired.
///
/// # Panics
///
/// When the contract is broken.
///
/// # Cancel safety
///
/// It stops where it is; what it made in the subject stays.
pub async fn lists(subject: &impl Subject) {
    lists::sorted_and_versioned(subject).await;
    lists::pages_are_of_one_state(subject).await;
    lists::an_exact_version_is_that_state_or_expired(subject).await;
    lists::a_version_ahead_is_refused(subject).await;
    lists::selectors_choose(subject).await;
}

/// A list, and a watch from its version, replay to every later list.
///
/// # Panics
///
/// When the contract is broken.
///
/// # Cancel safety
///
/// It stops where it is; what it made in the subject stays.
pub async fn replay(subject: &impl Subject) {
    replay::a_watch_after_a_list_replays_to_the_next(subject, None).await;
    replay::a_watch_after_a_list_replays_to_the_next(subject, Some("red")).await;
    replay::a_state_is_followed_by_its_changes(subject).await;
    replay::random_histories_replay(subject).await;
}

/// Watches tell each change once, in the order of versions; all watchers the same; progress never runs ahead.
///
/// # Panics
///
/// When the contract is broken.
///
/// # Cancel safety
///
/// It stops where it is; what it made in the subject stays.
pub async fn watches(subject: &impl Subject) {
    watches::in_order_and_once(subject).await;
    watches::a_deletion_has_its_own_version_and_the_last_state(subject).await;
    watches::matching_begins_and_ends(subject).await;
    watches::progress_follows(subject).await;
    watches::now_is_after_what_was(subject).await;
}

/// As long a wait as any backend may need for what has happened already.
const PATIENCE: Duration = Duration::from_secs(10);

async fn list_with<S: Subject>(subject: &S, params: ListParams) -> Page {
    let request = ListRequest::new(Caller::default(), subject.collection(), params);
    let page = subject.backend().list(request).await;
    page.unwrap_or_else(|status| panic!("a list is refused: {status:?}"))
}

async fn list<S: Subject>(subject: &S) -> Page {
    list_with(subject, ListParams::default()).await
}

async fn watch<S: Subject>(subject: &S, params: WatchParams) -> Watching<<S::Backend as Backend>::Watcher> {
    let request = WatchRequest::new(Caller::default(), subject.collection(), params);
    let watcher = subject.backend().watch(request).await;
    Watching(Box::pin(watcher.unwrap_or_else(|status| panic!("a watch is refused: {status:?}"))))
}

async fn clear<S: Subject>(subject: &S) {
    for item in list(subject).await.items {
        subject.remove(item.key().name()).await;
    }
    assert!(list(subject).await.items.is_empty(), "what was removed is listed");
}

fn red() -> lookglass_object::Selector {
    "colour=red".parse().expect("a selector")
}

/// A watch that is read by hand.
struct Watching<W>(Pin<Box<W>>);

impl<W: Watcher> Watching<W> {
    /// What comes next; panics if nothing does.
    async fn next(&mut self) -> WatchItem {
        let next = std::future::poll_fn(|cx| self.0.as_mut().poll_next(cx));
        let next = tokio::time::timeout(PATIENCE, next).await;
        next.expect("a watch tells nothing though something happened").expect("a watch ended though nothing ended it")
    }

    async fn change(&mut self) -> Change {
        match self.next().await {
            WatchItem::Change(change) => change,
            other => panic!("expected a change, got {other:?}"),
        }
    }

    /// Whether nothing is ready.
    fn is_quiet(&mut self) -> bool {
        self.0.as_mut().poll_next(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    fn progress(&self) -> u64 {
        self.0.progress()
    }

    /// Reads until progress has reached `version`, handing over each change.
    async fn read_to(&mut self, version: u64, mut take: impl FnMut(Change)) {
        let mut patience = pin!(tokio::time::sleep(PATIENCE));
        while self.progress() < version {
            let step = std::future::poll_fn(|cx| {
                if let Poll::Ready(item) = self.0.as_mut().poll_next(cx) {
                    return Poll::Ready(Step::Item(item));
                }
                // Progress may move without a change.
                if self.0.progress() >= version {
                    return Poll::Ready(Step::There);
                }
                patience.as_mut().poll(cx).map(|()| Step::Late)
            });
            match step.await {
                Step::Item(Some(WatchItem::Change(change))) => take(change),
                Step::Item(Some(WatchItem::Complete(_))) | Step::There => {}
                Step::Item(other) => panic!("a watch that should have reached version {version} gave {other:?}"),
                Step::Late => panic!("a watch stays at {} and never reaches version {version}", self.progress()),
            }
        }
    }
}

enum Step {
    Item(Option<WatchItem>),
    There,
    Late,
}

/// What a client knows: the objects by key, as their bytes.
#[derive(Debug, Default, PartialEq)]
struct Known(BTreeMap<String, (u64, bytes::Bytes)>);

impl Known {
    fn of(items: &[Stored]) -> Self {
        Self(items.iter().map(|item| (item.key().to_string(), (item.version(), item.json()))).collect())
    }

    fn apply(&mut self, change: &Change) {
        let (key, version) = (change.object.key().to_string(), change.object.version());
        let before = match change.kind {
            ChangeKind::Deleted => self.0.remove(&key),
            _ => self.0.insert(key.clone(), (version, change.object.json())),
        };
        assert_eq!(before.is_some(), change.kind != ChangeKind::Added, "{change:?} of {key}, which was {before:?}");
        assert!(before.is_none_or(|(before, _)| before < version), "{key} goes back to version {version}");
    }
}

/// A list that is as old as `version`.
fn exactly(version: u64) -> ListParams {
    ListParams { version: ListVersion::Exact(version), ..ListParams::default() }
}
