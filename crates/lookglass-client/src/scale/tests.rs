//! Scales of the built-in resources, and of those that have none.

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    autoscaling::v1::Scale,
};
use lookglass_apiserver::{ApiServer, Fault};
use lookglass_object::Gvk;

use super::*;
use crate::{Backoff, Discovery, retry_on_conflict};

const WEB: &str = "
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 1, serviceName: db, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}
";

async fn scales() -> (ApiServer, Scales) {
    let api = ApiServer::start().await.unwrap();
    api.apply_yaml(WEB).await.unwrap();
    let scales = Scales::new(&Mapper::new(&Discovery::new(&Client::from(api.kube_client()))));
    (api, scales)
}

fn wanted(scale: &Scale) -> Option<i32> {
    scale.spec.as_ref().and_then(|spec| spec.replicas)
}

#[tokio::test(start_paused = true)]
async fn whatever_has_a_scale_is_scaled() {
    let (api, scales) = scales().await;
    let deployments = scales.of("deploy").await.unwrap();
    assert_eq!(wanted(&deployments.get("web").await.unwrap()), Some(2));
    assert_eq!(wanted(&deployments.set("web", 5).await.unwrap()), Some(5));
    assert_eq!(api.get::<Deployment>("default/web").await.unwrap().spec.replicas, Some(5));

    let sets = scales.of_kind(&Gvk::new("apps", "v1", "StatefulSet")).await.unwrap().namespace("default");
    let patched = sets.patch("db", &json!({"spec": {"replicas": 0}})).await.unwrap();
    assert_eq!(wanted(&patched), None, "none is what the wire leaves out");
    assert_eq!(api.get::<StatefulSet>("default/db").await.unwrap().spec.replicas, Some(0));
}

#[tokio::test(start_paused = true)]
async fn what_others_changed_meanwhile_is_a_conflict_and_reading_again_settles_it() {
    let (api, scales) = scales().await;
    let deployments = scales.of("deployments").await.unwrap();
    let mut old = deployments.get("web").await.unwrap();
    deployments.set("web", 7).await.unwrap();
    old.spec.get_or_insert_default().replicas = Some(1);
    assert!(deployments.update("web", &old).await.unwrap_err().status().unwrap().is_conflict());

    api.fault(Fault::conflict().resource("deployments").times(2));
    let one_more = || async {
        let mut scale = deployments.get("web").await?;
        let spec = scale.spec.get_or_insert_default();
        spec.replicas = Some(spec.replicas.unwrap_or(0) + 1);
        deployments.update("web", &scale).await
    };
    assert_eq!(wanted(&retry_on_conflict(Backoff::DEFAULT_RETRY, one_more).await.unwrap()), Some(8));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_scaled_says_why() {
    let (_api, scales) = scales().await;
    let error = scales.of("configmaps").await.unwrap_err();
    assert_eq!(error.to_string(), "scale configmaps: configmaps have no scale");
    assert!(matches!(scales.of("nope").await.unwrap_err(), Error::NoMapping(_)));
    let deployments = scales.of("deployments").await.unwrap();
    let error = deployments.get("nope").await.unwrap_err();
    assert!(error.status().unwrap().is_not_found());
    assert!(error.to_string().starts_with("read the scale of deployments.apps nope: "), "{error}");
    for bad in ["", "..", "a/b", "web/status?x"] {
        assert!(matches!(deployments.get(bad).await.unwrap_err(), Error::Request { .. }), "{bad}");
    }
    let elsewhere = deployments.namespace("../kube-system");
    assert!(matches!(elsewhere.set("web", 1).await.unwrap_err(), Error::Request { .. }));
}
