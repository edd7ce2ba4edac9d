//! The built-in resources.

use lookglass_apiserver::{ApiServer, Fault};
use lookglass_object::{Gvk, Gvr, Scheme};

use crate::{Client, Discovery, Error, Mapper, NoMapping};

async fn mapper() -> (ApiServer, Mapper) {
    let api = ApiServer::start().await.unwrap();
    let mapper = Mapper::new(&Discovery::new(&Client::from(api.kube_client())));
    (api, mapper)
}

#[tokio::test(start_paused = true)]
async fn what_people_write_is_found_as_kubectl_finds_it() {
    let (api, mapper) = mapper().await;
    for (written, wanted) in [
        ("po", "/v1, Resource=pods"),
        ("pod", "/v1, Resource=pods"),
        ("Pods", "/v1, Resource=pods"),
        ("pods.v1.", "/v1, Resource=pods"),
        ("Pod.v1.", "/v1, Resource=pods"),
        ("deploy", "apps/v1, Resource=deployments"),
        ("deployments.apps", "apps/v1, Resource=deployments"),
        ("deployments.v1.apps", "apps/v1, Resource=deployments"),
        ("deploy.v1.apps", "apps/v1, Resource=deployments"),
        ("Deployment", "apps/v1, Resource=deployments"),
        ("deployment", "apps/v1, Resource=deployments"),
        ("Deployment.apps", "apps/v1, Resource=deployments"),
        ("Deployment.v1.apps", "apps/v1, Resource=deployments"),
        ("deploy.app", "apps/v1, Resource=deployments"),
        ("storageclass.storage", "storage.k8s.io/v1, Resource=storageclasses"),
        ("netpol.networking.k8s.io", "networking.k8s.io/v1, Resource=networkpolicies"),
        ("ev", "/v1, Resource=events"),
        ("events.events.k8s.io", "events.k8s.io/v1, Resource=events"),
        ("hpa", "autoscaling/v2, Resource=horizontalpodautoscalers"),
        ("hpa.v1.autoscaling", "autoscaling/v1, Resource=horizontalpodautoscalers"),
        ("endpoints", "/v1, Resource=endpoints"),
        ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1, Resource=clusterrolebindings"),
    ] {
        let found = mapper.find(written).await.unwrap();
        assert_eq!(found.gvr().to_string(), wanted, "{written}");
        assert!(found.shadowed.is_empty() || written == "ev", "{written} {:?}", found.shadowed);
    }
    assert_eq!(api.requests().len(), 2, "all of it is asked for once");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_said_to_be_unknown_with_what_is_like_it() {
    let (_api, mapper) = mapper().await;
    let error = mapper.find("deploymnets").await.unwrap_err();
    assert_eq!(error.to_string(), "the server has no resource or kind \"deploymnets\"; did you mean deployments.apps?");
    assert!(!error.is_transient());
    for unknown in
        ["", ".", "..", "x", "pods.apps", "pods.v2.", "deployments.v2.apps", "deploy.v2.apps", "podlists", "a.b.c.d"]
    {
        let error = mapper.find(unknown).await.unwrap_err();
        assert!(matches!(&error, Error::NoMapping(NoMapping::Unknown { .. })), "{unknown} {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_built_in_kind_and_resource_leads_to_the_other() {
    let (api, mapper) = mapper().await;
    let scheme = Scheme::builtin();
    let apis = mapper.discovery().apis().await.unwrap();
    for resource in apis.resources() {
        let by_kind = mapper.resource_for(&resource.gvk).await.unwrap();
        assert_eq!(by_kind.gvr(), &resource.gvr);
        assert_eq!(mapper.kind_for(&resource.gvr).await.unwrap().gvk(), &resource.gvk);
        let singular = Gvr::new(resource.gvr.group().to_owned(), "", resource.singular.clone());
        assert_eq!(mapper.kind_for(&singular).await.unwrap().gvr().resource(), resource.gvr.resource());
        if let Some(known) = scheme.is_namespaced(&resource.gvk) {
            assert_eq!(by_kind.is_namespaced(), known, "{}", resource.gvk);
        }
        for short in &resource.short_names {
            let found = mapper.find(short).await.unwrap();
            assert_eq!(found.gvr().resource(), resource.gvr.resource(), "{short}");
        }
    }
    assert_eq!(api.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_version_a_kind_is_found_in_the_preferred_one() {
    let (_api, mapper) = mapper().await;
    let found = mapper.resource_for(&Gvk::new("autoscaling", "", "HorizontalPodAutoscaler")).await.unwrap();
    assert_eq!(found.gvr().version(), "v2");
    let wrong = Gvk::new("apps", "v9", "Deployment");
    let error = mapper.resource_for(&wrong).await.unwrap_err();
    assert!(
        error.to_string().starts_with("the server has no resource or kind \"apps/v9, Kind=Deployment\""),
        "{error}"
    );
    assert!(mapper.kind_for(&Gvr::new("apps", "v9", "deployments")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn categories_are_expanded() {
    let (_api, mapper) = mapper().await;
    let all: Vec<_> = mapper.category("all").await.unwrap().iter().map(|it| it.gvr().group_resource()).collect();
    assert_eq!(
        all,
        [
            "pods",
            "replicationcontrollers",
            "services",
            "daemonsets.apps",
            "deployments.apps",
            "replicasets.apps",
            "statefulsets.apps",
            "horizontalpodautoscalers.autoscaling",
            "cronjobs.batch",
            "jobs.batch"
        ]
    );
    assert!(mapper.category("nope").await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_not_a_kind_that_does_not_exist() {
    let (api, mapper) = mapper().await;
    mapper.find("pods").await.unwrap();
    api.fault(Fault::internal_error().path("/apis"));
    assert!(mapper.find("pods").await.is_ok(), "this is remembered");
    let error = mapper.find("crontabs").await.unwrap_err();
    assert_eq!(error.status().unwrap().code(), 500);
}
