//! The documents of OpenAPI.

use http::header;
use lookglass_object::{Encoding, GroupVersion};

use super::script::{Script, code, json};
use crate::{Discovery, Error};

fn index(hash: &str) -> super::script::Answer {
    json(format!(
        r#"{{"paths":{{
            ".well-known/openid-configuration":{{"serverRelativeURL":"/openapi/v3/.well-known/openid-configuration?hash=1"}},
            "api/v1":{{"serverRelativeURL":"/openapi/v3/api/v1?hash=1"}},
            "apis/apps":{{"serverRelativeURL":"/openapi/v3/apis/apps?hash=1"}},
            "apis/apps/v1":{{"serverRelativeURL":"/openapi/v3/apis/apps/v1{hash}"}}}}}}"#
    ))
    .of("text/plain; charset=utf-8")
}

const APPS: &str = "/openapi/v3/apis/apps/v1";

fn apps() -> GroupVersion {
    GroupVersion::new("apps", "v1")
}

#[tokio::test(start_paused = true)]
async fn the_index_names_the_group_versions() {
    let script = Script::default();
    script.on("/openapi/v3", index("?hash=A"));
    let index = Discovery::new(&script.client()).openapi_v3().await.unwrap();
    assert_eq!(index.group_versions().map(|it| it.to_string()).collect::<Vec<_>>(), ["v1", "apps/v1"]);
    assert_eq!(index.paths().count(), 4);
    assert_eq!(index.url("apis/apps/v1"), Some("/openapi/v3/apis/apps/v1?hash=A"));
    assert_eq!(index.url("nope"), None);
}

#[tokio::test(start_paused = true)]
async fn a_document_is_sent_again_only_when_its_hash_has_changed() {
    let script = Script::default();
    script.on("/openapi/v3", index("?hash=A")).on(&format!("{APPS}?hash=A"), json(r#"{"a":1}"#).tagged("\"A\""));
    let discovery = Discovery::new(&script.client());
    let first = discovery.openapi_v3_document(&apps()).await.unwrap();
    assert_eq!(first.value().unwrap()["a"], 1);
    assert_eq!(discovery.openapi_v3_document(&apps()).await.unwrap(), first);
    assert_eq!(script.asked(), ["/openapi/v3", "/openapi/v3", "/openapi/v3/apis/apps/v1?hash=A"]);

    script.on("/openapi/v3", index("?hash=B")).on(&format!("{APPS}?hash=B"), json(r#"{"b":1}"#).tagged("\"B\""));
    assert_eq!(&discovery.openapi_v3_document(&apps()).await.unwrap().json()[..], br#"{"b":1}"#);
    discovery.forget_documents();
    script.asked();
    discovery.openapi_v3_document(&apps()).await.unwrap();
    assert_eq!(script.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_hash_the_tag_counts() {
    let script = Script::default();
    script.on("/openapi/v3", index("")).on(APPS, json(r#"{"a":1}"#).tagged("\"A\""));
    let discovery = Discovery::new(&script.client());
    let first = discovery.openapi_v3_document(&apps()).await.unwrap();
    script.asked();
    assert_eq!(discovery.openapi_v3_document(&apps()).await.unwrap(), first);
    assert_eq!(script.asked(), ["/openapi/v3", "/openapi/v3/apis/apps/v1?"]);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_has_moved_on_is_followed_and_never_to_another_server() {
    let script = Script::default();
    let moved = |to: &str| code(301).with(header::LOCATION, to);
    script
        .on("/openapi/v3", index("?hash=A"))
        .on(&format!("{APPS}?hash=A"), moved(&format!("https://evil.example.com{APPS}?hash=B")));
    script.on(&format!("{APPS}?hash=B"), json("{}"));
    let discovery = Discovery::new(&script.client());
    discovery.openapi_v3_document(&apps()).await.unwrap();
    assert!(script.asked().contains(&format!("{APPS}?hash=B")));

    for confused in [moved(&format!("{APPS}?hash=A")), moved("not an address"), code(301)] {
        script.on(&format!("{APPS}?hash=A"), confused);
        let error = Discovery::new(&script.client()).openapi_v3_document(&apps()).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_not_there_is_an_error_that_names_it() {
    let script = Script::default();
    let discovery = Discovery::new(&script.client());
    assert!(discovery.openapi_v3().await.unwrap_err().status().unwrap().is_not_found());
    script.on("/openapi/v3", index("?hash=A"));
    let error = discovery.openapi_v3_document(&GroupVersion::new("nope", "v1")).await.unwrap_err();
    assert_eq!(error.to_string(), "read the OpenAPI document apis/nope/v1: the server has no such document");
    script.on("/openapi/v2", json("{}"));
    assert_eq!(&discovery.openapi_v2(Encoding::Json).await.unwrap()[..], b"{}");
}
