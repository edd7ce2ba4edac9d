//! Faults that strike watches, those that are open and those that will be. Time is paused.

use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use lookglass_apiserver::{ApiServer, Fault, FaultHandle, Verb};
use tokio::time::Instant;

use crate::wire::{Next, Watch};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

async fn start() -> ApiServer {
    ApiServer::builder().seed(1).start().await.expect("nothing can be wrong with it")
}

/// A watch of the ConfigMaps of `default` from now on, without an end in the next hours.
async fn watch(api: &ApiServer) -> Watch {
    watch_after(api, api.version()).await
}

async fn watch_after(api: &ApiServer, version: u64) -> Watch {
    let path = "/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true&timeoutSeconds=86400";
    Watch::open(api, &format!("{path}&resourceVersion={version}")).await
}

async fn create(api: &ApiServer, name: &str) {
    api.apply_yaml(&format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}"))
        .await
        .expect("it is new");
}

fn end() -> Next {
    Next::End(String::new())
}

#[tokio::test(start_paused = true)]
async fn watches_that_are_open_are_cut_and_later_ones_are_not() {
    let api = start().await;
    let (mut one, mut two) = (watch(&api).await, watch(&api).await);
    let fault = api.fault(Fault::cut_watches());
    let mut later = watch(&api).await;
    assert_eq!((one.next().await, two.next().await), (end(), end()));
    create(&api, "a").await;
    assert_eq!(later.names(1).await, ["ADDED a"]);
    assert_eq!(fault.struck(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_watch_is_cut_at_its_time_while_it_is_silent() {
    let api = start().await;
    let mut cut = watch(&api).await;
    let begun = Instant::now();
    api.fault(Fault::cut_watches().after(5 * SECOND));
    create(&api, "a").await;
    assert_eq!(cut.names(1).await, ["ADDED a"]);
    assert_eq!(cut.next().await, end());
    assert_eq!(begun.elapsed(), 5 * SECOND);
    // Who comes back in the same instant is not cut again, and has lost nothing.
    let version = api.version();
    create(&api, "b").await;
    let mut resumed = watch_after(&api, version).await;
    assert_eq!(resumed.names(1).await, ["ADDED b"]);
    assert!(resumed.silent_for(5 * SECOND).await);
}

#[tokio::test(start_paused = true)]
async fn only_the_watches_meant_are_cut_and_so_many() {
    let api = start().await;
    let secrets = "/api/v1/secrets?watch=1&timeoutSeconds=86400&resourceVersion=1";
    let (mut one, mut two, mut other) = (watch(&api).await, watch(&api).await, Watch::open(&api, secrets).await);
    api.fault(Fault::cut_watches().resource("configmaps").namespace("default").verb(Verb::Watch).once());
    assert_eq!(one.next().await, end());
    assert!(two.silent_for(10 * SECOND).await);
    assert!(other.silent_for(10 * SECOND).await);
}

#[tokio::test(start_paused = true)]
async fn a_watch_breaks_in_the_middle_of_a_frame() {
    let api = start().await;
    let mut broken = watch(&api).await;
    create(&api, "whole").await;
    assert_eq!(broken.names(1).await, ["ADDED whole"]);
    let fault = api.fault(Fault::cut_mid_frame().once());
    create(&api, "half").await;
    let Next::Cut(half) = broken.next().await else { panic!("a failure") };
    assert!(half.starts_with(r#"{"type":"ADDED","object":{"kind":"ConfigMap""#), "{half}");
    assert!(serde_json::from_str::<serde_json::Value>(&half).is_err());
    assert_eq!(fault.struck(), 1);
    // What was cut is told to who resumes.
    let mut resumed = watch_after(&api, api.version() - 1).await;
    assert_eq!(resumed.names(1).await, ["ADDED half"]);
}

#[tokio::test(start_paused = true)]
async fn bookmarks_are_withheld_while_the_fault_lasts() {
    let api = start().await;
    let path = "/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true&sendInitialEvents=true\
                &resourceVersionMatch=NotOlderThan&timeoutSeconds=86400";
    let mut usual = Watch::open(&api, path).await;
    assert_eq!(usual.names(2).await, ["ADDED kube-root-ca.crt", "BOOKMARK "]);
    let fault: FaultHandle = api.fault(Fault::withhold_bookmarks());
    let mut without = Watch::open(&api, path).await;
    assert_eq!(without.names(1).await, ["ADDED kube-root-ca.crt"]);
    create(&api, "a").await;
    assert_eq!(without.names(1).await, ["ADDED a"]);
    assert!(without.silent_for(MINUTE).await);
    assert!(fault.struck() >= 1);
    fault.remove();
    create(&api, "b").await;
    assert_eq!(without.names(1).await, ["ADDED b"]);
    api.create(&Secret { metadata: named("moves-the-version"), ..Secret::default() }).await.unwrap();
    assert!(without.silent_for(SECOND).await);
}

fn named(name: &str) -> k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
    k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta { name: Some(name.into()), ..Default::default() }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_watch_says_nothing_and_then_everything() {
    let api = start().await;
    let mut stalled = watch(&api).await;
    let fault = api.fault(Fault::stall_watches().after(SECOND));
    create(&api, "before").await;
    assert_eq!(stalled.names(1).await, ["ADDED before"]);
    tokio::time::advance(SECOND).await;
    create(&api, "while").await;
    assert!(stalled.silent_for(MINUTE).await);
    let mut opened = watch_after(&api, api.version() - 1).await;
    assert!(opened.silent_for(MINUTE).await, "those opened meanwhile too");
    create(&api, "last").await;
    fault.remove();
    assert_eq!(stalled.names(2).await, ["ADDED while", "ADDED last"]);
    assert_eq!(opened.names(2).await, ["ADDED while", "ADDED last"]);
    // One that ends by itself lets go by itself.
    let mut stalled = watch(&api).await;
    let begun = Instant::now();
    api.fault(Fault::stall_watches().lasting(9 * SECOND));
    create(&api, "more").await;
    assert_eq!(stalled.names(1).await, ["ADDED more"]);
    assert_eq!(begun.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_stall_that_is_for_one_watch_spares_the_others_for_good() {
    let api = start().await;
    let (mut stalled, mut spared) = (watch(&api).await, watch(&api).await);
    let fault = api.fault(Fault::stall_watches().once());
    assert!(stalled.silent_for(SECOND).await);
    for name in ["one", "two", "three"] {
        create(&api, name).await;
        assert_eq!(spared.names(1).await, [format!("ADDED {name}")]);
    }
    assert!(stalled.silent_for(MINUTE).await);
    assert_eq!(fault.struck(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_expired_watch_is_told_in_a_frame() {
    let api = start().await;
    api.fault(Fault::expired().verb(Verb::Watch).once());
    let mut expired = watch(&api).await;
    let frame = expired.raw().await.unwrap();
    assert_eq!((&frame["type"], &frame["object"]["reason"]), (&"ERROR".into(), &"Expired".into()));
    assert_eq!(frame["object"]["code"], 410);
    assert_eq!(expired.next().await, end());
    assert!(watch(&api).await.silent_for(SECOND).await);
}

#[tokio::test(start_paused = true)]
async fn lost_events_are_never_told() {
    let api = start().await;
    let version = api.version();
    let mut deaf = watch(&api).await;
    let fault = api.fault(Fault::lose_events("configmaps").after(SECOND).lasting(SECOND));
    create(&api, "told").await;
    tokio::time::advance(SECOND).await;
    create(&api, "lost").await;
    tokio::time::advance(SECOND).await;
    create(&api, "told-again").await;
    assert_eq!(deaf.names(2).await, ["ADDED told", "ADDED told-again"]);
    assert_eq!(watch_after(&api, version).await.names(2).await, ["ADDED told", "ADDED told-again"]);
    assert!(api.get::<ConfigMap>("lost").await.is_ok());
    assert_eq!(fault.struck(), 1);
}

#[tokio::test(start_paused = true)]
async fn lost_events_end_with_the_fault() {
    let api = start().await;
    let mut watch = watch(&api).await;
    let fault = api.fault(Fault::lose_events("configmaps"));
    create(&api, "lost").await;
    fault.remove();
    create(&api, "told").await;
    assert_eq!(watch.names(1).await, ["ADDED told"]);
}

#[tokio::test(start_paused = true)]
async fn two_runs_are_the_same() {
    async fn run() -> Vec<String> {
        let api = start().await;
        let mut watch = watch(&api).await;
        api.fault(Fault::cut_mid_frame().nth(1).after(3 * SECOND));
        let mut told = Vec::new();
        for name in ["a", "b", "c", "d", "e"] {
            create(&api, name).await;
            tokio::time::sleep(SECOND).await;
            told.push(format!("{:?}", watch.next().await));
        }
        told
    }
    let told = run().await;
    assert!(told[1].contains("Frame") && told[2].contains("Cut"), "{told:?}");
    assert_eq!(told, run().await);
}
