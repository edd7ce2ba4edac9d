//! The raw client: any path, any query, and the bytes of the answer.

use clap::Parser;
use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, client::Rest, object::Datum};
use lookglass_examples::{Cluster, connect};

/// Lists pods with the raw client, by the name of the resource and a field selector.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    /// Which pods
    #[arg(long, default_value = "spec.nodeName=node-1")]
    field_selector: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, field_selector } = Args::parse();
    let connection = connect(&cluster, PODS).await?;

    let request = Rest::new(&connection.client)
        .core_v1()
        .get()
        .namespace(&connection.namespace)
        .resource("pods")
        .param("fieldSelector", &field_selector)
        .param("limit", 500);
    println!("{request}");
    let answer = request.send().await?;
    println!("{} {:?}", answer.status(), answer.headers()["content-type"]);
    // The body is bytes; it becomes a tree, a type of one's own, or, as here, the objects of a list.
    for pod in answer.list::<Pod>()? {
        println!("{} {}", pod.name(), pod.at("status.phase").as_ref().and_then(Datum::as_str).unwrap_or("Unknown"));
    }
    Ok(())
}

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web-0}, spec: {nodeName: node-1, containers: [{name: web, image: nginx}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web-1}, spec: {containers: [{name: web, image: nginx}]}}
";
