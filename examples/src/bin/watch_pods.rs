//! One resource of one namespace in three ways: listed, watched, and listed and then watched.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::core::v1::Pod;
use lookglass::{
    Result,
    apiserver::ApiServer,
    client::{ListOptions, ListWatch, Watch, WatchEvent, WatchFrom, WatchOptions},
    object::Object,
};
use lookglass_examples::{Cluster, Until, connect, run_pods};

/// Lists and watches the pods of a namespace, and prints them as they change.
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
    let connection = connect(&cluster, PODS).await?;
    let pods = ListWatch::<Pod>::typed(&connection.client).namespace(&connection.namespace);

    println!("# a list alone");
    let mut list = pods.list(&ListOptions::default());
    while let Some(pod) = list.next().await {
        print("LISTED", &pod?)?;
    }

    println!("# a watch alone: as it is given no version to start from, it begins with what exists");
    follow(pods.watch(&WatchOptions::new(WatchFrom::Any).timeout(Duration::from_secs(1))).await?).await?;

    println!("# a list, and a watch of what happened since");
    let mut list = pods.list(&ListOptions::default());
    while let Some(pod) = list.next().await {
        print("ADDED", &pod?)?;
    }
    // The version of the list, and not one of an object's: nothing lies between the list and this watch.
    let watch = pods.watch(&WatchOptions::after(list.version().clone())).await?;
    tokio::select! {
        ended = follow(watch) => ended,
        ended = connection.meanwhile(until, play) => ended,
    }
}

async fn follow(mut watch: Watch<Pod>) -> Result<()> {
    while let Some(event) = watch.next().await {
        match event? {
            WatchEvent::Added(pod) => print("ADDED", &pod)?,
            WatchEvent::Modified(pod) => print("MODIFIED", &pod)?,
            WatchEvent::Deleted(pod) => print("DELETED", &pod)?,
            // No object, but how far the watch has come, for whoever wants to resume it from there.
            WatchEvent::Bookmark(_) => {}
            WatchEvent::Error(status) => println!("ERROR : {}", status.message()),
        }
    }
    Ok(()) // The server ends every watch, at the latest after some minutes; `watch_anything` goes on then.
}

/// Objects are bytes until they are asked for their type; the name costs nothing, the phase a decoding.
fn print(event: &str, pod: &Object<Pod>) -> Result<()> {
    let typed = pod.typed()?;
    let phase = typed.status.as_ref().and_then(|status| status.phase.as_deref());
    println!("{event} : {} - {}", pod.name(), phase.unwrap_or("Unknown"));
    Ok(())
}

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web-0}, spec: {containers: [{name: web, image: nginx}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web-1}, spec: {containers: [{name: web, image: nginx}]}}
";

const ONE_MORE: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: db-0}, spec: {containers: [{name: db, image: mysql}]}}";

/// What happens while the program looks on, if it has no cluster to look at.
async fn play(api: ApiServer) -> Result<()> {
    api.apply_yaml(ONE_MORE).await?;
    run_pods(&api).await?;
    api.delete::<Pod>("default/web-0").await?;
    Ok(())
}
