//! kube's `Api::list` and `Api::watch`.

use std::pin::pin;

use futures_core::Stream;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api,
    api::{ListParams, WatchEvent, WatchParams},
};

use super::{Run, What};
use crate::measure::{Failure, Line, control};

pub(super) async fn run(run: &Run) -> Result<Line, Failure> {
    let client = kube::Client::try_from(kube::Config::new(run.server.parse()?))?;
    let pods = Api::<Pod>::all(client);
    match run.what {
        What::List => list(run, &pods, None).await,
        What::Pages => list(run, &pods, Some(500)).await,
        What::Stream => stream(run, &pods).await,
        What::Watch => watch(run, &pods).await,
    }
}

async fn list(run: &Run, pods: &Api<Pod>, limit: Option<u32>) -> Result<Line, Failure> {
    let taking = run.begin().await?;
    let mut kept = Vec::new();
    let mut params = ListParams { limit, ..ListParams::default() };
    loop {
        let page = pods.list(&params).await?;
        kept.extend(page.items);
        params.continue_token = page.metadata.continue_.filter(|token| !token.is_empty());
        if params.continue_token.is_none() {
            break;
        }
    }
    run.end(taking, kept.len() as u64).await
}

async fn stream(run: &Run, pods: &Api<Pod>) -> Result<Line, Failure> {
    let taking = run.begin().await?;
    let mut kept = Vec::new();
    let mut events = pin!(pods.watch(&WatchParams::default().initial_events(), "").await?);
    loop {
        match next(&mut events).await.ok_or("the watch ended")?? {
            WatchEvent::Added(pod) => kept.push(pod),
            WatchEvent::Bookmark(mark) if mark.metadata.annotations.contains_key("k8s.io/initial-events-end") => break,
            other => return Err(format!("not expected: {other:?}").into()),
        }
    }
    run.end(taking, kept.len() as u64).await
}

async fn watch(run: &Run, pods: &Api<Pod>) -> Result<Line, Failure> {
    let page = pods.list(&ListParams::default().limit(1)).await?;
    let version = page.metadata.resource_version.unwrap_or_default();
    let mut events = pin!(pods.watch(&WatchParams::default(), &version).await?);
    let taking = run.begin().await?;
    control(&run.server, &format!("/load/churn?resource=pods&events={}", run.events)).await?;
    let mut taken = 0;
    while taken < run.events {
        match next(&mut events).await.ok_or("the watch ended")?? {
            WatchEvent::Modified(_) => taken += 1,
            WatchEvent::Bookmark(_) => {}
            other => return Err(format!("not expected: {other:?}").into()),
        }
    }
    run.end(taking, taken).await
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|cx| std::pin::Pin::new(&mut *stream).poll_next(cx)).await
}
