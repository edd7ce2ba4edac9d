//! Exchanges with a real API server (kube-apiserver 1.36.2), byte for byte: the objects of the recording are put into the backend, the request is
//! asked again, and the answer must be the recorded one.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lookglass_object::{protobuf, table::Table};
use lookglass_protocol::{Answer, ChangeKind, Content, Target, service::Service};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    naive::Naive,
    support::{Got, Server, Watch, everybody},
};

#[derive(Deserialize)]
struct Exchange {
    file: String,
    label: String,
    method: String,
    path: String,
    accept: String,
    #[serde(default)]
    content_type: String,
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    base64: String,
    #[serde(default)]
    frames: Vec<String>,
}

impl Exchange {
    fn find(file: &str, label: &str) -> Self {
        let all: Vec<Self> = serde_json::from_str(include_str!("../data/exchanges.json")).unwrap();
        let found =
            all.into_iter().find(|exchange| exchange.file.starts_with(file) && exchange.label.starts_with(label));
        found.unwrap_or_else(|| panic!("{file} {label}"))
    }

    fn bytes(&self) -> Vec<u8> {
        if self.base64.is_empty() { self.body.clone().into_bytes() } else { STANDARD.decode(&self.base64).unwrap() }
    }

    async fn ask(&self, server: &Server) -> Got {
        let mut headers = vec![("accept", self.accept.as_str())];
        if !self.content_type.is_empty() {
            headers.push(("content-type", &self.content_type));
        }
        server.ask(&self.method, &self.path, &headers, "").await
    }

    /// Asks again; code, headers and every byte of the body must be those that were recorded.
    async fn same(&self, server: &Server) {
        let got = self.ask(server).await;
        if self.base64.is_empty() {
            assert_eq!(got.text(), self.body, "{}: {}", self.file, self.label);
        } else {
            assert_eq!(got.body, self.bytes(), "{}: {}", self.file, self.label);
        }
        assert_eq!(got.code, self.status, "{}: {}", self.file, self.label);
        for (name, value) in &self.headers {
            assert_eq!(got.header(name), Some(value.as_str()), "{name} of {}: {}", self.file, self.label);
        }
    }

    async fn watch(&self, server: &Server) -> Watch {
        let watch = server.watch(&self.path, &self.accept).await;
        for (name, value) in &self.headers {
            assert_eq!(watch.headers[name], value, "{name} of {}", self.label);
        }
        watch
    }
}

/// Puts the items of a recorded list into the backend.
fn restore(server: &Server, target: &Target, list: &str) {
    let list: Value = serde_json::from_str(list).unwrap();
    let mut items: Vec<Value> = list["items"].as_array().unwrap().clone();
    items.sort_by_key(|item| item["metadata"]["resourceVersion"].as_str().unwrap().parse::<u64>().unwrap());
    for item in &items {
        server.backend.tell(target, ChangeKind::Added, &object(target, item));
    }
    server.backend.reach(list["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap());
}

/// The text of an item, which has lost the order of its members on the way: protobuf puts them in Go's again.
fn object(target: &Target, item: &Value) -> String {
    let entry = target.resource.entry.unwrap();
    let mut raw = Vec::new();
    protobuf::from_json(entry.message(), item.to_string().as_bytes(), protobuf::Zeros::Written, &mut raw).unwrap();
    to_json(target, &raw)
}

fn to_json(target: &Target, raw: &[u8]) -> String {
    let entry = target.resource.entry.unwrap();
    let mut json = Vec::new();
    protobuf::to_json(entry.message(), raw, Some((&entry.api_version(), entry.kind())), &mut json).unwrap();
    String::from_utf8(json).unwrap()
}

/// The change and the text of the object in a recorded frame.
fn frame(line: &str) -> (ChangeKind, &str) {
    let (kind, object) = line.strip_prefix(r#"{"type":""#).unwrap().split_once(r#"","object":"#).unwrap();
    let change = match kind {
        "ADDED" => ChangeKind::Added,
        "MODIFIED" => ChangeKind::Modified,
        "DELETED" => ChangeKind::Deleted,
        other => panic!("a frame of type {other}"),
    };
    (change, object.strip_suffix("}\n").unwrap())
}

async fn text(watch: &mut Watch) -> String {
    String::from_utf8(watch.chunk().await.unwrap().to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn lists_and_pages() {
    let server = Server::new();
    let whole = Exchange::find("02", "full list");
    restore(&server, &server.maps, &whole.body);
    whole.same(&server).await;
    Exchange::find("02", "limit=3 page 1").same(&server).await;
    Exchange::find("02", "last page").same(&server).await;
    server.backend.reach(221);
    for label in ["rv too large (not", "rv too large Exact"] {
        let late = Exchange::find("02", label);
        // The recording's server went on in between.
        let current = late.body.split("current: ").nth(1).unwrap().split('"').next().unwrap();
        server.backend.reach(current.parse().unwrap());
        late.same(&server).await;
    }
}

#[tokio::test(start_paused = true)]
async fn refusals() {
    let server = Server::new();
    for label in [
        "404 object",
        "404 object in a group",
        "404 unknown resource",
        "404 unknown group resource",
        "405 POST on an object",
        "405 delete collection of namespaces",
        "415 body",
        "400 empty body",
    ] {
        Exchange::find("04", label).same(&server).await;
    }
    Exchange::find("07", "includeObject=Bad").same(&server).await;
    Exchange::find("07", "one pod").same(&server).await;
    server.backend.reach(1000);
    server.backend.compact(999);
    Exchange::find("13", "list exact at a compacted").same(&server).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_with_initial_events() {
    let server = Server::new();
    let recorded = Exchange::find("03", "WatchList: sendInitialEvents");
    for line in &recorded.frames[..2] {
        let (_, object) = frame(line);
        server.backend.tell(&server.maps, ChangeKind::Added, object);
    }
    server.backend.reach(318);
    let mut watch = recorded.watch(&server).await;
    assert_eq!(text(&mut watch).await, recorded.frames[..3].concat(), "the state and its end");
    assert!(watch.is_quiet());
    for line in &recorded.frames[3..] {
        let (change, object) = frame(line);
        server.backend.tell(&server.maps, change, object);
        assert_eq!(text(&mut watch).await, *line);
    }
    assert!(watch.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_watch_of_nothing() {
    let server = Server::new();
    server.backend.reach(334);
    let recorded = Exchange::find("03", "WatchList on empty");
    let mut watch = recorded.watch(&server).await;
    assert_eq!(text(&mut watch).await, recorded.frames[0]);
}

#[tokio::test(start_paused = true)]
async fn what_begins_and_ceases_to_match() {
    let server = Server::new();
    let recorded = Exchange::find("03", "from rv with labelSelector");
    server.backend.reach(302);
    let mut watch = recorded.watch(&server).await;
    let frames: Vec<(ChangeKind, &str)> = recorded.frames.iter().map(|line| frame(line)).collect();
    let other = |version: u64, from: &str| {
        // A state that does not match: the recorded one with other labels and this version.
        let value: Value = serde_json::from_str(from).unwrap();
        let old = format!(r#""resourceVersion":"{}""#, value["metadata"]["resourceVersion"].as_str().unwrap());
        from.replace(&old, &format!(r#""resourceVersion":"{version}""#)).replace(r#""sel":"yes""#, r#""sel":"no""#)
    };
    server.backend.tell(&server.maps, ChangeKind::Added, frames[0].1);
    server.backend.tell(&server.maps, ChangeKind::Modified, frames[1].1);
    server.backend.tell(&server.maps, ChangeKind::Modified, &other(306, frames[1].1));
    server.backend.tell(&server.maps, ChangeKind::Modified, &other(307, frames[1].1));
    server.backend.tell(&server.maps, ChangeKind::Modified, frames[3].1);
    server.backend.tell(&server.maps, ChangeKind::Deleted, frames[4].1);
    assert_eq!(text(&mut watch).await, recorded.frames.concat());
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_too_old_is_a_frame_in_json_whatever_was_asked_for() {
    for label in ["watch from rv=1", "watch from rv=1 with allowWatchBookmarks and Table"] {
        let server = Server::new();
        server.backend.reach(1000);
        server.backend.compact(415);
        let recorded = Exchange::find("13", label);
        let mut watch = recorded.watch(&server).await;
        assert_eq!(text(&mut watch).await, recorded.frames[0]);
        assert_eq!(watch.chunk().await, None, "and nothing after it");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_before_the_end() {
    for label in ["timeoutSeconds=8, bookmarks on, changes", "timeoutSeconds=8, bookmarks on, Table"] {
        let server = Server::new();
        server.backend.reach(1073);
        let recorded = Exchange::find("15", label);
        let mut watch = recorded.watch(&server).await;
        let began = tokio::time::Instant::now();
        server.backend.reach(1077);
        assert_eq!(text(&mut watch).await, recorded.frames[0]);
        assert_eq!(began.elapsed().as_secs(), 6, "two seconds before the end");
        assert_eq!(watch.chunk().await, None);
        assert_eq!(began.elapsed().as_secs(), 8);
    }
}

/// A server at the moment when a recorded object had a certain age.
fn aged(server: &Server, table: &Value, seconds: i64) -> Service<Naive> {
    let created = table["rows"][0]["object"]["metadata"]["creationTimestamp"].as_str().unwrap();
    let now = created.parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(seconds);
    Service::builder(Arc::new(server.backend.clone())).authenticator(everybody()).clock(move || now).build()
}

#[tokio::test(start_paused = true)]
async fn tables() {
    let mut server = Server::new();
    let recorded = Exchange::find("07", "includeObject=Object");
    let table: Value = serde_json::from_str(&recorded.body).unwrap();
    let maps = server.backend.target("", "v1", "configmaps", Some("w2"));
    // Another one, so that there is a next page.
    server.backend.put(&maps, "z", &[], &json!({}));
    server.backend.tell(&maps, ChangeKind::Added, &object(&maps, &table["rows"][0]["object"]));
    server.backend.reach(401);
    server.service = aged(&server, &table, 1);
    recorded.same(&server).await;
    Exchange::find("07", "table /api/v1/namespaces/w2/secrets").same(&server).await;

    let recorded = Exchange::find("07", "namespaces");
    let table: Value = serde_json::from_str(&recorded.body).unwrap();
    let mut server = Server::new();
    let namespaces = server.backend.target("", "v1", "namespaces", None);
    for row in table["rows"].as_array().unwrap() {
        let mut namespace = row["object"].clone();
        namespace["status"] = json!({"phase": "Active"});
        server.backend.tell(&namespaces, ChangeKind::Added, &object(&namespaces, &namespace));
    }
    for name in ["l", "m", "n", "o"] {
        server.backend.put(&namespaces, name, &[], &json!({}));
    }
    server.backend.reach(401);
    server.service = aged(&server, &table, 186);
    recorded.same(&server).await;
}

#[tokio::test(start_paused = true)]
async fn protobuf_answers() {
    let server = Server::new();
    let one = Exchange::find("20", "GET as protobuf");
    let envelope = one.bytes();
    let message = protobuf::Envelope::parse(&envelope).unwrap();
    server.backend.tell(&server.maps, ChangeKind::Modified, &to_json(&server.maps, message.raw()));
    one.same(&server).await;
    Exchange::find("20", "404 as protobuf").same(&server).await;

    let server = Server::new();
    let list = Exchange::find("20", "LIST as protobuf");
    let envelope = list.bytes();
    let message = protobuf::Envelope::parse(&envelope).unwrap();
    let item = protobuf::ListItems::new(message.raw()).next().unwrap().unwrap();
    server.backend.tell(&server.maps, ChangeKind::Modified, &to_json(&server.maps, &message.raw()[item]));
    for name in ["l1", "l2", "l3", "l4"] {
        server.backend.put(&server.maps, name, &[], &json!({}));
    }
    server.backend.reach(1408);
    list.same(&server).await;
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_a_status_in_protobuf() {
    let server = Server::new();
    let recorded = Exchange::find("20", "DeleteOptions");
    let bytes = recorded.bytes();
    let envelope = protobuf::Envelope::parse(&bytes).unwrap();
    let entry = Table::builtin().kind("", "v1", "Status").unwrap();
    let mut json = Vec::new();
    protobuf::to_json(entry.message(), envelope.raw(), Some(("v1", "Status")), &mut json).unwrap();
    let status = serde_json::from_slice(&json).unwrap();
    server.backend.script(Ok(Answer::new(200, Content::Done(status))));
    recorded.same(&server).await;
}
