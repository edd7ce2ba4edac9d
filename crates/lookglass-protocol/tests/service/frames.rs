//! Watches in every form.

use lookglass_object::{protobuf, table::Table};
use lookglass_protocol::ChangeKind;
use serde_json::{Value, json};

use crate::{answers::with_gizmos, support::Server};

const WATCH: &str = "/api/v1/namespaces/w1/configmaps?watch=1&allowWatchBookmarks=true";
const TABLE: &str = "application/json;as=Table;g=meta.k8s.io;v=v1";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf;stream=watch";

#[tokio::test(start_paused = true)]
async fn all_watches_share_one_frame() {
    let server = Server::new();
    let path = format!("{WATCH}&resourceVersion=1");
    server.backend.reach(1);
    let mut first = server.watch(&path, "application/json").await;
    let mut second = server.watch(&path, "application/json").await;
    assert!(first.is_quiet() && second.is_quiet());
    let stored = server.backend.put(&server.maps, "a", &[], &json!({}));
    let frame = stored.frame(ChangeKind::Added);
    for watch in [&mut first, &mut second] {
        assert_eq!(watch.chunk().await.unwrap().as_ptr(), frame.as_ptr(), "the stored bytes themselves");
    }
    let (mut third, mut fourth) = (server.watch(&path, PROTOBUF).await, server.watch(&path, PROTOBUF).await);
    let frame = stored.protobuf_frame(ChangeKind::Added).unwrap();
    for watch in [&mut third, &mut fourth] {
        assert_eq!(watch.chunk().await.unwrap().as_ptr(), frame.as_ptr(), "in protobuf too");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_ready_together_goes_together() {
    let server = Server::new();
    server.backend.reach(1);
    let path = format!("{WATCH}&resourceVersion=1");
    let small = json!({"data": {"k": "x".repeat(500)}});
    let large = json!({"data": {"k": "y".repeat(20_000)}});
    for n in 0..100 {
        server.backend.put(&server.maps, &format!("m{n:03}"), &[], if n == 50 { &large } else { &small });
    }
    let mut watch = server.watch(&path, "application/json").await;
    let (mut names, mut chunks) = (Vec::new(), Vec::new());
    while !watch.is_quiet_after(&mut chunks) {}
    for chunk in &chunks {
        assert!(chunk.len() < 40 * 1024, "chunks are bounded");
        for line in chunk.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let frame: Value = serde_json::from_slice(line).unwrap();
            names.push(frame["object"]["metadata"]["name"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(names, (0..100).map(|n| format!("m{n:03}")).collect::<Vec<_>>(), "in order");
    assert!(chunks.len() <= 6, "{} chunks for a hundred frames", chunks.len());
}

#[tokio::test(start_paused = true)]
async fn frames_in_protobuf() {
    let server = Server::new();
    server.backend.put(&server.maps, "a", &[], &json!({"data": {"k": "v"}}));
    server.backend.put(&server.maps, "a", &[], &json!({"data": {"k": "w"}}));
    let mut watch = server.watch(WATCH, PROTOBUF).await;
    assert_eq!(watch.headers["content-type"], "application/vnd.kubernetes.protobuf;stream=watch");
    let chunk = watch.chunk().await.unwrap();
    let mut frames = Vec::new();
    let mut rest = &chunk[..];
    while let Some(range) = protobuf::split_frame(rest, 1 << 20).unwrap() {
        let frame = protobuf::WatchFrame::parse(&rest[range.clone()]).unwrap();
        let envelope = protobuf::Envelope::parse(frame.object()).unwrap();
        let mut json = Vec::new();
        protobuf::to_json(envelope.message().unwrap(), envelope.raw(), envelope.type_meta(), &mut json).unwrap();
        frames.push((frame.event().to_owned(), serde_json::from_slice::<Value>(&json).unwrap()));
        rest = &rest[range.end..];
    }
    assert!(rest.is_empty());
    assert_eq!(frames.len(), 2);
    assert_eq!(
        (frames[0].0.as_str(), &frames[0].1),
        ("ADDED", &server.get("/api/v1/namespaces/w1/configmaps/a").await.json())
    );
    let metadata = json!({"resourceVersion": "2", "annotations": {"k8s.io/initial-events-end": "true"}});
    assert_eq!(
        frames[1],
        ("BOOKMARK".to_owned(), json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata}))
    );

    server.backend.compact(2);
    let mut watch = server.watch(&format!("{WATCH}&resourceVersion=1"), PROTOBUF).await;
    let chunk = watch.chunk().await.unwrap();
    let frame = protobuf::WatchFrame::parse(&chunk[4..]).unwrap();
    let envelope = protobuf::Envelope::parse(frame.object()).unwrap();
    assert_eq!((frame.event(), envelope.api_version(), envelope.kind()), ("ERROR", "v1", "Status"));
    let mut json = Vec::new();
    let status = Table::builtin().kind("", "v1", "Status").unwrap();
    protobuf::to_json(status.message(), envelope.raw(), None, &mut json).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&json).unwrap()["code"], 410);
    assert_eq!(watch.chunk().await, None);
}

#[tokio::test(start_paused = true)]
async fn frames_as_tables_say_their_columns_once() {
    let server = Server::new();
    server.backend.put(&server.maps, "a", &[], &json!({"data": {"k": "v"}}));
    let mut watch = server.watch(WATCH, TABLE).await;
    assert_eq!(watch.headers["content-type"], "application/json");
    let frames = watch.lines().await;
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[0]["type"], "ADDED");
    assert_eq!(frames[0]["object"]["metadata"], json!({"resourceVersion": "1"}));
    assert_eq!(frames[0]["object"]["columnDefinitions"].as_array().unwrap().len(), 3);
    assert_eq!(frames[0]["object"]["rows"][0]["cells"], json!(["a", 1, "1s"]));
    assert_eq!(frames[0]["object"]["rows"][0]["object"]["kind"], "PartialObjectMetadata");
    assert_eq!(frames[1]["type"], "BOOKMARK");
    assert_eq!(frames[1]["object"]["columnDefinitions"], Value::Null);
    let row = &frames[1]["object"]["rows"][0];
    assert_eq!(row["cells"], json!(["", 0, "<unknown>"]));
    assert_eq!(row["object"]["metadata"]["annotations"], json!({"k8s.io/initial-events-end": "true"}));
    server.backend.remove(&server.maps, "a");
    let frame = watch.line().await;
    assert_eq!((&frame["type"], &frame["object"]["columnDefinitions"]), (&json!("DELETED"), &Value::Null));
    let bad = server.get_as(&format!("{WATCH}&includeObject=Bad"), TABLE).await;
    assert_eq!(bad.code, 400);
}

#[tokio::test(start_paused = true)]
async fn frames_of_metadata() {
    let server = Server::new();
    server.backend.put(&server.maps, "a", &[], &json!({"data": {"k": "v"}}));
    let accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    let mut watch = server.watch(WATCH, accept).await;
    let frames = watch.lines().await;
    let metadata = server.get("/api/v1/namespaces/w1/configmaps/a").await.json()["metadata"].clone();
    let partial = |metadata: &Value| json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata});
    assert_eq!(frames[0], json!({"type": "ADDED", "object": partial(&metadata)}));
    let mark = json!({"resourceVersion": "1", "annotations": {"k8s.io/initial-events-end": "true"}});
    assert_eq!(frames[1], json!({"type": "BOOKMARK", "object": partial(&mark)}));

    let accept = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    let mut watch = server.watch(WATCH, accept).await;
    let chunk = watch.chunk().await.unwrap();
    let range = protobuf::split_frame(&chunk, 1 << 20).unwrap().unwrap();
    let frame = protobuf::WatchFrame::parse(&chunk[range]).unwrap();
    let envelope = protobuf::Envelope::parse(frame.object()).unwrap();
    assert_eq!((envelope.api_version(), envelope.kind()), ("meta.k8s.io/v1", "PartialObjectMetadata"));
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_is_an_empty_object_as_go_writes_it() {
    let server = Server::over(with_gizmos());
    server.backend.reach(5);
    for (path, object) in [
        (
            "/api/v1/pods",
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}},"spec":{"containers":null},"status":{}}"#,
        ),
        (
            "/apis/apps/v1/deployments",
            r#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}},"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}},"status":{}}"#,
        ),
        (
            "/apis/demo.example.com/v1/gizmos",
            r#"{"apiVersion":"demo.example.com/v1","kind":"Gizmo","metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"5"}}"#,
        ),
    ] {
        let path =
            format!("{path}?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
        let chunk = server.watch(&path, "application/json").await.chunk().await.unwrap();
        let expected = format!("{{\"type\":\"BOOKMARK\",\"object\":{object}}}\n");
        assert_eq!(String::from_utf8_lossy(&chunk), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn every_kind_that_can_be_watched_has_a_bookmark_in_every_form() {
    let server = Server::over(with_gizmos());
    server.backend.reach(5);
    for resource in with_gizmos().resources() {
        if !resource.verbs.contains(lookglass_protocol::Verb::Watch) {
            continue;
        }
        let (group, version, plural) = (resource.gvr.group(), resource.gvr.version(), resource.gvr.resource());
        let root = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{group}") };
        let path = format!("{root}/{version}/{plural}?watch=1&allowWatchBookmarks=true");
        let mut forms = vec!["application/json", TABLE];
        if resource.entry.is_some() {
            forms.push(PROTOBUF);
        }
        for accept in forms {
            let chunk = server.watch(&path, accept).await.chunk().await;
            assert!(chunk.is_some_and(|chunk| chunk.len() > 20), "{path} as {accept}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_bookmarks_there_is_no_mark() {
    let server = Server::new();
    server.backend.put(&server.maps, "a", &[], &json!({}));
    let mut watch = server.watch("/api/v1/namespaces/w1/configmaps?watch=1", "application/json").await;
    assert_eq!(watch.line().await["type"], "ADDED");
    assert!(watch.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn there_is_no_watch_in_yaml() {
    let server = Server::new();
    let got = server.get_as(WATCH, "application/yaml").await;
    assert_eq!(got.code, 406);
    let status: Value = serde_saphyr::from_str(got.text()).unwrap();
    assert_eq!(
        status["message"],
        "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
    );
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_panics_ends_its_own_watch() {
    let server = Server::new();
    server.backend.reach(1);
    let mut watch = server.watch(&format!("{WATCH}&resourceVersion=1"), "application/json").await;
    server.backend.put(&server.maps, "a", &[], &json!({}));
    server.backend.put(&server.maps, "panic", &[], &json!({}));
    let frames = watch.lines().await;
    assert_eq!((&frames[0]["type"], &frames[1]["type"]), (&json!("ADDED"), &json!("ERROR")));
    assert_eq!(frames[1]["object"]["code"], 500);
    assert_eq!(watch.chunk().await, None);
}
