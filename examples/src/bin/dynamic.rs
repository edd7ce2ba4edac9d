//! The same without types: a Deployment from a YAML template, by group, version and resource.

use clap::Parser;
use lookglass::{
    Result,
    client::Dynamic,
    object::{self, Datum, Gvr},
};
use lookglass_examples::{Cluster, connect, pause};

/// Creates, updates, lists and deletes a Deployment of which the program knows no type.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

const TEMPLATE: &str = "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo-deployment
spec:
  replicas: 2
  selector:
    matchLabels:
      app: demo
  template:
    metadata:
      labels:
        app: demo
    spec:
      containers:
      - name: web
        image: nginx:1.12
        ports:
        - name: http
          containerPort: 80
          protocol: TCP
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster } = Args::parse();
    let connection = connect(&cluster, "").await?;
    let namespace = &connection.namespace;
    let resource = Gvr::new("apps", "v1", "deployments");
    let deployments = Dynamic::new(&connection.client).resource(&resource).await?.namespace(namespace);

    println!("Creating deployment...");
    let created = deployments.create(&deployments.parse(TEMPLATE)?).await?;
    println!("Created deployment {:?}.", created.name());

    pause().await?;
    println!("Updating deployment...");
    let scale_and_upgrade = |demo: &mut object::Dynamic| {
        demo["spec"]["replicas"] = 1.into();
        demo["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.13".into();
    };
    deployments.edit("demo-deployment", scale_and_upgrade).await?;
    println!("Updated deployment...");

    pause().await?;
    println!("Listing deployments in namespace {namespace:?}:");
    for deployment in deployments.list(&Default::default()).await? {
        // From the bytes that came: no tree is built for one number.
        let replicas = deployment.at("spec.replicas").as_ref().and_then(Datum::as_i64);
        println!(" * {} ({} replicas)", deployment.name(), replicas.unwrap_or_default());
    }

    pause().await?;
    println!("Deleting deployment...");
    deployments.delete("demo-deployment").await?;
    println!("Deleted deployment.");
    Ok(())
}
