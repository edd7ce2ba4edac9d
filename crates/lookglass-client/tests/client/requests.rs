//! What the client adds to requests and makes of answers.

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{Request, Response};
use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_client::{
    Answered, BodyEnded, Client, Config, Error, Impersonate, ListWatch, RequestLabels, RequestObserver, Retrying,
    WatchFrom, WatchOptions,
};
use parking_lot::Mutex;

use crate::support::{Asked, Directory, Server, all_of, get, pass};

/// Answers with what it was asked: the path and the headers, a line each.
fn echo(asked: Asked) {
    let mut said = format!("{}\n", asked.request.uri());
    for (name, value) in asked.request.headers() {
        said.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    asked.say(200, said);
}

fn built(config: Config) -> Client {
    Client::builder(config).http2_prior_knowledge(true).build().unwrap()
}

#[tokio::test]
async fn the_base_path_and_who_asks_are_added() {
    let server = Server::start(100, echo).await;
    let config = Config::new(&format!("http://{}/clusters/blue/", server.address)).unwrap();
    let config = config.token("s3cr3t").user_agent("web-ctl/1").impersonate(Impersonate::user("jane").group("admins"));
    let said = built(config.clone()).fetch("ask", get("/api/v1/pods?limit=5")).await.unwrap();
    let said = String::from_utf8(said.into_body().to_vec()).unwrap();
    assert!(said.starts_with(&format!("http://{}/clusters/blue/api/v1/pods?limit=5\n", server.address)), "{said}");
    for line in [
        "authorization: Bearer s3cr3t",
        "user-agent: web-ctl/1",
        "impersonate-user: jane",
        "impersonate-group: admins",
        "accept-encoding: identity",
    ] {
        assert!(said.contains(&format!("{line}\n")), "{line} in {said}");
    }

    // What the caller says himself is not touched.
    let request = Request::get("/")
        .header("authorization", "Basic mine")
        .header("user-agent", "me")
        .header("impersonate-user", "joe")
        .header("accept-encoding", "br");
    let said = built(config).fetch("ask", request.body(Bytes::new()).unwrap()).await.unwrap();
    let said = String::from_utf8(said.into_body().to_vec()).unwrap();
    for line in ["authorization: Basic mine", "user-agent: me", "impersonate-user: joe", "accept-encoding: br"] {
        assert!(said.contains(&format!("{line}\n")), "{line} in {said}");
    }
    assert!(!said.contains("jane") && !said.contains("admins") && !said.contains("s3cr3t"), "{said}");
}

#[tokio::test]
async fn a_token_that_expired_is_fetched_anew_and_the_request_repeated_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let good = Arc::new(Mutex::new("Bearer first"));
    let server = Server::start(100, {
        let (asked, good) = (Arc::clone(&asked), Arc::clone(&good));
        move |request| {
            asked.fetch_add(1, Ordering::SeqCst);
            let may = request.request.headers().get("authorization").is_some_and(|header| header == *good.lock());
            request.say(if may { 200 } else { 401 }, "{}");
        }
    })
    .await;
    let directory = Directory::new("expired-token");
    let client = built(server.config().token_file(directory.write("token", "first\n")));
    client.fetch("ask", get("/")).await.unwrap();
    *good.lock() = "Bearer second";
    directory.write("token", "second\n");
    let post = Request::post("/pods").body(Bytes::from_static(b"{}")).unwrap();
    client.fetch("create", post).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);

    // The same token again is not worth another request.
    *good.lock() = "Bearer third";
    pass(Duration::from_secs(70)).await;
    let error = client.fetch("ask", get("/")).await.unwrap_err();
    assert!(error.status().unwrap().is_unauthorized(), "{error:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn no_secret_is_told() {
    let server = Server::start(100, |asked| asked.say(401, "Unauthorized")).await;
    let config = server.config().token("s3cr3t");
    let client = built(config.clone());
    let builder = Client::builder(config.clone());
    let error = client.fetch("ask", get("/")).await.unwrap_err();
    let refused = Config::new("http://127.0.0.1:1").unwrap().token("s3cr3t");
    let none = Client::builder(refused).retries(0).build().unwrap().fetch("ask", get("/")).await.unwrap_err();
    let said = format!("{client:?} {builder:?} {} {}", all_of(&error), all_of(&none));
    assert!(!said.contains("s3cr3t"), "{said}");
}

fn member(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().into()
}

fn event(name: &str) -> String {
    format!(
        r#"{{"type":"ADDED","object":{{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"default","uid":"u","resourceVersion":"7"}}}}}}"#
    ) + "\n"
}

#[tokio::test]
async fn a_watch_with_a_member_of_gzip_for_each_event_is_read_as_they_come() {
    let (next, wanted) = tokio::sync::mpsc::unbounded_channel::<&'static str>();
    let wanted = Arc::new(Mutex::new(Some(wanted)));
    let server = Server::start(100, move |mut asked| {
        assert_eq!(asked.request.headers()["accept-encoding"], "gzip");
        let head = Response::builder().header("content-encoding", "gzip").header("content-type", "application/json");
        let mut body = asked.answer.send_response(head.body(()).unwrap(), false).unwrap();
        let mut wanted = wanted.lock().take().unwrap();
        tokio::spawn(async move {
            while let Some(name) = wanted.recv().await {
                let packed = member(&event(name));
                // In pieces of one byte, where a frame of the network ends.
                for at in 0..packed.len() {
                    body.send_data(packed.slice(at..at + 1), false).unwrap();
                }
            }
            body.send_data(Bytes::new(), true).unwrap();
        });
    })
    .await;
    let client = server.builder().gzip(true).build().unwrap();
    let mut watch = ListWatch::<ConfigMap>::typed(&client).watch(&WatchOptions::new(WatchFrom::Any)).await.unwrap();
    for name in ["one", "two", "three"] {
        next.send(name).unwrap();
        let event = watch.next().await.unwrap().unwrap();
        assert!(format!("{event:?}").contains(name), "{event:?}");
    }
    drop(next);
    assert!(watch.next().await.is_none());
}

#[tokio::test]
async fn a_damaged_answer_in_gzip_is_an_error() {
    let server = Server::start(100, |mut asked| {
        let packed = member("{}");
        let packed = packed.slice(..packed.len() - if asked.path() == "/whole" { 0 } else { 4 });
        let head = Response::builder().header("content-encoding", "gzip").body(()).unwrap();
        asked.answer.send_response(head, false).unwrap().send_data(packed, true).unwrap();
    })
    .await;
    let client = server.builder().gzip(true).build().unwrap();
    assert_eq!(client.fetch("ask", get("/whole")).await.unwrap().body(), "{}");
    let error = client.fetch("ask", get("/half")).await.unwrap_err();
    assert!(matches!(error, Error::CutOff { .. }) && all_of(&error).contains("gzip"), "{error:?}");
}

#[tokio::test]
async fn a_config_may_forbid_gzip() {
    let server = Server::start(100, echo).await;
    let config = server.config().compression(false);
    let client = Client::builder(config).http2_prior_knowledge(true).gzip(true).build().unwrap();
    let said = client.fetch("ask", get("/")).await.unwrap();
    assert!(String::from_utf8_lossy(said.body()).contains("accept-encoding: identity"));
}

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl RequestObserver for Heard {
    fn answered(&self, request: &RequestLabels, answer: &Answered) {
        let RequestLabels { verb, resource, .. } = request;
        let said = format!("{verb} {resource} {:?} after {} with {}", answer.code, answer.retries, answer.connections);
        self.0.lock().push(said);
    }

    fn retrying(&self, request: &RequestLabels, retry: &Retrying) {
        self.0.lock().push(format!("{} again after {:?}: {:?}", request.verb, retry.wait, retry.code));
    }

    fn ended(&self, request: &RequestLabels, body: &BodyEnded) {
        self.0.lock().push(format!("{} ended: {} out, {} in", request.verb, body.bytes_out, body.bytes_in));
    }
}

#[tokio::test]
async fn an_observer_hears_what_became_of_a_request() {
    let first = Arc::new(AtomicUsize::new(0));
    let server = Server::start(100, move |mut asked| {
        if first.fetch_add(1, Ordering::SeqCst) > 0 {
            return asked.say(201, "four");
        }
        let head = Response::builder().status(429).header("retry-after", "0").body(()).unwrap();
        _ = asked.answer.send_response(head, true);
    })
    .await;
    let heard = Arc::new(Heard::default());
    let client = server.builder().observer(heard.clone()).build().unwrap();
    let post = Request::post("/api/v1/namespaces/secret-project/pods").body(Bytes::from_static(b"{}")).unwrap();
    client.fetch("create", post).await.unwrap();
    let expected = [
        "create again after 0ns: Some(429)",
        "create /api/v1/namespaces/{namespace}/pods Some(201) after 1 with 1",
        "create ended: 2 out, 4 in",
    ];
    assert_eq!(*heard.0.lock(), expected);
}
