//! What one connection does of itself: waiting, trying again, telling.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use lookglass_apiserver::{ApiServer, Fault};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::{Client, Endpoint};
use crate::Error;

fn get(path: &str) -> Request<Bytes> {
    Request::get(path).body(Bytes::new()).unwrap()
}

fn over(api: &ApiServer) -> Client {
    Client::builder(Endpoint::service(api.service(), "default")).build().unwrap()
}

fn post(path: &str, body: &'static str) -> Request<Bytes> {
    Request::post(path).header("content-type", "application/json").body(Bytes::from(body)).unwrap()
}

const CONFIGS: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test(start_paused = true)]
async fn the_rate_limit_is_one_for_all_handles() {
    let api = ApiServer::start().await.unwrap();
    let client = Client::builder(Endpoint::service(api.service(), "default")).rate(2.0, 1).build().unwrap();
    let other = client.clone();
    let begun = Instant::now();
    for client in [&client, &other, &client] {
        client.fetch("ask", get("/version")).await.unwrap();
    }
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn reading_survives_a_broken_connection_and_writing_is_not_done_twice() {
    let api = ApiServer::start().await.unwrap();
    let client = over(&api);
    let _fault = api.fault(Fault::reset().once());
    client.fetch("read", get(CONFIGS)).await.unwrap();

    let _fault = api.fault(Fault::reset().once());
    let error = client.fetch("write", post(CONFIGS, r#"{"metadata":{"name":"a"}}"#)).await.unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test(start_paused = true)]
async fn retries_end() {
    let api = ApiServer::start().await.unwrap();
    let client = Client::builder(Endpoint::service(api.service(), "default")).retries(2).build().unwrap();
    let _fault = api.fault(Fault::too_many_requests(Duration::from_secs(1)));
    let begun = Instant::now();
    let error = client.fetch("read", get(CONFIGS)).await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    assert_eq!(error.status().unwrap().code(), 429);
}

#[tokio::test(start_paused = true)]
async fn warnings_reach_the_hook() {
    let api = ApiServer::start().await.unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    let client = Client::builder(Endpoint::service(api.service(), "default"))
        .on_warning(move |text| sink.lock().push(text.to_owned()));
    let client = client.build().unwrap();
    client.fetch("write", post(CONFIGS, r#"{"metadata":{"name":"a"},"extra":1}"#)).await.unwrap();
    assert_eq!(*heard.lock(), [r#"unknown field "extra""#]);
}

#[tokio::test(start_paused = true)]
async fn a_page_instead_of_a_status_is_quoted() {
    let api = ApiServer::start().await.unwrap();
    let client = over(&api);
    let error = client.fetch("look", get("/nowhere")).await.unwrap_err();
    let status = error.status().unwrap();
    assert!(status.is_not_found());
    assert!(status.causes()[0].message.contains("404 page not found"), "{status:?}");
}
