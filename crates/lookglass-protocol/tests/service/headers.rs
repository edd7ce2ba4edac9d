//! What every answer has, and some.

use lookglass_object::Status;
use lookglass_protocol::{Answer, Content};
use serde_json::json;

use crate::support::Server;

const ONE: &str = "/api/v1/namespaces/w1/configmaps/a";

fn server() -> Server {
    let server = Server::new();
    server.backend.put(&server.maps, "a", &[], &json!({}));
    server
}

#[tokio::test]
async fn every_answer_is_dated_and_can_be_found_in_a_log() {
    let server = server();
    let mut ids = std::collections::BTreeSet::new();
    for path in [ONE, "/api/v1/namespaces/w1/configmaps", "/livez", "/nope", "/api/v1/nope"] {
        let got = server.get(path).await;
        assert_eq!(got.header("date"), Some("Sat, 21 Nov 2026 02:43:57 GMT"), "{path}");
        assert_eq!(got.header("cache-control"), Some("no-cache, private"), "{path}");
        let id = got.header("audit-id").unwrap();
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!((groups, id.as_bytes()[14]), (vec![8, 4, 4, 4, 12], b'4'), "{id}");
        assert!(ids.insert(id.to_owned()), "{id} twice");
    }
    let got = server.ask("GET", ONE, &[("audit-id", "mine")], "").await;
    assert_eq!(got.header("audit-id"), Some("mine"));
    let long = "x".repeat(65);
    let got = server.ask("GET", ONE, &[("audit-id", &long)], "").await;
    assert_ne!(got.header("audit-id"), Some(long.as_str()));
}

#[tokio::test]
async fn ids_follow_from_the_seed() {
    let id = server().get(ONE).await.header("audit-id").unwrap().to_owned();
    assert_eq!(server().get(ONE).await.header("audit-id"), Some(id.as_str()));
}

#[tokio::test]
async fn text_is_not_sniffed() {
    let got = server().get("/apis/nope.io/v1/things").await;
    assert_eq!((got.code, got.text()), (404, "404 page not found\n"));
    assert_eq!(got.content_type(), "text/plain; charset=utf-8");
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn head_and_options() {
    let server = server();
    for method in ["HEAD", "OPTIONS"] {
        for path in [ONE, "/api/v1/namespaces/w1/configmaps", "/api", "/apis/apps/v1"] {
            let got = server.ask(method, path, &[], "").await;
            assert_eq!(got.code, 405, "{method} {path}");
            assert_eq!(got.body.is_empty(), method == "HEAD", "{method} {path}");
        }
    }
    let got = server.ask("HEAD", "/livez", &[], "").await;
    assert_eq!((got.code, got.body.len(), got.header("content-length")), (200, 0, Some("2")));
}

#[tokio::test]
async fn warnings_go_into_headers() {
    let server = server();
    let stored = server.backend.put(&server.maps, "b", &[], &json!({}));
    let warnings = ["unknown field \"spec.foo\"".to_owned(), "twice".to_owned(), "twice".to_owned()];
    server.backend.script(Ok(Answer::new(201, Content::Object(stored)).with_warnings(warnings)));
    let body = r#"{"metadata":{"name":"b"}}"#;
    let got = server.ask("POST", "/api/v1/namespaces/w1/configmaps", &[], body).await;
    assert_eq!(got.code, 201);
    let warnings: Vec<_> = got.headers.get_all("warning").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(warnings, [r#"299 - "unknown field \"spec.foo\"""#, r#"299 - "twice""#]);
}

#[tokio::test]
async fn who_should_wait_is_told_how_long() {
    let server = server();
    server.backend.script(Err(Status::too_many_requests("storage is (re)initializing", 3)));
    let got = server.ask("DELETE", ONE, &[], "").await;
    assert_eq!((got.code, got.header("retry-after")), (429, Some("3")));
    assert_eq!(got.json()["details"]["retryAfterSeconds"], 3);
    server.backend.script(Err(Status::internal_error("broken").with_code(0)));
    let got = server.ask("DELETE", ONE, &[], "").await;
    assert_eq!((got.code, got.header("retry-after")), (500, None), "a status without a code is an answer all the same");
}

#[tokio::test]
async fn strangers_are_refused_first() {
    use lookglass_protocol::service::Service;
    let mut server = server();
    server.service = Service::new(std::sync::Arc::new(server.backend.clone()));
    for path in [ONE, "/api", "/nope", "/api/v1/nope"] {
        let got = server.get(path).await;
        assert_eq!((got.code, got.json()["message"].as_str()), (401, Some("Unauthorized")), "{path}");
    }
    assert_eq!(server.get("/livez").await.code, 200);
}

#[tokio::test]
async fn requests_are_counted() {
    let server = server();
    server.get(ONE).await;
    server.get("/api/v1/namespaces/w1/configmaps/nope").await;
    let watch = server.watch("/api/v1/namespaces/w1/configmaps?watch=1", "application/json").await;
    let open = "apiserver_longrunning_requests{component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"namespace\",subresource=\"\",verb=\"WATCH\",version=\"v1\"}";
    let text = server.get("/metrics").await;
    assert!(text.text().contains(&format!("{open} 1\n")), "{}", text.text());
    for code in [200, 404] {
        let line = format!(
            "apiserver_request_total{{code=\"{code}\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"resource\""
        );
        assert!(text.text().contains(&line), "{}", text.text());
    }
    assert!(
        text.text().contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} 1\n"),
        "{}",
        text.text()
    );
    drop(watch);
    let text = server.get("/metrics").await;
    assert!(text.text().contains(&format!("{open} 0\n")), "{}", text.text());
}
