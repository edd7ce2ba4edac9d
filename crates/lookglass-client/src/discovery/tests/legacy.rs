//! List by list.

use lookglass_object::{GroupVersion, Gvr};

use super::script::{Script, aggregated, code, json, unreachable};
use crate::{Discovery, Failure, Mapper, Scope};

/// A server before aggregated discovery, with so many groups of one version beside core.
fn old_server(groups: usize) -> Script {
    let script = Script::default();
    script.on("/api", json(r#"{"kind":"APIVersions","versions":["v1"]}"#));
    script.on(
        "/api/v1",
        json(r#"{"groupVersion":"v1","resources":[
            {"name":"pods","singularName":"","namespaced":true,"kind":"Pod","verbs":["get","list"],"shortNames":["po"]},
            {"name":"pods/status","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]},
            {"name":"pods/eviction","namespaced":true,"group":"policy","version":"v1","kind":"Eviction","verbs":["create"]},
            {"name":"absent/metric","namespaced":false,"kind":"Metric","verbs":["get"]}]}"#),
    );
    let mut list = Vec::new();
    for at in 0..groups {
        list.push(format!(
            r#"{{"name":"g{at}.io","versions":[{{"groupVersion":"g{at}.io/v1","version":"v1"}}],
                "preferredVersion":{{"groupVersion":"g{at}.io/v1","version":"v1"}}}}"#
        ));
        let resource =
            format!(r#"{{"name":"r{at}","singularName":"","namespaced":false,"kind":"R{at}","verbs":null}}"#);
        script.on(&format!("/apis/g{at}.io/v1"), json(format!(r#"{{"resources":[{resource}]}}"#)));
    }
    script.on("/apis", json(format!(r#"{{"kind":"APIGroupList","groups":[{}]}}"#, list.join(","))));
    script
}

#[tokio::test(start_paused = true)]
async fn an_old_server_is_asked_version_by_version_so_many_at_a_time() {
    let script = old_server(20);
    let apis = Discovery::builder(&script.client()).concurrency(4).build().apis().await.unwrap();
    assert_eq!(script.asked().len(), 23);
    assert_eq!(script.most_at_a_time(), 4);
    let names: Vec<_> = apis.resources().map(|it| it.gvr.resource().to_owned()).collect();
    assert_eq!(names[..4], ["pods", "r0", "r1", "r2"], "in the server's order");
    assert_eq!(names.len(), 21);
    let pods = apis.resource(&Gvr::core("v1", "pods")).unwrap();
    assert_eq!(pods.scope, Scope::Namespaced);
    assert_eq!(pods.subresource("status").unwrap().gvk.to_string(), "/v1, Kind=Pod");
    assert_eq!(pods.subresource("eviction").unwrap().gvk.to_string(), "policy/v1, Kind=Eviction");
    assert_eq!(apis.subresource(&Gvr::core("v1", "absent"), "metric").unwrap().gvk.kind(), "Metric");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_listed_is_a_failure_beside_the_rest() {
    let script = old_server(4);
    script.on("/apis/g0.io/v1", code(503)).on("/apis/g1.io/v1", json("garbage")).on("/apis/g2.io/v1", unreachable());
    let discovery = Discovery::new(&script.client());
    let apis = discovery.apis().await.unwrap();
    assert_eq!(apis.groups().len(), 5, "their names are known");
    assert_eq!(apis.resources().count(), 2);
    assert_eq!(apis.failures().len(), 3);
    let error = |group: &'static str| match apis.failure(&GroupVersion::new(group, "v1")) {
        Some(Failure::Unanswered { error, .. }) => error.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(error("g0.io").status().unwrap().code(), 503);
    assert!(!error("g1.io").is_transient() && error("g2.io").is_transient());
    assert!(error("g0.io").to_string().starts_with("list the resources of g0.io/v1: "));
    let unknown = discovery.is_enabled(&Gvr::new("g0.io", "v1", "r0")).await.unwrap_err();
    assert_eq!(unknown.status().unwrap().code(), 503);
}

#[tokio::test(start_paused = true)]
async fn only_what_failed_is_asked_for_again() {
    let script = old_server(4);
    script.on("/apis/g0.io/v1", code(503));
    let discovery = Discovery::new(&script.client());
    discovery.apis().await.unwrap();
    script.asked();
    script.on("/apis/g0.io/v1", json(r#"{"resources":null}"#));
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    assert!(discovery.apis().await.unwrap().failures().is_empty());
    assert_eq!(script.asked(), ["/api", "/apis", "/apis/g0.io/v1"]);
    discovery.refresh().await.unwrap();
    assert_eq!(script.asked().len(), 7, "a refresh asks for everything");
}

#[tokio::test(start_paused = true)]
async fn what_is_new_is_found_while_something_else_fails() {
    let script = old_server(2);
    script.on("/apis/g0.io/v1", code(503));
    let discovery = Discovery::new(&script.client());
    let mapper = Mapper::new(&discovery);
    let before = discovery.apis().await.unwrap();
    let list = |kind: &str| json(format!(r#"{{"resources":[{{"name":"n","kind":"{kind}","verbs":["get"]}}]}}"#));
    script.on("/apis/g1.io/v1", list("New"));
    // This lookup is also the one that asks again for what failed, which does not count as an answer to it.
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    assert_eq!(mapper.find("new").await.unwrap().gvr().group(), "g1.io");
    assert!(discovery.remembered().unwrap().asked_at() > before.asked_at());

    script.on("/apis/g1.io/v1", list("Newer"));
    assert_eq!(discovery.refresh().await.unwrap().resources().last().unwrap().gvk.kind(), "Newer");
    let asked_at = discovery.remembered().unwrap().asked_at();
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    assert_eq!(discovery.apis().await.unwrap().asked_at(), asked_at, "most of it is as old as before");
}

#[tokio::test(start_paused = true)]
async fn a_preferred_version_that_fails_leaves_the_others() {
    let script = Script::default();
    script.on(
        "/apis",
        json(r#"{"groups":[{"name":"g.io","versions":[{"version":"v1"},{"version":"v2"}],"preferredVersion":{"version":"v2"}}]}"#),
    );
    let list = |kind: &str| json(format!(r#"{{"resources":[{{"name":"r","kind":"{kind}","verbs":["get"]}}]}}"#));
    script.on("/apis/g.io/v1", list("Old")).on("/apis/g.io/v2", list("New"));
    let discovery = Discovery::new(&script.client());
    let kind = |apis: crate::Apis| apis.preferred().map(|it| it.gvk.kind().to_owned()).collect::<Vec<_>>();
    assert_eq!(kind(discovery.apis().await.unwrap()), ["New"]);
    script.on("/apis/g.io/v2", code(500));
    assert_eq!(kind(discovery.refresh().await.unwrap()), ["Old"]);
}

#[tokio::test(start_paused = true)]
async fn one_page_may_be_aggregated_and_the_other_not() {
    let script = old_server(2);
    let group = r#"{"metadata":{"name":"new.io"},"versions":[{"version":"v1","resources":[{"resource":"n","responseKind":{"kind":"N"}}]}]}"#;
    script.on("/apis", aggregated(group).tagged("\"1\""));
    let discovery = Discovery::new(&script.client());
    let apis = discovery.apis().await.unwrap();
    assert_eq!(script.asked(), ["/api", "/api/v1", "/apis"]);
    assert_eq!(apis.resources().map(|it| it.gvr.resource()).collect::<Vec<_>>(), ["pods", "n"]);
    assert_eq!(discovery.refresh().await.unwrap(), apis);
    assert_eq!(script.asked(), ["/api", "/api/v1", "/apis?"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_the_new_types_is_asked_plainly() {
    let script = old_server(1);
    script.on("/apis", json(r#"{"groups":null}"#).picky());
    let apis = Discovery::new(&script.client()).apis().await.unwrap();
    assert_eq!(apis.groups().len(), 1);
    assert_eq!(script.asked(), ["/api", "/api/v1", "/apis", "/apis"]);
    script.on("/apis", code(406));
    let error = Discovery::new(&script.client()).apis().await.unwrap_err();
    assert_eq!(error.status().unwrap().code(), 406);
    assert_eq!(script.asked(), ["/api", "/apis", "/apis"], "without a list of groups nothing more is asked");
}
