//! An informer with indexes: objects are found by a label, or by whatever a function makes of them, without looking at the others.

use clap::Parser;
use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, prelude::*};
use lookglass_examples::{Cluster, connect};
use tokio::time::Duration;

/// Finds pods by the label `app`, by node and by image, in an informer's indexes.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    /// Which value of the label
    #[arg(long, default_value = "mysqltest")]
    app: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, app } = Args::parse();
    let connection = connect(&cluster, PODS).await?;
    let pods = ListWatch::<Pod>::typed(&connection.client).namespace(&connection.namespace);
    let pods = SharedInformer::builder(pods).build();
    let by_app = pods.add_index(Index::label("app"))?; // From the labels, which lie open.
    let by_node = pods.add_index(Index::path("spec.nodeName"))?; // From the bytes of the object.
    pods.start().synced(Duration::from_secs(30)).await?;

    println!("apps: {:?}", by_app.values());
    println!("app={app}: {}", keys(&by_app.get(&*app)));
    println!("on node-1: {}", keys(&by_node.get("node-1")));

    // By name and text, for whoever has no handle: a web server, say.
    println!("by name: {} in {:?}", pods.index_keys("app", &app)?.len(), pods.index_names());

    // Indexes may come later, may be of any type, and may have several values for one object.
    let images = |pod: &Pod| -> Vec<String> {
        let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
        containers.filter_map(|container| container.image.clone()).collect()
    };
    let by_image = pods.add_index(Index::typed("image", images))?;
    println!("with image mysql: {}", keys(&by_image.get("mysql")));

    // Objects and indexes at one moment, whatever happens meanwhile.
    let now = pods.snapshot();
    println!("{} of {} pods have the image", now.by(&by_image).count("mysql"), now.len());

    println!("indexes: {:?}", pods.index_names());
    drop(by_image); // The last handle.
    println!("indexes: {:?}", pods.index_names());
    Ok(())
}

fn keys(pods: &[Object<Pod>]) -> String {
    let mut keys: Vec<&str> = pods.iter().map(|pod| pod.key().as_str()).collect();
    keys.sort_unstable();
    keys.join(", ")
}

const PODS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: db-0, labels: {app: mysqltest}}
spec: {nodeName: node-1, containers: [{name: db, image: mysql}, {name: backup, image: rsync}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db-1, labels: {app: mysqltest}}
spec: {nodeName: node-2, containers: [{name: db, image: mysql}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-0, labels: {app: web}}
spec: {nodeName: node-1, containers: [{name: web, image: nginx}]}
";
