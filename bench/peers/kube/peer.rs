//! kube-runtime's watcher and reflector, in the phases of lookglass-bench's `informers`.

use std::{
    pin::{Pin, pin},
    sync::Arc,
};

use futures_core::Stream;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube_runtime::{
    reflector,
    watcher::{self, Event},
};

use super::{Run, Told};
use crate::{
    fleet::SENT,
    measure::{Failure, Taking},
};

/// Runs all phases.
pub(super) async fn run(run: Run, allocator: &str) -> Result<(), Failure> {
    let client = kube::Client::try_from(kube::Config::new(run.server.parse()?))?;
    let list = if run.streaming { "streaming list" } else { "pages" };
    let name = format!("kube typed json {list} {allocator}");
    let config = if run.streaming { watcher::Config::default().streaming_lists() } else { watcher::Config::default() };
    let version = run.version().await?;
    let told = Arc::new(Told::default());
    let taking = Taking::begin(&run.server).await?;
    let watcher = watcher::watcher(Api::<Pod>::all(client), config);
    if run.handlers == 1 {
        let (reader, writer) = reflector::store();
        let events = reflector(writer, watcher);
        let telling = Arc::clone(&told);
        tokio::spawn(async move {
            let mut events = pin!(events);
            while let Some(event) = next(&mut events).await {
                match event {
                    Ok(Event::InitApply(_)) => telling.added(),
                    Ok(Event::Apply(pod)) => changed(&telling, true, &pod),
                    // An error is that a watch expired, after which the watcher lists anew.
                    Ok(Event::Init | Event::InitDone | Event::Delete(_)) | Err(_) => {}
                }
            }
        });
        reader.wait_until_ready().await?;
        return run.phases(&name, taking, &told, version, || Box::pin(async {})).await;
    }
    let (reader, writer) = reflector::store_shared(256);
    for nth in 0..run.handlers {
        let mut events = writer.subscribe().expect("the store is shared");
        let telling = Arc::clone(&told);
        let objects = run.objects;
        tokio::spawn(async move {
            // What a subscriber gets does not tell first states from changes.
            let mut seen = 0;
            while let Some(pod) = next(&mut events).await {
                seen += 1;
                if seen <= objects { telling.added() } else { changed(&telling, nth == 0, &pod) }
            }
        });
    }
    let events = reflector(writer, watcher);
    tokio::spawn(async move {
        let mut events = pin!(events);
        while next(&mut events).await.is_some() {}
    });
    reader.wait_until_ready().await?;
    run.phases(&name, taking, &told, version, || Box::pin(async {})).await
}

fn changed(told: &Told, first: bool, pod: &Pod) {
    let version = pod.metadata.resource_version.as_ref().and_then(|version| version.parse().ok());
    let annotations = pod.metadata.annotations.as_ref();
    told.changed(first, version, || annotations.and_then(|all| all.get(SENT)).and_then(|sent| sent.parse().ok()));
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}
