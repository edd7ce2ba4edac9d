//! A slow subscriber beside a fast one.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, informer::BacklogPolicy, prelude::*};
use tokio::time::sleep;

use super::handlers::Pods;
use crate::stage::{Stage, Tone, time};

pub(crate) async fn play(stage: &Stage, pods: &Pods) -> Result<()> {
    let why = "Subscribers come late and are told everything all the same. A slow one harms nobody:\n\
               beyond a bound its events are merged per object, and its lag is there to be read.";
    stage.chapter(6, "Nobody waits for the slow one", why).await;
    stage.code(include_str!("lag.rs"), "subscribers").await;
    let Pods { informer: pods, handler, .. } = pods;
    // show: subscribers
    let fast = pods.subscriber().name("fast").on_event(|_: &Event<Pod>| {});
    let slow = pods.subscriber().name("slow");
    let slow = slow.policy(BacklogPolicy::Coalesce { bound: 20 });
    let mut slow = slow.subscribe(); // a Stream, which nobody reads yet
    // shown
    fast.synced().await?;
    sleep(Duration::from_millis(1000)).await;
    table(stage, pods);
    let (mut batches, mut read) = (0, 0);
    while slow.lag().events > 0 {
        let Some(batch) = slow.next_batch(500).await else { break };
        batches += 1;
        read += batch.len();
    }
    stage.gave(format!(
        "then the slow one reads: {} events in {} batches, and it is {} behind",
        stage.figure(read),
        stage.figure(batches),
        stage.figure(slow.lag().events),
    ));
    stage.gave(format!(
        "{} is the handler of chapter 3: {} behind all the while",
        handler.name(),
        stage.figure(handler.lag().events)
    ));
    stage.breathe(500).await;
    Ok(())
}

fn table(stage: &Stage, pods: &SharedInformer<Pod>) {
    stage.aside(&format!("{:<12} {:>8} {:>10} {:>9} {:>9}", "subscriber", "behind", "oldest", "merged", "handled"));
    for subscriber in pods.debug_view().subscribers {
        let tone = if subscriber.pending > 0 { Tone::Changed } else { Tone::Good };
        let behind = stage.paint(tone, format!("{:>8}", subscriber.pending));
        let oldest =
            if subscriber.pending > 0 { time(Duration::from_secs_f64(subscriber.lag_seconds)) } else { "-".to_owned() };
        stage.row(format!(
            "{:<12} {behind} {oldest:>10} {:>9} {:>9}",
            subscriber.name, subscriber.merged, subscriber.handled
        ));
    }
}
