//! Every resource has its accessor, and every accessor its resource.

use std::{any::Any, collections::BTreeMap, fs, pin::Pin};

use lookglass_apiserver::ApiServer;
use serde_json::Value;

use super::*;
use crate::{Error, ListOptions, ObjectList, Rest};

/// How many items a list has, and how many could not be taken in.
type Listed = Pin<Box<dyn Future<Output = Result<(usize, usize), Error>>>>;

/// What an accessor gives.
struct Accessor {
    namespaced: bool,
    kind: String,
    /// The list of it; `None` where things are only sent.
    list: Option<Listed>,
}

fn count<K>(list: ObjectList<K>) -> (usize, usize) {
    (list.items.len(), list.failed.len())
}

fn listed<K>(handle: Resources<K>, namespaced: bool) -> (Gvr, Accessor)
where
    K: kube_core::Resource<DynamicType = ()> + Clone + Any + Send + Sync,
{
    assert_eq!((handle.resource(), handle.gvk()), (&Gvr::of::<K>(), &Gvk::of::<K>()));
    let gvr = handle.resource().clone();
    let list = Box::pin(async move { handle.list(&ListOptions::default()).await.map(count) });
    (gvr, Accessor { namespaced, kind: Gvk::of::<K>().kind().to_owned(), list: Some(list) })
}

fn sent<K>(handle: CreateOnly<K>, namespaced: bool) -> (Gvr, Accessor)
where
    K: kube_core::Resource<DynamicType = ()> + Clone + Any + Send + Sync,
{
    assert_eq!(handle.resource(), &Gvr::of::<K>());
    (handle.resource().clone(), Accessor { namespaced, kind: Gvk::of::<K>().kind().to_owned(), list: None })
}

/// What all accessors give, by resource.
fn accessors(clientset: &Clientset) -> BTreeMap<Gvr, Accessor> {
    let mut all = BTreeMap::new();
    macro_rules! call {
        (namespaced $verbs:ident $accessor:ident $group:expr) => {
            $verbs($group.$accessor(crate::ALL_NAMESPACES), true)
        };
        (cluster $verbs:ident $accessor:ident $group:expr) => {
            $verbs($group.$accessor(), false)
        };
    }
    macro_rules! each {
        ($name:ident $method:ident $group:literal $version:literal, $($module:ident)::+:
            $($scope:ident $verbs:ident $accessor:ident $kind:ident $plural:literal;)+
        ) => {
            $({
                let (gvr, accessor) = call!($scope $verbs $accessor clientset.$method());
                assert_eq!(gvr, Gvr::new($group, $version, $plural));
                assert_eq!(built_in_kind(&gvr), Some((Gvk::new($group, $version, stringify!($kind)), accessor.namespaced)));
                assert!(all.insert(gvr, accessor).is_none(), "{} comes twice", $plural);
            })+
        };
    }
    for_each_resource!(each);
    all
}

#[tokio::test(start_paused = true)]
async fn every_resource_that_a_server_has_can_be_listed_by_its_accessor() {
    let api = ApiServer::start().await.unwrap();
    let clientset = Clientset::from(api.kube_client());
    let mut accessors = accessors(&clientset);
    let rest = Rest::new(clientset.client());
    let groups = rest.get("/apis").send().await.unwrap().json().unwrap();
    let groups = groups["groups"].as_array().unwrap().iter().flat_map(|group| group["versions"].as_array().unwrap());
    let paths = groups.map(|version| format!("/apis/{}", version["groupVersion"].as_str().unwrap()));
    let mut seen = 0;
    for path in ["/api/v1".to_owned()].into_iter().chain(paths) {
        let list = rest.get(&path).send().await.unwrap().json().unwrap();
        let version = list["groupVersion"].as_str().unwrap().parse::<lookglass_object::GroupVersion>().unwrap();
        for resource in list["resources"].as_array().unwrap() {
            let name = resource["name"].as_str().unwrap();
            if name.contains('/') {
                continue;
            }
            seen += 1;
            let gvr = version.clone().resource(name.to_owned());
            let accessor = accessors.remove(&gvr).unwrap_or_else(|| panic!("no accessor gives {gvr}"));
            assert_eq!(accessor.kind, resource["kind"], "{gvr}");
            assert_eq!(accessor.namespaced, resource["namespaced"].as_bool().unwrap(), "{gvr}");
            let has_list = resource["verbs"].as_array().unwrap().contains(&Value::from("list"));
            assert_eq!(accessor.list.is_some(), has_list, "{gvr}");
            if let Some(list) = accessor.list {
                let (items, failed) = list.await.unwrap_or_else(|error| panic!("{gvr}: {error:?}"));
                assert_eq!(failed, 0, "{gvr}");
                assert!(items > 0 || name != "namespaces");
            }
        }
    }
    assert!(seen >= 68, "the server tells of {seen} resources only");
}

#[test]
fn the_table_agrees_with_the_facts_of_an_api_server() {
    let facts =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../lookglass-protocol/data/traits.txt")).unwrap();
    let mut seen = 0;
    for line in facts.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let ["r", group, version, plural, kind, _, scope, ..] = words[..] else { continue };
        seen += 1;
        let (gvr, gvk) = (
            Gvr::new(group.to_owned(), version.to_owned(), plural.to_owned()),
            Gvk::new(group.to_owned(), version.to_owned(), kind.to_owned()),
        );
        assert_eq!(built_in_kind(&gvr), Some((gvk.clone(), scope == "N")));
        assert_eq!(built_in_resource(&gvk), Some((gvr, scope == "N")));
    }
    assert!(seen >= 68, "{seen} facts only");
    assert_eq!(built_in_kind(&Gvr::new("example.org", "v1", "pods")), None);
}

#[tokio::test(start_paused = true)]
async fn a_clientset_is_made_of_kubes_client_and_becomes_one() {
    let api = ApiServer::start().await.unwrap();
    let clientset = Clientset::from(api.kube_client());
    let kube = kube::Client::from(&clientset);
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(kube);
    let theirs = namespaces.list(&kube::api::ListParams::default()).await.unwrap();
    let ours = clientset.core_v1().namespaces().list(&ListOptions::default()).await.unwrap();
    assert_eq!(theirs.items.len(), ours.len());
}
