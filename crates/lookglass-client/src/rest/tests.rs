//! Requests by hand.

use http::Method;
use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::ApiServer;
use lookglass_object::Dynamic;
use serde_json::json;

use super::Rest;
use crate::{Client, Error, ListOptions, Patch, RestRequest, recorder::Recorder};

async fn wrong(request: RestRequest) -> String {
    match request.send().await.unwrap_err() {
        Error::Request { why, .. } => why,
        error => panic!("{error:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_verb_by_path_and_by_name() {
    let api = ApiServer::start().await.unwrap();
    let rest = Rest::new(&Client::from(api.kube_client()));
    let maps = "/api/v1/namespaces/default/configmaps";
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "1"}});
    let created = rest.post(maps).json(&map).send().await.unwrap();
    assert_eq!((created.status().as_u16(), created.json().unwrap()["data"]["x"].as_str()), (201, Some("1")));
    let object = created.object::<ConfigMap>().unwrap();
    assert_eq!(object.typed().unwrap().data.as_ref().unwrap()["x"], "1");

    let one = rest.core_v1().patch().namespace("default").resource("ConfigMaps").name("a");
    let patched = one.patch(&Patch::Merge(json!({"data": {"x": "2"}}))).send().await.unwrap();
    assert_eq!(patched.json().unwrap()["data"]["x"], "2");
    let put = rest.put(&format!("{maps}/a")).object(&patched.object::<Dynamic>().unwrap()).send().await.unwrap();
    assert_eq!(put.status().as_u16(), 200);

    for accept in ["application/json", "application/vnd.kubernetes.protobuf"] {
        let pods = rest.core_v1().get().namespace("default").resource("configmaps").accept(accept);
        let list = pods.fields(&"metadata.name=a".parse().unwrap()).send().await.unwrap().list::<ConfigMap>().unwrap();
        assert_eq!(
            (list.len(), list.items[0].typed().unwrap().data.as_ref().unwrap()["x"].as_str()),
            (1, "2"),
            "{accept}"
        );
        assert!(!list.version.is_unset());
    }
    rest.delete(&format!("{maps}/a")).send().await.unwrap();
    let gone = rest.get(&format!("{maps}/a?pretty=false")).send().await.unwrap_err();
    assert!(gone.status().unwrap().is_not_found());
    let version = rest.get("/version").send().await.unwrap();
    assert!(version.decode::<k8s_openapi::apimachinery::pkg::version::Info>().unwrap().git_version.starts_with('v'));
    assert!(matches!(version.list::<ConfigMap>(), Err(Error::Malformed { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_request_is_what_was_said_in_whatever_order() {
    let recorder = Recorder::default();
    let rest = Rest::new(&recorder.client());
    let status = rest.apps_v1().get().subresource(["status"]).name("web").resource("deployments").namespace("w");
    let options = ListOptions::default().labels("a=b".parse().unwrap());
    for (request, line) in [
        (status, "GET /apis/apps/v1/namespaces/w/deployments/web/status"),
        (rest.get("/healthz?verbose").param("exclude", "a b"), "GET /healthz?verbose&exclude=a%20b"),
        (
            rest.core_v1().get().resource("pods").param("x", 1).list_options(&options),
            "GET /api/v1/pods?x=1&labelSelector=a%3Db&limit=500",
        ),
        (rest.request(Method::OPTIONS, "/x/"), "OPTIONS /x/"),
    ] {
        recorder.answer("{}");
        request.send().await.unwrap();
        assert_eq!(recorder.one().line(), line);
    }
    recorder.answer_as("text/plain", "streamed");
    let response =
        rest.get("/logs").accept("text/plain").header("x-one", "1").body("a/b", "body").stream().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let seen = recorder.one();
    assert_eq!(
        (seen.header("accept"), seen.header("x-one"), seen.header("content-type"), &seen.body[..]),
        ("text/plain", "1", "a/b", &b"body"[..])
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_thing_that_is_wrong_is_told_and_nothing_is_sent() {
    let recorder = Recorder::default();
    let rest = Rest::new(&recorder.client());
    let core = rest.core_v1();
    for (request, why) in [
        (core.get().namespace("a").namespace("b").name(".."), "the namespace is said twice"),
        (core.get().resource("pods").resource("pods"), "the resource is said twice"),
        (core.get().name("").resource("a/b"), "the name: \"\" cannot be part of an address"),
        (core.get().resource("pods").name("a/b"), "the name: \"a/b\" cannot be part of an address"),
        (core.get().resource("pods").name("%2e"), "the name: \"%2e\" cannot be part of an address"),
        (core.get().subresource(["a"]).subresource(["b"]), "the subresource is said twice"),
        (
            core.post().namespace("").resource("pods"),
            "something is created in a namespace, and the one that is said is empty",
        ),
        (
            core.get().namespace("").resource("pods").name("a"),
            "an object is in a namespace, and the one that is said is empty",
        ),
        (core.get().suffix("a/../b"), "\"a/../b\" does not go straight down"),
        (core.get().header("a b", "secret"), "\"a b\", or its value, is no header"),
        (rest.get("api"), "\"api\" is no path; it begins with a slash and goes straight down"),
        (rest.get("/api/../x"), "\"/api/../x\" is no path; it begins with a slash and goes straight down"),
        (
            rest.get("https://elsewhere/"),
            "\"https://elsewhere/\" is no path; it begins with a slash and goes straight down",
        ),
    ] {
        assert!(!format!("{request:?}").contains("secret"));
        assert_eq!(wrong(request).await, why);
    }
    assert!(recorder.seen().is_empty());
    recorder.answer("{}");
    core.get().namespace("").resource("pods").send().await.unwrap();
    assert_eq!(recorder.one().line(), "GET /api/v1/pods");
}
