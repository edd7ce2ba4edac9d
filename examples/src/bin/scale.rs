//! The scale of anything that has one, found through discovery: read, and set.

use clap::Parser;
use lookglass::{
    Error, Result,
    client::{Discovery, Mapper, Scales},
};
use lookglass_examples::{Cluster, connect};

/// Reads how many replicas there are and shall be of something, and sets it.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    /// What, as RESOURCE/NAME: of any resource that has a scale, by any of its names
    #[arg(default_values = ["deployments/web", "sts/db"], value_name = "RESOURCE/NAME")]
    objects: Vec<String>,
    /// How many there shall be. Without it, it is only read (and set to 3 in the API server inside the program)
    #[arg(long, short)]
    replicas: Option<i32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, objects, replicas } = Args::parse();
    let connection = connect(&cluster, WEB_AND_DB).await?;
    let replicas = replicas.or(connection.api.as_ref().map(|_| 3));
    let mapper = Mapper::new(&Discovery::new(&connection.client));
    let scales = Scales::new(&mapper);

    for object in &objects {
        let Some((resource, name)) = object.split_once('/') else {
            return Err(Error::other(format!("{object:?} is not of the form RESOURCE/NAME, such as deployments/web")));
        };
        // Short names, singulars and kinds are understood as kubectl understands them; what has no scale is an error that says so.
        let of = scales.of(resource).await?.namespace(&connection.namespace);
        let what = format!("{} {name}", of.resource().group_resource());

        let scale = of.get(name).await?;
        let wanted = scale.spec.and_then(|spec| spec.replicas).unwrap_or(0);
        let there = scale.status.map_or(0, |status| status.replicas);
        println!("{what}: {there} there, {wanted} wanted");

        if let Some(replicas) = replicas {
            let scale = of.set(name, replicas).await?;
            println!("{what}: now {} wanted", scale.spec.and_then(|spec| spec.replicas).unwrap_or(0));
        }
    }
    Ok(())
}

const WEB_AND_DB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: mysql}]}
";
