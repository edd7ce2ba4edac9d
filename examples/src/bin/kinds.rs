//! Objects know what they are: apiVersion and kind are always there, also where API servers leave them out.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api,
    api::{DynamicObject, ListParams},
    core::PartialObjectMeta,
};
use lookglass::{Result, object::Scheme, prelude::*};
use lookglass_examples::{Cluster, connect};

/// Shows apiVersion and kind of typed, dynamic and metadata-only objects, and gives them back to objects that have lost them.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster } = Args::parse();
    let connection = connect(&cluster, DEPLOYMENTS).await?;
    let namespace = &*connection.namespace;

    println!("# from a lister, typed: the server leaves them out of the items of a list");
    let typed = ListWatch::<Deployment>::typed(&connection.client).namespace(namespace);
    let typed = SharedInformer::builder(typed).build();
    typed.start().synced(Duration::from_secs(30)).await?;
    for deployment in sorted(typed.lister().all()) {
        println!("{} {} {}", deployment.api_version(), deployment.kind(), deployment.key());
    }

    println!("# from a lister, as a tree");
    let resource = Gvr::new("apps", "v1", "deployments");
    let dynamic = lookglass::client::Dynamic::new(&connection.client).resource(&resource).await?.namespace(namespace);
    let dynamic = SharedInformer::builder(dynamic.list_watch()).build();
    dynamic.start().synced(Duration::from_secs(30)).await?;
    for deployment in sorted(dynamic.lister().all()) {
        let tree = deployment.typed()?;
        println!("{} {} {}", tree["apiVersion"], tree["kind"], tree["metadata"]["name"]);
    }

    println!("# of metadata alone: the server says PartialObjectMetadata");
    let api = Api::<Deployment>::namespaced(connection.client.kube(), namespace);
    let mut list = api.list_metadata(&ListParams::default()).await.map_err(lookglass::Error::other)?;
    let said = |list: &kube::core::ObjectList<PartialObjectMeta<Deployment>>| {
        list.items
            .iter()
            .map(|item| item.types.as_ref().map_or("nothing", |types| &types.kind).to_owned())
            .collect::<Vec<_>>()
    };
    println!("before: {:?}", said(&list));
    let mut scheme = Scheme::builtin();
    scheme.restore_gvk_list(&mut list)?;
    println!("after: {:?}", said(&list));

    println!("# what cannot be told is said");
    struct Own;
    println!("{}", scheme.restore_gvk(&mut Own).expect_err("nobody registered it"));
    scheme.alias::<Own>(Gvk::new("example.com", "v1", "Own")).alias::<Own>(Gvk::new("example.com", "v2", "Own"));
    println!("{}", scheme.restore_gvk(&mut Own).expect_err("it is two"));
    scheme.register_unversioned::<Pause>(Gvk::core("v1", "Pause"));
    println!("{}", scheme.restore_gvk(&mut Pause).expect_err("it has no version"));
    let mut partial =
        PartialObjectMeta::<DynamicObject> { types: None, metadata: Default::default(), _phantom: Default::default() };
    partial.metadata.name = Some("web".to_owned());
    println!("{}", scheme.restore_gvk(&mut partial).expect_err("it does not say of what it is the metadata"));
    let mut tree = DynamicObject {
        types: Some(kube::api::TypeMeta { kind: "Web".into(), ..Default::default() }),
        metadata: partial.metadata,
        data: ().into(),
    };
    println!("{}", scheme.restore_gvk(&mut tree).expect_err("it has no version"));
    println!("{:?}", scheme.gvk_of::<Pod>()?);
    Ok(())
}

struct Pause;

fn sorted<K>(mut objects: Vec<Object<K>>) -> Vec<Object<K>> {
    objects.sort_by(|one, other| one.key().cmp(other.key()));
    objects
}

const DEPLOYMENTS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: db}
spec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: mysql}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}}
";
