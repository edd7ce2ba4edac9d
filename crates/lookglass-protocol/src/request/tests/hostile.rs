//! Anything may come in.

use proptest::prelude::*;

use super::*;
use crate::{
    media::{BodyType, PatchType},
    request::{delete_params, get_version, write_params},
};

fn anything_asked(method: &str, path: &str, query: &str) {
    let (query, method) = (Query::parse(query), method.parse::<Method>().unwrap_or(Method::GET));
    let Ok(Route::Resource(call)) = route(&method, path, &query, builtin::catalog()) else { return };
    let target = &call.target;
    assert!(target.name.as_deref() != Some("") && target.namespace.as_deref() != Some(""), "{path}");
    assert!(target.name.is_none() || !matches!(call.verb, Verb::List | Verb::Watch | Verb::DeleteCollection), "{path}");
    let verbs = match &target.subresource {
        Some(sub) => target.resource.subresource(sub).expect("a subresource that exists").verbs,
        None => target.resource.verbs,
    };
    assert!(verbs.contains(call.verb), "{path}");
    let outcome = match call.verb {
        Verb::List | Verb::DeleteCollection => list_params(&query, &call).map(drop),
        Verb::Watch => watch_params(&query, &call).map(drop),
        Verb::Get => get_version(&query).map(drop),
        Verb::Delete => delete_params(&query, None).map(drop),
        verb => write_params(&query, verb, Some(PatchType::Merge), "agent").map(drop),
    };
    if let Err(status) = outcome {
        assert!(matches!(status.code(), 400 | 422 | 500) && !status.message().is_empty(), "{status:?}");
    }
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(&[
            "api", "apis", "v1", "apps", "pods", "deployments", "namespaces", "nodes", "watch", "status", "log", "proxy", "w1", "p",
            "", ".", "..", "%2f", "%2e%2e", "%ff", "%00", "%zz", "%", "finalize", "batch", "jobs", "bindings",
        ][..]).prop_map(str::to_owned),
        1 => ".{0,12}",
    ]
}

fn pair() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(
        &[
            "watch",
            "limit",
            "continue",
            "resourceVersion",
            "resourceVersionMatch",
            "sendInitialEvents",
            "labelSelector",
            "fieldSelector",
            "timeoutSeconds",
            "allowWatchBookmarks",
            "dryRun",
            "fieldManager",
            "fieldValidation",
            "force",
            "propagationPolicy",
            "orphanDependents",
            "gracePeriodSeconds",
            "export",
            "uid",
        ][..],
    );
    let values = prop_oneof![
        3 => prop::sample::select(&[
            "", "0", "1", "-1", "5", "true", "false", "NotOlderThan", "Exact", "18446744073709551616", "9223372036854775808", "a=b",
            "a in (b,c)", "metadata.name=x", "spec.nodeName!=y", "All", "Strict", "Foreground",
            "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjE5LCJzdGFydCI6Ii9jMlx1MDAwMCJ9", "%25", "%zz", "+", ";",
        ][..]).prop_map(str::to_owned),
        1 => ".{0,16}",
    ];
    (keys, values).prop_map(|(key, value)| format!("{key}={value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_request_line_is_routed_or_refused(
        method in prop::sample::select(&["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "X"][..]),
        segments in prop::collection::vec(segment(), 0..9),
        pairs in prop::collection::vec(pair(), 0..6),
    ) {
        anything_asked(method, &format!("/{}", segments.join("/")), &pairs.join("&"));
    }

    #[test]
    fn any_text_is_routed_or_refused(path in ".{0,60}", query in ".{0,60}") {
        anything_asked("GET", &path, &query);
    }

    #[test]
    fn any_delete_options_are_read_or_refused(
        kind in prop::sample::select(&[BodyType::Json, BodyType::Yaml, BodyType::Protobuf][..]),
        body in prop::collection::vec(any::<u8>(), 0..64),
        envelope in any::<bool>(),
    ) {
        let body = if envelope { [b"k8s\0".as_slice(), &body].concat() } else { body };
        if let Err(status) = delete_params(&Query::default(), Some((kind, &body))) {
            prop_assert!(matches!(status.code(), 400 | 422), "{:?}", status);
        }
    }
}

#[test]
fn long_requests_take_time_in_proportion() {
    let many = "a/".repeat(20_000);
    anything_asked("GET", &format!("/api/v1/{many}"), "");
    anything_asked("GET", "/api/v1/pods", &"labelSelector=a&".repeat(20_000));
    anything_asked("GET", "/api/v1/pods", &format!("labelSelector={}", "a,".repeat(20_000)));
    anything_asked("GET", "/api/v1/pods", &format!("fieldSelector={}", "metadata.name!=a,".repeat(5_000)));
}
