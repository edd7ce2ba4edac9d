//! With the classic queue, as in client-go's own examples.

use lookglass_cache::{DeltaFifo, DeltaKind};

use super::*;

/// Kinds and names in the order in which they come out.
async fn popped(fifo: &DeltaFifo<Key, Object<ConfigMap>>, store: &ConfigStore, keys: usize) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..keys {
        let mut popped = timeout(Duration::from_secs(60), fifo.pop()).await.unwrap().unwrap();
        let key = popped.key().clone();
        for delta in popped.take_deltas() {
            told.push(format!("{:?} {}", delta.kind(), key.name()));
            match (delta.kind(), delta.object()) {
                (DeltaKind::Deleted, _) => drop(store.remove(&key)),
                (_, Some(object)) => drop(store.add(object.clone()).unwrap()),
                (_, None) => {}
            }
        }
    }
    told
}

#[tokio::test(start_paused = true)]
async fn a_reflector_feeds_a_delta_fifo_with_a_store_as_known_objects() {
    let api = ApiServer::builder().seed(1).start().await.unwrap();
    let client = Client::from(api.kube_client());
    let store: ConfigStore = Store::builder().build(|object: &Object<ConfigMap>| object.key().clone());
    let fifo =
        DeltaFifo::builder(|object: &Object<ConfigMap>| object.key().clone()).known_objects(store.clone()).build();
    api.apply_yaml("{apiVersion: v1, kind: Namespace, metadata: {name: w}}").await.unwrap();
    for name in ["a", "b"] {
        api.create(&config(name, 0)).await.unwrap();
    }
    let options = ReflectorOptions::default().fields("metadata.name!=kube-root-ca.crt".parse().unwrap());
    let list_watch = ListWatch::<ConfigMap>::typed(&client).namespace("w");
    let reflector = Reflector::builder(list_watch).options(options.resync(Duration::from_secs(3600))).build();
    let running = tokio::spawn(reflector.run(fifo.clone(), pending()));
    assert_eq!(popped(&fifo, &store, 2).await, ["Sync a", "Sync b"]);
    api.create(&config("c", 0)).await.unwrap();
    assert_eq!(popped(&fifo, &store, 1).await, ["Added c"]);
    api.update(&config("c", 1)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    api.delete::<ConfigMap>("w/c").await.unwrap();
    api.delete::<ConfigMap>("w/a").await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(popped(&fifo, &store, 2).await, ["Updated c", "Deleted c", "Deleted a"]);
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(popped(&fifo, &store, 1).await, ["Sync b"]);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_refuses_a_change_loses_only_that_and_gets_it_with_the_next_list() {
    let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
    let client = Client::from(api.kube_client());
    let refused = std::sync::atomic::AtomicUsize::new(0);
    let fifo = DeltaFifo::builder(|object: &Object<ConfigMap>| object.key().clone())
        .transformer(move |object: Object<ConfigMap>| {
            let first = object.name() == "bad" && refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
            if first { Err("not this time") } else { Ok(object) }
        })
        .build();
    let options = ReflectorOptions::default().fields("metadata.name!=kube-root-ca.crt".parse().unwrap());
    let list_watch = ListWatch::<ConfigMap>::typed(&client).namespace("w");
    let reflector = Reflector::builder(list_watch).options(options).seed(3).build();
    let freshness = reflector.freshness();
    let running = tokio::spawn(reflector.run(fifo.clone(), pending()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    for name in ["bad", "good"] {
        api.create(&config(name, 0)).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(fifo.list_keys().iter().map(Key::name).collect::<Vec<_>>(), ["good"]);
    assert_eq!(freshness.last_failure().unwrap().cause(), Cause::Rejected);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(fifo.list_keys().iter().map(Key::name).collect::<Vec<_>>(), ["good", "bad"]);
    running.abort();
}
