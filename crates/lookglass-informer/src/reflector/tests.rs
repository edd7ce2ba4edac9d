//! The shell: reflectors over the embedded server, in process, in paused time.

use std::{future::pending, sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_apiserver::{ApiServer, Fault, Verb};
use lookglass_cache::{Change, DeltaQueue, Store};
use lookglass_client::{Client, Error, ListWatch};
use lookglass_object::{Key, Object, ResourceVersion};
use parking_lot::Mutex;
use tokio::{task::JoinHandle, time::timeout};

use super::*;

mod by_hand;
mod faults;
mod pushing;
mod resuming;

type Queue = DeltaQueue<Key, Object<ConfigMap>, ResourceVersion>;
type ConfigStore = Store<Key, Object<ConfigMap>, ResourceVersion>;

fn config(name: &str, at: usize) -> ConfigMap {
    serde_json::from_value(serde_json::json!({
        "metadata": { "name": name, "namespace": "w" },
        "data": { "at": at.to_string() },
    }))
    .unwrap()
}

fn configs(api: &ApiServer) -> ListWatch<ConfigMap> {
    ListWatch::typed(&Client::from(api.kube_client())).namespace("w")
}

/// A server with the namespace `w`, a reflector of its ConfigMaps, and a store that is kept by it.
struct World {
    api: ApiServer,
    store: ConfigStore,
    freshness: Freshness,
    failures: Arc<Mutex<Vec<(Cause, Remedy)>>>,
    reflector: JoinHandle<ReflectorEnd>,
    keeper: JoinHandle<()>,
}

impl World {
    async fn new(options: ReflectorOptions, prepare: impl AsyncFnOnce(&ApiServer)) -> Self {
        let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
        prepare(&api).await;
        let store = Store::builder().build(|object: &Object<ConfigMap>| object.key().clone());
        let list_watch = configs(&api);
        Self::over(options, api, list_watch, store)
    }

    fn over(options: ReflectorOptions, api: ApiServer, list_watch: ListWatch<ConfigMap>, store: ConfigStore) -> Self {
        let failures = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&failures);
        let reflector = Reflector::builder(list_watch)
            .options(options)
            .known_objects(store.clone())
            .on_error(move |failure| seen.lock().push((failure.cause(), failure.remedy)))
            .seed(1)
            .build();
        let freshness = reflector.freshness();
        let queue = Queue::new(|object: &Object<ConfigMap>| object.key().clone());
        let keeper = tokio::spawn(keep(queue.clone(), store.clone()));
        let reflector = tokio::spawn(reflector.run(queue, pending()));
        Self { api, store, freshness, failures, reflector, keeper }
    }

    /// Names and contents, as the server has them.
    async fn served(&self) -> Vec<(String, String)> {
        let all = self.api.list::<ConfigMap>().await.unwrap().into_iter();
        let ours = all.filter(|config| config.metadata.namespace.as_deref() == Some("w"));
        let mut served: Vec<_> =
            ours.map(|config| (config.metadata.name.unwrap(), config.metadata.resource_version.unwrap())).collect();
        served.sort();
        served
    }

    fn stored(&self) -> Vec<(String, String)> {
        let mut stored: Vec<_> =
            (self.store.list().iter()).map(|object| (object.name().to_owned(), object.version().to_string())).collect();
        stored.sort();
        stored
    }

    /// Waits until the store is as the server is.
    async fn settled(&self) {
        let settled = async {
            while self.stored() != self.served().await {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let in_time = timeout(Duration::from_secs(1200), settled).await;
        assert!(in_time.is_ok(), "{:?}\n{:?}\n{:?}", self.freshness, self.stored(), self.served().await);
    }

    fn failures(&self) -> Vec<(Cause, Remedy)> {
        std::mem::take(&mut *self.failures.lock())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.reflector.abort();
        self.keeper.abort();
    }
}

async fn keep(queue: Queue, store: ConfigStore) {
    while let Ok(batch) = queue.pop_batch(100).await {
        for change in batch {
            match change {
                Change::Added(object) | Change::Updated(object) => drop(store.add(object).unwrap()),
                Change::Deleted(object) => drop(store.delete(&object).unwrap()),
                Change::Tombstone(tombstone) => drop(store.remove(&tombstone.key)),
                Change::ReplacedAll { revision, mut objects, unreadable } => {
                    objects.extend(unreadable.iter().filter_map(|key| store.get_by_key(key)));
                    drop(store.replace(objects, revision).unwrap());
                }
                Change::SyncAll => {}
                Change::Bookmark(version) => store.bookmark(version),
            }
        }
    }
}
