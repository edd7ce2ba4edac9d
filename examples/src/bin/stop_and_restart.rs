//! Stopped means gone: an informer that is stopped frees its memory at once, and what the program watches changes without a restart of the process.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::{
    api::core::v1::{ConfigMap, Secret},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use lookglass::{Result, prelude::*};
use lookglass_examples::{Cluster, connect};

/// Stops informers, shows that their memory is free, and starts others in the same process.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster } = Args::parse();
    let connection = connect(&cluster, "").await?;
    if let Some(api) = &connection.api {
        fill(api).await?;
    }

    let client = &connection.client;
    let maps = SharedInformer::builder(ListWatch::<ConfigMap>::typed(client)).build();
    let secrets = SharedInformer::builder(ListWatch::<Secret>::typed(client)).build();
    println!("# two informers");
    maps.start().synced(Duration::from_secs(30)).await?;
    secrets.start().synced(Duration::from_secs(30)).await?;
    show(&maps);
    show(&secrets);

    println!("# one is stopped; the other is not affected");
    let held = maps.lister().all().into_iter().next();
    maps.shutdown().await;
    show(&maps); // What somebody still holds is still there, and nothing else.
    show(&secrets);
    drop(held);
    show(&maps);

    println!("# it is started again");
    maps.start().synced(Duration::from_secs(30)).await?;
    show(&maps);
    maps.shutdown().await;
    secrets.shutdown().await;

    println!("# another set of resources, and another connection, which may be to another cluster");
    let again = connect(&cluster, "").await?;
    let public = ListWatch::<ConfigMap>::typed(&again.client).namespace("kube-public");
    let public = SharedInformer::builder(public).build();
    public.start().synced(Duration::from_secs(30)).await?;
    show(&public);
    drop(public); // The last handle stops it as well.
    Ok(())
}

/// What all the objects of a kind take in this process, whoever holds them.
fn show<K: 'static>(informer: &SharedInformer<K>) {
    let view = informer.debug_view();
    let (objects, kib) = (view.memory.objects, view.memory.total_bytes.div_ceil(1024));
    println!("{}: {} in the store, {objects} in memory, {kib} KiB", view.resource, view.known_objects);
}

/// Some hundred kilobytes.
async fn fill(api: &ApiServer) -> Result<()> {
    for number in 0..200 {
        let metadata = ObjectMeta { name: Some(format!("number-{number}")), ..Default::default() };
        let data = Some([("text".to_owned(), format!("{number} ").repeat(200))].into());
        api.create(&ConfigMap { metadata: metadata.clone(), data: data.clone(), ..Default::default() }).await?;
        api.create(&Secret { metadata, string_data: data, ..Default::default() }).await?;
    }
    Ok(())
}
