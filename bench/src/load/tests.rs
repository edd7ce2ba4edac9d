use std::collections::{BTreeMap, HashSet};

use lookglass_client::{Client, ListFrom, ListOptions, ListWatch, WatchEvent, WatchFrom, WatchOptions};
use lookglass_object::{Dynamic, Encoding, Object};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

use super::*;
use crate::{
    fleet::{Fleet, Kind, SENT, SENT_BLANK},
    measure::control,
};

const PODS: usize = 100;

/// A server, its address and a client of it.
async fn served() -> (String, Client) {
    let server = Server::new(&Fleet::diverse(PODS), &Kind::ALL, Options { chunk: 1000, ..Options::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { server.serve(listener).await });
    let client = kube::Client::try_from(kube::Config::new(address.parse().unwrap())).unwrap();
    (address, client.into())
}

fn of(client: &Client, kind: Kind) -> ListWatch<Dynamic> {
    ListWatch::dynamic(client, kind.gvr(), &kind.gvk())
}

async fn listed(of: &ListWatch<Dynamic>, options: ListOptions) -> Vec<Object<Dynamic>> {
    let mut list = of.list(&options);
    let mut objects = Vec::new();
    while let Some(object) = list.next().await {
        objects.push(object.unwrap());
    }
    objects
}

async fn streamed(of: &ListWatch<Dynamic>) -> Vec<Object<Dynamic>> {
    let mut watch = of.watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
    let mut objects = Vec::new();
    loop {
        match watch.next().await.unwrap().unwrap() {
            WatchEvent::Added(object) => objects.push(object),
            WatchEvent::Bookmark(mark) if mark.initial_events_end => return objects,
            other => panic!("{other:?}"),
        }
    }
}

/// By key, so that their order does not matter, nor that of their members.
fn values(objects: &[Object<Dynamic>]) -> BTreeMap<String, Value> {
    objects.iter().map(|object| (object.key().to_string(), object.to_value().unwrap())).collect()
}

#[test]
fn whatever_way_it_is_listed_it_is_the_fleet() {
    Runtime::new().unwrap().block_on(async {
        let (_, client) = served().await;
        for kind in Kind::ALL {
            let of = of(&client, kind);
            let whole =
                values(&listed(&of.clone().encoding(Encoding::Json), ListOptions::default().page_size(0)).await);
            assert_eq!(whole.len(), Fleet::diverse(PODS).count(kind), "{kind:?}");
            for encoding in [Encoding::Json, Encoding::Protobuf] {
                let of = of.clone().encoding(encoding);
                for options in [
                    ListOptions::default().page_size(0),
                    ListOptions::default().page_size(7),
                    ListOptions::default().page_size(7).from(ListFrom::Any),
                ] {
                    assert!(values(&listed(&of, options).await) == whole, "{kind:?} {encoding:?}");
                }
                assert!(values(&streamed(&of).await) == whole, "{kind:?} {encoding:?}");
            }
        }
        let one = listed(&of(&client, Kind::Pod).namespace("team-003"), ListOptions::default()).await;
        assert_eq!(one.len(), 12);
        assert!(one.iter().all(|pod| pod.namespace() == Some("team-003")));
    });
}

#[test]
fn every_object_changes_before_any_changes_twice_and_a_watch_goes_on_anywhere() {
    Runtime::new().unwrap().block_on(async {
        let (address, client) = served().await;
        let pods = of(&client, Kind::Pod);
        let mut list = pods.list(&ListOptions::default().page_size(1));
        list.next().await.unwrap().unwrap();
        let start = list.version().clone();
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            let pods = pods.clone().encoding(encoding);
            let mut watch = pods.watch(&WatchOptions::after(start.clone())).await.unwrap();
            if encoding == Encoding::Json {
                control(&address, "/load/churn?resource=pods&events=100").await.unwrap();
                control(&address, "/load/churn?resource=pods&events=50&rate=5000").await.unwrap();
            }
            let mut keys = HashSet::new();
            let mut seen = Vec::new();
            for nth in 1..=150 {
                let WatchEvent::Modified(pod) = watch.next().await.unwrap().unwrap() else { panic!("another event") };
                assert_eq!(pod.version().as_u64(), start.as_u64().map(|start| start + nth));
                let sent = &pod.annotations().unwrap()[SENT];
                assert!(sent.as_str() > SENT_BLANK && sent.len() == SENT_BLANK.len(), "{sent}");
                assert_eq!(keys.insert(pod.key().clone()), nth <= 100);
                seen.push(pod);
            }
            let mut later = pods.watch(&WatchOptions::after(seen[99].version().clone())).await.unwrap();
            let WatchEvent::Modified(pod) = later.next().await.unwrap().unwrap() else { panic!("another event") };
            assert_eq!((pod.key(), pod.version()), (seen[100].key(), seen[100].version()));
        }
    });
}

#[test]
fn discovery_knows_what_is_served() {
    Runtime::new().unwrap().block_on(async {
        let (address, client) = served().await;
        let groups = client.kube().list_api_groups().await.unwrap().groups;
        assert_eq!(groups.iter().map(|group| &*group.name).collect::<Vec<_>>(), ["apps", "cert-manager.io"]);
        let core = client.kube().list_core_api_resources("v1").await.unwrap().resources;
        assert!(core.iter().any(|resource| resource.name == "pods" && resource.namespaced));
        let stats = control(&address, "/load/stats").await.unwrap();
        assert!(stats.contains("cpu_ns"), "{stats}");
    });
}

#[test]
fn watches_that_are_expired_say_so_and_end() {
    Runtime::new().unwrap().block_on(async {
        let (address, client) = served().await;
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            let pods = of(&client, Kind::Pod).encoding(encoding);
            let mut watch = pods.watch(&WatchOptions::new(WatchFrom::State)).await.unwrap();
            for _ in 0..=PODS {
                watch.next().await.unwrap().unwrap();
            }
            control(&address, "/load/expire").await.unwrap();
            let error = watch.next().await.unwrap().unwrap();
            assert!(matches!(&error, WatchEvent::Error(status) if status.is_resource_expired()), "{error:?}");
            assert!(watch.next().await.is_none());
            // Who comes later is not meant.
            assert_eq!(streamed(&pods).await.len(), PODS);
        }
    });
}

#[test]
fn what_is_small_has_a_length() {
    Runtime::new().unwrap().block_on(async {
        let server = Server::new(&Fleet::uniform(3), &[Kind::Pod], Options::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { server.serve(listener).await });
        // `control` knows no chunks.
        let list: Value = serde_json::from_str(&control(&address, "/api/v1/pods").await.unwrap()).unwrap();
        assert_eq!(list["items"].as_array().unwrap().len(), 3);
    });
}
