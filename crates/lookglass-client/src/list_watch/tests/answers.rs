//! Answers that are not what was asked for, or not what they say, or come in their own time.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;
use http_body::{Body, Frame};
use http_body_util::Full;
use k8s_openapi::api::core::v1::Secret;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tower_service::Service;

use super::*;
use crate::{Endpoint, recorder::Recorder};

fn item(name: &str) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","namespace":"w","resourceVersion":"7"}},"data":{{"k":"v"}}}}"#)
}

fn event(name: &str) -> String {
    let object = item(name).replacen('{', r#"{"kind":"ConfigMap","apiVersion":"v1","#, 1);
    format!("{{\"type\":\"ADDED\",\"object\":{object}}}\n")
}

/// An error with all its causes, as a program would log it; and as it is printed for a developer.
fn all_of(error: &Error) -> String {
    let mut text = format!("{error:?}");
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        text.push_str(&format!("\n{error}"));
        next = error.source();
    }
    text
}

async fn events<K: 'static>(of: &ListWatch<K>) -> (Vec<String>, Option<Error>) {
    let mut watch = match of.watch(&WatchOptions::new(WatchFrom::State)).await {
        Ok(watch) => watch,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut seen = Vec::new();
    while let Some(event) = watch.next().await {
        match event {
            Ok(WatchEvent::Added(object)) => seen.push(object.key().name().to_owned()),
            Ok(_) => {}
            Err(error) => {
                assert!(matches!(error, Error::Item { .. }) || watch.next().await.is_none());
                return (seen, Some(error));
            }
        }
    }
    (seen, None)
}

#[tokio::test]
async fn an_answer_of_another_type_is_named_and_json_is_taken_where_protobuf_was_asked_for() {
    let server = Recorder::default();
    let of = of(&server.client());
    for kind in ["application/json", "application/json;stream=watch", "application/json; charset=utf-8"] {
        let list =
            format!(r#"{{"kind":"ConfigMapList","metadata":{{"resourceVersion":"7"}},"items":[{}]}}"#, item("a"));
        server.answer_as(kind, list);
        server.answer_as(kind, event("a"));
        assert_eq!(names(of.list(&ListOptions::default())).await.0, ["a"], "{kind}");
        assert_eq!(events(&of).await.0, ["a"], "{kind}");
        assert!(
            server.seen().iter().all(|seen| seen.header("accept").starts_with("application/vnd.kubernetes.protobuf"))
        );
    }
    for kind in ["text/html", "application/cbor", "application/x-protobuf"] {
        server.answer_as(kind, "<html>welcome</html>");
        server.answer_as(kind, "<html>welcome</html>");
        for error in [names(of.list(&ListOptions::default())).await.1, events(&of).await.1] {
            let error = error.unwrap();
            assert!(matches!(error, Error::Malformed { .. }) && !error.is_transient(), "{error:?}");
            let said = all_of(&error);
            assert!(said.contains("configmaps in w") && said.contains(kind), "{said}");
        }
    }
}

#[tokio::test]
async fn errors_of_a_stream_name_the_resource_the_place_and_how_it_begins() {
    let server = Recorder::default();
    let of = of(&server.client());
    let (whole, json, protobuf) = (event("a"), "application/json", "application/vnd.kubernetes.protobuf;stream=watch");
    let second = whole.len();
    let cases: [(&str, Vec<u8>, usize, &str, &str); 5] = [
        (json, format!("{whole}<html>\n<b>502</b>").into(), second, "<html>", "not a watch event"),
        (json, format!("{whole}{}", &whole[..30]).into(), second, r#"{\"type\":\"ADDED\","#, "cut"),
        (json, whole.replace("ADDED", "MOVED").into(), 0, r#"{\"type\":\"MOVED\","#, "unknown type"),
        (json, whole.replace(r#""name":"a","#, "").into(), 0, r#"{\"type\":\"ADDED\","#, "metadata.name"),
        (protobuf, b"\x7f\xff\xff\xff\n\x05ADDED".to_vec(), 0, r"\x7f\xff\xff\xff\n\x05ADDED", "limit of 67108864"),
    ];
    for (kind, body, offset, begin, reason) in cases {
        server.answer_as(kind, body);
        let error = events(&of).await.1.unwrap();
        let said = all_of(&error);
        assert!(said.contains("watch configmaps in w: "), "{said}");
        let place = format!("at byte {offset} of the answer, in what begins with \"{begin}\"");
        assert!(said.contains(&place) && said.contains(reason), "{place}, {reason}: {said}");
    }
    let list = format!(r#"{{"kind":"ConfigMapList","metadata":{{"resourceVersion":"7"}},"items":[{}"#, item("a"));
    for (end, reason) in [("", "in the middle"), (",]", "malformed list at byte")] {
        let body = format!("{list}{end}");
        server.answer(body.clone());
        let (seen, error) = names(of.list(&ListOptions::default())).await;
        let said = all_of(&error.unwrap());
        let place =
            format!(r#"at byte {} of the answer, in what begins with "{{\"kind\":\"ConfigMapList\""#, body.len());
        assert!(said.contains("list configmaps in w: ") && said.contains(&place) && said.contains(reason), "{said}");
        assert_eq!(seen, ["a"]);
    }
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_a_secret_wherever_its_bytes_are_cut_or_damaged() {
    let api = ApiServer::start().await.unwrap();
    let secret: Secret = serde_json::from_value(serde_json::json!({
        "metadata": { "name": "s", "namespace": "default" },
        "stringData": { "password": "hunter2hunter2hunter2hunter2" },
    }))
    .unwrap();
    api.create(&secret).await.unwrap();
    let client = Client::from(api.kube_client());
    let server = Recorder::default();
    let path = "/api/v1/namespaces/default/secrets";
    for (base, encoding) in
        [("application/json", Encoding::Json), ("application/vnd.kubernetes.protobuf", Encoding::Protobuf)]
    {
        let of = ListWatch::<Secret>::typed(&server.client()).namespace("default").encoding(encoding);
        let streamed = format!("{path}?watch=true&timeoutSeconds=1&resourceVersion=0");
        for (target, accept) in [(path.to_owned(), base.to_owned()), (streamed, format!("{base};stream=watch"))] {
            let request = Request::get(&target).header("accept", &accept).body(Bytes::new()).unwrap();
            let body = client.fetch("get", request).await.unwrap().into_body();
            assert!(body.windows(8).any(|bytes| bytes == b"hunter2h" || bytes == b"aHVudGVy"), "{body:?}");
            for at in 0..body.len() {
                let pretty = [&b"\n"[..], &body[at..]].concat();
                let damaged = [&body[..at], b"\n\x00\"", &body[at + 1..]].concat();
                for bytes in [body[..at].to_vec(), body[at..].to_vec(), pretty, damaged] {
                    server.answer_as(base, bytes);
                    let (_, error) =
                        if target == path { names(of.list(&ListOptions::default())).await } else { events(&of).await };
                    let said = error.as_ref().map(all_of).unwrap_or_default();
                    for word in ["hunter2", "nter2hun", "aHVudGVyM", "HVudGVyMmh", "h1bnRlcjJ", "odW50ZXIy"] {
                        assert!(!said.contains(word), "{word} in {said}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_list_without_a_version_is_read_to_its_last_page() {
    let server = Recorder::default();
    let page = |more: &str, name: &str| {
        format!(r#"{{"kind":"ConfigMapList","metadata":{{{more}}},"items":[{}]}}"#, item(name))
    };
    server.answer(page(r#""continue":"t1","remainingItemCount":2"#, "a"));
    server.answer(page(r#""continue":"t2""#, "b"));
    server.answer(page("", "c"));
    let mut list = of(&server.client()).list(&ListOptions::default());
    assert_eq!(list.next().await.unwrap().unwrap().key().name(), "a");
    assert_eq!(list.remaining(), Some(2));
    assert_eq!(list.next().await.unwrap().unwrap().key().name(), "b");
    assert_eq!((list.remaining(), list.pages()), (None, 2));
    assert!(list.version().is_unset());
    let (rest, error) = names(list).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rest, ["c"]);
    let asked: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
    assert!(asked[1].ends_with("continue=t1") && asked[2].ends_with("continue=t2"), "{asked:?}");
}

#[tokio::test]
async fn a_watch_outlives_events_of_unknown_types_and_bookmarks_without_a_version() {
    let server = Recorder::default();
    let unknown = event("a").replace("ADDED", "MOVED");
    let mark = "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"metadata\":{}}}\n";
    server.answer(format!("{unknown}{mark}{}", event("b")));
    let mut watch = of(&server.client()).watch(&WatchOptions::new(WatchFrom::Any)).await.unwrap();
    let error = watch.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Item { .. }) && all_of(&error).contains("unknown type"), "{error:?}");
    let told = watch.next().await.unwrap().unwrap();
    assert!(matches!(&told, WatchEvent::Bookmark(mark) if mark.version.is_unset()), "{told:?}");
    let told = watch.next().await.unwrap().unwrap();
    assert!(matches!(&told, WatchEvent::Added(object) if object.name() == "b"), "{told:?}");
    assert!(watch.next().await.is_none());

    // What has no type at all is no event; whoever sends it is not to be believed any further.
    server.answer(format!("{}\n{}", item("a"), event("b")));
    let mut watch = of(&server.client()).watch(&WatchOptions::new(WatchFrom::Any)).await.unwrap();
    let error = watch.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
    assert!(watch.next().await.is_none());
}

/// Tells of each request, and answers with what it is sent, piece by piece.
#[derive(Clone)]
struct Paced {
    asked: mpsc::UnboundedSender<String>,
    pieces: Arc<Mutex<Vec<mpsc::UnboundedReceiver<Bytes>>>>,
}

struct Pieces(mpsc::UnboundedReceiver<Bytes>);

impl Service<Request<Full<Bytes>>> for Paced {
    type Response = Response<Pieces>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        self.asked.send(request.uri().to_string()).unwrap();
        ready(Ok(Response::new(Pieces(self.pieces.lock().remove(0)))))
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_asked_for_while_one_is_read() {
    let (asked, mut requests) = mpsc::unbounded_channel();
    let (first, one) = mpsc::unbounded_channel();
    let (second, two) = mpsc::unbounded_channel();
    let server = Paced { asked, pieces: Arc::new(Mutex::new(vec![one, two])) };
    let client = Client::builder(Endpoint::service(server, "default")).build().unwrap();
    let mut list = of(&client).encoding(Encoding::Json).list(&ListOptions::default().page_size(2));
    let head = |more: &str| format!(r#"{{"kind":"ConfigMapList","metadata":{{"resourceVersion":"7"{more}}},"items":["#);

    first.send(format!("{}{}", head(r#","continue":"to/ken""#), item("a")).into()).unwrap();
    assert_eq!(list.next().await.unwrap().unwrap().key().name(), "a");
    // The page is not over, and nobody has asked for more of it yet.
    let uris: Vec<String> = std::iter::from_fn(|| requests.try_recv().ok()).collect();
    assert_eq!(uris.len(), 2, "{uris:?}");
    assert!(!uris[0].contains("continue=") && uris[1].contains("continue=to%2Fken"), "{uris:?}");

    second.send(format!("{}{}]}}", head(""), item("c")).into()).unwrap();
    drop(second);
    first.send(format!(",{}]}}", item("b")).into()).unwrap();
    drop(first);
    let (rest, error) = names(list).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rest, ["b", "c"]);
}
