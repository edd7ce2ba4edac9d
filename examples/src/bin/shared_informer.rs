//! One informer for everybody: several handlers and readers, one watch, one copy in memory.

use clap::Parser;
use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, prelude::*};
use lookglass_examples::{Cluster, Until, connect, moment};
use tokio::time::Duration;

/// Shares one watch of pods among two handlers, a queue of a controller, and a reader with an index.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    #[command(flatten)]
    until: Until,
}

/// A handler may be a closure, or a type with a method for each kind of event.
struct Audit;

impl EventHandler<Pod> for Audit {
    fn on_add(&mut self, pod: &Object<Pod>, initial: bool) {
        println!("audit: {} is there{}", pod.key(), if initial { " already" } else { "" });
    }

    fn on_update(&mut self, old: &Object<Pod>, new: &Object<Pod>) {
        println!("audit: {} changed from {} to {}", new.key(), old.version(), new.version());
    }

    fn on_delete(&mut self, pod: &Object<Pod>, _certain: bool) {
        println!("audit: {} is gone", pod.key());
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, until } = Args::parse();
    let connection = connect(&cluster, PODS).await?;
    let pods = ListWatch::<Pod>::typed(&connection.client).namespace(&connection.namespace);
    let pods = SharedInformer::builder(pods).build();

    let audit = pods.add_handler(Audit);
    // Those whose owner is a ReplicaSet, as a controller of ReplicaSets wants to know.
    let queue = Queue::new("replicasets");
    let owners = pods.enqueue_into(&queue, |event| event.controller_owner("ReplicaSet"));
    pods.start().synced(Duration::from_secs(30)).await?;
    audit.synced().await?;
    owners.synced().await?;

    // Whoever comes later is told what exists, too. This one hears of the databases alone.
    let databases = pods.filter(|pod| pod.labels().get("app") == Some("db"));
    let databases = databases.on_event(|event: &Event<Pod>| println!("databases: {}", event.key()));
    databases.synced().await?;
    connection.meanwhile(until, play).await?;

    let by_app = pods.add_index(Index::label("app"))?;
    println!(
        "{} pods, {} of them databases; ReplicaSets to look at: {}",
        pods.lister().len(),
        by_app.count("db"),
        queue.len()
    );
    if let Some(api) = &connection.api {
        let asked = api.requests();
        println!("requests for pods: {}", asked.iter().filter(|request| request.path.ends_with("/pods")).count());
    }
    pods.shutdown().await;
    Ok(())
}

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web-0, labels: {app: web}, ownerReferences:
  [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u-1, controller: true}]}, spec: {containers: [{name: web, image: nginx}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db-0, labels: {app: db}}, spec: {containers: [{name: db, image: mysql}]}}
";

/// What happens while the program looks on, if it has no cluster to look at.
async fn play(api: ApiServer) -> Result<()> {
    println!("# changes:");
    let one_more = PODS.split("---").last().unwrap_or_default().replace("db-0", "db-1");
    api.apply_yaml(&one_more).await?;
    moment().await;
    api.delete::<Pod>("default/web-0").await?;
    Ok(())
}
