use super::*;

#[test]
fn lookups_can_be_spawned() {
    fn assert_send<T: Send>(_: impl FnOnce(Mapper) -> T) {}
    assert_send(|mapper| async move {
        mapper.find("deploy").await?;
        mapper.category("all").await?;
        crate::Scales::new(&mapper).of("deploy").await?.set("web", 1).await
    });
}

use lookglass_apiserver::ApiServer;

use crate::Client;

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
        ("deploy", "apps/v1, Resource=deployments"),
        ("deployments.apps", "apps/v1, Resource=deployments"),
        ("deployments.v1.apps", "apps/v1, Resource=deployments"),
        ("deploy.v1.apps", "apps/v1, Resource=deployments"),
        ("Deployment", "apps/v1, Resource=deployments"),
        ("Deployment.apps", "apps/v1, Resource=deployments"),
        ("Deployment.v1.apps", "apps/v1, Resource=deployments"),
        ("deploy.app", "apps/v1, Resource=deployments"),
        ("storageclass.storage", "storage.k8s.io/v1, Resource=storageclasses"),
        ("ev", "/v1, Resource=events"),
        ("events.events.k8s.io", "events.k8s.io/v1, Resource=events"),
        ("hpa", "autoscaling/v2, Resource=horizontalpodautoscalers"),
        ("hpa.v1.autoscaling", "autoscaling/v1, Resource=horizontalpodautoscalers"),
        ("endpoints", "/v1, Resource=endpoints"),
    ] {
        let found = mapper.find(written).await.unwrap();
        assert_eq!(found.gvr().to_string(), wanted, "{written}");
    }
    assert_eq!(api.requests().len(), 2, "all of it is asked for once");
}
