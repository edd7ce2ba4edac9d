//! lookglass-informer's shared informer.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::Pod;
use lookglass_client::{Client, Config, ListWatch};
use lookglass_informer::{Event, SharedInformer};
use lookglass_object::{Dynamic, Encoding, Object, Retention};

use super::{Retain, Run, Told, sent_in};
use crate::{
    fleet::Kind,
    measure::{Failure, Taking},
};

/// Runs all phases.
///
/// # Errors
///
/// The server does not answer as it should.
pub async fn run(run: Run, allocator: &str) -> Result<(), Failure> {
    let client = Client::builder(Config::new(&run.server)?).http2_prior_knowledge(run.http2).build()?;
    let retention = match run.retention {
        Retain::Auto => Retention::Auto,
        Retain::Raw => Retention::Raw,
        Retain::Packed => Retention::Packed,
    };
    let kind = if run.json { "dynamic json" } else { "typed protobuf" };
    let how = format!(
        "{:?}{}{}",
        run.retention,
        if run.http2 { " HTTP/2" } else { "" },
        if run.typed { " decoded" } else { "" }
    );
    let name = format!("lookglass {kind} {} {allocator}", how.to_lowercase());
    if run.json {
        let pods = ListWatch::<Dynamic>::dynamic(&client, Kind::Pod.gvr(), &Kind::Pod.gvk());
        let pods = pods.encoding(Encoding::Json);
        return phases(&run, &name, pods, retention, |pod| pod.to_value().is_ok()).await;
    }
    phases(&run, &name, ListWatch::<Pod>::typed(&client), retention, |pod| pod.typed().is_ok()).await
}

async fn phases<K: Send + Sync + 'static>(
    run: &Run,
    name: &str,
    pods: ListWatch<K>,
    retention: Retention,
    decode: fn(&Object<K>) -> bool,
) -> Result<(), Failure> {
    let version = run.version().await?;
    let told = Arc::new(Told::default());
    let taking = Taking::begin(&run.server).await?;
    let informer = SharedInformer::builder(pods).retention(retention).build();
    let mut subscriptions = Vec::new();
    for nth in 0..run.handlers {
        let (told, typed) = (Arc::clone(&told), run.typed);
        subscriptions.push(informer.on_event(move |event: &Event<K>| match event {
            Event::Added { object, .. } => {
                assert!(!typed || decode(object), "a pod cannot be decoded");
                told.added();
            }
            Event::Updated { new, .. } => {
                assert!(!typed || decode(new), "a pod cannot be decoded");
                told.changed(nth == 0, new.version().as_u64(), || new.with_bytes(sent_in).ok().flatten());
            }
            Event::Deleted { .. } => {}
        }));
    }
    informer.start();
    informer.synced(Duration::from_secs(100)).await?;
    run.phases(name, taking, &told, version).await?;
    informer.shutdown().await;
    Ok(())
}
