//! Whatever comes in, an answer goes out.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{
    answers::with_gizmos,
    support::{Got, Server},
};

/// Bits of which paths are made, good and bad.
const STEPS: &[&str] = &[
    "api",
    "apis",
    "v1",
    "apps",
    "demo.example.com",
    "v1beta1",
    "namespaces",
    "w1",
    "configmaps",
    "pods",
    "gizmos",
    "deployments",
    "a",
    "status",
    "scale",
    "log",
    "watch",
    "..",
    ".",
    "",
    "%2f",
    "%2e%2e",
    "%00",
    "%zz",
    "a%20b",
    "proxy",
    "openapi",
    "v3",
    "version",
    "healthz",
    "livez",
    "metrics",
    "finalize",
    "%E2%80%A8",
    "binding",
];

const QUERIES: &[&str] = &[
    "watch=1",
    "watch=true&timeoutSeconds=1",
    "limit=1",
    "limit=-1",
    "limit=x",
    "continue=garbage",
    "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIvYVx1MDAwMCJ9",
    "resourceVersion=0",
    "resourceVersion=1",
    "resourceVersion=99999999999999999999",
    "resourceVersionMatch=Exact",
    "sendInitialEvents=true",
    "resourceVersionMatch=NotOlderThan",
    "allowWatchBookmarks=true",
    "labelSelector=a+in+(",
    "labelSelector=a%3Db",
    "fieldSelector=metadata.name%3Da",
    "fieldSelector=x",
    "timeoutSeconds=-5",
    "timeoutSeconds=9223372036854775807",
    "pretty=1",
    "includeObject=Bad",
    "dryRun=All",
    "dryRun=x",
    "fieldManager=%00",
    "force=true",
    "propagationPolicy=x",
    "gracePeriodSeconds=-1",
    "%zz=%zz",
    "=&&;=",
    "watch",
    "exclude=ping",
    "verbose",
];

const ACCEPTS: &[&str] = &[
    "",
    "*/*",
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "text/html",
    "application/json;q=0",
    "application/json;as=Table;g=meta.k8s.io;v=v1",
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    "application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1",
    "application/vnd.kubernetes.protobuf;stream=watch,application/json;stream=watch",
    ";;;,,,q=",
    "application/json;as=",
    "\"",
    "a/b;c=\"d",
];

const CONTENT_TYPES: &[&str] = &[
    "",
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "text/plain",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
    ";",
    "application/json;charset=\"",
];

fn bodies() -> impl Strategy<Value = Bytes> {
    let known = select(
        &[
            "",
            "{}",
            "null",
            "[]",
            "{",
            "\"",
            "{\"kind\":1}",
            "a: &a [*a, *a]",
            "- - - -",
            "\u{feff}{}",
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"b\"}}",
            "k8s\0garbage",
            "k8s\0",
            "!!binary x",
        ][..],
    );
    let nested =
        (1..400_usize, select(&["[", "{\"a\":", "a:\n ", "- "][..])).prop_map(|(depth, open)| open.repeat(depth));
    prop_oneof![
        known.prop_map(|text| Bytes::from_static(text.as_bytes())),
        nested.prop_map(Bytes::from),
        vec(any::<u8>(), 0..200).prop_map(Bytes::from),
    ]
}

fn requests() -> impl Strategy<Value = Request<Full<Bytes>>> {
    let methods = select(&["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "FOO"][..]);
    let path = prop_oneof![
        4 => vec(select(STEPS), 0..7).prop_map(|steps| format!("/{}", steps.join("/"))),
        2 => select(&["/api/v1/namespaces/w1/configmaps", "/api/v1/namespaces/w1/configmaps/a", "/apis/demo.example.com/v1/gizmos", "/api/v1/pods"][..]).prop_map(str::to_owned),
        1 => "/[!-~]{0,40}",
    ];
    let query = vec(select(QUERIES), 0..4).prop_map(|parts| parts.join("&"));
    let agents = vec(any::<u8>(), 0..20);
    (methods, path, query, select(ACCEPTS), select(CONTENT_TYPES), agents, bodies()).prop_filter_map(
        "not a request that HTTP can carry",
        |(method, path, query, accept, content_type, agent, body)| {
            let uri: Uri = format!("{path}?{query}").parse().ok()?;
            let mut request = Request::new(Full::new(body));
            *request.method_mut() = Method::from_bytes(method.as_bytes()).ok()?;
            *request.uri_mut() = uri;
            for (name, value) in
                [("accept", accept.as_bytes()), ("content-type", content_type.as_bytes()), ("user-agent", &agent)]
            {
                if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_bytes(value)) {
                    request.headers_mut().insert(name, value);
                }
            }
            Some(request)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_request_has_an_answer(request in requests()) {
        let what = format!("{request:?}");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (code, got) = runtime.block_on(async {
            let server = Server::over(with_gizmos());
            server.backend.put(&server.maps, "a", &[], &json!({}));
            let head = request.method() == Method::HEAD;
            let response = server.send(request).await;
            let code = response.status().as_u16();
            let hours = std::time::Duration::from_secs(3 * 3600);
            // A watch ends by itself, unless it was asked to be endless.
            let got = tokio::time::timeout(hours, Got::read(response)).await.ok();
            (code, got.filter(|_| !head))
        });
        let panicked = "panic. Look in the logs";
        if let Some(got) = got {
            let text = String::from_utf8_lossy(&got.body).into_owned();
            prop_assert!(!text.contains(panicked), "{} panics", what);
            if code >= 400 && got.content_type() == "application/json" {
                let status: Value = serde_json::from_slice(&got.body).unwrap();
                prop_assert_eq!(&status["kind"], "Status", "{}", &what);
                prop_assert_eq!(&status["code"], code, "{}", &what);
            }
        }
    }
}

/// A stack overflow would end the process, not the request. The stack is that of a tokio worker.
#[test]
fn nesting_does_not_overflow_the_stack() {
    let deep = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let server = Server::over(with_gizmos());
        for depth in (55..130).chain([1000, 100_000]) {
            for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("- ", "a"), ("? ", ""), ("a: [", "]"), ("!x [", "]")] {
                let body = format!("{{\"data\":{}1{}}}", open.repeat(depth), close.repeat(depth));
                for body in [body, open.repeat(depth)] {
                    for content_type in ["application/json", "application/yaml"] {
                        let headers = [("content-type", content_type), ("accept", "application/yaml")];
                        for (method, path) in [
                            ("POST", "/api/v1/namespaces/w1/configmaps"),
                            ("POST", "/apis/demo.example.com/v1/namespaces/w1/gizmos"),
                            ("DELETE", "/api/v1/namespaces/w1/configmaps/a"),
                        ] {
                            let got = runtime.block_on(server.ask(method, path, &headers, body.clone()));
                            assert!((200..600).contains(&got.code), "{method} {path} {content_type} {open} {depth}");
                        }
                    }
                }
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(deep).unwrap().join().unwrap();
}
