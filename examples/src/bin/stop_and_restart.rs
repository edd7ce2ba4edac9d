//! Stopped means gone: what stops frees its memory at once, and what the program watches, and where, changes without a restart of the process.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::{
    api::core::v1::{ConfigMap, Secret},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use lookglass::{Result, prelude::*};
use lookglass_examples::{Cluster, Heap, connect};

/// Stops informers, measures that their memory is free, and starts others in the same process.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

/// Counts what the program holds, whoever allocated it.
#[global_allocator]
static HEAP: Heap = Heap::new();

const PATIENCE: Duration = Duration::from_secs(30);

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
    let by_owner = maps.add_index(Index::label("owner"))?;

    // Once without measuring, since connections stay open, and what is said about a resource is kept.
    for round in ["to fill what is kept for the next time", "measured"] {
        println!("# two informers, {round}");
        let before = HEAP.held();
        maps.start().synced(PATIENCE).await?;
        secrets.start().synced(PATIENCE).await?;
        show(&maps, before);
        show(&secrets, before);

        println!(
            "# one is stopped, the other is not affected; what somebody still holds is still there, and nothing else"
        );
        let held = maps.lister().all().pop();
        maps.shutdown().await;
        show(&maps, before);
        drop(held);
        show(&maps, before);
        show(&secrets, before);

        println!("# all are stopped");
        secrets.shutdown().await;
        show(&secrets, before);
    }
    drop(by_owner);

    println!("# the config is loaded again, and the program goes on with other resources, possibly elsewhere");
    let elsewhere = connect(&cluster, "").await?;
    let before = HEAP.held();
    let public = ListWatch::<ConfigMap>::typed(&elsewhere.client).namespace("kube-public");
    let public = SharedInformer::builder(public).build();
    public.start().synced(PATIENCE).await?;
    show(&public, before);
    drop(public); // The last handle stops it as well.
    Ok(())
}

/// How much there is: in the informer, of the kind in the whole process, and on the heap, which has grown by so much.
fn show<K: 'static>(informer: &SharedInformer<K>, before: usize) {
    let view = informer.debug_view();
    let grown = (HEAP.held().cast_signed() - before.cast_signed()) / 1024;
    println!("{}: {} known, {} held; heap {grown:+} KiB", view.resource, view.known_objects, view.memory.objects);
}

/// Nearly a megabyte.
async fn fill(api: &ApiServer) -> Result<()> {
    for number in 0..200 {
        let metadata = ObjectMeta { name: Some(format!("number-{number}")), ..Default::default() };
        let data = Some([("text".to_owned(), format!("{number} ").repeat(500))].into());
        api.create(&ConfigMap { metadata: metadata.clone(), data: data.clone(), ..Default::default() }).await?;
        api.create(&Secret { metadata, string_data: data, ..Default::default() }).await?;
    }
    Ok(())
}
