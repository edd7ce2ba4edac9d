//! What only pods can.

use k8s_openapi::api::core::v1::Pod;
use serde_json::json;

use crate::{Clientset, DeleteOptions, Error, LogOptions, Resources, WriteOptions, recorder::Recorder};

fn server() -> (Recorder, Resources<Pod>) {
    let recorder = Recorder::default();
    let pods = Clientset::new(&recorder.client()).core_v1().pods("w");
    (recorder, pods)
}

const POD: &str = "/api/v1/namespaces/w/pods/web-0";
const CONSENT: &str = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}"#;

#[tokio::test(start_paused = true)]
async fn logs_are_asked_for_with_all_their_options() {
    let (recorder, pods) = server();
    recorder.answer_as("text/plain", &b"a\n\xff\n"[..]);
    assert_eq!(pods.logs("web-0", &LogOptions::new()).await.unwrap(), "a\n\u{fffd}\n");
    assert_eq!(recorder.one().line(), format!("GET {POD}/log"));
    let options = LogOptions::new()
        .container("app")
        .previous(true)
        .since(std::time::Duration::from_millis(1))
        .since_time("2026-01-02T03:04:05Z".parse().unwrap())
        .tail(3)
        .limit_bytes(9)
        .timestamps(true);
    recorder.answer_as("text/plain", "");
    pods.logs("web-0", &options).await.unwrap();
    let query = "container=app&previous=true&sinceSeconds=1&sinceTime=2026-01-02T03%3A04%3A05Z&tailLines=3&limitBytes=9&timestamps=true";
    assert_eq!(recorder.one().line(), format!("GET {POD}/log?{query}"));
}

#[tokio::test(start_paused = true)]
async fn followed_logs_come_line_by_line() {
    let (recorder, pods) = server();
    let long = "x".repeat((1 << 20) + 5);
    recorder.answer_as("text/plain", format!("one\r\n\ntwo\n{long}\nrest"));
    let mut logs = pods.follow_logs("web-0", &LogOptions::new().tail(9)).await.unwrap();
    let mut lines = Vec::new();
    while let Some(line) = logs.next().await {
        lines.push(line.unwrap());
    }
    assert_eq!(recorder.one().line(), format!("GET {POD}/log?tailLines=9&follow=true"));
    assert_eq!(lines[..3], ["one", "", "two"]);
    assert_eq!(lines[3..].iter().map(String::len).collect::<Vec<_>>(), [1 << 20, 5, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_pod_is_evicted_and_bound_by_what_the_server_agrees_to() {
    let (recorder, pods) = server();
    recorder.answer(CONSENT);
    let options = DeleteOptions::new().grace_period(std::time::Duration::from_secs(1));
    pods.evict("web-0", &options).await.unwrap();
    let seen = recorder.one();
    assert_eq!(seen.line(), format!("POST {POD}/eviction"));
    let body = json!({
        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web-0", "namespace": "w"},
        "deleteOptions": {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 1},
    });
    assert_eq!(seen.json(), body);
    recorder.refuse(429, "TooManyRequests");
    let error = pods.evict("web-0", &options).await.unwrap_err();
    assert!(error.status().unwrap().is_too_many_requests());
    recorder.seen();

    recorder.answer(CONSENT);
    pods.clone().write_options(WriteOptions::new().dry_run(true)).bind("web-0", "node-7").await.unwrap();
    let seen = recorder.one();
    assert_eq!(seen.line(), format!("POST {POD}/binding?dryRun=All"));
    assert_eq!(seen.json()["target"], json!({"apiVersion": "v1", "kind": "Node", "name": "node-7"}));
    let everywhere = pods.clone().namespace("");
    assert!(matches!(everywhere.bind("web-0", "node-7").await, Err(Error::Request { .. })));
}

#[tokio::test(start_paused = true)]
async fn parts_of_a_pod_are_written_apart() {
    let (recorder, pods) = server();
    let pod: Pod = serde_json::from_value(json!({"metadata": {"name": "web-0"}})).unwrap();
    for _ in 0..2 {
        recorder.answer(r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","namespace":"w"}}"#);
    }
    pods.resize(&pod).await.unwrap();
    pods.update_ephemeral_containers(&pod).await.unwrap();
    let seen: Vec<_> = recorder.seen().iter().map(|seen| seen.line()).collect();
    assert_eq!(seen, [format!("PUT {POD}/resize"), format!("PUT {POD}/ephemeralcontainers")]);
}
