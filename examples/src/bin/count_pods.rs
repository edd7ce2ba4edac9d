//! How many pods there are, every ten seconds: from inside of a cluster as its pods do, or from outside with a kubeconfig.

use std::time::Duration;

use clap::Parser;
use lookglass::{
    Result,
    client::{ALL_NAMESPACES, Client, Clientset, Config},
};
use lookglass_examples::{Cluster, connect};
use tokio::time::sleep;

/// Counts the pods of all namespaces, again and again, and looks for one of them.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    /// Use the service account of the pod that this runs in, and no kubeconfig
    #[arg(long, conflicts_with_all = ["kubeconfig", "context", "server"])]
    in_cluster: bool,
    /// The pod to look for
    #[arg(long, default_value = "example-xxxxx")]
    pod: String,
    /// How often to count: without end on a cluster, else three times
    #[arg(long)]
    times: Option<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let (client, times) = if args.in_cluster {
        (Client::new(Config::in_cluster().await?)?, u32::MAX)
    } else {
        let connection = connect(&args.cluster, PODS).await?;
        (connection.client, if connection.api.is_some() { 3 } else { u32::MAX })
    };
    let namespace = args.cluster.namespace.as_deref().unwrap_or(client.default_namespace());
    let core = Clientset::new(&client).core_v1();
    for round in 0..args.times.unwrap_or(times) {
        if round > 0 {
            sleep(Duration::from_secs(10)).await;
        }
        let pods = core.pods(ALL_NAMESPACES).list(&Default::default()).await?;
        println!("There are {} pods in the cluster", pods.len());
        // Not to be there is an answer. Whatever else goes wrong is an error: no right to look, nobody answers.
        match core.pods(namespace).find(&args.pod).await? {
            Some(pod) => println!("Found pod {} in namespace {namespace}", pod.name()),
            None => println!("Pod {} in namespace {namespace} not found", args.pod),
        }
    }
    Ok(())
}

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web-0}, spec: {containers: [{name: web, image: nginx}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web-1}, spec: {containers: [{name: web, image: nginx}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: kube-system}, spec: {containers: [{name: dns, image: coredns}]}}
";
