//! Lists and watches against the embedded API server, in process, with whatever may go wrong.

mod answers;

use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use lookglass_apiserver::{ApiServer, Fault};
use lookglass_object::{Dynamic, Encoding, Gvk, Gvr, Meta, Selector};

use super::*;
use crate::{WatchEvent, client::Client};

fn config(name: &str, at: usize) -> ConfigMap {
    let parity = if at.is_multiple_of(2) { "even" } else { "odd" };
    serde_json::from_value(serde_json::json!({
        "metadata": { "name": name, "namespace": "w", "labels": { "parity": parity } },
        "data": { "at": at.to_string() },
    }))
    .unwrap()
}

/// A server with so many ConfigMaps in the namespace `w`, beside the one that every namespace has, and its client.
async fn filled(objects: usize) -> (ApiServer, Client) {
    let api = ApiServer::start().await.unwrap();
    api.apply_yaml("{apiVersion: v1, kind: Namespace, metadata: {name: w}}").await.unwrap();
    let client = Client::from(api.kube_client());
    for at in 0..objects {
        api.create(&config(&format!("c{at:03}"), at)).await.unwrap();
    }
    (api, client)
}

async fn names<K: 'static>(mut list: List<K>) -> (Vec<String>, Option<Error>) {
    let mut names = Vec::new();
    while let Some(item) = list.next().await {
        match item {
            Ok(object) => names.push(object.key().name().to_owned()),
            Err(error) => return (names, Some(error)),
        }
    }
    (names, None)
}

fn of(client: &Client) -> ListWatch<ConfigMap> {
    ListWatch::typed(client).namespace("w")
}

#[tokio::test(start_paused = true)]
async fn a_list_gives_every_item_once_over_all_pages_in_both_encodings() {
    let (api, client) = filled(23).await;
    let mut wanted: Vec<String> = (0..23).map(|at| format!("c{at:03}")).collect();
    wanted.push("kube-root-ca.crt".to_owned());
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        for page_size in [0, 1, 5, 24, 500] {
            api.clear_requests();
            let list = of(&client).encoding(encoding).list(&ListOptions::default().page_size(page_size));
            let (names, error) = names(list).await;
            assert!(error.is_none(), "{error:?}");
            assert_eq!(names, wanted, "{encoding:?}, pages of {page_size}");
            let pages = if page_size == 0 { 1 } else { 24_usize.div_ceil(page_size as usize) };
            assert_eq!(api.requests().len(), pages, "{encoding:?}, pages of {page_size}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn typed_dynamic_and_metadata_lists_show_the_same_objects() {
    let (_api, client) = filled(3).await;
    let (gvr, kind) = (Gvr::core("v1", "configmaps"), Gvk::core("v1", "ConfigMap"));
    let options = ListOptions::default().labels("parity=even".parse::<Selector>().unwrap());
    let mut typed = of(&client).list(&options);
    let first = typed.next().await.unwrap().unwrap();
    assert_eq!(first.typed().unwrap().data.as_ref().unwrap()["at"], "0");
    assert_eq!(first.kind(), "ConfigMap");

    let dynamic = ListWatch::<Dynamic>::dynamic(&client, gvr.clone(), &kind).namespace("w");
    let object = dynamic.list(&options).next().await.unwrap().unwrap();
    assert_eq!(object.at("data.at").and_then(|at| at.as_str().map(str::to_owned)).as_deref(), Some("0"));

    let metadata = ListWatch::<Meta>::metadata(&client, gvr, &kind).namespace("w");
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let (names, error) = names(metadata.clone().encoding(encoding).list(&options)).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(names, ["c000", "c002"]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_empty_namespace_stands_for_all() {
    let (api, client) = filled(1).await;
    let all = ListWatch::<ConfigMap>::typed(&client);
    let (wanted, _) = names(all.list(&ListOptions::default())).await;
    assert!(wanted.len() > 2, "{wanted:?}");
    let named = of(&client).namespace(crate::ALL_NAMESPACES);
    assert_eq!(named.namespace_name(), None);
    let (names, error) = names(named.list(&ListOptions::default())).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(names, wanted);
    let mut watch = named.watch(&WatchOptions::after(api.version().into())).await.unwrap();
    api.create(&config("new", 1)).await.unwrap();
    assert!(matches!(watch.next().await.unwrap().unwrap(), WatchEvent::Added(object) if object.name() == "new"));
}

#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_where_a_list_ended() {
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let (api, client) = filled(2).await;
        let of = of(&client).encoding(encoding);
        let mut list = of.list(&ListOptions::default());
        while let Some(item) = list.next().await {
            item.unwrap();
        }
        let mut watch = of.watch(&WatchOptions::after(list.version().clone())).await.unwrap();
        api.create(&config("new", 1)).await.unwrap();
        api.update(&config("new", 2)).await.unwrap();
        api.delete::<ConfigMap>("w/new").await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(match watch.next().await.unwrap().unwrap() {
                WatchEvent::Added(object) => format!("+{}", object.key()),
                WatchEvent::Modified(object) => format!("~{}", object.key()),
                WatchEvent::Deleted(object) => format!("-{}", object.key()),
                other => format!("{other:?}"),
            });
        }
        assert_eq!(seen, ["+w/new", "~w/new", "-w/new"], "{encoding:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_ends_with_a_bookmark_that_says_so() {
    let (_api, client) = filled(3).await;
    let mut watch = of(&client).watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
    let mut added = 0;
    let mark = loop {
        match watch.next().await.unwrap().unwrap() {
            WatchEvent::Added(_) => added += 1,
            WatchEvent::Bookmark(mark) => break mark,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((added, mark.initial_events_end), (4, true));
    assert!(!mark.version.is_unset());
}

#[tokio::test(start_paused = true)]
async fn an_expired_version_is_told_as_an_event_and_then_the_watch_ends() {
    let (api, client) = filled(3).await;
    api.expire_before(api.version());
    let version = lookglass_object::ResourceVersion::from("1");
    let mut watch = of(&client).watch(&WatchOptions::after(version)).await.unwrap();
    let event = watch.next().await.unwrap().unwrap();
    assert!(matches!(&event, WatchEvent::Error(status) if status.is_resource_expired()), "{event:?}");
    assert!(watch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_cut_says_so_wherever_it_is_cut() {
    let (api, client) = filled(2).await;
    let whole = {
        let mut watch = of(&client).watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
        let mut events = 0;
        while !matches!(watch.next().await.unwrap().unwrap(), WatchEvent::Bookmark(_)) {
            events += 1;
        }
        events
    };
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        'cuts: for bytes in 0.. {
            let fault = api.fault(Fault::cut_after(bytes));
            let mut watch = of(&client).encoding(encoding).watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
            let mut events = 0;
            let end = loop {
                match watch.next().await {
                    Some(Ok(WatchEvent::Bookmark(_))) => {
                        assert!(events == whole && bytes > 500, "more came than {bytes} bytes");
                        break 'cuts;
                    }
                    Some(Ok(_)) => events += 1,
                    Some(Err(error)) => break error,
                    None => panic!("a cut after {bytes} bytes was taken for an end"),
                }
            };
            assert!(matches!(end, Error::CutOff { .. }), "{end:?} after {bytes} bytes");
            assert!(end.is_transient() && events <= whole);
            assert!(watch.next().await.is_none());
            fault.remove();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_cut_is_an_error_and_no_shorter_list() {
    let (api, client) = filled(3).await;
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        for bytes in (0..).step_by(7) {
            let fault = api.fault(Fault::cut_after(bytes));
            let (names, error) = names(of(&client).encoding(encoding).list(&ListOptions::default())).await;
            if error.is_none() {
                assert!(names.len() == 4 && bytes > 500, "{names:?} of {bytes} bytes");
                break;
            }
            assert!(matches!(error, Some(Error::CutOff { .. })), "{error:?} after {bytes} bytes and {names:?}");
            fault.remove();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_overloaded_server_is_tried_again_when_it_says_and_no_sooner() {
    let (api, client) = filled(1).await;
    let _fault = api.fault(Fault::too_many_requests(Duration::from_secs(3)).times(2));
    let begun = tokio::time::Instant::now();
    let (names, error) = names(of(&client).list(&ListOptions::default())).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(names.len(), 2);
    assert_eq!(begun.elapsed(), Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn refusals_name_what_was_done_and_keep_the_servers_words() {
    let (api, client) = filled(1).await;
    let _fault = api.fault(Fault::internal_error());
    let error = of(&client).watch(&WatchOptions::new(WatchFrom::State)).await.unwrap_err();
    assert!(error.to_string().starts_with("watch configmaps in w: "), "{error}");
    assert_eq!(error.status().unwrap().code(), 500);

    let bad = ListWatch::<Secret>::typed(&client).namespace("../kube-system");
    let (_, error) = names(bad.list(&ListOptions::default())).await;
    assert!(matches!(error, Some(Error::Request { .. })), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn dropping_a_watch_closes_it() {
    let (api, client) = filled(1).await;
    let watch = of(&client).watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
    assert_eq!(api.storage().memory().watches, 1);
    drop(watch);
    assert_eq!(api.storage().memory().watches, 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_understood_in_both_encodings() {
    let (api, _) = filled(0).await;
    let client = Client::builder(api.kube_client()).retries(0).build().unwrap();
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let options = ListOptions::default().from(ListFrom::NotOlderThan((api.version() + 9).into()));
        let (_, error) = names(of(&client).encoding(encoding).list(&options)).await;
        let error = error.unwrap();
        let status = error.status().unwrap();
        assert!(status.is_too_large_resource_version(), "{encoding:?}: {status:?}");
        assert_eq!(status.retry_after(), Some(Duration::from_secs(1)));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_a_patience_of_his_own_is_told_of_each_refusal() {
    let (api, client) = filled(1).await;
    api.fault(Fault::too_many_requests(Duration::from_secs(1)).times(2));
    let (_, error) = names(of(&client).once(true).list(&ListOptions::default())).await;
    assert!(error.unwrap().status().unwrap().is_too_many_requests());
    assert!(of(&client).once(true).watch(&WatchOptions::new(WatchFrom::State)).await.is_err());
    api.fault(Fault::too_many_requests(Duration::from_secs(1)).times(2));
    let (all, error) = names(of(&client).list(&ListOptions::default())).await;
    assert!(error.is_none() && all.len() == 2, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn what_has_come_is_counted_over_clones_and_apart_where_that_is_asked_for() {
    let (_api, client) = filled(20).await;
    let of = of(&client).encoding(Encoding::Json);
    let apart = of.clone().counted_apart();
    drop(names(of.clone().list(&ListOptions::default())).await);
    let listed = of.received_bytes();
    assert!(listed > 20 * 100, "{listed}");
    let mut watch = of.watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
    drop(watch.next().await.unwrap());
    assert!(of.received_bytes() > listed);
    assert_eq!(apart.received_bytes(), 0);
}
