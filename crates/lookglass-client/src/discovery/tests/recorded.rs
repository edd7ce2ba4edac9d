//! A real server's answers, recorded. `data/README.md` says where they come from.

use http::header::{self, HeaderName};
use lookglass_object::{GroupVersion, Gvr};
use serde::Deserialize;

use super::script::{Answer, JSON, Script, V2, code, json};
use crate::{Apis, Discovery};

#[derive(Deserialize)]
struct Exchange {
    path: String,
    accept: String,
    status: u16,
    headers: std::collections::HashMap<String, String>,
    body: String,
}

fn exchanges() -> Vec<Exchange> {
    serde_json::from_str(include_str!("data/recorded.json")).unwrap()
}

/// The server as it answers those that ask for aggregated discovery, or as an older one would.
fn server(is_aggregated: bool) -> Script {
    let script = Script::default();
    for exchange in exchanges() {
        let is_page = exchange.path == "/api" || exchange.path == "/apis";
        if is_page && exchange.accept.contains("apidiscovery") != is_aggregated {
            continue;
        }
        let mut answer: Answer = if exchange.status == 200 { json(exchange.body) } else { code(exchange.status) };
        answer = answer.of(if is_page && is_aggregated { V2 } else { JSON });
        if is_page && is_aggregated {
            assert_eq!(exchange.headers["content-type"], V2);
        }
        for name in [header::ETAG, header::LOCATION] as [HeaderName; 2] {
            if let Some(value) = exchange.headers.get(name.as_str()) {
                answer = answer.with(name, value);
            }
        }
        script.on(&exchange.path, answer);
    }
    script
}

async fn apis(is_aggregated: bool) -> Apis {
    Discovery::new(&server(is_aggregated).client()).apis().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_real_server_is_understood_whole() {
    let apis = apis(true).await;
    assert!(apis.failures().is_empty());
    assert_eq!(apis.groups().len(), 21);
    assert_eq!(
        apis.groups()[..3].iter().map(|it| it.name()).collect::<Vec<_>>(),
        ["", "apiregistration.k8s.io", "apps"]
    );
    let preferred = |group: &str| apis.group(group).unwrap().preferred().unwrap().group_version().to_string();
    assert_eq!(preferred("autoscaling"), "autoscaling/v2");
    assert!(apis.resources().all(|it| !it.gvk.kind().is_empty() && !it.verbs.is_empty() && !it.singular.is_empty()));
    let deployments = apis.resource(&Gvr::new("apps", "v1", "deployments")).unwrap();
    assert_eq!(deployments.subresource("scale").unwrap().gvk.to_string(), "autoscaling/v1, Kind=Scale");
    // One entry for each resource, though events, and autoscalers in two versions, are there twice.
    let events: Vec<_> = apis.preferred().filter(|it| it.gvr.resource() == "events").map(|it| it.gvr.group()).collect();
    assert_eq!(events, ["", "events.k8s.io"]);
    assert_eq!(apis.preferred().filter(|it| it.gvr.resource() == "horizontalpodautoscalers").count(), 1);
    assert!(apis.preferred().count() < apis.resources().count());
}

#[tokio::test(start_paused = true)]
async fn both_forms_say_the_same() {
    let (aggregated, legacy) = (apis(true).await, apis(false).await);
    for group_version in [GroupVersion::new("", "v1"), GroupVersion::new("apps", "v1")] {
        let (mut new, mut old) = (
            aggregated.version(&group_version).unwrap().resources().to_vec(),
            legacy.version(&group_version).unwrap().resources().to_vec(),
        );
        for resource in new.iter_mut().chain(&mut old) {
            resource.subresources.sort_by(|a, b| a.name.cmp(&b.name));
        }
        assert_eq!(new, old);
    }
    let names = |apis: &Apis| apis.groups().iter().map(|it| it.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&aggregated), names(&legacy));
    // Of the others no recording was made, so they were not found.
    assert_eq!(legacy.failures().len(), aggregated.groups().iter().map(|it| it.versions().len()).sum::<usize>() - 2);
}

#[tokio::test(start_paused = true)]
async fn half_an_answer_is_no_shorter_one() {
    for is_aggregated in [true, false] {
        let script = server(is_aggregated);
        let wanted = |it: &Exchange| it.path == "/apis" && it.accept.contains("apidiscovery") == is_aggregated;
        let body = exchanges().into_iter().find(wanted).unwrap().body;
        for cut in (0..body.len()).step_by(499) {
            script.on("/apis", json(body[..cut].to_owned()).of(if is_aggregated { V2 } else { JSON }));
            let error = Discovery::new(&script.client()).apis().await.unwrap_err();
            assert!(matches!(error, crate::Error::Malformed { .. }), "{error:?} after {cut} bytes");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn version_and_documents() {
    let script = server(true);
    let discovery = Discovery::new(&script.client());
    let version = discovery.version().await.unwrap();
    assert_eq!((&*version.git_version, version.minor_number()), ("v1.36.2", Some(36)));
    assert_eq!(crate::ServerVersion { minor: "27+".to_owned(), ..version.clone() }.minor_number(), Some(27));
    assert_eq!(crate::ServerVersion { minor: "x".to_owned(), ..version }.minor_number(), None);
    let index = discovery.openapi_v3().await.unwrap();
    assert!(index.group_versions().any(|it| it == GroupVersion::new("coordination.k8s.io", "v1")));
    assert!(index.url("api/v1").unwrap().starts_with("/openapi/v3/api/v1?hash="));
}
