//! What is remembered, how long, and who asks.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::script::{Script, aggregated, code, silence, unreachable};
use crate::{Discovery, Error};

fn group(name: &str) -> String {
    group_with(name, "Current")
}

fn group_with(name: &str, freshness: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}"}},"versions":[{{"version":"v1","freshness":"{freshness}","resources":[
            {{"resource":"things","responseKind":{{"kind":"Thing"}},"scope":"Cluster","verbs":["get"]}}]}}]}}"#
    )
}

fn server() -> Script {
    let script = Script::default();
    script.on("/apis", aggregated(&group("a.io")).tagged("\"a\""));
    script.on("/api", aggregated("").tagged("\"core\""));
    script
}

#[tokio::test(start_paused = true)]
async fn many_first_uses_ask_once() {
    let script = server();
    let discovery = Discovery::new(&script.client());
    let uses: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn({
                let it = discovery.clone();
                async move { it.apis().await }
            })
        })
        .collect();
    for one in uses {
        assert_eq!(one.await.unwrap().unwrap().groups().len(), 1);
    }
    assert_eq!(script.asked(), ["/api", "/apis"]);
    discovery.apis().await.unwrap();
    assert!(script.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_who_wait_for_a_dead_server_share_its_failure() {
    let script = server();
    script.on("/apis", unreachable());
    let discovery = Discovery::new(&script.client());
    let uses: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn({
                let it = discovery.clone();
                async move { it.apis().await }
            })
        })
        .collect();
    for one in uses {
        let error = one.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Connection { .. }) && error.is_transient(), "{error:?}");
        assert!(std::error::Error::source(&error).is_some());
    }
    assert_eq!(script.asked().len(), 2);
    // It is not remembered.
    script.on("/apis", aggregated(""));
    discovery.apis().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn if_the_one_that_asks_is_dropped_another_asks() {
    let script = server();
    let discovery = Discovery::new(&script.client());
    let first = tokio::spawn({
        let it = discovery.clone();
        async move { it.apis().await }
    });
    let second = tokio::spawn({
        let it = discovery.clone();
        async move { it.apis().await }
    });
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap().groups().len(), 1);
    assert!(first.await.is_err());
    assert_eq!(script.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn nothing_new_costs_a_few_bytes_and_the_same_memory() {
    let script = server();
    let discovery = Discovery::new(&script.client());
    let first = discovery.apis().await.unwrap();
    script.asked();
    sleep(Duration::from_secs(1)).await;
    let second = discovery.refresh().await.unwrap();
    assert_eq!(script.asked(), ["/api?", "/apis?"]);
    assert!(std::sync::Arc::ptr_eq(&first.contents, &second.contents));
    assert!(second.asked_at() > first.asked_at());

    script.on("/apis", aggregated(&[group("a.io"), group("b.io")].join(",")).tagged("\"b\""));
    let third = discovery.refresh().await.unwrap();
    assert_eq!(third.groups().len(), 2);
    assert_eq!(first.groups().len(), 1, "what was given out does not change");
    discovery.refresh().await.unwrap();
    assert_eq!(script.asked(), ["/api?", "/api?", "/apis?", "/apis?"]);
}

#[tokio::test(start_paused = true)]
async fn only_one_page_new_keeps_the_other() {
    let script = server();
    script.on("/api", aggregated(&group("")).tagged("\"core\""));
    let discovery = Discovery::new(&script.client());
    discovery.apis().await.unwrap();
    script.on("/apis", aggregated(&group("b.io")).tagged("\"b\""));
    let apis = discovery.refresh().await.unwrap();
    assert_eq!(apis.groups().iter().map(|it| it.name()).collect::<Vec<_>>(), ["", "b.io"]);
    script.on("/api", code(404));
    let apis = discovery.refresh().await.unwrap();
    assert_eq!(apis.groups().iter().map(|it| it.name()).collect::<Vec<_>>(), ["b.io"]);
    script.on("/api", aggregated("").tagged("\"core\""));
    assert_eq!(discovery.refresh().await.unwrap(), apis, "a tag from before the page was gone does not count");
}

#[tokio::test(start_paused = true)]
async fn after_invalidation_the_next_use_asks_and_an_answer_on_its_way_does_not_count() {
    let script = server();
    let discovery = Discovery::new(&script.client());
    assert!(!discovery.is_fresh() && discovery.remembered().is_none());
    discovery.apis().await.unwrap();
    assert!(discovery.is_fresh());
    discovery.invalidate();
    assert!(!discovery.is_fresh() && discovery.remembered().is_some());

    let early = tokio::spawn({
        let it = discovery.clone();
        async move { it.apis().await }
    });
    tokio::task::yield_now().await;
    discovery.invalidate();
    early.await.unwrap().unwrap();
    assert!(!discovery.is_fresh());
    script.asked();
    discovery.apis().await.unwrap();
    assert_eq!(script.asked().len(), 2);
    assert!(discovery.is_fresh());
}

#[tokio::test(start_paused = true)]
async fn after_invalidation_nothing_old_is_passed_off_as_new() {
    let script = server();
    let discovery = Discovery::new(&script.client());
    discovery.apis().await.unwrap();
    discovery.invalidate();
    script.on("/apis", code(500));
    assert!(discovery.apis().await.is_err());
    assert!(discovery.remembered().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_serves_nothing_is_remembered_too() {
    let script = Script::default();
    script.on("/apis", aggregated(""));
    let discovery = Discovery::new(&script.client());
    assert!(discovery.apis().await.unwrap().groups().is_empty());
    assert!(discovery.is_fresh());
    script.asked();
    discovery.apis().await.unwrap();
    assert!(script.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_is_asked_for_again_after_a_while_and_not_at_each_use() {
    let script = server();
    let items = |freshness| [group("a.io"), group_with("m.io", freshness)].join(",");
    script.on("/apis", aggregated(&items("Stale")).tagged("\"stale\""));
    let discovery = Discovery::builder(&script.client()).retry_failures_after(Duration::from_secs(60)).build();
    for _ in 0..10 {
        assert_eq!(discovery.apis().await.unwrap().failures().len(), 1);
        sleep(Duration::from_secs(5)).await;
    }
    assert_eq!(script.asked(), ["/api", "/apis"]);
    sleep(Duration::from_secs(20)).await;
    // The server is gone: what was known is as good as it was, and is not asked for at once again.
    script.on("/apis", unreachable());
    for _ in 0..10 {
        assert_eq!(discovery.apis().await.unwrap().failures().len(), 1);
    }
    assert_eq!(script.asked(), ["/api?", "/apis?"]);
    // It hangs: one waits, the others do not.
    script.on("/apis", silence());
    sleep(Duration::from_secs(61)).await;
    let one = tokio::spawn({
        let it = discovery.clone();
        async move { it.apis().await }
    });
    tokio::task::yield_now().await;
    assert_eq!(discovery.apis().await.unwrap().failures().len(), 1);
    one.abort();
    assert!(one.await.is_err());
    script.on("/apis", aggregated(&items("Current")).tagged("\"current\""));
    assert!(discovery.apis().await.unwrap().failures().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_never_an_answer_to_an_older_question() {
    let script = server();
    let discovery = Discovery::new(&script.client());
    let early = tokio::spawn({
        let it = discovery.clone();
        async move { it.refresh().await }
    });
    tokio::task::yield_now().await;
    // The early question is on its way, and its answer is already decided.
    script.on("/apis", aggregated(&[group("a.io"), group("b.io")].join(",")));
    let late: Vec<_> = (0..5)
        .map(|_| {
            tokio::spawn({
                let it = discovery.clone();
                async move { it.refresh().await }
            })
        })
        .collect();
    assert_eq!(early.await.unwrap().unwrap().groups().len(), 1);
    for one in late {
        assert_eq!(one.await.unwrap().unwrap().groups().len(), 2);
    }
    assert_eq!(script.asked().len(), 4, "those who came later share one answer");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_can_be_given_up() {
    let script = server();
    script.on("/apis", silence());
    let discovery = Discovery::new(&script.client());
    assert!(timeout(Duration::from_secs(30), discovery.apis()).await.is_err());
    script.on("/apis", aggregated(&group("a.io")));
    assert_eq!(discovery.apis().await.unwrap().groups().len(), 1);
}
