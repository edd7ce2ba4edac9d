//! A small informer of one's own, put together from the parts: reflector, delta queue, store and a handler.

use std::future::pending;

use clap::Parser;
use k8s_openapi::api::core::v1::ConfigMap;
use lookglass::{
    Result,
    apiserver::ApiServer,
    cache::{Delta, DeltaFifo, Store},
    client::ListWatch,
    informer::Reflector,
    object::{Key, Object},
};
use lookglass_examples::{Cluster, Until, connect, moment};

/// Tells of every change of the ConfigMaps of a namespace, with an informer that is made here from its parts.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    #[command(flatten)]
    until: Until,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, until } = Args::parse();
    let connection = connect(&cluster, MAPS).await?;
    let maps = ListWatch::<ConfigMap>::typed(&connection.client).namespace(&connection.namespace);
    let watchdog = Watchdog::new(Bark);
    tokio::select! {
        ended = watchdog.run(maps) => ended,
        ended = connection.meanwhile(until, play) => ended,
    }
}

/// Is told of what happens.
trait Handler<K>: Send + Sync {
    fn on_add(&self, object: &Object<K>, is_in_initial_list: bool);
    fn on_update(&self, old: &Object<K>, new: &Object<K>);
    fn on_delete(&self, last: Option<&Object<K>>, key: &Key);
}

/// Watches one resource, keeps it in a store, and tells a handler.
struct Watchdog<K: 'static, H> {
    queue: DeltaFifo<Key, Object<K>>,
    store: Store<Key, Object<K>>,
    handler: H,
}

impl<K: 'static, H: Handler<K>> Watchdog<K, H> {
    fn new(handler: H) -> Self {
        let key = |object: &Object<K>| object.key().clone();
        let store = Store::new(key);
        // The queue looks up in the store what has gone, when a list no longer has it.
        let queue = DeltaFifo::builder(key).known_objects(store.clone()).emit_replaced(true).build();
        Self { queue, store, handler }
    }

    async fn run(&self, what: ListWatch<K>) -> Result<()> {
        tokio::select! {
            _ = Reflector::new(what).run(&self.queue, pending()) => Ok(()),
            ended = self.process() => ended,
        }
    }

    async fn process(&self) -> Result<()> {
        // `popped` is dropped at the end of each round: then the queue counts its deltas as being in the store.
        while let Ok(mut popped) = self.queue.pop().await {
            let initial = popped.is_initial();
            for delta in popped.take_deltas() {
                match delta {
                    Delta::Added(new) | Delta::Updated(new) | Delta::Replaced(new) | Delta::Sync(new) => {
                        // What a delta is called is how the server told it. Whether it is news is known by the store alone.
                        match self.store.update(new.clone())? {
                            Some(old) => self.handler.on_update(&old, &new),
                            None => self.handler.on_add(&new, initial),
                        }
                    }
                    Delta::Deleted(last) => {
                        self.store.delete(&last)?;
                        self.handler.on_delete(Some(&last), last.key());
                    }
                    Delta::Tombstone(gone) => {
                        self.store.remove(&gone.key);
                        self.handler.on_delete(gone.last.as_ref(), &gone.key);
                    }
                }
            }
        }
        Ok(())
    }
}

struct Bark;

impl<K> Handler<K> for Bark {
    fn on_add(&self, object: &Object<K>, is_in_initial_list: bool) {
        println!("added {}, in the initial list: {is_in_initial_list}", object.key());
    }

    fn on_update(&self, old: &Object<K>, new: &Object<K>) {
        println!("updated {} from {} to {}", new.key(), old.version(), new.version());
    }

    fn on_delete(&self, last: Option<&Object<K>>, key: &Key) {
        println!("deleted {key}, last seen at {:?}", last.map(|last| last.version().to_string()));
    }
}

const MAPS: &str = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {colour: green}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: db}}
";

/// What happens while the program looks on, if it has no cluster to look at.
async fn play(api: ApiServer) -> Result<()> {
    moment().await;
    api.apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: cache}}").await?;
    moment().await;
    api.apply_yaml(&MAPS.replace("green", "red")).await?;
    moment().await;
    api.delete::<ConfigMap>("default/db").await?;
    Ok(())
}
