//! Objects know what they are: apiVersion and kind are always there, also where API servers leave them out.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::apps::v1::Deployment;
use kube::{
    Api,
    api::{ApiResource, DynamicObject, ListParams, TypeMeta},
    core::{ObjectMeta, PartialObjectMeta, PartialObjectMetaExt as _},
};
use lookglass::{
    Result,
    client::Dynamic,
    object::{Scheme, SchemeError},
    prelude::{Gvk, Gvr, ListWatch, Object, SharedInformer},
};
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
    let (client, namespace) = (&connection.client, &*connection.namespace);

    println!("# from a lister: always, although the server leaves them out of the items of a list");
    let typed = SharedInformer::builder(ListWatch::<Deployment>::typed(client).namespace(namespace)).build();
    typed.start().synced(Duration::from_secs(30)).await?;
    show("typed", typed.lister().all());
    let resource = Gvr::new("apps", "v1", "deployments");
    let resource = Dynamic::new(client).resource(&resource).await?.namespace(namespace);
    let dynamic = SharedInformer::builder(resource.list_watch()).build();
    dynamic.start().synced(Duration::from_secs(30)).await?;
    show("dynamic", dynamic.lister().all());

    println!("# metadata from elsewhere says that it is metadata; a scheme tells of what");
    let mut scheme = Scheme::builtin();
    let api = Api::<Deployment>::namespaced(client.kube(), namespace);
    let mut list = api.list_metadata(&ListParams::default()).await.map_err(lookglass::Error::other)?;
    println!("before: {}", said(&list.items));
    scheme.restore_gvk_list(&mut list)?;
    println!("after: {}", said(&list.items));

    println!("# what cannot be told is said");
    refused(scheme.restore_gvk(&mut Unknown));
    scheme.alias::<Twofold>(Gvk::new("example.com", "v1", "Web")).alias::<Twofold>(Gvk::new(
        "example.com",
        "v2",
        "Web",
    ));
    refused(scheme.restore_gvk(&mut Twofold));
    scheme.register_unversioned::<Unversioned>(Gvk::core("v1", "Unversioned"));
    refused(scheme.restore_gvk(&mut Unversioned));
    let mut metadata = ObjectMeta::default().into_response_partial::<DynamicObject>();
    refused(scheme.restore_gvk(&mut metadata));
    let mut tree = DynamicObject::new("web", &ApiResource::erase::<Deployment>(&()));
    tree.types = Some(TypeMeta { kind: "Deployment".into(), ..TypeMeta::default() });
    refused(scheme.restore_gvk(&mut tree));
    Ok(())
}

struct Unknown;
struct Twofold;
struct Unversioned;

fn show<K: 'static>(how: &str, mut objects: Vec<Object<K>>) {
    objects.sort_by(|one, other| one.key().cmp(other.key()));
    for object in objects {
        println!("{how}: {} {} {}", object.api_version(), object.kind(), object.key());
    }
}

fn said(items: &[PartialObjectMeta<Deployment>]) -> String {
    let types = items.iter().filter_map(|item| item.types.as_ref());
    types.map(|types| format!("{} {}", types.api_version, types.kind)).collect::<Vec<_>>().join(", ")
}

fn refused(result: Result<Gvk, SchemeError>) {
    match result {
        Ok(kind) => println!("{kind}"),
        Err(error) => println!("{error}"),
    }
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
