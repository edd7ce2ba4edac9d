//! What reaches the backend of a write, and what does not.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use lookglass_object::{Gvr, Status, StatusDetails};
use lookglass_protocol::{Answer, Content, Page, Patch, Write, params::FieldValidation};
use serde_json::json;
use tower_service::Service as _;

use crate::support::{Got, Server};

const MAPS: &str = "/api/v1/namespaces/w1/configmaps";
const ONE: &str = "/api/v1/namespaces/w1/configmaps/a";

fn server() -> Server {
    let server = Server::new();
    server.backend.put(&server.maps, "a", &[], &json!({"data": {"k": "v"}}));
    server
}

fn refuse(server: &Server) {
    server.backend.script(Err(Status::bad_request("seen")));
}

fn only(server: &Server) -> Write {
    let mut written = server.backend.written();
    assert_eq!(written.len(), 1, "{written:?}");
    written.remove(0).write
}

#[tokio::test]
async fn a_created_object_is_201_in_the_form_that_was_asked_for() {
    let server = server();
    let body = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"b"}}"#;
    let headers =
        [("content-type", "application/json"), ("user-agent", "kubectl/v1.36"), ("accept", "application/yaml")];
    let got = server.ask("POST", &format!("{MAPS}?fieldValidation=Strict"), &headers, body).await;
    assert_eq!((got.code, got.content_type()), (201, "application/yaml"));
    assert!(got.text().contains("  name: b\n"), "{}", got.text());
    let Write::Create { body: seen, params } = only(&server) else { panic!("no create") };
    assert_eq!(seen, body);
    assert_eq!((params.field_manager.as_str(), params.field_validation), ("kubectl", FieldValidation::Strict));
}

#[tokio::test]
async fn bodies_are_json_by_then() {
    let body = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"b"},"data":{"k":"v"}}"#;
    let yaml = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: b}\ndata: {k: v}\n";
    let entry = lookglass_object::table::Table::builtin().kind("", "v1", "ConfigMap").unwrap();
    let (mut raw, mut protobuf) = (Vec::new(), Vec::new());
    let zeros = lookglass_object::protobuf::Zeros::Written;
    lookglass_object::protobuf::from_json(entry.message(), body.as_bytes(), zeros, &mut raw).unwrap();
    lookglass_object::protobuf::write_envelope("v1", "ConfigMap", &raw, &mut protobuf);
    for (content_type, sent) in [
        ("application/json; charset=utf-8", Bytes::from(body)),
        ("application/yaml", Bytes::from(yaml)),
        ("application/vnd.kubernetes.protobuf", Bytes::from(protobuf)),
    ] {
        let server = server();
        refuse(&server);
        server.ask("PUT", ONE, &[("content-type", content_type)], sent).await;
        let Write::Update { body: seen, .. } = only(&server) else { panic!("no update") };
        let (seen, wanted): (serde_json::Value, serde_json::Value) =
            (serde_json::from_slice(&seen).unwrap(), serde_json::from_str(body).unwrap());
        assert_eq!(seen, wanted, "{content_type}");
    }
}

#[tokio::test]
async fn patches_go_as_they_are() {
    for (content_type, made) in [
        ("application/json-patch+json", Patch::Json as fn(Bytes) -> Patch),
        ("application/merge-patch+json", Patch::Merge),
        ("application/strategic-merge-patch+json", Patch::Strategic),
        ("application/apply-patch+yaml", Patch::Apply),
    ] {
        let server = server();
        refuse(&server);
        server.ask("PATCH", &format!("{ONE}?fieldManager=m"), &[("content-type", content_type)], " {} ").await;
        let Write::Patch { patch, params } = only(&server) else { panic!("no patch") };
        assert_eq!(format!("{patch:?}"), format!("{:?}", made(Bytes::from(" {} "))));
        assert_eq!(params.field_manager, "m");
    }
    let server = server();
    let got = server.ask("PATCH", ONE, &[("content-type", "text/plain")], "{}").await;
    assert_eq!(got.code, 415);
    assert!(server.backend.written().is_empty());
}

#[tokio::test]
async fn deletions_take_their_options_from_the_body_or_the_query() {
    let server = server();
    let maps = Gvr::core("v1", "configmaps");
    let mut details = StatusDetails::default();
    (details.name, details.kind, details.uid) = ("a".into(), maps.resource().into(), "u".into());
    server.backend.script(Ok(Answer::new(200, Content::Done(Status::success(Some(details))))));
    let got = server.ask("DELETE", &format!("{ONE}?propagationPolicy=Orphan"), &[], "").await;
    assert_eq!(
        got.text(),
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"details\":{\"name\":\"a\",\"kind\":\"configmaps\",\"uid\":\"u\"}}\n"
    );
    let Write::Delete { params } = only(&server) else { panic!("no deletion") };
    assert_eq!(params.propagation, Some(lookglass_protocol::params::Propagation::Orphan));

    let server = self::server();
    let body = r#"{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":7}"#;
    let got = server.ask("DELETE", &format!("{ONE}?propagationPolicy=Orphan"), &[], body).await;
    assert_eq!((got.code, got.json()["metadata"]["name"].as_str()), (200, Some("a")), "an object that goes is shown");
    let Write::Delete { params } = only(&server) else { panic!("no deletion") };
    assert_eq!((params.grace_period_seconds, params.propagation), (Some(7), None), "a body counts alone");
}

#[tokio::test]
async fn a_deleted_collection_is_a_list() {
    let server = server();
    let stored = server.backend.put(&server.maps, "b", &[], &json!({}));
    server.backend.script(Ok(Answer::new(200, Content::List(Page::whole(vec![stored], 2)))));
    let got = server.ask("DELETE", &format!("{MAPS}?labelSelector=app%3Dweb"), &[], "").await;
    let list = got.json();
    assert_eq!(
        (got.code, list["kind"].as_str(), list["items"].as_array().unwrap().len()),
        (200, Some("ConfigMapList"), 1)
    );
    let Write::DeleteCollection { list, .. } = only(&server) else { panic!("no deletion") };
    assert_eq!(list.labels.to_string(), "app=web");
}

/// A body in chunks that says nothing of its length, and may break off.
struct Chunks(Vec<Result<Bytes, &'static str>>);

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.pop().map(|chunk| chunk.map(Frame::data).map_err(Into::into)))
    }
}

async fn post(server: &Server, body: Chunks) -> Got {
    let request = Request::post(MAPS).header("content-type", "application/json").body(body).unwrap();
    let answer: Result<_, Infallible> = server.service.clone().call(request).await;
    Got::read(answer.unwrap()).await
}

#[tokio::test]
async fn three_mebibytes_and_no_more() {
    const LIMIT: usize = 3 << 20;
    let object = |length: usize| {
        let head = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"b"},"data":{"k":""#;
        format!("{head}{}\"}}}}", "x".repeat(length - head.len() - 3))
    };
    let server = server();
    let got = server.ask("POST", MAPS, &[], object(LIMIT)).await;
    assert_eq!(got.code, 201, "{}", got.text());
    let too_large = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"Request entity too large: limit is 3145728\",\"reason\":\"RequestEntityTooLarge\",\"code\":413}\n";
    let got = server.ask("POST", MAPS, &[], object(LIMIT + 1)).await;
    assert_eq!((got.code, got.text()), (413, too_large));
    // In chunks whose sum nobody announced.
    let object = |length| {
        let text = Bytes::from(object(length));
        (0..=length / 1_000_000).rev().map(|n| Ok(text.slice(n * 1_000_000..length.min((n + 1) * 1_000_000)))).collect()
    };
    assert_eq!(post(&server, Chunks(object(LIMIT))).await.code, 201);
    assert_eq!(post(&server, Chunks(object(LIMIT + 1))).await.text(), too_large);
    assert_eq!(server.backend.written().len(), 2);
}

#[tokio::test]
async fn a_body_that_breaks_off_writes_nothing() {
    let server = server();
    let body = Chunks(vec![Err("connection reset"), Ok(Bytes::from(r#"{"kind":"ConfigMap"}"#))]);
    let got = post(&server, body).await;
    assert_eq!(got.code, 400, "{}", got.text());
    assert!(server.backend.written().is_empty());
}
