//! Many threads at once: nothing is lost, nothing doubled, nothing out of order.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use lookglass_apiserver::storage::{Expect, Limits};
use lookglass_protocol::{
    ChangeKind, WatchItem, Watcher as _,
    params::{ListParams, ListVersion, WatchStart},
};

use crate::support::{Desk, Tap, list_params, next_page};

const WRITERS: usize = 4;
const CHANGES: usize = 400;
const KEYS: usize = 40;

fn roomy() -> Limits {
    let mut limits = Limits::default();
    limits.queue = WRITERS * CHANGES * 2;
    limits
}

/// Writes for a while, each writer to the keys of all, and gives the number of changes made.
fn write(pods: &Desk, writer: usize) -> usize {
    let mut made = 0;
    for change in 0..CHANGES {
        // Strides without a common divisor with the number of keys.
        let key = format!("n{}/{}", change % 2, (change * 7 + writer * 13) % KEYS);
        let labels = format!("app={},writer={writer}", if (change + writer).is_multiple_of(3) { "web" } else { "db" });
        let now = pods.storage.get(&pods.resource.gvr, &key.parse().expect("a key"));
        let expect = now.map_or(Expect::Absent, |now| Expect::Version(now.version()));
        made += usize::from(pods.commit(&key, expect, &labels, "").is_ok());
    }
    made
}

/// Follows a watch from its state on, until it has seen `last`; gives the state it saw in the end.
async fn follow(mut watch: Tap, last: Arc<AtomicUsize>) -> (BTreeMap<String, u64>, u64) {
    let (mut state, mut at, mut complete) = (BTreeMap::new(), 0, false);
    loop {
        let item = poll_fn(|cx| watch.0.as_mut().poll_next(cx)).await.expect("it goes on");
        match item {
            WatchItem::Complete(version) => {
                complete = true;
                at = version;
            }
            WatchItem::Change(change) => {
                let (key, version) = (change.object.key().to_string(), change.object.version());
                assert!(!complete || version > at, "{version} after {at}");
                at = at.max(version);
                let was = match change.kind {
                    ChangeKind::Added | ChangeKind::Modified => state.insert(key, version).is_some(),
                    ChangeKind::Deleted => state.remove(&key).is_some(),
                };
                assert_eq!(was, change.kind != ChangeKind::Added, "{change:?}");
            }
            WatchItem::Failed(status) => panic!("{status:?}"),
        }
        // The last change selects everybody.
        if complete && at == last.load(Ordering::SeqCst) as u64 {
            return (state, at);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn watches_that_begin_in_the_midst_of_writes_miss_nothing() {
    let pods = Desk::of(("", "v1", "pods"), roomy());
    let last = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let pods = pods.clone();
            tokio::task::spawn_blocking(move || write(&pods, writer))
        })
        .collect();
    let mut followers = Vec::new();
    let state = WatchStart::State { version: ListVersion::Latest, end_mark: true };
    for round in 0..30 {
        let (namespace, labels) = [(None, ""), (Some("n1"), ""), (None, "app=web"), (None, "app in (web)")][round % 4];
        let watch = pods.watch(namespace, state, labels, "").await;
        let follower = tokio::spawn(follow(watch, last.clone()));
        followers.push((namespace, labels, follower));
        // A resumed watch replays what the list did not show.
        let list = pods.list(namespace, &list_params(ListVersion::Latest, None, labels, "")).await.expect("a list");
        let mut resumed = pods.watch(namespace, WatchStart::After(list.version), labels, "").await;
        let mut known: BTreeMap<String, u64> =
            list.items.iter().map(|object| (object.key().to_string(), object.version())).collect();
        for told in resumed.drain() {
            let (kind, said) = told.split_once(' ').expect("a kind");
            let key = said.split('@').next().unwrap_or_default().to_owned();
            match kind {
                "ADDED" => assert!(known.insert(key, 0).is_none(), "{told}"),
                "MODIFIED" => assert!(known.insert(key, 0).is_some(), "{told}"),
                _ => assert!(known.remove(&key).is_some(), "{told}"),
            }
        }
        tokio::task::yield_now().await;
    }
    let mut made = 0;
    for writer in writers {
        made += writer.await.expect("it wrote");
    }
    assert_eq!(pods.storage.version(), 1 + made as u64, "each change has one version");
    // Wakes every follower: it matches all of them.
    last.store(made + 2, Ordering::SeqCst);
    assert_eq!(pods.put("n1/last", "app=web"), made as u64 + 2);
    for (namespace, labels, follower) in followers {
        let (state, _) = follower.await.expect("it followed");
        let list = pods.list(namespace, &list_params(ListVersion::Latest, None, labels, "")).await.expect("a list");
        let list: BTreeMap<_, _> =
            list.items.iter().map(|object| (object.key().to_string(), object.version())).collect();
        assert_eq!(state, list);
    }
    assert_eq!(pods.storage.memory().watches, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_of_one_state_whatever_is_written() {
    let pods = Desk::pods();
    for i in 0..KEYS {
        pods.put(&format!("n0/{i:03}"), "");
    }
    let writer = {
        let pods = pods.clone();
        tokio::task::spawn_blocking(move || write(&pods, 0))
    };
    for _ in 0..20 {
        let whole = pods.list(None, &ListParams::default()).await.expect("a list");
        let params = list_params(ListVersion::Exact(whole.version), Some(7), "", "");
        let (mut paged, mut next) = (Vec::new(), None);
        loop {
            let params = next.take().map_or_else(|| params.clone(), |next| next_page(params.clone(), next));
            let page = pods.list(None, &params).await.expect("a page");
            assert_eq!(page.version, whole.version);
            paged.extend(page.items.iter().map(|object| (object.key().clone(), object.version())));
            assert_eq!(page.remaining, page.next.as_ref().map(|_| whole.items.len() - paged.len()));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let whole: Vec<_> = whole.items.iter().map(|object| (object.key().clone(), object.version())).collect();
        assert_eq!(paged, whole);
    }
    assert!(writer.await.expect("it wrote") > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_expect_the_same_one_wins() {
    let pods = Desk::pods();
    for _ in 0..50 {
        let expect = pods.put("a/x", "");
        let rivals: Vec<_> = (0..4)
            .map(|_| {
                let pods = pods.clone();
                tokio::spawn(async move { pods.commit("a/x", Expect::Version(expect), "", "").is_ok() })
            })
            .collect();
        let mut won = 0;
        for rival in rivals {
            won += usize::from(rival.await.expect("it ran"));
        }
        assert_eq!(won, 1);
    }
}
