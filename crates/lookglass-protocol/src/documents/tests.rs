//! The recorded answers of a real API server (see `tests/data/README.md`) and what else its handlers do.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::*;
use crate::builtin;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exchange {
    label: String,
    path: String,
    accept: Option<String>,
    if_none_match: Option<String>,
    code: u16,
    headers: Map<String, Value>,
    body: Option<Value>,
    text: Option<String>,
}

fn recorded() -> Vec<Exchange> {
    serde_json::from_str(include_str!("../../tests/data/discovery.json")).expect("the recording is JSON")
}

fn facts() -> Facts {
    Facts::new("127.0.0.1:16443", "2026-11-21T02:43:28Z".parse().expect("a time"))
}

fn ask(path: &str, accept: Option<&str>, if_none_match: Option<&str>) -> Document {
    ask_of(&facts(), path, accept, if_none_match)
}

fn ask_of(facts: &Facts, path: &str, accept: Option<&str>, if_none_match: Option<&str>) -> Document {
    let mut headers = HeaderMap::new();
    for (name, value) in [(header::ACCEPT, accept), (header::IF_NONE_MATCH, if_none_match)] {
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        }
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let now = "2026-11-21T02:43:54Z".parse().expect("a time");
    document(path, query, &headers, now, builtin::catalog(), facts)
}

fn text(document: &Document) -> &str {
    std::str::from_utf8(&document.body).expect("text")
}

#[test]
fn the_recorded_answers_are_given() {
    let mut compared = 0;
    for exchange in recorded() {
        // A resource's own answers, and those whose numbers and names are this server's. OpenAPI in protobuf and version 2 have tests of their own.
        let other = exchange.path.starts_with("/api/v1/") || matches!(&*exchange.path, "/" | "/version" | "/metrics");
        if other || exchange.path.starts_with("/openapi/v2") || exchange.label == "openapi v3 protobuf accept" {
            continue;
        }
        let answer = ask(&exchange.path, exchange.accept.as_deref(), exchange.if_none_match.as_deref());
        let label = &exchange.label;
        assert_eq!(answer.code, exchange.code, "{label}");
        let mut headers: Map<String, Value> = Map::new();
        // These two the copies of the recordings in this crate lack.
        let lacking = [header::LAST_MODIFIED, header::ACCEPT_RANGES];
        for (name, value) in answer.headers.iter().filter(|(name, _)| !lacking.contains(name)) {
            headers.insert(name.as_str().to_owned(), value.to_str().expect("text").into());
        }
        let mut expected = exchange.headers.clone();
        if let Some(length) = expected.remove("content-length") {
            // The real server indents errors' bodies for some readers; only what is compact can be compared.
            if exchange.code == 200 {
                assert_eq!(length, answer.body.len().to_string(), "{label}");
            }
        }
        assert_eq!(headers, expected, "{label}");
        if let Some(body) = exchange.body {
            assert_eq!(serde_json::from_slice::<Value>(&answer.body).expect("JSON"), body, "{label}");
        } else if let Some(body) = exchange.text {
            assert_eq!(text(&answer), body, "{label}");
        }
        compared += 1;
    }
    assert_eq!(compared, 28);
}

/// The index holds a SHA-512 of each document: all of them are the real server's to the last byte.
#[test]
fn every_openapi_document_is_the_recorded_one() {
    let recorded = recorded().into_iter().find(|exchange| exchange.path == "/openapi/v3").expect("recorded");
    let index: Value = serde_json::from_slice(&ask("/openapi/v3", None, None).body).expect("JSON");
    let recorded = recorded.body.expect("a body");
    let paths = recorded["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 47);
    for (path, place) in paths {
        assert_eq!(index["paths"][path], *place, "{path}");
    }
    assert_eq!(ask("/openapi/v3/", None, None).body, ask("/openapi/v3", None, None).body);
}

#[test]
fn an_openapi_document_is_negotiated() {
    let path = "/openapi/v3/apis/apps/v1";
    let plain = ask(path, None, None);
    let tag = plain.headers[header::ETAG].to_str().expect("text").to_owned();
    let known = ask(path, Some("application/json, */*"), Some(&tag));
    assert_eq!((known.code, known.body.len()), (304, 0));
    let protobuf = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
    let other = ask(path, Some(protobuf), None);
    assert_eq!((other.code, other.headers[header::ETAG].to_str().expect("text")), (200, tag.as_str()));
    let answered = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
    assert_eq!(other.headers[header::CONTENT_TYPE], answered);
    let weighed = ask(path, Some(&format!("{protobuf};q=0.5,application/json")), None);
    assert_eq!(
        (weighed.body, &weighed.headers[header::CONTENT_TYPE]),
        (plain.body, &plain.headers[header::CONTENT_TYPE])
    );
    assert_eq!(ask(path, Some("application/yaml"), None).code, 406);
    // What a real server answered.
    assert_eq!(ask("/openapi/v3/apis/coordination.k8s.io/v1", Some(answered), None).body.len(), 99297);
    assert_eq!(text(&ask("/openapi/v3/apis/nope/v1", None, None)), "404 page not found\n");
}

#[test]
fn all_paths_are_listed() {
    let recorded = recorded().into_iter().find(|exchange| exchange.path == "/").expect("recorded");
    let recorded = recorded.body.expect("a body");
    let ours: Value = serde_json::from_slice(&ask("/", None, None).body).expect("JSON");
    let names = |body: &Value| -> std::collections::BTreeSet<String> {
        let paths = body["paths"].as_array().expect("paths").iter();
        paths.map(|path| path.as_str().expect("text").to_owned()).collect()
    };
    let missing: Vec<_> = names(&recorded).difference(&names(&ours)).cloned().collect();
    assert_eq!(missing, Vec::<String>::new());
    assert!(names(&ours).is_subset(&names(&recorded)));
}

#[test]
fn the_version_has_what_clients_read() {
    let version: Value = serde_json::from_slice(&ask("/version", None, None).body).expect("JSON");
    let recorded = recorded().into_iter().find(|exchange| exchange.path == "/version").expect("recorded");
    let recorded = recorded.body.expect("a body");
    let names = |body: &Value| body.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&version), names(&recorded));
    for name in names(&version).iter().filter(|name| name.contains("ajor") || name.contains("inor")) {
        assert_eq!(version[name], recorded[name], "{name}");
    }
    assert_eq!(version["gitVersion"], "v1.36.2+lookglass");
    assert!(text(&ask("/version", None, None)).starts_with("{\n  \"major\": \"1\",\n"), "indented for everybody");
}

#[test]
fn a_failing_check_fails_where_it_is_asked() {
    let facts = facts();
    facts.health.fail("shutdown", "process is shutting down");
    let get = |path: &str| ask_of(&facts, path, None, None);
    assert_eq!((get("/livez").code, text(&get("/livez"))), (200, "ok"));
    let ready = get("/readyz");
    assert_eq!(ready.code, 500);
    assert!(text(&ready).ends_with("[-]shutdown failed: reason withheld\nreadyz check failed\n"));
    assert_eq!(text(&get("/readyz/shutdown")), "internal server error: process is shutting down\n");
    let excluded = get("/readyz?verbose&exclude=shutdown&exclude=nope&exclude=more");
    assert_eq!(excluded.code, 200);
    let end = "[+]shutdown excluded: ok\nwarn: some health checks cannot be excluded: no matches for \"more\",\"nope\"\n\
               readyz check passed\n";
    assert!(text(&excluded).ends_with(end), "{}", text(&excluded));
    facts.health.pass("shutdown");
    assert_eq!(text(&get("/readyz")), "ok");
}

#[test]
fn discovery_is_told_in_every_encoding() {
    let json = ask("/apis/apps/v1", None, None);
    let yaml = ask("/apis/apps/v1", Some("application/yaml"), None);
    assert_eq!(yaml.headers[header::CONTENT_TYPE], "application/yaml");
    let value: Value = serde_saphyr::from_str(text(&yaml)).expect("YAML");
    assert_eq!(value, serde_json::from_slice::<Value>(&json.body).expect("JSON"));
    for path in ["/api", "/apis", "/apis/apps", "/apis/apps/v1", "/api/v1"] {
        let protobuf = ask(path, Some("application/vnd.kubernetes.protobuf"), None);
        assert_eq!(protobuf.headers[header::CONTENT_TYPE], "application/vnd.kubernetes.protobuf", "{path}");
        let envelope = lookglass_object::protobuf::Envelope::parse(&protobuf.body).expect("an envelope");
        assert_eq!(envelope.api_version(), "v1", "{path}");
    }
    let accept = "application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let aggregated = ask("/apis", Some(accept), None);
    assert_eq!(aggregated.headers[header::CONTENT_TYPE], accept);
    let envelope = lookglass_object::protobuf::Envelope::parse(&aggregated.body).expect("an envelope");
    assert_eq!(envelope.kind(), "APIGroupDiscoveryList");
}

#[test]
fn a_resource_that_comes_is_told_at_once() {
    let mut resources = builtin::catalog().resources().to_vec();
    let mut gizmos = (*resources[0]).clone();
    gizmos.gvr = lookglass_object::Gvr::new("demo.example.com", "v1", "gizmos");
    gizmos.kind = lookglass_object::Gvk::new("demo.example.com", "v1", "Gizmo");
    resources.push(gizmos.into());
    let catalog = Catalog::new(resources);
    let now = "2026-11-21T02:43:54Z".parse().expect("a time");
    let get = |path: &str| document(path, "", &HeaderMap::new(), now, &catalog, &facts());
    assert!(text(&get("/apis")).contains("demo.example.com"));
    assert!(text(&get("/apis/demo.example.com/v1")).contains("gizmos"));
    assert!(text(&get("/openapi/v3")).contains("apis/demo.example.com/v1"));
    assert!(text(&get("/")).contains("/apis/demo.example.com/v1"));
}

#[test]
fn metrics_count_what_was_answered() {
    let facts = facts();
    let pods = lookglass_object::Gvr::core("v1", "pods");
    let labels = RequestLabels::resource(pods, "LIST", RequestScope::Namespace);
    facts.metrics.answered(&labels, 200, Some(std::time::Duration::from_millis(3)));
    facts.metrics.answered(&labels, 200, Some(std::time::Duration::from_secs(90)));
    facts.metrics.answered(&RequestLabels::document("GET"), 404, None);
    facts.metrics.long_running(&labels, 1);
    facts.metrics.in_flight(true, 2);
    facts.metrics.watch_events(&lookglass_object::Gvk::core("v1", "Pod"), 5);
    let answer = ask_of(&facts, "/metrics", Some("text/plain"), None);
    let recorded = recorded().into_iter().find(|exchange| exchange.path == "/metrics").expect("recorded");
    assert_eq!(answer.headers[header::CONTENT_TYPE], recorded.headers["content-type"].as_str().expect("text"));
    insta::assert_snapshot!(text(&answer), @r##"
    # HELP apiserver_current_inflight_requests Requests that are being answered, by kind.
    # TYPE apiserver_current_inflight_requests gauge
    apiserver_current_inflight_requests{request_kind="mutating"} 2
    apiserver_current_inflight_requests{request_kind="readOnly"} 0
    # HELP apiserver_longrunning_requests Watches and other long requests that are open.
    # TYPE apiserver_longrunning_requests gauge
    apiserver_longrunning_requests{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1"} 1
    # HELP apiserver_request_duration_seconds How long answers took, in seconds.
    # TYPE apiserver_request_duration_seconds histogram
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.001"} 0
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.005"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.01"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.025"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.05"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.1"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.25"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="0.5"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="1"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="2.5"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="10"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="60"} 1
    apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1",le="+Inf"} 2
    apiserver_request_duration_seconds_sum{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1"} 90.003
    apiserver_request_duration_seconds_count{component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1"} 2
    # HELP apiserver_request_panics_total Requests that ended in a panic that was caught.
    # TYPE apiserver_request_panics_total counter
    apiserver_request_panics_total 0
    # HELP apiserver_request_total Requests that were answered.
    # TYPE apiserver_request_total counter
    apiserver_request_total{code="404",component="apiserver",dry_run="",group="",resource="",scope="",subresource="",verb="GET",version=""} 1
    apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1"} 2
    # HELP apiserver_watch_events_total Events that were sent to watchers.
    # TYPE apiserver_watch_events_total counter
    apiserver_watch_events_total{group="",kind="Pod",version="v1"} 5
    # HELP process_start_time_seconds When the server began, in seconds since 1970.
    # TYPE process_start_time_seconds gauge
    process_start_time_seconds 1795229008
    "##);
}

#[test]
fn a_person_gets_discovery_indented() {
    let get = |accept: &str, agent: &str, query: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).expect("a header"));
        headers.insert(header::USER_AGENT, HeaderValue::from_str(agent).expect("a header"));
        let now = "2026-11-21T02:43:54Z".parse().expect("a time");
        let answer = document("/apis/apps", query, &headers, now, builtin::catalog(), &facts());
        text(&answer).starts_with("{\n  \"kind\": \"APIGroup\",\n")
    };
    assert!(get("*/*", "curl/8.0", "") && get("application/json;pretty=1", "x", "") && get("*/*", "x", "pretty=true"));
    assert!(!get("*/*", "kubectl/v1.36.0", "") && !get("*/*", "curl/8.0", "pretty=false"));
}

#[test]
fn openapi_of_version_2_is_json_alone() {
    let protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    assert_eq!(ask("/openapi/v2", Some(protobuf), None).code, 406);
    let answer = ask("/openapi/v2", Some("application/json"), None);
    assert_eq!((answer.code, &answer.headers[header::VARY]), (200, &HeaderValue::from_static("Accept")));
    assert_eq!(answer.headers[header::ACCEPT_RANGES], "bytes");
    let tag = answer.headers[header::ETAG].to_str().expect("text");
    assert_eq!(ask("/openapi/v2", None, Some(tag)).code, 304);
}

#[test]
fn health_is_a_gauge_of_each_check() {
    let facts = facts();
    facts.health.fail("shutdown", "soon");
    let answer = ask_of(&facts, "/metrics/slis", None, None);
    let body = text(&answer);
    assert!(body.contains("\nkubernetes_healthcheck{name=\"ping\",type=\"livez\"} 1\n"), "{body}");
    assert!(body.contains("\nkubernetes_healthcheck{name=\"shutdown\",type=\"readyz\"} 0\n"), "{body}");
    assert!(!body.contains("name=\"shutdown\",type=\"livez\""), "{body}");
}

#[test]
fn pages_say_what_is_known() {
    let flags = ask("/flagz", None, None);
    assert_eq!(flags.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert!(text(&flags).starts_with("\nkube-apiserver flagz\nWarning: "), "{}", text(&flags));
    let status = ask("/statusz", None, None);
    let body = text(&status);
    assert!(
        body.contains("\nStarted: Sat Nov 21 02:43:28 UTC 2026\nUp: 0 hr 00 min 26 sec\nBinary version: 1.36.2+"),
        "{body}"
    );
}

#[test]
fn there_are_no_keys_of_tokens() {
    let keys = ask("/openid/v1/jwks", None, None);
    assert_eq!(
        (text(&keys), keys.headers[header::CONTENT_TYPE].as_bytes()),
        (r#"{"keys":[]}"#, &b"application/jwk-set+json"[..])
    );
}

proptest::proptest! {
    #[test]
    fn every_path_has_an_answer(
        path in "(/(api|apis|apps|v1|v9|openapi|v3|livez|ping|%2f|\\.\\.|[a-z]{1,3}|)){0,5}",
        query in "((verbose|exclude|hash|pretty|%)(=[a-z%]{0,3})?&?){0,3}",
        accept in "((application/(json|yaml|\\*|com)|\\*/\\*)(;(g|v|as|q)=[a-z0-9.]{0,3}){0,3},?){0,3}",
    ) {
        let answer = ask(&format!("{path}?{query}"), Some(&accept), None);
        proptest::prop_assert!(matches!(answer.code, 200 | 301 | 404 | 406), "{}", answer.code);
        proptest::prop_assert!(answer.headers.contains_key(header::CACHE_CONTROL));
    }
}
