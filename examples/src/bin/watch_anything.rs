//! One function that watches any resource from a recorded version on, and misses nothing when a watch ends or breaks.

use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::core::v1::Namespace;
use lookglass::{
    Result,
    apiserver::Fault,
    client::{self, Clientset, ListWatch, Watch, WatchEvent, WatchFrom, WatchOptions},
    object::{Datum, Dynamic, Gvr, Object, ResourceVersion},
};
use lookglass_examples::{Cluster, Connection, connect};
use tokio::time::sleep;

/// Watches any resource of any cluster, and goes on where it was whenever the watch breaks.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster } = Args::parse();
    let connection = connect(&cluster, "").await?;
    let namespaces =
        client::Dynamic::new(&connection.client).resource(&Gvr::core("v1", "namespaces")).await?.list_watch();
    tokio::select! {
        ended = watch_anything(&namespaces) => ended,
        ended = make_and_delete_a_namespace(&connection) => ended,
    }
}

/// Prints every change of a resource, whatever breaks; ends if the server will never let us watch.
async fn watch_anything(resource: &ListWatch<Dynamic>) -> Result<()> {
    let mut from = WatchFrom::State;
    loop {
        match resource.watch(&WatchOptions::new(from.clone())).await {
            Ok(watch) => from = follow(watch, from).await,
            Err(error) if error.is_transient() => println!("# {error}"),
            Err(error) => return Err(error.into()),
        }
        sleep(Duration::from_secs(1)).await; // Whatever ended it may need a moment.
    }
}

/// Follows one watch to its end, and gives from where the next one has to go on.
async fn follow(mut watch: Watch<Dynamic>, mut from: WatchFrom) -> WatchFrom {
    // What exists comes in the order of names, so that its versions say nothing before all of it has come.
    let mut complete = from != WatchFrom::State;
    while let Some(event) = watch.next().await {
        let version = match event {
            Ok(WatchEvent::Added(object)) => print("ADDED", &object),
            Ok(WatchEvent::Modified(object)) => print("MODIFIED", &object),
            Ok(WatchEvent::Deleted(object)) => print("DELETED", &object),
            // Up to this version there was nothing for us. Otherwise our version would become too old where nothing happens.
            Ok(WatchEvent::Bookmark(mark)) => {
                complete |= mark.initial_events_end;
                mark.version
            }
            // Our version is older than what the server remembers. What exists comes again; what was deleted meanwhile nobody can tell who does not keep
            // a list of what there was, as reflectors do.
            Ok(WatchEvent::Error(status)) if status.is_expired() => {
                println!("# {}; from the beginning", status.message());
                return WatchFrom::State;
            }
            Ok(WatchEvent::Error(status)) => {
                println!("# {}", status.message());
                continue;
            }
            Err(error) => {
                println!("# {error}");
                continue;
            }
        };
        if complete {
            from = WatchFrom::After(version);
        }
    }
    from
}

fn print(event: &str, object: &Object<Dynamic>) -> ResourceVersion {
    let created = object.at("metadata.creationTimestamp");
    let created = created.as_ref().and_then(Datum::as_str).unwrap_or_default();
    println!("{event} {} {} {created} {}", object.kind(), object.key(), object.version());
    object.version().clone()
}

/// What there is to see. On a cluster nobody breaks the connection.
async fn make_and_delete_a_namespace(connection: &Connection) -> Result<()> {
    let moment = || sleep(Duration::from_secs(5)); // In which a controller of the cluster takes away what was in the namespace.
    let namespaces = Clientset::new(&connection.client).core_v1().namespaces();
    let mut demo = Namespace::default();
    demo.metadata.name = Some("lookglass-demo".to_owned());
    moment().await;
    namespaces.create(&demo).await?;
    if let Some(api) = &connection.api {
        moment().await;
        println!("# the server closes the watch");
        api.fault(Fault::cut_watches().once()).strikes(1).await;
    }
    namespaces.delete("lookglass-demo").await?;
    moment().await;
    if let Some(api) = &connection.api {
        println!("# the server closes the watch, and when we are back it no longer knows what happened meanwhile");
        api.fault(Fault::cut_watches().once()).strikes(1).await;
        api.create(&demo).await?;
        api.expire_before(api.version() + 1);
        moment().await;
    }
    Ok(())
}
