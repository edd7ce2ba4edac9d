//! A reflector by hand: list and watch -> reflector -> delta queue -> store; first without and then with the store as the queue's known objects.

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
use lookglass_examples::{Cluster, Connection, Until, connect, moment};

/// Reflects the ConfigMaps of a namespace into a delta queue, and shows what is popped: two times, each of which ends with Ctrl-C on a cluster.
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
    println!("# the queue knows no objects: it forgets a deletion of what it does not hold");
    let store = Store::new(key);
    let fifo = DeltaFifo::new(key);
    reflect(&connection, &fifo, &store, until, 0).await?;

    println!("# the queue knows the objects of the store, and every deletion is told");
    let store = Store::new(key);
    let fifo = DeltaFifo::builder(key).known_objects(store.clone()).emit_replaced(true).build();
    reflect(&connection, &fifo, &store, until, 1).await
}

fn key(map: &Object<ConfigMap>) -> Key {
    map.key().clone()
}

type Queue = DeltaFifo<Key, Object<ConfigMap>>;
type Maps = Store<Key, Object<ConfigMap>>;

async fn reflect(connection: &Connection, fifo: &Queue, store: &Maps, until: Until, round: u32) -> Result<()> {
    let maps = ListWatch::<ConfigMap>::typed(&connection.client).namespace(&connection.namespace);
    let reflector = Reflector::builder(maps).on_error(|failure| println!("# {failure}")).build();
    tokio::select! {
        _ = reflector.run(fifo, pending()) => Ok(()),
        ended = pop(fifo, store) => ended,
        ended = connection.meanwhile(until, |api| play(api, round)) => ended,
    }
}

/// The reader's side: what informers do with a queue.
async fn pop(fifo: &Queue, store: &Maps) -> Result<()> {
    while let Ok(mut popped) = fifo.pop().await {
        let initial = if popped.is_initial() { " (initial)" } else { "" };
        for delta in popped.take_deltas() {
            let kind = delta.kind();
            match delta {
                Delta::Deleted(map) => store.delete(&map)?,
                Delta::Tombstone(gone) => store.remove(&gone.key),
                Delta::Added(map) | Delta::Updated(map) | Delta::Replaced(map) | Delta::Sync(map) => store.add(map)?,
            };
            println!("{kind:?} {}{initial}; {} in the store", popped.key(), store.len());
        }
    }
    Ok(())
}

const MAPS: &str = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: web-0}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: web-1}}
";

/// What happens while the program looks on, if it has no cluster to look at.
async fn play(api: ApiServer, round: u32) -> Result<()> {
    let new = "{apiVersion: v1, kind: ConfigMap, metadata: {name: db-0}}".replace("db-0", &format!("db-{round}"));
    moment().await;
    api.apply_yaml(&new).await?;
    moment().await;
    api.apply_yaml(&new.replace("}}", "}, data: {colour: green}}")).await?;
    moment().await;
    api.delete::<ConfigMap>(&format!("default/web-{round}")).await?;
    Ok(())
}
