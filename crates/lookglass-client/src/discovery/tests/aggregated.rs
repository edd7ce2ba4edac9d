//! Everything in two documents.

use lookglass_object::{GroupVersion, Gvr};

use super::script::{Script, V2BETA1, aggregated, code, json};
use crate::{Discovery, Error, Failure, Scope};

const CORE: &str = r#"{"versions":[{"version":"v1","freshness":"Current","resources":[
    {"resource":"pods","responseKind":{"group":"","version":"","kind":"Pod"},"scope":"Namespaced","singularResource":"pod",
     "verbs":["get","list","watch"],"shortNames":["po"],"categories":["all"],"unknown":{"more":1},
     "subresources":[{"subresource":"status","responseKind":{"kind":"Pod"},"verbs":["get","patch"]},
                     {"subresource":"eviction","responseKind":{"group":"policy","version":"v1","kind":"Eviction"},"verbs":["create"]},
                     {"subresource":"strange","responseKind":null,"verbs":null}]},
    {"resource":"nodes","responseKind":{"kind":"Node"},"scope":"Cluster","singularResource":"node","verbs":null,"shortNames":null}
]}]}"#;

fn apps(first: &str, second: &str) -> String {
    let version = |name: &str, resources: &str, freshness: &str| {
        format!(r#"{{"version":"{name}","freshness":"{freshness}","resources":[{resources}]}}"#)
    };
    let resource = |name: &str| {
        format!(r#"{{"resource":"{name}","responseKind":{{"kind":"K{name}"}},"scope":"Namespaced","verbs":["get"]}}"#)
    };
    let both = format!("{},{}", resource("a"), resource("b"));
    let (v2, v1) = (version("v2", &both, first), version("v1", &format!("{both},{}", resource("old")), second));
    format!(r#"{{"metadata":{{"name":"x.example.com","unknown":true}},"versions":[{v2},{v1}]}}"#)
}

#[tokio::test(start_paused = true)]
async fn two_requests_tell_groups_resources_and_subresources() {
    let script = Script::default();
    script.on("/api", aggregated(CORE)).on("/apis", aggregated(&apps("Current", "Current")));
    let apis = Discovery::new(&script.client()).apis().await.unwrap();
    assert_eq!(script.asked(), ["/api", "/apis"]);
    assert!(apis.failures().is_empty());
    assert_eq!(apis.groups().iter().map(|group| group.name()).collect::<Vec<_>>(), ["", "x.example.com"]);

    let pods = apis.resource(&Gvr::core("v1", "pods")).unwrap();
    assert_eq!(pods.gvk.to_string(), "/v1, Kind=Pod");
    assert_eq!((pods.scope, &*pods.singular, &*pods.short_names), (Scope::Namespaced, "pod", &["po".to_owned()][..]));
    assert!(pods.supports(&["list", "watch"]) && !pods.supports(&["list", "create"]));
    assert_eq!(pods.subresource("status").unwrap().gvk.to_string(), "/v1, Kind=Pod");
    assert_eq!(pods.subresource("eviction").unwrap().gvk.to_string(), "policy/v1, Kind=Eviction");
    assert!(pods.subresource("strange").is_none(), "it has no kind");
    let nodes = apis.resource(&Gvr::core("v1", "nodes")).unwrap();
    assert!(nodes.verbs.is_empty() && !nodes.is_namespaced());

    let namespaced: Vec<_> = apis.preferred_namespaced().map(|it| it.gvr.to_string()).collect();
    assert_eq!(
        namespaced,
        [
            "/v1, Resource=pods",
            "x.example.com/v2, Resource=a",
            "x.example.com/v2, Resource=b",
            "x.example.com/v1, Resource=old"
        ],
        "what the preferred version lacks is taken from another"
    );
    assert_eq!(apis.resources().count(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_stale_version_is_reported_and_the_next_one_is_preferred() {
    let script = Script::default();
    script.on("/api", aggregated(CORE)).on("/apis", aggregated(&apps("Stale", "Current")));
    let discovery = Discovery::new(&script.client());
    let apis = discovery.apis().await.unwrap();
    let v2 = GroupVersion::new("x.example.com", "v2");
    assert!(matches!(apis.failures(), [Failure::Stale { group_version }] if *group_version == v2));
    assert!(apis.failure(&v2).unwrap().to_string().contains("out of date"));
    assert!(apis.version(&v2).is_none());
    assert_eq!(apis.group("x.example.com").unwrap().preferred().unwrap().group_version().version(), "v1");
    assert_eq!(apis.preferred().filter(|it| it.gvr.version() == "v1" && it.gvr.group() != "").count(), 3);
    let unknown = discovery.is_enabled(&Gvr::new("x.example.com", "v2", "a")).await.unwrap_err();
    assert!(unknown.to_string().contains("out of date"), "{unknown}");
    assert!(discovery.is_enabled(&Gvr::new("x.example.com", "v1", "a")).await.unwrap());
    assert!(!discovery.is_enabled(&Gvr::new("x.example.com", "v1", "nope")).await.unwrap());
    assert!(!discovery.is_enabled(&Gvr::new("nope.example.com", "v1", "a")).await.unwrap());

    script.on("/apis", aggregated(&apps("Stale", "Stale")));
    let apis = discovery.refresh().await.unwrap();
    assert_eq!(apis.failures().len(), 2);
    assert!(apis.group("x.example.com").unwrap().preferred().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_older_form_is_understood_too() {
    let script = Script::default();
    script.on("/api", aggregated(CORE).of(V2BETA1)).on("/apis", aggregated("").of(V2BETA1));
    let apis = Discovery::new(&script.client()).apis().await.unwrap();
    assert_eq!((apis.groups().len(), apis.resources().count()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_server_of_aggregated_apis_alone_has_no_core_group() {
    let script = Script::default();
    script.on("/apis", aggregated(&apps("Current", "Current")));
    let apis = Discovery::new(&script.client()).apis().await.unwrap();
    assert_eq!(apis.groups().len(), 1);
    assert!(apis.failures().is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_a_list_of_groups_nothing_is_known() {
    let script = Script::default();
    script.on("/api", aggregated(CORE));
    for (answer, wanted) in [(code(404), 404), (code(403), 403), (code(503), 503)] {
        script.on("/apis", answer);
        let discovery = Discovery::new(&script.client());
        let error = discovery.apis().await.unwrap_err();
        assert_eq!(error.status().unwrap().code(), wanted);
        assert!(error.to_string().starts_with("discover what the server serves: "), "{error}");
        assert!(!discovery.is_fresh());
    }
    script.on("/apis", aggregated("")).on("/api", code(500));
    assert_eq!(Discovery::new(&script.client()).apis().await.unwrap_err().status().unwrap().code(), 500);
}

#[tokio::test(start_paused = true)]
async fn garbage_is_an_error_that_says_so() {
    let script = Script::default();
    script.on("/api", aggregated(CORE));
    for garbage in [
        json("<html>sign in</html>"),
        json("<html>sign in</html>").of("text/html"),
        json("{}"),
        json(r#"{"groups":[{}]}"#),
        aggregated(r#"{"versions":"v1"}"#),
        aggregated("{"),
        code(301),
    ] {
        script.on("/apis", garbage);
        let error = Discovery::new(&script.client()).apis().await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
        assert!(!error.is_transient());
    }
}

/// As the aggregator shows metrics APIs: resources of no kind that only carry others.
#[tokio::test(start_paused = true)]
async fn a_resource_without_a_kind_is_only_what_is_beneath_it() {
    const METRICS: &str = r#"{"metadata":{"name":"custom.metrics.k8s.io"},"versions":[{"version":"v1beta2","resources":[
        {"resource":"pods","responseKind":{"group":"","version":"","kind":""},"scope":"Namespaced","verbs":[],
         "subresources":[{"subresource":"requests","responseKind":{"kind":"MetricValueList"},"verbs":["get"]}]}]}]}"#;
    let script = Script::default();
    script.on("/apis", aggregated(METRICS));
    let apis = Discovery::new(&script.client()).apis().await.unwrap();
    assert_eq!(apis.resources().count(), 0);
    let pods = Gvr::new("custom.metrics.k8s.io", "v1beta2", "pods");
    assert!(apis.resource(&pods).is_none());
    assert_eq!(apis.subresource(&pods, "requests").unwrap().gvk.kind(), "MetricValueList");
}
