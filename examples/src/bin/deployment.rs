//! The clientset writes: a Deployment is created, updated, listed and deleted.

use std::collections::BTreeMap;

use clap::Parser;
use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentSpec},
        core::v1::{Container, ContainerPort, PodSpec, PodTemplateSpec},
    },
    apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta},
};
use lookglass::{Result, client::Clientset};
use lookglass_examples::{Cluster, connect, pause};

/// Creates, updates, lists and deletes a Deployment, and waits for Return in between.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

const NAME: &str = "demo-deployment";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster } = Args::parse();
    let connection = connect(&cluster, "").await?;
    let namespace = &connection.namespace;
    let deployments = Clientset::new(&connection.client).apps_v1().deployments(namespace);

    println!("Creating deployment...");
    let created = deployments.create(&demo()).await?;
    println!("Created deployment {:?}.", created.name());

    pause().await?;
    println!("Updating deployment...");
    // Reads, changes and writes. If somebody else, such as a controller, was faster, the server refuses the write, and all three are done again.
    let scale_and_upgrade = |demo: &mut Deployment| {
        demo.spec.replicas = Some(1);
        for container in demo.spec.template.spec.iter_mut().flat_map(|pod| &mut pod.containers) {
            container.image = Some("nginx:1.13".to_owned());
        }
    };
    deployments.edit(NAME, scale_and_upgrade).await?;
    println!("Updated deployment...");

    pause().await?;
    println!("Listing deployments in namespace {namespace:?}:");
    for deployment in deployments.list(&Default::default()).await? {
        let replicas = deployment.typed()?.spec.replicas;
        println!(" * {} ({} replicas)", deployment.name(), replicas.unwrap_or_default());
    }

    pause().await?;
    println!("Deleting deployment...");
    deployments.delete(NAME).await?;
    println!("Deleted deployment.");
    Ok(())
}

/// client-go's demo deployment, field by field; `dynamic` has it as YAML.
fn demo() -> Deployment {
    let labels = || Some(BTreeMap::from([("app".to_owned(), "demo".to_owned())]));
    let port = ContainerPort { name: Some("http".to_owned()), container_port: 80, ..Default::default() };
    let web = Container {
        name: "web".to_owned(),
        image: Some("nginx:1.12".to_owned()),
        ports: Some(vec![port]),
        ..Default::default()
    };
    Deployment {
        metadata: ObjectMeta { name: Some(NAME.to_owned()), ..Default::default() },
        spec: DeploymentSpec {
            replicas: Some(2),
            selector: LabelSelector { match_labels: labels(), ..Default::default() },
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: labels(), ..Default::default() }),
                spec: Some(PodSpec { containers: vec![web], ..Default::default() }),
            },
            ..Default::default()
        },
        ..Default::default()
    }
}
