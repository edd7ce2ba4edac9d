//! The inside of a running informer: queue, indexes, subscribers and how far they are behind, versions and errors, as `Debug` and as JSON.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, prelude::*};
use lookglass_examples::{Cluster, Until, connect, moment};

/// Shows the inside of an informer of pods that has gone through something.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    #[command(flatten)]
    until: Until,
    /// As JSON, for programs
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, until, json } = Args::parse();
    let connection = connect(&cluster, PODS).await?;
    let pods = ListWatch::<Pod>::typed(&connection.client).namespace(&connection.namespace);
    let pods = SharedInformer::builder(pods).resync(Duration::from_secs(600)).seed(1).build();
    let _by_app = pods.add_index(Index::label("app"))?;
    let _audit = pods.subscriber().name("audit").on_event(|_: &Event<Pod>| {});
    // A stream that nobody reads lags behind. That is to be seen here, and harms nobody.
    let _lazy = pods.subscriber().name("lazy").subscribe();
    pods.start().synced(Duration::from_secs(30)).await?;
    connection.meanwhile(until, play).await?;

    let view = pods.debug_view();
    if json {
        println!("{}", serde_json::to_string_pretty(&view).map_err(lookglass::Error::other)?);
    } else {
        println!("{view:#?}");
    }
    Ok(())
}

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: db-0, labels: {app: db}}, spec: {containers: [{name: db, image: mysql}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web-0, labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}
";

/// What happens while the program looks on, if it has no cluster to look at.
async fn play(api: ApiServer) -> Result<()> {
    moment().await;
    api.apply_yaml(&PODS.replace("-0", "-1")).await?;
    api.delete::<Pod>("default/web-0").await?;
    moment().await;
    // The next watch is refused once.
    api.fault(Fault::unavailable().resource("pods").once());
    api.fault(Fault::cut_watches().once()).strikes(1).await;
    moment().await;
    Ok(())
}
