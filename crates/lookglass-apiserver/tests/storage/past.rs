//! What is not known any more, as recorded from a real server; restarts and faults.

use lookglass_apiserver::storage::{Limits, Restart};
use lookglass_object::{Reason, Status};
use lookglass_protocol::params::{Continue, ListParams, ListVersion, WatchStart};
use tokio::time::{Duration, advance};

use crate::support::{Desk, STATE, items, list_params, next_page};

const TOO_OLD: &str = "The resourceVersion for the provided list is too old.";
const TOKEN_TOO_OLD: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without \
                             the continue parameter, or use the continue token in this response to retrieve the remainder of the results. \
                             Continuing with the provided token results in an inconsistent list - objects that were created, modified, or \
                             deleted between the time the first chunk was returned and now may show up in the list.";

async fn from(desk: &Desk, version: u64) -> Vec<String> {
    desk.watch(None, WatchStart::After(version), "", "").await.drain()
}

async fn exact(desk: &Desk, version: u64) -> Result<Vec<String>, Status> {
    desk.list(None, &list_params(ListVersion::Exact(version), None, "", "")).await.map(|page| items(&page))
}

/// `a/0` to `a/4`, of the versions 2 to 6.
fn five(limits: Limits) -> Desk {
    let pods = Desk::of(("", "v1", "pods"), limits);
    for i in 0..5 {
        pods.put(&format!("a/{i}"), "");
    }
    pods
}

#[tokio::test]
async fn an_old_watch_begins_with_its_refusal() {
    let pods = five(Limits::default());
    pods.storage.expire_before(5);
    let mut watch = pods.watch(None, WatchStart::After(1), "", "").await;
    assert_eq!(watch.drain(), ["FAILED 410 too old resource version: 1 (5)", "END"]);
    assert_eq!(from(&pods, 5).await, ["ADDED a/4@6"]);
    let status = exact(&pods, 4).await.expect_err("it is gone");
    assert_eq!((status.code(), status.reason(), status.message()), (410, &Reason::Expired, TOO_OLD));
    assert_eq!(exact(&pods, 5).await.expect("it is known").len(), 4);
    // Of a resource that nobody has asked for yet as well.
    let nodes = pods.beside(("", "v1", "nodes"));
    assert_eq!(from(&nodes, 1).await, ["FAILED 410 too old resource version: 1 (5)", "END"]);
    // What lies ahead cannot be expired.
    pods.storage.expire_before(u64::MAX);
    assert_eq!(from(&pods, 5).await[1], "END");
    assert!(from(&pods, 6).await.is_empty());
}

/// As recorded: after etcd was compacted a watch resumed where a list could not be had any more.
#[tokio::test]
async fn a_compaction_ends_lists_and_not_watches() {
    let pods = five(Limits::default());
    pods.storage.compact(5);
    assert_eq!(exact(&pods, 4).await.expect_err("it is gone").message(), TOO_OLD);
    assert_eq!(exact(&pods, 5).await.expect("it is known").len(), 4);
    assert_eq!(from(&pods, 4).await, ["ADDED a/3@5", "ADDED a/4@6"]);
}

#[tokio::test]
async fn an_expired_page_goes_on_with_the_state_of_now() {
    let pods = five(Limits::default());
    let params = list_params(ListVersion::Latest, Some(2), "", "");
    let page = pods.list(Some("a"), &params).await.expect("a page");
    let next = page.next.expect("more");
    pods.remove("a/3");
    pods.put("a/5", "");
    pods.put("a/6", "");
    pods.storage.compact(9);
    let status = pods.list(Some("a"), &next_page(params.clone(), next)).await.expect_err("it is gone");
    assert_eq!((status.code(), status.reason(), status.message()), (410, &Reason::Expired, TOKEN_TOO_OLD));
    let token = Continue::decode(status.continue_token().expect("a token")).expect("it is one");
    assert_eq!(token, Continue::new(None, "1\0"));
    let page = pods.list(Some("a"), &next_page(params.clone(), token)).await.expect("a page");
    assert_eq!((items(&page), page.version), (vec!["a/2@4".to_owned(), "a/4@6".to_owned()], 9));
    let next = page.next.expect("more");
    assert_eq!((&next, page.remaining), (&Continue::new(Some(9), "4\0"), Some(2)), "the next is of this state");
    let page = pods.list(Some("a"), &next_page(params, next)).await.expect("a page");
    assert_eq!(items(&page), ["a/5@8", "a/6@9"]);
}

#[tokio::test]
async fn only_so_many_events_are_kept() {
    let mut limits = Limits::default();
    limits.events = 2;
    let pods = five(limits);
    assert_eq!(from(&pods, 3).await[0], "FAILED 410 too old resource version: 3 (4)");
    assert_eq!(from(&pods, 4).await, ["ADDED a/3@5", "ADDED a/4@6"]);
    assert!(exact(&pods, 3).await.is_err());
    assert_eq!(exact(&pods, 4).await.expect("it is known").len(), 3);
    assert_eq!(pods.storage.memory().events, 2);
}

#[tokio::test(start_paused = true)]
async fn events_are_kept_for_so_long() {
    let pods = five(Limits::default());
    advance(Duration::from_secs(200)).await;
    pods.put("a/5", "");
    advance(Duration::from_secs(100)).await;
    assert_eq!(from(&pods, 1).await.len(), 6, "five minutes are not over");
    advance(Duration::from_secs(1)).await;
    assert!(exact(&pods, 1).await.is_err(), "nothing need happen for time to pass");
    assert_eq!(from(&pods, 1).await[0], "FAILED 410 too old resource version: 1 (6)");
    assert_eq!(from(&pods, 6).await, ["ADDED a/5@7"]);
}

#[tokio::test]
async fn a_watch_that_has_begun_is_not_harmed() {
    let pods = five(Limits::default());
    let mut watch = pods.watch(None, WatchStart::After(1), "", "").await;
    let mut state = pods.watch(None, STATE, "", "").await;
    pods.storage.compact(6);
    pods.storage.expire_before(6);
    pods.put("a/5", "");
    assert_eq!(watch.drain().len(), 6);
    assert_eq!(state.drain().len(), 7);
}

#[tokio::test]
async fn a_restart_ends_watches_and_keeps_what_etcd_keeps() {
    let pods = five(Limits::default());
    let mut watch = pods.watch(None, STATE, "", "").await;
    assert_eq!(watch.take(1).len(), 1);
    pods.storage.restart(Restart::Keep);
    assert_eq!(watch.drain(), ["END"]);
    assert_eq!(pods.storage.memory().watches, 0);
    let state = pods.watch(None, STATE, "", "").await.drain();
    assert_eq!((state.len(), state[5].as_str()), (6, "COMPLETE 6"));
    assert_eq!(exact(&pods, 3).await.expect("old states are kept").len(), 2);
    assert_eq!(from(&pods, 5).await[0], "FAILED 410 too old resource version: 5 (6)");
    assert!(from(&pods, 6).await.is_empty());
    assert_eq!(pods.put("a/5", ""), 7);
}

#[tokio::test]
async fn a_restart_may_lose_everything() {
    let pods = five(Limits::default());
    let mut watch = pods.watch(None, STATE, "", "").await;
    pods.storage.restart(Restart::Lose);
    assert_eq!(watch.drain(), ["END"]);
    let memory = pods.storage.memory();
    assert_eq!((memory.objects, memory.object_bytes, memory.events, memory.history_bytes), (0, 0, 0, 0));
    assert!(exact(&pods, 5).await.is_err());
    // Not even whoever has seen everything: he would never be told that it is gone.
    assert_eq!(from(&pods, 6).await[0], "FAILED 410 too old resource version: 6 (7)");
    assert!(from(&pods, 7).await.is_empty());
    assert_eq!(pods.put("a/0", ""), 8, "versions go on");

    pods.storage.restart(Restart::Rewind);
    assert_eq!(pods.storage.version(), 1);
    assert_eq!(pods.put("a/0", ""), 2, "versions went back");
    assert_eq!(from(&pods, 1).await, ["ADDED a/0@2"]);
    assert_eq!(from(&pods.beside(("", "v1", "nodes")), 1).await, Vec::<String>::new());
    let mut silent = pods.watch(None, WatchStart::After(7), "", "").await;
    assert_eq!((silent.drain(), silent.progress()), (vec![], 7));
}

#[tokio::test]
async fn a_backup_brings_back_what_there_was_and_its_versions() {
    let pods = five(Limits::default());
    let nodes = pods.beside(("", "v1", "nodes"));
    let backup = pods.storage.backup();
    assert_eq!(backup.version(), 6);
    let mut watch = pods.watch(None, STATE, "", "").await;
    assert_eq!(watch.drain().len(), 6);
    for change in 0..3 {
        assert_eq!(pods.put("a/0", ""), 7 + change);
    }
    pods.remove("a/1");
    pods.put("a/9", "");
    nodes.put("n", "");
    watch.drain();
    for _ in 0..2 {
        pods.storage.restore(&backup);
        assert_eq!(watch.drain(), ["END"]);
        let now = pods.list(None, &ListParams::default()).await.expect("a list");
        assert_eq!(items(&now), ["a/0@2", "a/1@3", "a/2@4", "a/3@5", "a/4@6"]);
        assert_eq!((pods.storage.version(), pods.storage.memory().events), (6, 0));
        assert_eq!(items(&nodes.list(None, &ListParams::default()).await.expect("a list")), [""; 0]);
        assert_eq!(from(&pods, 5).await[0], "FAILED 410 too old resource version: 5 (6)");
        assert!(exact(&pods, 5).await.is_err(), "a backup has no past");
        assert_eq!(exact(&pods, 6).await.expect("it is known").len(), 5);
        let mut ahead = pods.watch(None, WatchStart::After(9), "", "").await;
        assert_eq!(pods.put("a/2", ""), 7, "the same version for something else");
        assert_eq!(from(&pods, 6).await, ["MODIFIED a/2@7"]);
        assert_eq!((ahead.drain(), ahead.progress()), (vec![], 9));
        watch = pods.watch(None, WatchStart::Now, "", "").await;
    }
}

#[tokio::test]
async fn events_can_be_lost_on_purpose() {
    let pods = five(Limits::default());
    let mut watch = pods.watch(None, WatchStart::Now, "", "").await;
    pods.storage.lose_events(&pods.resource.gvr, true);
    pods.put("a/0", "");
    pods.remove("a/1");
    pods.storage.lose_events(&pods.resource.gvr, false);
    pods.put("a/2", "");
    assert_eq!(watch.drain(), ["MODIFIED a/2@9"], "nothing tells of the gap");
    assert_eq!(from(&pods, 6).await, ["MODIFIED a/2@9"]);
    assert_eq!(exact(&pods, 6).await.expect("it is known").len(), 5, "the state is true all the same");
    let page = pods.list(None, &ListParams::default()).await.expect("a list");
    assert_eq!(page.items.len(), 4);
}

#[tokio::test]
async fn memory_is_accounted_and_given_back() {
    let pods = Desk::pods();
    let kilobyte = format!(r#","spec":{{"nodeName":"{}"}}"#, "x".repeat(1_000));
    for i in 0..100 {
        pods.put_with(&format!("a/{i:03}"), "app=web", &kilobyte);
    }
    let full = pods.storage.memory();
    assert_eq!((full.objects, full.events), (100, 100));
    assert!((110_000..170_000).contains(&full.object_bytes), "{full:?}");
    assert!(full.history_bytes < 20_000, "creations hold nothing that the state does not: {full:?}");
    assert!((1..1_000).contains(&full.label_bytes), "one set for all: {full:?}");
    for i in 0..100 {
        pods.put_with(&format!("a/{i:03}"), "app=web", &kilobyte);
    }
    assert!(pods.storage.memory().history_bytes > 110_000, "the replaced states");
    pods.storage.expire_before(u64::MAX);
    assert_eq!((pods.storage.memory().events, pods.storage.memory().history_bytes), (0, 0));
    for i in 0..100 {
        pods.remove(&format!("a/{i:03}"));
    }
    pods.storage.expire_before(u64::MAX);
    let empty = pods.storage.memory();
    assert_eq!((empty.objects, empty.history_bytes), (0, 0));
    assert!(empty.object_bytes < 500, "{empty:?}");
}
