//! The embedded API server, which answers as the real one does.

use lookglass_apiserver::{ApiServer, Fault};
use lookglass_object::{Encoding, GroupVersion, Gvr};

use crate::{Client, Discovery};

async fn discovery() -> (ApiServer, Discovery) {
    let api = ApiServer::start().await.unwrap();
    let discovery = Discovery::new(&Client::from(api.kube_client()));
    (api, discovery)
}

#[tokio::test(start_paused = true)]
async fn all_that_it_serves_is_found_and_revalidated_with_two_requests_each() {
    let (api, discovery) = discovery().await;
    let apis = discovery.apis().await.unwrap();
    assert!(apis.failures().is_empty(), "{:?}", apis.failures());
    assert_eq!(apis.resources().count(), 68);
    assert!(apis.preferred().filter(|it| it.supports(&["list", "watch"])).count() > 50);
    assert!(discovery.is_enabled(&Gvr::new("apps", "v1", "deployments")).await.unwrap());
    let again = discovery.refresh().await.unwrap();
    assert_eq!(apis, again);
    let codes: Vec<_> = api.requests().iter().filter_map(|request| request.code).collect();
    assert_eq!(codes, [200, 200, 304, 304]);
}

#[tokio::test(start_paused = true)]
async fn its_bad_day_passes() {
    let (api, discovery) = discovery().await;
    api.fault(Fault::unavailable().path("/apis").once());
    let error = discovery.apis().await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    api.fault(Fault::reset().path("/apis").once());
    assert_eq!(discovery.apis().await.unwrap().resources().count(), 68);
}

#[tokio::test(start_paused = true)]
async fn its_documents_and_version_are_read() {
    let (api, discovery) = discovery().await;
    let document = discovery.openapi_v3_document(&GroupVersion::new("apps", "v1")).await.unwrap();
    assert!(document.value().unwrap()["paths"]["/apis/apps/v1/deployments"].is_object());
    api.clear_requests();
    discovery.openapi_v3_document(&GroupVersion::new("apps", "v1")).await.unwrap();
    assert_eq!(api.requests().len(), 1, "the hash has not changed, so only the index is read");
    assert_eq!(discovery.version().await.unwrap().major, "1");
    let json = discovery.openapi_v2(Encoding::Json).await.unwrap();
    assert!(json.starts_with(b"{"));
}
