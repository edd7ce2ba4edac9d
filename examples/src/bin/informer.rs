//! An informer: a live copy of what the API server has, and a handler that is told of every change.

use clap::Parser;
use k8s_openapi::api::core::v1::ConfigMap;
use lookglass::{Result, prelude::*};
use lookglass_examples::{Cluster, Until, connect, moment};
use tokio::time::Duration;

/// Follows the ConfigMaps of a namespace, waits until all are known, and lists them from memory.
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
    let maps = SharedInformer::builder(maps).build();

    // Dropped, a subscription ends. `.forever()` would leave it to the informer.
    let subscription = maps.on_event(|event: &Event<ConfigMap>| match event {
        Event::Added { object, initial: true } => println!("+ {} (was there)", object.key()),
        Event::Added { object, initial: false } => println!("+ {}", object.key()),
        Event::Updated { old, new } => println!("~ {} {} -> {}", new.key(), old.version(), new.version()),
        Event::Deleted { last, certain: true } => println!("- {}", last.key()),
        // Found out from a list after the connection was lost. Nobody knows how it looked in the end.
        Event::Deleted { last, certain: false } => println!("- {} (last seen at {})", last.key(), last.version()),
    });

    // An error says what is missing and why: a right, the kind itself, an answer.
    maps.start().synced(Duration::from_secs(30)).await?;
    // Now the store is complete. The handler has a task of its own, and may need a moment longer:
    subscription.synced().await?;

    println!("{} in the store:", maps.lister().len());
    let mut listed = maps.lister().all();
    listed.sort_by_key(|map| map.key().clone());
    for map in listed {
        println!("  {} with {} entries", map.key(), map.typed()?.data.as_ref().map_or(0, |data| data.len()));
    }

    connection.meanwhile(until, play).await?;
    maps.shutdown().await;
    Ok(())
}

const MAPS: &str = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {colour: green}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: db}, data: {size: large, engine: mysql}}
";

/// What happens while the program looks on, if it has no cluster to look at.
async fn play(api: ApiServer) -> Result<()> {
    println!("# changes:");
    api.apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: cache}}").await?;
    moment().await;
    api.apply_yaml(&MAPS.replace("green", "red")).await?;
    moment().await;
    api.delete::<ConfigMap>("default/db").await?;
    Ok(())
}
