//! What happens when nothing happens: bookmarks, ends, timeouts.

use std::time::Duration;

use lookglass_protocol::service::Service;
use serde_json::json;
use tokio::time::Instant;

use crate::support::Server;

const MAPS: &str = "/api/v1/namespaces/w1/configmaps?watch=1&resourceVersion=1";

fn server() -> Server {
    let server = Server::new();
    server.backend.reach(1);
    server
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_a_minute_if_there_is_something_to_say() {
    let server = server();
    let mut watch =
        server.watch(&format!("{MAPS}&allowWatchBookmarks=true&timeoutSeconds=300"), "application/json").await;
    let began = Instant::now();
    server.backend.tick();
    let mark = watch.line().await;
    assert_eq!(mark["type"], "BOOKMARK");
    assert_eq!(mark["object"]["metadata"], json!({"resourceVersion": "2"}));
    assert_eq!(began.elapsed().as_secs(), 60);
    // An event says its version itself; the next bookmark would say nothing new.
    server.backend.put(&server.maps, "a", &[], &json!({}));
    assert_eq!(watch.line().await["type"], "ADDED");
    let quiet = tokio::time::timeout(Duration::from_secs(130), watch.chunk()).await;
    assert!(quiet.is_err(), "nothing moved, nothing is said: {quiet:?}");
    server.backend.tick();
    assert_eq!(watch.line().await["object"]["metadata"]["resourceVersion"], "4");
    assert_eq!(began.elapsed().as_secs(), 240, "on the minute");
    server.backend.tick();
    assert_eq!(watch.line().await["object"]["metadata"]["resourceVersion"], "5");
    assert_eq!(began.elapsed().as_secs(), 298, "and before the end");
    assert_eq!(watch.chunk().await, None);
    assert_eq!(began.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_bookmarks_unasked() {
    let server = server();
    let mut watch = server.watch(&format!("{MAPS}&timeoutSeconds=200"), "application/json").await;
    server.backend.tick();
    assert_eq!(watch.chunk().await, None, "a clean end");
}

#[tokio::test(start_paused = true)]
async fn a_short_watch_has_no_time_for_a_bookmark() {
    let server = server();
    let began = Instant::now();
    let mut watch =
        server.watch(&format!("{MAPS}&allowWatchBookmarks=true&timeoutSeconds=1"), "application/json").await;
    server.backend.tick();
    assert_eq!(watch.chunk().await, None);
    assert_eq!(began.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn watches_that_say_nothing_end_within_the_hour_and_not_together() {
    let server = server();
    let began = Instant::now();
    let mut ends = Vec::new();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mut watch = server.watch(MAPS, "application/json").await;
        tasks.spawn(async move {
            assert_eq!(watch.chunk().await, None);
            began.elapsed()
        });
    }
    while let Some(end) = tasks.join_next().await {
        ends.push(end.unwrap());
    }
    assert!(ends.iter().all(|end| (30 * 60..=60 * 60 + 1).contains(&end.as_secs())), "{ends:?}");
    let spread = *ends.iter().max().unwrap() - *ends.iter().min().unwrap();
    assert!(spread > Duration::from_secs(10 * 60), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn the_longest_timeout_is_no_overflow() {
    let server = server();
    let path = format!("{MAPS}&timeoutSeconds={}", i64::MAX);
    let response = server.send(crate::support::request("GET", &path, &[], "")).await;
    assert!(response.status() == 200 || response.status() == 400);
}

#[tokio::test(start_paused = true)]
async fn a_busy_watch_ends_in_time_too() {
    let server = server();
    let mut watch = server.watch(&format!("{MAPS}&timeoutSeconds=5"), "application/json").await;
    let began = Instant::now();
    let mut frames = 0;
    loop {
        // Something is always ready.
        server.backend.put(&server.maps, "a", &[], &json!({}));
        match watch.chunk().await {
            Some(_) => frames += 1,
            None => break,
        }
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    assert!((49..=51).contains(&frames), "{frames}");
    assert!(began.elapsed() <= Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_is_answered() {
    let server = server();
    let began = Instant::now();
    let got = server.get("/api/v1/namespaces/w1/configmaps/forever").await;
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(
        got.text(),
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"Timeout: request did not complete within the allotted timeout\",\"reason\":\"Timeout\",\"details\":{},\"code\":504}\n"
    );
    assert_eq!(got.code, 504);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_answer() {
    let server = server();
    for _ in 0..2 {
        let got = server.get("/api/v1/namespaces/w1/configmaps/panic").await;
        assert_eq!((got.code, got.json()["reason"].as_str()), (500, Some("InternalError")));
    }
    server.backend.put(&server.maps, "a", &[], &json!({}));
    assert_eq!(server.get("/api/v1/namespaces/w1/configmaps/a").await.code, 200, "the others go on");
    let metrics = server.get("/metrics").await;
    assert!(metrics.text().contains("apiserver_request_panics_total 2\n"), "{}", metrics.text());
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_request_can_be_set() {
    let mut server = server();
    server.service = Service::builder(std::sync::Arc::new(server.backend.clone()))
        .authenticator(crate::support::everybody())
        .request_timeout(Duration::from_secs(5))
        .build();
    let began = Instant::now();
    assert_eq!(server.get("/api/v1/namespaces/w1/configmaps/forever").await.code, 504);
    assert_eq!(began.elapsed().as_secs(), 5);
}
