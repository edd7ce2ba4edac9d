//! The naive backend keeps the contract, and the suites notice when a backend does not.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use lookglass_object::Status;
use lookglass_protocol::{
    Answer, Backend, Catalog, GetRequest, ListRequest, Page, Stored, Target, WatchItem, WatchRequest, Watcher,
    WriteRequest, builtin,
    conformance::{self, Subject},
};
use serde_json::json;

use crate::naive::{Naive, NaiveWatcher};

struct Maps<B> {
    backend: Arc<B>,
    naive: Naive,
    target: Target,
}

impl<B: Backend> Subject for Maps<B> {
    type Backend = B;

    fn backend(&self) -> &Arc<B> {
        &self.backend
    }

    fn collection(&self) -> Target {
        self.target.clone()
    }

    async fn put(&self, name: &str, colour: &str) {
        self.naive.put(&self.target, name, &[("colour", colour)], &json!({}));
    }

    async fn remove(&self, name: &str) {
        self.naive.remove(&self.target, name);
    }
}

fn maps<B: Backend>(make: impl FnOnce(Naive) -> B) -> Maps<B> {
    let naive = Naive::new(builtin::catalog().clone());
    let target = naive.target("", "v1", "configmaps", Some("w1"));
    Maps { backend: Arc::new(make(naive.clone())), naive, target }
}

#[tokio::test(start_paused = true)]
async fn the_naive_backend_keeps_the_contract() {
    conformance::backend(&maps(|naive| naive)).await;
}

/// How a backend breaks the contract.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// Pages show what is now.
    LivePages,
    /// A watch begins with what happens after it was asked for.
    LateWatch,
    /// Deletions are not told.
    NoDeletions,
    /// Progress is that of the backend.
    Ahead,
    /// Progress stands still.
    Behind,
    /// Lists are not sorted.
    Unsorted,
}

struct Liar(Naive, Lie);

struct LyingWatcher {
    inner: Pin<Box<NaiveWatcher>>,
    naive: Naive,
    lie: Lie,
    skip_up_to: u64,
}

impl Backend for Liar {
    type Watcher = LyingWatcher;

    fn catalog(&self) -> Arc<Catalog> {
        self.0.catalog()
    }

    async fn get(&self, request: GetRequest) -> Result<Stored, Status> {
        self.0.get(request).await
    }

    async fn list(&self, mut request: ListRequest) -> Result<Page, Status> {
        if let (Lie::LivePages, Some(next)) = (self.1, &mut request.params.continuation) {
            next.version = None;
        }
        let mut page = self.0.list(request).await?;
        if let Lie::Unsorted = self.1 {
            page.items.reverse();
        }
        Ok(page)
    }

    async fn watch(&self, request: WatchRequest) -> Result<LyingWatcher, Status> {
        let skip_up_to = if let Lie::LateWatch = self.1 { self.0.version() } else { 0 };
        let inner = Box::pin(self.0.watch(request).await?);
        Ok(LyingWatcher { inner, naive: self.0.clone(), lie: self.1, skip_up_to })
    }

    async fn write(&self, request: WriteRequest) -> Result<Answer, Status> {
        self.0.write(request).await
    }
}

impl Watcher for LyingWatcher {
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<WatchItem>> {
        loop {
            let item = std::task::ready!(self.inner.as_mut().poll_next(cx));
            if let Some(WatchItem::Change(change)) = &item
                && (change.object.version() <= self.skip_up_to
                    || matches!(self.lie, Lie::NoDeletions) && change.kind == lookglass_protocol::ChangeKind::Deleted)
            {
                continue;
            }
            return Poll::Ready(item);
        }
    }

    fn progress(&self) -> u64 {
        match self.lie {
            Lie::Ahead => self.naive.version(),
            Lie::Behind => 0,
            _ => self.inner.progress(),
        }
    }
}

#[test]
fn every_lie_is_found_out() {
    for lie in [Lie::LivePages, Lie::LateWatch, Lie::NoDeletions, Lie::Ahead, Lie::Behind, Lie::Unsorted] {
        let found = std::panic::catch_unwind(|| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            runtime.block_on(conformance::backend(&maps(|naive| Liar(naive, lie))));
        });
        assert!(found.is_err(), "{lie:?} passes");
    }
}
