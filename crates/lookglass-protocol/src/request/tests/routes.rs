use std::{collections::BTreeMap, sync::Arc};

use http::Method;
use lookglass_object::{Gvk, Gvr};

use super::*;
use crate::{Catalog, Resource, body::go_words::compare};

/// Verb, resource, namespace, name, subresource.
fn shown(method: &str, target: &str) -> String {
    let call = call(method, target);
    let target = call.target;
    let parts = [target.namespace, target.name, target.subresource].map(|part| part.unwrap_or_else(|| "-".into()));
    let legacy = if call.legacy_watch { " legacy" } else { "" };
    let watched = call.watched_name.map(|name| format!(" of {name}")).unwrap_or_default();
    format!("{} {} {}{legacy}{watched}", call.verb.as_str(), target.resource.gvr.group_resource(), parts.join(" "))
}

#[test]
fn verbs_follow_from_method_and_path() {
    for (method, target, wanted) in [
        ("GET", "/api/v1/pods", "list pods - - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps", "list configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps/", "list configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps?watch=1", "watch configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps?watch", "watch configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps?watch=", "watch configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps?watch=maybe", "watch configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps?watch=0", "list configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps?watch=False", "list configmaps w1 - -"),
        ("GET", "/api/v1/namespaces/w1/configmaps/c1", "get configmaps w1 c1 -"),
        // A watch of one object is asked for by a field selector; here the parameter is of no meaning.
        ("GET", "/api/v1/namespaces/w1/configmaps/c1?watch=1", "get configmaps w1 c1 -"),
        ("POST", "/api/v1/namespaces/w1/configmaps", "create configmaps w1 - -"),
        ("PUT", "/api/v1/namespaces/w1/configmaps/c1", "update configmaps w1 c1 -"),
        ("PATCH", "/api/v1/namespaces/w1/configmaps/c1", "patch configmaps w1 c1 -"),
        ("DELETE", "/api/v1/namespaces/w1/configmaps/c1", "delete configmaps w1 c1 -"),
        ("DELETE", "/api/v1/namespaces/w1/configmaps", "deletecollection configmaps w1 - -"),
        ("GET", "/api/v1/namespaces", "list namespaces - - -"),
        ("GET", "/api/v1/namespaces/w1", "get namespaces - w1 -"),
        ("GET", "/api/v1/namespaces/w1/status", "get namespaces - w1 status"),
        ("PUT", "/api/v1/namespaces/w1/finalize", "update namespaces - w1 finalize"),
        ("GET", "/api/v1/nodes/n/status", "get nodes - n status"),
        ("GET", "/api/v1/namespaces/w1/pods/p/log", "get pods w1 p log"),
        ("POST", "/api/v1/namespaces/w1/pods/p/exec", "create pods w1 p exec"),
        ("POST", "/api/v1/namespaces/w1/pods/p/binding", "create pods w1 p binding"),
        ("GET", "/api/v1/namespaces/w1/pods/p/proxy/a/b", "get pods w1 p proxy"),
        ("POST", "/api/v1/namespaces/w1/serviceaccounts/s/token", "create serviceaccounts w1 s token"),
        ("PATCH", "/apis/apps/v1/namespaces/w1/deployments/d/scale", "patch deployments.apps w1 d scale"),
        (
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "create selfsubjectaccessreviews.authorization.k8s.io - - -",
        ),
        ("GET", "/api/v1/watch/pods", "watch pods - - - legacy"),
        ("GET", "/api/v1/watch/namespaces/w1/configmaps", "watch configmaps w1 - - legacy"),
        ("GET", "/api/v1/watch/namespaces/w1/configmaps/c1", "watch configmaps w1 - - legacy of c1"),
        ("GET", "/apis/apps/v1/watch/namespaces/w1/deployments", "watch deployments.apps w1 - - legacy"),
        ("GET", "/api/v1/watch/namespaces", "watch namespaces - - - legacy"),
        // Sources: an empty segment is an empty namespace, which is all of them; a slash may be escaped.
        ("GET", "/api/v1/namespaces//configmaps", "list configmaps - - -"),
        ("GET", "/api/v1/namespaces%2Fw1%2fconfigmaps", "list configmaps w1 - -"),
        (
            "GET",
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
            "get clusterroles.rbac.authorization.k8s.io - system:node -",
        ),
        ("GET", "/api/v1/namespaces/w1/configmaps/%ff", "get configmaps w1 \u{fffd} -"),
    ] {
        assert_eq!(shown(method, target), wanted, "{method} {target}");
    }
}

#[test]
fn what_is_no_resource_is_a_document() {
    for (target, wanted) in [
        ("/", "/"),
        ("/api", "/api"),
        ("/api/", "/api"),
        ("/api/v1", "/api/v1"),
        ("/apis", "/apis"),
        ("/apis/apps", "/apis/apps"),
        ("/apis/apps/v1/", "/apis/apps/v1"),
        ("/version/", "/version"),
        ("/healthz/nope", "/healthz/nope"),
        ("/livez/ping", "/livez/ping"),
        ("/openapi/v3/apis/apps/v1", "/openapi/v3/apis/apps/v1"),
        ("/nope", "/nope"),
        ("/apisx", "/apisx"),
        // Sources: nothing but the exact beginning is the API's.
        ("//api/v1/pods", "//api/v1/pods"),
        ("", ""),
        ("*", "*"),
    ] {
        match routed("GET", target) {
            Ok(Route::Document(path)) => assert_eq!(path, wanted),
            other => panic!("{target}: {other:?}"),
        }
    }
}

fn text_of(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Text { code, text } => format!("{code} {}", text.trim_end()),
        Refusal::Status(status) => format!("{} {} {}", status.code(), status.reason(), status.message()),
    }
}

const NO_RESOURCE: &str = "404 NotFound the server could not find the requested resource";
const NO_METHOD: &str = "405 MethodNotAllowed the server does not allow this method on the requested resource";
const NO_PAGE: &str = "404 404 page not found";

#[test]
fn what_is_not_there_is_refused_in_the_real_words() {
    for (method, target, wanted) in [
        ("GET", "/api/v1/namespaces/w2/widgets", NO_RESOURCE),
        ("GET", "/apis/nope.io/v1/things", NO_PAGE),
        ("GET", "/apis/nope.example.com", NO_PAGE),
        ("GET", "/apis/apps/v9", NO_RESOURCE),
        ("GET", "/apis/apps/v9/things", NO_RESOURCE),
        ("GET", "/api/v2", NO_RESOURCE),
        ("GET", "/api/v1/namespaces/w2/configmaps/e1/status", NO_RESOURCE),
        ("POST", "/api/v1/namespaces/w2/configmaps/e1", NO_METHOD),
        ("PUT", "/api/v1/namespaces/w2/configmaps", NO_METHOD),
        ("DELETE", "/api/v1/namespaces", NO_METHOD),
        ("GET", "/api/v1/namespaces/w2/pods/x/binding", NO_METHOD),
        ("PATCH", "/api/v1/namespaces/w2/configmaps", NO_METHOD),
        ("HEAD", "/api/v1/namespaces", NO_METHOD),
        ("OPTIONS", "/api/v1/namespaces", NO_METHOD),
        ("BREW", "/api/v1/namespaces", NO_METHOD),
        // Sources.
        ("POST", "/api/v1/pods", NO_METHOD),
        ("GET", "/api/v1/pods/p", NO_RESOURCE),
        ("GET", "/api/v1/namespaces/w1/nodes", NO_RESOURCE),
        ("GET", "/api/v1/namespaces/w1/nodes/n", NO_RESOURCE),
        ("GET", "/api/v1/nodes/n/status/x", NO_RESOURCE),
        ("GET", "/api/v1/namespaces/w1/bindings", NO_METHOD),
        ("GET", "/api/v1/namespaces/w1/bindings/b", NO_RESOURCE),
        ("GET", "/api/v1/bindings", NO_RESOURCE),
        ("POST", "/api/v1/watch/pods", NO_METHOD),
        ("GET", "/api/v1/watch", NO_RESOURCE),
        ("GET", "/api/v1/watch/namespaces/w1/pods/p/log", NO_RESOURCE),
        ("GET", "/api/v1/../v1/pods", NO_RESOURCE),
        ("GET", "/api/../api/v1/pods", NO_RESOURCE),
        ("GET", "/api//v1/pods", NO_RESOURCE),
        ("GET", "/apis//v1/pods", NO_PAGE),
        ("POST", "/api/v1", NO_METHOD),
        ("POST", "/apis", NO_METHOD),
        ("GET", "/version/x", NO_RESOURCE),
        (
            "GET",
            "/api/v1/componentstatuses?watch=1",
            "405 MethodNotAllowed watch is not supported on resources of kind \"componentstatuses\"",
        ),
        (
            "GET",
            "/api/v1/namespaces/w1/configmaps/..",
            "400 BadRequest Name parameter invalid: \"..\": may not be '..'",
        ),
        (
            "GET",
            "/api/v1/namespaces/w1/configmaps/a%25b",
            "400 BadRequest Name parameter invalid: \"a%b\": may not contain '%'",
        ),
        ("GET", "/api/v1/namespaces/w1/pods//log", "400 BadRequest name must be provided"),
        ("GET", "/api/v1/namespaces//pods/p", "400 BadRequest Namespace parameter required."),
        ("GET", "/api/v1/pods%zz", "400 400 Bad Request"),
        ("GET", "/api/v1/pods%2", "400 400 Bad Request"),
    ] {
        let refusal = routed(method, target).map(|_| ()).expect_err(target);
        assert_eq!(text_of(&refusal), wanted, "{method} {target}");
    }
}

#[test]
fn refusals_of_the_router_have_empty_details() {
    for (method, target) in [("GET", "/api/v1/widgets"), ("PUT", "/api/v1/namespaces")] {
        let Err(Refusal::Status(status)) = routed(method, target) else { panic!("{target} is refused") };
        let json = serde_json::to_value(&status).expect("JSON");
        assert_eq!(json["details"], serde_json::json!({}), "{target}");
    }
}

/// A group that has custom resources alone; the words are those of the extension server (sources).
#[test]
fn custom_resources_are_refused_otherwise() {
    let built_in = builtin::catalog().resource("", "v1", "configmaps").expect("built in");
    let gizmos = Resource {
        gvr: Gvr::new("demo.example.com", "v1", "gizmos"),
        kind: Gvk::new("demo.example.com", "v1", "Gizmo"),
        entry: None,
        ..(**built_in).clone()
    };
    let catalog = Catalog::new([built_in.clone(), Arc::new(gizmos)]);
    let ask = |method: &str, path: &str| {
        let found = route(&method.parse::<Method>().expect("a method"), path, &Query::default(), &catalog);
        found.map(|_| ()).map_err(|refusal| text_of(&refusal))
    };
    let root = "/apis/demo.example.com/v1";
    assert_eq!(ask("GET", &format!("{root}/namespaces/w3/gizmos")), Ok(()));
    assert_eq!(ask("HEAD", &format!("{root}/namespaces/w3/gizmos")), Ok(()));
    assert_eq!(ask("GET", &format!("{root}/others")), Err(NO_PAGE.into()));
    assert_eq!(ask("GET", "/apis/demo.example.com/v2/gizmos"), Err(NO_PAGE.into()));
    assert_eq!(
        ask("PUT", &format!("{root}/namespaces/w3/gizmos")),
        Err("405 MethodNotAllowed update is not supported on resources of kind \"gizmos.demo.example.com\"".into())
    );
}

#[test]
fn queries_are_read_as_go_reads_them() {
    let query = Query::parse("a=1&a=2&b&c=&=d&e=%41+%2B&bad=%4&x;y=1&%zz=1&f=%ff&g=h=i");
    assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(["b", "c", "", "e"].map(|key| query.get(key)), [Some(""), Some(""), Some("d"), Some("A +")]);
    assert_eq!(["bad", "x;y", "x", "%zz"].map(|key| query.get(key)), [None; 4]);
    assert_eq!((query.get("f"), query.get("g")), (Some("\u{fffd}"), Some("h=i")));
    assert!(Query::parse("").is_empty() && Query::parse("&&").is_empty());
}

/// Go's own answers, as JSON.
#[test]
fn any_query_is_read_as_go_reads_it() {
    compare("query", |input| {
        let query = Query::parse(input);
        let mut values = BTreeMap::<&str, Vec<&str>>::new();
        for (key, value) in &query.pairs {
            values.entry(key).or_default().push(value);
        }
        serde_json::to_string(&values).expect("JSON").replace('&', "\\u0026").replace('\u{fffd}', "\\ufffd")
    });
}
