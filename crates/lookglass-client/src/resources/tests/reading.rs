//! Getting and listing, against the embedded API server.

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{ApiServer, Fault};
use lookglass_object::{Encoding, Gvr, ResourceVersion, Selector};
use serde_json::json;

use crate::{
    ALL_NAMESPACES, Clientset, Dynamic, Error, ListFrom, ListOptions, Metadata, WatchEvent, WatchOptions,
    recorder::Recorder,
};

async fn filled(objects: usize) -> (ApiServer, Clientset) {
    let api = ApiServer::start().await.unwrap();
    let clientset = Clientset::from(api.kube_client());
    for at in 0..objects {
        let map = json!({"metadata": {"name": format!("c{at:03}"), "namespace": "default", "labels": {"n": at.to_string()}}, "data": {"at": at.to_string()}});
        api.create(&serde_json::from_value::<ConfigMap>(map).unwrap()).await.unwrap();
    }
    (api, clientset)
}

#[tokio::test(start_paused = true)]
async fn a_list_reads_all_pages_and_a_page_is_one_request() {
    let (api, clientset) = filled(23).await;
    let maps = clientset.core_v1().config_maps("default");
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let maps = maps.clone().encoding(encoding);
        for page_size in [0, 5, 24, 500] {
            api.clear_requests();
            let list = maps.list(&ListOptions::default().page_size(page_size)).await.unwrap();
            assert_eq!((list.len(), list.next.is_none(), list.remaining, list.failed.len()), (24, true, None, 0));
            let pages = if page_size == 0 { 1 } else { 24_usize.div_ceil(page_size as usize) };
            assert_eq!(api.requests().len(), pages);
            assert!(!list.version.is_unset());
        }
    }
    let options = ListOptions::default().page_size(10);
    let first = maps.page(&options, None).await.unwrap();
    assert_eq!((first.len(), first.remaining), (10, Some(14)));
    let second = maps.page(&options, first.next.as_deref()).await.unwrap();
    assert_eq!(second.items[0].name(), "c010");
    let some: Selector = "n in (3,4)".parse().unwrap();
    let names: Vec<_> = maps
        .list(&ListOptions::default().labels(some))
        .await
        .unwrap()
        .into_iter()
        .map(|map| map.name().to_owned())
        .collect();
    assert_eq!(names, ["c003", "c004"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_token_expires_is_read_anew_in_one_piece() {
    let recorder = Recorder::default();
    let page = |names: &[&str], next: &str, version: &str| {
        let items: Vec<_> =
            names.iter().map(|name| json!({"metadata": {"name": name, "namespace": "default"}})).collect();
        json!({"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {"resourceVersion": version, "continue": next}, "items": items}).to_string()
    };
    recorder.answer(page(&["a", "b"], "token", "7"));
    recorder.refuse(410, "Expired");
    recorder.answer(page(&["a", "c", "d"], "", "9"));
    let maps = Clientset::new(&recorder.client()).core_v1().config_maps("default");
    let list = maps.list(&ListOptions::default().page_size(2)).await.unwrap();
    assert_eq!(list.iter().map(|map| map.name()).collect::<Vec<_>>(), ["a", "c", "d"]);
    assert_eq!(list.version, ResourceVersion::from("9"));
    let seen: Vec<_> = recorder.seen().iter().map(|seen| seen.target.clone()).collect();
    let base = "/api/v1/namespaces/default/configmaps";
    assert_eq!(seen, [format!("{base}?limit=2"), format!("{base}?limit=2&continue=token"), base.to_owned()]);
}

#[tokio::test(start_paused = true)]
async fn one_item_that_cannot_be_taken_in_stands_beside_the_others() {
    let recorder = Recorder::default();
    recorder.answer(
        r#"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[
            {"metadata":{"name":"a"}}, {"metadata":{}}, {"kind":"Pod","metadata":{"name":"p"}}, {"metadata":{"name":"b"},"data":{"x":"secret"}}]}"#,
    );
    let list = Clientset::new(&recorder.client())
        .core_v1()
        .config_maps("default")
        .list(&ListOptions::default())
        .await
        .unwrap();
    assert_eq!(list.iter().map(|map| map.name()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(list.failed.len(), 2);
    assert!(list.failed.iter().all(|error| matches!(error, Error::Item { .. })), "{:?}", list.failed);
    assert_eq!((list.items[0].kind(), &*list.items[0].api_version()), ("ConfigMap", "v1"));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_cut_off_is_an_error() {
    let (api, clientset) = filled(3).await;
    let _fault = api.fault(Fault::cut_after(300));
    let error = clientset.core_v1().config_maps("default").list(&ListOptions::default()).await.unwrap_err();
    assert!(matches!(error, Error::CutOff { .. }) && error.is_transient(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn typed_dynamic_and_metadata_handles_show_the_same_object() {
    let (_api, clientset) = filled(2).await;
    let gvr = Gvr::core("v1", "configmaps");
    let typed = clientset.core_v1().config_maps("default").get("c001").await.unwrap();
    assert_eq!(typed.typed().unwrap().data.as_ref().unwrap()["at"], "1");
    let dynamic = Dynamic::new(clientset.client()).resource(&gvr).await.unwrap().namespace("default");
    let tree = dynamic.get("c001").await.unwrap();
    assert_eq!((tree.at("data.at").unwrap().as_str(), tree.kind(), tree.uid()), (Some("1"), "ConfigMap", typed.uid()));
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let metadata = Metadata::new(clientset.client()).resource(&gvr).await.unwrap().encoding(encoding);
        let meta = metadata.clone().namespace("default").get("c001").await.unwrap();
        assert!(meta.at("data").is_none());
        assert_eq!((meta.kind(), meta.labels().get("n"), meta.version()), ("ConfigMap", Some("1"), typed.version()));
        assert_eq!(metadata.list(&ListOptions::default().labels("n".parse().unwrap())).await.unwrap().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn any_state_may_be_asked_for_but_no_exact_one() {
    let (_api, clientset) = filled(1).await;
    let maps = clientset.core_v1().config_maps("default");
    let newest = maps.get("c000").await.unwrap();
    for from in [ListFrom::Any, ListFrom::NotOlderThan(newest.version().clone())] {
        assert_eq!(maps.get_from("c000", &from).await.unwrap(), newest);
    }
    let error = maps.get_from("c000", &ListFrom::Exact(newest.version().clone())).await.unwrap_err();
    assert!(matches!(error, Error::Request { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_handle_watches_what_it_lists() {
    let (api, clientset) = filled(1).await;
    let maps = clientset.core_v1().config_maps(ALL_NAMESPACES);
    let list = maps.list(&ListOptions::default()).await.unwrap();
    let mut watch = maps.watch(&WatchOptions::after(list.version.clone())).await.unwrap();
    api.delete::<ConfigMap>("default/c000").await.unwrap();
    let event = watch.next().await.unwrap().unwrap();
    assert!(matches!(&event, WatchEvent::Deleted(map) if map.key().to_string() == "default/c000"), "{event:?}");
    let mut streamed = maps.list_watch().list(&ListOptions::default());
    while let Some(item) = streamed.next().await {
        assert_ne!(item.unwrap().name(), "c000");
    }
}
