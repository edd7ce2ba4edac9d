//! One function that watches any resource from a recorded version on, and misses nothing when a watch ends or breaks.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::core::v1::Namespace;
use lookglass::{
    Result,
    apiserver::Fault,
    client::{self, Clientset, Discovery, Error, ListOptions, ListWatch, Mapper, WatchEvent, WatchOptions},
    object::{Datum, Dynamic, Object, ResourceVersion, Status},
};
use lookglass_examples::{Cluster, Connection, Until, connect, moment};
use tokio::time::sleep;

/// Watches any resource, and goes on where it was whenever the watch breaks.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    #[command(flatten)]
    until: Until,
    /// Which one, as kubectl names it: pods, deploy, certificates.cert-manager.io. Without it, namespaces, of which one is created and deleted
    resource: Option<String>,
    /// Print what happened after this version, instead of what there is. The last version that was printed is the one to go on with
    #[arg(long, value_name = "VERSION")]
    from: Option<ResourceVersion>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let connection = connect(&args.cluster, "").await?;
    let mapper = Mapper::new(&Discovery::new(&connection.client));
    let found = mapper.find(args.resource.as_deref().unwrap_or("namespaces")).await?.resource;
    let mut resource = client::Dynamic::with_mapper(&mapper).discovered(&found);
    if let (true, Some(namespace)) = (found.is_namespaced(), &args.cluster.namespace) {
        resource = resource.namespace(namespace);
    }
    let ended = async {
        if args.resource.is_some() && connection.api.is_none() {
            return args.until.over().await;
        }
        make_and_delete_a_namespace(&connection).await
    };
    tokio::select! {
        ended = watch_anything(resource.list_watch(), args.from) => Ok(ended?),
        ended = ended => ended,
    }
}

/// Prints every change of a resource after the version `seen`, whatever breaks; ends if the server will never let us watch.
async fn watch_anything(resource: ListWatch<Dynamic>, mut seen: Option<ResourceVersion>) -> Result<(), Error> {
    loop {
        let ended = match &mut seen {
            None => list(&resource).await.map(|version| seen = Some(version)),
            Some(version) => follow(&resource, version).await,
        };
        match ended {
            Ok(()) => {} // The list is complete, or the server has ended the watch, as it does after some minutes.
            // The server has forgotten what happened meanwhile. What was deleted then is known only to who keeps a list of what there was, as reflectors do.
            Err(error) if error.status().is_some_and(Status::is_expired) => {
                println!("# {error}; from the beginning");
                seen = None;
            }
            Err(error) if error.is_transient() => println!("# {error}; once more"),
            Err(error) => return Err(error),
        }
        moment().await; // In which nothing is missed: the next watch begins after what was seen.
    }
}

/// Prints what there is, and gives the version of the whole.
async fn list(resource: &ListWatch<Dynamic>) -> Result<ResourceVersion, Error> {
    let mut list = resource.list(&ListOptions::default());
    while let Some(object) = list.next().await {
        print("ADDED", &object?);
    }
    Ok(list.version().clone())
}

/// Follows one watch to its end, and keeps the newest version in `seen`.
async fn follow(resource: &ListWatch<Dynamic>, seen: &mut ResourceVersion) -> Result<(), Error> {
    let mut watch = resource.watch(&WatchOptions::after(seen.clone())).await?;
    while let Some(event) = watch.next().await {
        *seen = match event? {
            WatchEvent::Added(object) => print("ADDED", &object),
            WatchEvent::Modified(object) => print("MODIFIED", &object),
            WatchEvent::Deleted(object) => print("DELETED", &object),
            // Up to here there was nothing for us. Otherwise our version would become too old where nothing happens.
            WatchEvent::Bookmark(mark) => mark.version,
            WatchEvent::Error(status) => return Err(Error::Refused { what: "watch".to_owned(), status }),
        }
    }
    Ok(())
}

fn print(event: &str, object: &Object<Dynamic>) -> ResourceVersion {
    let created = object.at("metadata.creationTimestamp");
    let created = created.as_ref().and_then(Datum::as_str).unwrap_or_default();
    println!("{event} {} {} {created} {}", object.kind(), object.key(), object.version());
    object.version().clone()
}

/// What there is to see. On a cluster nobody breaks the connection.
async fn make_and_delete_a_namespace(connection: &Connection) -> Result<()> {
    let looked_at = || sleep(Duration::from_secs(3));
    let namespaces = Clientset::new(&connection.client).core_v1().namespaces();
    let mut demo = Namespace::default();
    demo.metadata.name = Some("lookglass-demo".to_owned());
    looked_at().await;
    namespaces.create(&demo).await?;
    looked_at().await;
    if let Some(api) = &connection.api {
        println!("# the server closes the watch");
        api.fault(Fault::cut_watches().once()).strikes(1).await;
    }
    namespaces.delete("lookglass-demo").await?;
    while namespaces.find("lookglass-demo").await?.is_some() {
        looked_at().await; // In which a controller of the cluster takes away what was in the namespace.
    }
    looked_at().await;
    if let Some(api) = &connection.api {
        println!("# the server closes the watch, and when we are back it no longer knows what happened meanwhile");
        api.fault(Fault::cut_watches().once()).strikes(1).await;
        api.create(&demo).await?;
        api.expire_before(api.version() + 1);
        looked_at().await;
    }
    Ok(())
}
