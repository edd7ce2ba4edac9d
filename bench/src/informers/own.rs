//! lookglass-informer's shared informer.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::Pod;
use lookglass_client::{Client, Config, ListWatch};
use lookglass_informer::{Event, SharedInformer};
use lookglass_object::{Dynamic, Encoding, Object, Retention};

use tokio::time::sleep;

use super::{Retain, Run, Settled, Told, queries, sent_in};
use crate::{
    fleet::Kind,
    measure::{Failure, Taking},
};

/// Runs all phases.
///
/// # Errors
///
/// The server does not answer as it should.
pub(super) async fn run(run: Run, allocator: &str) -> Result<(), Failure> {
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
    let informer = SharedInformer::builder(pods).retention(retention).cooling(COOLING).build();
    let packs = retention != Retention::Raw;
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
    run.phases(name, taking, &told, version, || settled(&informer, packs)).await?;
    if !run.only_sync {
        queries::run(&informer, name, decode)?;
    }
    informer.shutdown().await;
    Ok(())
}

/// A changed object stays raw for so long; less than by default, so that measuring does not take longer.
const COOLING: Duration = Duration::from_secs(2);

/// Waits until what has come in has cooled and been packed, and the allocator has given back what is free.
fn settled<K: 'static>(informer: &SharedInformer<K>, packs: bool) -> Settled {
    let informer = informer.clone();
    Box::pin(async move {
        let raw = || informer.debug_view().memory.raw_objects;
        let mut before = usize::MAX;
        while packs && raw() != before {
            before = raw();
            sleep(COOLING + Duration::from_millis(500)).await;
        }
        sleep(ALLOCATOR).await;
    })
}

/// As long as jemalloc keeps what is free, by default.
const ALLOCATOR: Duration = Duration::from_secs(11);
