//! What one connection does of itself: waiting, trying again, telling.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::Full;
use lookglass_apiserver::{ApiServer, Fault};
use parking_lot::Mutex;
use tokio::time::{Instant, timeout};
use tower_service::Service;

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
async fn a_request_that_is_dropped_while_the_rate_limit_holds_it_takes_nothing() {
    let api = ApiServer::start().await.unwrap();
    let client = Client::builder(Endpoint::service(api.service(), "default")).rate(1.0, 1).build().unwrap();
    let begun = Instant::now();
    let ask = || client.fetch("ask", get("/version"));
    ask().await.unwrap();
    // The first in line goes, and so does one behind it; a third stays, and is as early as if it had been alone.
    let impatient = async |patience| assert!(timeout(Duration::from_millis(patience), ask()).await.is_err());
    let (_, _, patient) = tokio::join!(impatient(500), impatient(200), ask());
    patient.unwrap();
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
    for _ in 0..10 {
        impatient(10).await;
    }
    ask().await.unwrap();
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    tokio::join!(async { ask().await.unwrap() }, async { ask().await.unwrap() });
    assert_eq!(begun.elapsed(), Duration::from_secs(4), "and not faster than it may");
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

/// Answers with `code` and with pieces of a body that then goes on for ever without another one.
#[derive(Clone)]
struct Endless {
    code: u16,
    pieces: Vec<Bytes>,
    header: Option<(&'static str, &'static str)>,
}

impl Service<Request<Full<Bytes>>> for Endless {
    type Response = Response<Self>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        let mut response = Response::builder().status(self.code);
        if let Some((name, value)) = self.header {
            response = response.header(name, value);
        }
        ready(Ok(response.body(self.clone()).unwrap()))
    }
}

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.pieces.is_empty() { Poll::Pending } else { Poll::Ready(Some(Ok(Frame::data(self.pieces.remove(0))))) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_whose_explanation_never_ends_is_a_refusal() {
    let page = Bytes::from("the backend is broken ".repeat(8000));
    for (pieces, patience) in [(vec![page.clone()], 0), (vec!["the backend".into(), " is broken".into()], 10)] {
        let refusing = Endless { code: 502, pieces, header: None };
        let client = Client::builder(Endpoint::service(refusing, "default")).build().unwrap();
        for path in ["/version", "/api/v1/pods?watch=true"] {
            let begun = Instant::now();
            let error = client.send("look", get(path)).await.unwrap_err();
            assert_eq!(begun.elapsed(), Duration::from_secs(patience));
            let status = error.status().unwrap();
            assert_eq!(status.code(), 502);
            assert!(status.causes()[0].message.starts_with("the backend is broken"), "{status:?}");
        }
    }
    // Nor does one that is to be tried again hold up the next attempt.
    let asking = Endless { code: 429, pieces: vec!["slow".into()], header: Some(("retry-after", "1")) };
    let client = Client::builder(Endpoint::service(asking, "default")).retries(2).build().unwrap();
    let begun = Instant::now();
    client.send("look", get("/version")).await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_secs(2 * (1 + 1) + 10));
}

#[tokio::test(start_paused = true)]
async fn warnings_of_any_form_are_heard_also_with_a_refusal_and_through_kubes_client() {
    let warning = r#"299 - "a \"quoted\", word" "Sat, 21 Nov 2026 15:00:00 GMT", 214 proxy "changed", 299 - "größer""#;
    let refusing =
        Endless { code: 403, pieces: vec![Bytes::from(vec![b' '; 70_000])], header: Some(("warning", warning)) };
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    let client = Client::builder(Endpoint::service(refusing, "default"))
        .on_warning(move |text| sink.lock().push(text.to_owned()));
    let client = client.build().unwrap();
    client.send("look", get("/version")).await.unwrap_err();
    assert_eq!(*heard.lock(), [r#"a "quoted", word"#, "größer"]);
    let response = client.kube().send(Request::get("/version").body(kube::client::Body::empty()).unwrap()).await;
    assert_eq!(response.unwrap().status(), 403);
    assert_eq!(heard.lock().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn who_is_asked_to_wait_for_ever_and_has_a_deadline_is_told_at_once() {
    let asking =
        Endless { code: 503, pieces: vec!["no".into()], header: Some(("retry-after", "18446744073709551615")) };
    let client =
        Client::builder(Endpoint::service(asking, "default")).timeout(Duration::from_secs(30)).build().unwrap();
    let error = client.send("look", get("/version")).await.unwrap_err();
    assert_eq!(error.status().unwrap().code(), 503);
}

#[tokio::test(start_paused = true)]
async fn how_long_to_wait_is_told_by_the_header_where_the_status_does_not_say_it() {
    for (details, name, wait) in
        [("", "", 7), (r#","details":{"name":"a"}"#, "a", 7), (r#","details":{"retryAfterSeconds":3}"#, "", 3)]
    {
        let status = format!(
            r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","reason":"TooManyRequests","code":429{details}}}"#
        );
        let asking = Endless { code: 429, pieces: vec![status.into()], header: Some(("retry-after", "7")) };
        let client = Client::builder(Endpoint::service(asking, "default")).retries(0).build().unwrap();
        let error = client.send("look", get("/version")).await.unwrap_err();
        let status = error.status().unwrap();
        assert_eq!(status.retry_after(), Some(Duration::from_secs(wait)), "{status:?}");
        assert_eq!(status.details().unwrap().name, name);
    }
}
