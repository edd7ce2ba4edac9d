//! What watchers are told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use lookglass_apiserver::storage::Limits;
use lookglass_object::Key;
use lookglass_protocol::{
    ChangeKind, WatchItem, Watcher as _,
    params::{ListVersion, WatchStart},
};
use tokio::time::{Duration, Instant};

use crate::support::{Desk, STATE, Tap};

const NOW: WatchStart = WatchStart::Now;

fn after(version: u64) -> WatchStart {
    WatchStart::After(version)
}

#[tokio::test]
async fn every_change_after_the_start_is_told_in_order() {
    let pods = Desk::pods();
    pods.put("a/x", "");
    pods.put("a/y", "");
    pods.put("a/x", "");
    pods.remove("a/y");
    let mut watch = pods.watch(None, after(2), "", "").await;
    assert_eq!(watch.drain(), ["ADDED a/y@3", "MODIFIED a/x@4", "DELETED a/y@5"]);
    pods.put("a/y", "");
    pods.beside(("", "v1", "nodes")).put("n", "");
    pods.remove("a/x");
    assert_eq!(watch.drain(), ["ADDED a/y@6", "DELETED a/x@8"]);
}

#[tokio::test]
async fn from_now_on_nothing_earlier_is_told() {
    let pods = Desk::pods();
    pods.put("a/x", "");
    let mut watch = pods.watch(None, NOW, "", "").await;
    assert_eq!((watch.progress(), watch.drain()), (2, vec![]));
    pods.put("a/x", "");
    assert_eq!(watch.drain(), ["MODIFIED a/x@3"]);
}

#[tokio::test]
async fn the_state_comes_first_and_its_mark_where_it_is_wanted() {
    let pods = Desk::pods();
    for key in ["b/z", "a/y", "a/x"] {
        pods.put(key, "");
    }
    pods.beside(("", "v1", "nodes")).put("n", "");
    let mut watch = pods.watch(None, STATE, "", "").await;
    assert_eq!(watch.progress(), 0, "no bookmark before the state is complete");
    // What happens while the state is read comes behind it.
    assert_eq!(watch.take(1), ["ADDED a/x@4"]);
    pods.remove("b/z");
    assert_eq!(watch.drain(), ["ADDED a/y@3", "ADDED b/z@2", "COMPLETE 5", "DELETED b/z@6"]);

    let state = WatchStart::State { version: ListVersion::Any, end_mark: false };
    let mut watch = pods.watch(Some("a"), state, "", "").await;
    assert_eq!(watch.drain(), ["ADDED a/x@4", "ADDED a/y@3"]);
    assert_eq!(watch.progress(), 6);
    let mut watch = pods.watch(Some("nope"), STATE, "", "").await;
    assert_eq!(watch.drain(), ["COMPLETE 6"]);
}

#[tokio::test]
async fn an_object_begins_and_ceases_to_match() {
    let pods = Desk::pods();
    let mut live = pods.watch(Some("w1"), NOW, "sel=yes", "").await;
    let others = ["sel!=yes", "sel in (yes,maybe)", "!sel"];
    let mut watches = Vec::new();
    for selector in others {
        watches.push(pods.watch(None, NOW, selector, "").await);
    }
    pods.put("w1/n1", "sel=no"); // 2
    pods.put("w1/n1", "sel=yes"); // 3
    pods.put("w1/n1", "sel=yes"); // 4
    pods.put("w1/n1", "sel=no"); // 5
    pods.put("w1/n1", "sel=no"); // 6
    pods.put("w1/n1", "sel=yes"); // 7
    pods.remove("w1/n1"); // 8
    pods.put("w2/n1", "sel=yes"); // 9
    let told = ["ADDED w1/n1@3", "MODIFIED w1/n1@4", "DELETED w1/n1@5", "ADDED w1/n1@7", "DELETED w1/n1@8"];
    assert_eq!(live.drain(), told);
    assert_eq!(pods.watch(Some("w1"), after(1), "sel=yes", "").await.drain(), told, "replayed as it was told");
    let other = ["ADDED w1/n1@2", "DELETED w1/n1@3", "ADDED w1/n1@5", "MODIFIED w1/n1@6", "DELETED w1/n1@7"];
    assert_eq!(watches[0].drain(), other);
    assert_eq!(watches[1].drain(), [&told[..], &["ADDED w2/n1@9"]].concat());
    assert!(watches[2].drain().is_empty());
}

/// It is told as it was when it matched last, with the new version.
#[tokio::test]
async fn what_ceases_to_match_is_shown_as_it_matched() {
    let pods = Desk::pods();
    pods.put_with("a/x", "sel=yes", r#","spec":{"nodeName":"one"}"#);
    let mut watches = [pods.watch(None, NOW, "sel=yes", "").await, pods.watch(None, NOW, "sel", "sel=yes").await];
    pods.put_with("a/x", "sel=no", r#","spec":{"nodeName":"two"}"#);
    let mut deleted = Vec::new();
    for watch in &mut watches[..1] {
        let Poll::Ready(Some(WatchItem::Change(change))) =
            watch.0.as_mut().poll_next(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("something was told");
        };
        assert_eq!(
            (change.kind, change.object.version(), change.object.labels().get("sel")),
            (ChangeKind::Deleted, 3, Some("yes"))
        );
        deleted.push(change.object);
    }
    let json = String::from_utf8(deleted[0].json().to_vec()).expect("text");
    assert_eq!(
        json,
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x","namespace":"a","resourceVersion":"3","labels":{"sel":"yes"}},"spec":{"nodeName":"one"}}"#
    );
}

#[tokio::test]
async fn watchers_are_found_by_name_field_label_and_namespace() {
    let pods = Desk::pods();
    let on = |node: &str| format!(r#","spec":{{"nodeName":"{node}"}}"#);
    let mut by_name = pods.watch(None, NOW, "", "metadata.name=x").await;
    let mut by_place = pods.watch(None, NOW, "", "metadata.name=x,metadata.namespace=a").await;
    let mut by_node = pods.watch(None, NOW, "", "spec.nodeName=one").await;
    let mut by_not = pods.watch(Some("a"), NOW, "", "spec.nodeName!=one").await;
    let mut by_both = pods.watch(None, NOW, "app=web", "spec.nodeName=one").await;
    pods.put_with("a/x", "app=web", &on("one")); // 2
    pods.put_with("b/x", "app=db", &on("one")); // 3
    pods.put_with("a/x", "app=web", &on("two")); // 4
    pods.put_with("b/x", "app=web", &on("one")); // 5
    pods.put_with("a/y", "", ""); // 6
    pods.remove("b/x"); // 7
    assert_eq!(by_name.drain(), ["ADDED a/x@2", "ADDED b/x@3", "MODIFIED a/x@4", "MODIFIED b/x@5", "DELETED b/x@7"]);
    assert_eq!(by_place.drain(), ["ADDED a/x@2", "MODIFIED a/x@4"]);
    assert_eq!(by_node.drain(), ["ADDED a/x@2", "ADDED b/x@3", "DELETED a/x@4", "MODIFIED b/x@5", "DELETED b/x@7"]);
    assert_eq!(by_not.drain(), ["ADDED a/x@4", "ADDED a/y@6"]);
    assert_eq!(by_both.drain(), ["ADDED a/x@2", "DELETED a/x@4", "ADDED b/x@5", "DELETED b/x@7"]);
}

#[tokio::test]
async fn an_object_can_be_watched_alone() {
    let pods = Desk::pods();
    let mut target = pods.target(Some("a"));
    target.name = Some("x".to_owned());
    let params = crate::support::watch_params(STATE, "", "");
    pods.put("a/x", "");
    pods.put("a/y", "");
    let mut watch = Tap(Box::pin(pods.storage.watch(&target, &params).await));
    pods.put("a/x", "");
    assert_eq!(watch.drain(), ["ADDED a/x@2", "COMPLETE 3", "MODIFIED a/x@4"]);
}

#[tokio::test(start_paused = true)]
async fn versions_ahead() {
    let pods = Desk::pods();
    pods.put("a/x", "");
    // A watch from the future is silent, until it is the past.
    let mut watch = pods.watch(None, after(4), "", "").await;
    pods.put("a/x", "");
    pods.put("a/x", "");
    assert_eq!((watch.progress(), watch.drain()), (4, vec![]));
    pods.put("a/x", "");
    assert_eq!(watch.drain(), ["MODIFIED a/x@5"]);

    // A state of the future is waited for, then refused in a frame.
    let state = WatchStart::State { version: ListVersion::NotOlderThan(99), end_mark: true };
    let begun = Instant::now();
    let mut watch = pods.watch(None, state, "", "").await;
    assert_eq!(begun.elapsed(), Duration::from_secs(3));
    let failed = "FAILED 504 Timeout: Too large resource version: 99, current: 5";
    assert_eq!(watch.drain(), [failed, "END"]);
}

#[tokio::test]
async fn progress_is_what_was_handed_out_and_moves_with_changes_of_others() {
    let pods = Desk::pods();
    let mut watch = pods.watch(Some("a"), after(1), "", "").await;
    assert_eq!(watch.progress(), 1);
    pods.beside(("", "v1", "nodes")).put("n", ""); // 2
    assert_eq!(watch.progress(), 1, "a quiet resource moves nothing");
    pods.put("b/x", ""); // 3
    assert_eq!(watch.progress(), 3, "what happens in other namespaces does");
    pods.put("a/x", ""); // 4
    pods.put("b/x", ""); // 5
    assert_eq!(watch.progress(), 1, "not beyond what waits: a bookmark must not skip it");
    assert_eq!(watch.drain(), ["ADDED a/x@4"]);
    assert_eq!(watch.progress(), 5);
}

#[tokio::test]
async fn a_slow_watcher_is_cut_off_and_nobody_else() {
    let mut limits = Limits::default();
    limits.queue = 3;
    let pods = Desk::of(("", "v1", "pods"), limits);
    let mut slow = pods.watch(None, NOW, "", "").await;
    let mut quick = pods.watch(None, NOW, "", "").await;
    for i in 0..4 {
        pods.put(&format!("a/{i}"), "");
        assert_eq!(quick.drain().len(), 1);
    }
    assert_eq!(pods.storage.memory().watches, 1);
    assert_eq!(pods.storage.memory().waiting, 0, "what it did not read is freed");
    assert_eq!(slow.drain(), ["END"]);
    assert_eq!(slow.progress(), 1, "it resumes where it stood");
    pods.put("a/x", "");
    assert_eq!(quick.drain().len(), 1);
    assert_eq!(pods.watch(None, after(1), "", "").await.drain().len(), 5);

    // While it still reads the state.
    let mut slow = pods.watch(None, STATE, "", "").await;
    assert_eq!(slow.take(1).len(), 1);
    for _ in 0..4 {
        pods.put("a/x", "");
    }
    assert_eq!(slow.drain(), ["END"]);
}

#[tokio::test]
async fn a_dropped_watch_is_forgotten_at_once() {
    let pods = Desk::pods();
    let selectors = [("", ""), ("app=web", ""), ("", "metadata.name=x"), ("app", "")];
    let mut watches = Vec::new();
    for (labels, fields) in selectors {
        watches.push(pods.watch(Some("a"), NOW, labels, fields).await);
    }
    let object = pods.put("a/x", "app=web");
    assert_eq!((pods.storage.memory().watches, pods.storage.memory().waiting), (4, 4));
    while watches.pop().is_some() {
        assert_eq!((pods.storage.memory().watches, pods.storage.memory().waiting), (watches.len(), watches.len()));
    }
    assert_eq!(object, 2);
}

#[tokio::test]
async fn with_the_storage_its_watches_end() {
    let pods = Desk::pods();
    pods.put("a/x", "");
    let mut live = pods.watch(None, NOW, "", "").await;
    let mut state = pods.watch(None, STATE, "", "").await;
    assert!(live.drain().is_empty());
    drop(pods);
    assert_eq!((live.drain(), state.drain()), (vec!["END".to_owned()], vec!["END".to_owned()]));
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_reader_is_woken_once_for_what_it_waits_for() {
    let pods = Desk::pods();
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let woken = || count.0.load(Ordering::SeqCst);
    let mut watch = pods.watch(None, NOW, "app=web", "").await;
    assert!(watch.0.as_mut().poll_next(&mut Context::from_waker(&waker)).is_pending());
    pods.put("a/x", "app=db");
    assert_eq!(woken(), 0, "nothing for it");
    pods.put("a/y", "app=web");
    pods.put("a/z", "app=web");
    assert_eq!(woken(), 1, "the second comes while it is awake");
    assert_eq!(watch.drain().len(), 2);
    assert!(watch.0.as_mut().poll_next(&mut Context::from_waker(&waker)).is_pending());
    pods.storage.end_watches();
    assert_eq!((woken(), watch.drain()), (2, vec!["END".to_owned()]));
}

/// A task that is dropped with its waker drops a watch of the resource whose change woke it.
#[tokio::test]
async fn a_waker_may_hold_a_watch() {
    struct Holds(#[expect(dead_code, reason = "held to be dropped")] parking_lot::Mutex<Option<Tap>>);
    impl Wake for Holds {
        fn wake(self: Arc<Self>) {}
    }
    let pods = Desk::pods();
    let held = pods.watch(None, NOW, "", "").await;
    let mut watch = pods.watch(None, NOW, "", "").await;
    let waker = Waker::from(Arc::new(Holds(parking_lot::Mutex::new(Some(held)))));
    assert!(watch.0.as_mut().poll_next(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    pods.put("a/x", "");
    assert_eq!(pods.storage.memory().watches, 1);
    assert_eq!(watch.drain(), ["ADDED a/x@2"]);
}

#[tokio::test]
async fn many_put_at_once_are_told_like_any_other() {
    let pods = Desk::pods();
    let mut watch = pods.watch(None, after(1), "", "").await;
    pods.storage.preload(
        &pods.resource.gvr,
        ["a/y", "a/x"].map(|name| {
            let key: Key = name.parse().expect("a key");
            (key, |version| pods.object(name, "", "", version, ChangeKind::Added))
        }),
    );
    assert_eq!(watch.drain(), ["ADDED a/y@2", "ADDED a/x@3"]);
    assert_eq!(pods.watch(None, after(2), "", "").await.drain(), ["ADDED a/x@3"]);
}
