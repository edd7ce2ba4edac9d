//! Objects and lists in every form.

use std::sync::Arc;

use lookglass_object::{Gvk, Gvr, protobuf, table::Table};
use lookglass_protocol::{Catalog, Resource, Target, builtin};
use serde_json::{Value, json};

use crate::support::{Got, Server};

const PARTIAL: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const PARTIAL_LIST: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const TABLE: &str = "application/json;as=Table;g=meta.k8s.io;v=v1";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

const ONE: &str = "/api/v1/namespaces/w1/configmaps/a";
const ALL: &str = "/api/v1/namespaces/w1/configmaps";

/// The built-in resources, and one of somebody's own.
pub(crate) fn with_gizmos() -> Arc<Catalog> {
    let mut gizmo = Resource::clone(builtin::catalog().resource("", "v1", "configmaps").unwrap());
    gizmo.gvr = Gvr::new("demo.example.com", "v1", "gizmos");
    gizmo.kind = Gvk::new("demo.example.com", "v1", "Gizmo");
    gizmo.list_kind = "GizmoList".into();
    gizmo.singular = "gizmo".into();
    gizmo.columns = Vec::new();
    gizmo.entry = None;
    Arc::new(Catalog::new(builtin::catalog().resources().iter().cloned().chain([Arc::new(gizmo)])))
}

/// Two ConfigMaps of versions 1 and 2.
fn two() -> Server {
    let server = Server::new();
    server.backend.put(&server.maps, "a", &[("app", "web")], &json!({"data": {"k": "on"}}));
    server.backend.put(&server.maps, "b", &[], &json!({"data": {"<&>": "1"}}));
    server
}

fn gizmos() -> (Server, Target) {
    let server = Server::over(with_gizmos());
    let gizmos = server.backend.target("demo.example.com", "v1", "gizmos", Some("w1"));
    server.backend.put(&gizmos, "a", &[], &json!({"spec": {"size": 1}}));
    server.backend.put(&gizmos, "b", &[], &json!({"spec": {"size": 2}}));
    (server, gizmos)
}

fn message(got: &Got, kind: (&str, &str)) -> String {
    assert_eq!((got.code, got.content_type()), (200, PROTOBUF));
    let envelope = protobuf::Envelope::parse(&got.body).unwrap();
    assert_eq!((envelope.api_version(), envelope.kind()), kind);
    let entry = Table::builtin().kind_of(kind.0, kind.1).unwrap();
    let mut json = Vec::new();
    protobuf::to_json(entry.message(), envelope.raw(), None, &mut json).unwrap();
    String::from_utf8(json).unwrap()
}

#[tokio::test]
async fn an_object_is_the_stored_bytes_and_a_line_end() {
    let server = two();
    let stored = server.backend.put(&server.maps, "c", &[], &json!({}));
    let got = server.get("/api/v1/namespaces/w1/configmaps/c").await;
    assert_eq!(got.body, [&stored.json()[..], b"\n"].concat());
}

#[tokio::test]
async fn indented_for_people() {
    let server = two();
    let pretty = server.get(&format!("{ONE}?pretty=true")).await;
    let expected = "{\n  \"kind\": \"ConfigMap\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {\n    \"name\": \"a\",";
    assert!(pretty.text().starts_with(expected), "{}", pretty.text());
    assert!(pretty.text().ends_with("    \"k\": \"on\"\n  }\n}"), "no line end: {}", pretty.text());
    assert_eq!(pretty.json(), server.get(ONE).await.json());
    let curl = server.ask("GET", ONE, &[("user-agent", "curl/8.5.0"), ("accept", "*/*")], "").await;
    assert_eq!(curl.body, pretty.body);
    let plain = server.ask("GET", &format!("{ONE}?pretty=false"), &[("user-agent", "curl/8.5.0")], "").await;
    assert_eq!(plain.body, server.get(ONE).await.body);
    let list = server.get("/api/v1/namespaces/none/configmaps?pretty=1").await;
    assert!(list.text().ends_with("\"items\": []\n}"), "{}", list.text());
    let error = server.get("/api/v1/namespaces/w1/configmaps/nope?pretty=1").await;
    assert!(error.text().contains("\n  \"message\": \"configmaps \\\"nope\\\" not found\",\n"), "{}", error.text());
}

#[tokio::test]
async fn yaml() {
    let server = two();
    let got = server.get_as(ONE, "application/yaml").await;
    assert_eq!(got.content_type(), "application/yaml");
    // `on` would be true to a reader of YAML 1.1.
    insta::assert_snapshot!(got.text(), @r#"
    apiVersion: v1
    data:
      k: "on"
    kind: ConfigMap
    metadata:
      creationTimestamp: "2026-11-21T02:43:56Z"
      labels:
        app: web
      name: a
      namespace: w1
      resourceVersion: "1"
      uid: 00000000-0000-4000-8000-000000000001
    "#);
    let list = server.get_as(ALL, "application/yaml").await;
    let list: Value = serde_saphyr::from_str(list.text()).unwrap();
    assert_eq!(list, server.get(ALL).await.json());
    let error = server.get_as("/api/v1/namespaces/w1/configmaps/nope", "application/yaml").await;
    assert_eq!((error.code, error.content_type()), (404, "application/yaml"));
    assert!(error.text().contains("reason: NotFound\n"), "{}", error.text());
}

#[tokio::test]
async fn protobuf_holds_what_json_holds() {
    let server = two();
    let one = message(&server.get_as(ONE, PROTOBUF).await, ("v1", "ConfigMap"));
    let mut json = server.get(ONE).await.json();
    json.as_object_mut().unwrap().retain(|name, _| name != "kind" && name != "apiVersion");
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap(), json);
    let all = message(&server.get_as(ALL, PROTOBUF).await, ("v1", "ConfigMapList"));
    let mut json = server.get(ALL).await.json();
    json.as_object_mut().unwrap().retain(|name, _| name != "kind" && name != "apiVersion");
    assert_eq!(serde_json::from_str::<Value>(&all).unwrap(), json);
    // Protobuf does not tell an empty list from none.
    let none = server.get_as("/api/v1/namespaces/none/configmaps", PROTOBUF).await;
    assert_eq!(message(&none, ("v1", "ConfigMapList")), r#"{"metadata":{"resourceVersion":"2"},"items":null}"#);
}

#[tokio::test]
async fn a_list_names_its_kind_once() {
    let server = two();
    let got = server.get(&format!("{ALL}?limit=1")).await;
    let list = got.json();
    assert_eq!(list["items"][0].get("kind"), None);
    assert!(
        got.text()
            .starts_with(r#"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"2","continue":"#)
    );
    assert_eq!(list["metadata"]["remainingItemCount"], 1);
    let next = list["metadata"]["continue"].as_str().unwrap();
    let rest = server.get(&format!("{ALL}?limit=1&continue={next}")).await.json();
    assert_eq!(rest["items"][0]["metadata"]["name"], "b");
    assert_eq!(rest["metadata"], json!({"resourceVersion": "2"}));
}

#[tokio::test]
async fn lists_of_custom_resources_are_maps_to_go() {
    let (server, _) = gizmos();
    let got = server.get("/apis/demo.example.com/v1/namespaces/w1/gizmos?limit=1").await;
    let list = got.json();
    let next = list["metadata"]["continue"].as_str().unwrap();
    let one = server.get("/apis/demo.example.com/v1/namespaces/w1/gizmos/a").await;
    assert!(one.text().starts_with(r#"{"apiVersion":"demo.example.com/v1","kind":"Gizmo","#), "{}", one.text());
    assert_eq!(
        got.text(),
        format!(
            r#"{{"apiVersion":"demo.example.com/v1","items":[{}],"kind":"GizmoList","metadata":{{"continue":"{next}","remainingItemCount":1,"resourceVersion":"2"}}}}
"#,
            one.text().trim_end()
        )
    );
    let none = server.get("/apis/demo.example.com/v1/namespaces/none/gizmos").await;
    assert_eq!(
        none.text().trim_end(),
        r#"{"apiVersion":"demo.example.com/v1","items":[],"kind":"GizmoList","metadata":{"continue":"","resourceVersion":"2"}}"#
    );
}

#[tokio::test]
async fn metadata_alone() {
    let server = two();
    let got = server.get_as(ONE, PARTIAL).await;
    assert_eq!(got.content_type(), "application/json");
    let metadata = server.get(ONE).await.json()["metadata"].clone();
    let expected = json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata});
    assert_eq!(got.json(), expected);
    assert!(
        got.text()
            .starts_with(r#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","#)
    );

    let list = server.get_as(ALL, PARTIAL_LIST).await.json();
    assert_eq!(list["kind"], "PartialObjectMetadataList");
    assert_eq!(list["apiVersion"], "meta.k8s.io/v1");
    assert_eq!(list["metadata"], json!({"resourceVersion": "2"}));
    assert_eq!(list["items"][0], expected);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let none = server.get_as("/api/v1/namespaces/none/configmaps", PARTIAL_LIST).await.json();
    assert_eq!(none["items"], json!([]));

    let old = server.get_as(ONE, "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1beta1").await.json();
    assert_eq!(old["apiVersion"], "meta.k8s.io/v1beta1");

    let wrong = server.get_as(ALL, PARTIAL).await;
    assert_eq!(wrong.code, 406);
    assert_eq!(
        wrong.json()["message"],
        "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)"
    );
}

#[tokio::test]
async fn metadata_alone_in_protobuf() {
    let server = two();
    let metadata = server.get(ONE).await.json()["metadata"].clone();
    let one = server.get_as(ONE, &PARTIAL.replace("application/json", PROTOBUF)).await;
    let one = message(&one, ("meta.k8s.io/v1", "PartialObjectMetadata"));
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap(), json!({"metadata": metadata}));
    let all = server.get_as(ALL, &PARTIAL_LIST.replace("application/json", PROTOBUF)).await;
    let all: Value = serde_json::from_str(&message(&all, ("meta.k8s.io/v1", "PartialObjectMetadataList"))).unwrap();
    assert_eq!(all["items"][0]["metadata"], metadata);
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    // Custom resources have no protobuf, their metadata has.
    let (server, _) = gizmos();
    let path = "/apis/demo.example.com/v1/namespaces/w1/gizmos/a";
    let metadata = server.get(path).await.json()["metadata"].clone();
    let one = server.get_as(path, &PARTIAL.replace("application/json", PROTOBUF)).await;
    let one = message(&one, ("meta.k8s.io/v1", "PartialObjectMetadata"));
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap(), json!({"metadata": metadata}));
    assert_eq!(server.get_as(path, PROTOBUF).await.code, 406);
}

#[tokio::test]
async fn tables_include_what_was_asked_for() {
    let server = two();
    let table = server.get_as(ALL, TABLE).await.json();
    assert_eq!(table["kind"], "Table");
    assert_eq!(table["metadata"], json!({"resourceVersion": "2"}));
    assert_eq!(table["rows"][0]["cells"], json!(["a", 1, "1s"]));
    assert_eq!(table["rows"][0]["object"]["kind"], "PartialObjectMetadata");
    let none = server.get_as(&format!("{ALL}?includeObject=None"), TABLE).await.json();
    assert_eq!(none["rows"][0]["object"], Value::Null);
    let whole = server.get_as(&format!("{ALL}?includeObject=Object"), TABLE).await.json();
    assert_eq!(whole["rows"][0]["object"], server.get(ONE).await.json());
    let one = server.get_as(ONE, TABLE).await.json();
    assert_eq!((one["rows"].as_array().unwrap().len(), &one["rows"][0]), (1, &table["rows"][0]));
    assert_eq!(one["metadata"], json!({"resourceVersion": "1"}));
    assert_eq!(one["columnDefinitions"], table["columnDefinitions"]);
    let yaml = server.get_as(ALL, &TABLE.replace("json", "yaml")).await;
    assert_eq!(serde_saphyr::from_str::<Value>(yaml.text()).unwrap(), table);
    // Nothing else is asked what it includes.
    assert_eq!(server.get(&format!("{ALL}?includeObject=Bad")).await.code, 200);
}

#[tokio::test]
async fn a_part_of_another_kind_has_plain_columns() {
    let server = Server::new();
    let deployments = server.backend.target("apps", "v1", "deployments", Some("w1"));
    server.backend.put(&deployments, "d", &[], &json!({}));
    let path = "/apis/apps/v1/namespaces/w1/deployments/d";
    let columns = |table: &Value| -> Vec<String> {
        let columns = table["columnDefinitions"].as_array().unwrap().iter();
        columns.map(|column| column["name"].as_str().unwrap().to_owned()).collect()
    };
    let scale = server.get_as(&format!("{path}/scale"), TABLE).await.json();
    assert_eq!(columns(&scale), ["Name", "Created At"]);
    assert_eq!(scale["rows"][0]["cells"], json!(["d", "2026-11-21T02:43:56Z"]));
    let status = server.get_as(&format!("{path}/status"), TABLE).await.json();
    assert_eq!(columns(&status), columns(&server.get_as(path, TABLE).await.json()), "the status is the object");
}

#[tokio::test]
async fn a_finished_pod_says_so_of_its_row() {
    let server = Server::new();
    let pods = server.backend.target("", "v1", "pods", Some("w1"));
    server.backend.put(&pods, "done", &[], &json!({"spec": {"containers": []}, "status": {"phase": "Succeeded"}}));
    let table = server.get_as("/api/v1/namespaces/w1/pods", TABLE).await.json();
    assert_eq!(
        table["rows"][0]["conditions"],
        json!([{"type": "Completed", "status": "True", "reason": "Succeeded", "message": "The pod has completed successfully."}])
    );
}

#[tokio::test]
async fn what_a_client_accepts_decides() {
    let server = two();
    for accept in ["text/html", "application/*", "application/cbor", "image/png, text/plain;q=0.1"] {
        let got = server.get_as(ONE, accept).await;
        assert_eq!((got.code, got.json()["reason"].as_str()), (406, Some("NotAcceptable")), "{accept}");
        // A status in JSON is something of an application.
        let takes_none = accept != "application/*";
        assert_eq!(
            got.text().starts_with("{\n  \"kind\": \"Status\","),
            takes_none,
            "{accept}: indented for want of better"
        );
        assert_eq!(got.body.ends_with(b"\n"), !takes_none, "{accept}");
    }
    // An error is told even to whoever would not take it.
    let got =
        server.get_as("/api/v1/namespaces/w1/configmaps/nope", "application/json;as=Table;g=meta.k8s.io;v=v1").await;
    assert_eq!((got.code, got.json()["reason"].as_str()), (404, Some("NotFound")));
}

#[tokio::test]
async fn thousands_of_items_come_in_chunks() {
    use http_body_util::BodyExt as _;
    let server = Server::new();
    let text = "x".repeat(1000);
    for n in 0..300 {
        server.backend.put(&server.maps, &format!("m{n:03}"), &[], &json!({"data": {"k": text}}));
    }
    let big = "y".repeat(100_000);
    server.backend.put(&server.maps, "m150", &[], &json!({"data": {"k": big}}));
    let request = crate::support::request("GET", ALL, &[], "");
    let mut body = server.send(request).await.into_body();
    let (mut whole, mut chunks) = (Vec::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let chunk = frame.unwrap().into_data().unwrap();
        chunks.push(chunk.len());
        whole.extend_from_slice(&chunk);
    }
    let list: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 300);
    assert_eq!(
        chunks.iter().filter(|length| **length > 64 * 1024).count(),
        1,
        "the large item goes as it is: {chunks:?}"
    );
    assert!(chunks.len() < 12, "small items go together: {chunks:?}");
}
