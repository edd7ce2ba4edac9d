//! lookglass-client's lists and watches.

use k8s_openapi::api::core::v1::Pod;
use lookglass_client::{Client, Config, ListOptions, ListWatch, WatchEvent, WatchFrom, WatchOptions};
use lookglass_object::{Object, ResourceVersion, Retention};

use super::{Run, What};
use crate::measure::{Failure, Line, control};

/// How many are taken at once.
const BATCH: usize = 256;

pub(super) async fn run(run: &Run) -> Result<Line, Failure> {
    let client = Client::builder(Config::new(&run.server)?).http2_prior_knowledge(run.http2).build()?;
    let pods = ListWatch::<Pod>::typed(&client).encoding(run.encoding()).retention(Retention::Raw);
    match run.what {
        What::List => list(run, &pods, 0).await,
        What::Pages => list(run, &pods, 500).await,
        What::Stream => stream(run, &pods).await,
        What::Watch => watch(run, &pods).await,
    }
}

async fn list(run: &Run, pods: &ListWatch<Pod>, page_size: u32) -> Result<Line, Failure> {
    let taking = run.begin().await?;
    let mut kept: Vec<Object<Pod>> = Vec::new();
    let mut list = pods.list(&ListOptions::default().page_size(page_size));
    let mut batch = Vec::new();
    while list.next_many(&mut batch, BATCH).await > 0 {
        for pod in batch.drain(..) {
            kept.push(pod?);
        }
    }
    drop(list);
    run.end(taking, kept.len() as u64).await
}

async fn stream(run: &Run, pods: &ListWatch<Pod>) -> Result<Line, Failure> {
    let taking = run.begin().await?;
    let mut kept = Vec::new();
    let mut watch = pods.watch(&WatchOptions::new(WatchFrom::State)).await?;
    let mut batch = Vec::new();
    let mut complete = false;
    while !complete && watch.next_many(&mut batch, BATCH).await > 0 {
        for event in batch.drain(..) {
            match event? {
                WatchEvent::Added(pod) => kept.push(pod),
                WatchEvent::Bookmark(mark) => complete |= mark.initial_events_end,
                other => return Err(format!("not expected: {other:?}").into()),
            }
        }
    }
    run.end(taking, kept.len() as u64).await
}

async fn watch(run: &Run, pods: &ListWatch<Pod>) -> Result<Line, Failure> {
    let version = version(pods).await?;
    let mut watch = pods.watch(&WatchOptions::after(version)).await?;
    let taking = run.begin().await?;
    control(&run.server, &format!("/load/churn?resource=pods&events={}", run.events)).await?;
    let mut events = 0;
    let mut batch = Vec::new();
    while events < run.events && watch.next_many(&mut batch, BATCH).await > 0 {
        for event in batch.drain(..) {
            match event? {
                WatchEvent::Modified(_) => events += 1,
                WatchEvent::Bookmark(_) => {}
                other => return Err(format!("not expected: {other:?}").into()),
            }
        }
    }
    run.end(taking, events).await
}

/// The version of the server's lists.
async fn version(pods: &ListWatch<Pod>) -> Result<ResourceVersion, Failure> {
    let mut list = pods.list(&ListOptions::default().page_size(1));
    list.next().await.ok_or("there are no pods")??;
    Ok(list.version().clone())
}
