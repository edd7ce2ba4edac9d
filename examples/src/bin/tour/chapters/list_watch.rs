//! A list, and a watch that goes on from it.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use lookglass::{Result, prelude::*};
use tokio::time::timeout;

use crate::{
    scene::Scene,
    stage::{Stage, Tone, bytes, time},
};

/// So long events are waited for, and so many shown.
const PATIENCE: Duration = Duration::from_secs(2);
const SHOWN: usize = 4;

pub(crate) async fn play(stage: &Stage, scene: &Scene) -> Result<()> {
    let why = "Lists are read item by item as they come, in protobuf where the server has it.\n\
               An object stays the bytes it came as until somebody asks for its type.";
    stage.chapter(2, "List, then watch", why).await;
    stage.code(include_str!("list_watch.rs"), "list").await;
    let pods = scene.pods();
    let (mut count, before) = (0, scene.requests.bytes());
    #[expect(clippy::disallowed_methods, reason = "the tour times what it shows")]
    let begun = Instant::now();
    // show: list
    let mut list = pods.list(&ListOptions::default());
    while let Some(pod) = list.next().await {
        pod?; // an Object<Pod>, or why this one alone cannot be read
        count += 1;
    }
    let mut watch = pods.watch(&WatchOptions::after(list.version().clone())).await?;
    // shown
    stage.gave(format!(
        "{} pods, {} in {}; now watching from version {}",
        stage.figure(count),
        stage.figure(bytes(scene.requests.bytes() - before)),
        stage.figure(time(begun.elapsed())),
        list.version(),
    ));
    let mut shown = 0;
    let told = async {
        while let Some(event) = watch.next().await {
            shown += usize::from(tell(stage, &event?));
            if shown == SHOWN {
                break;
            }
        }
        Ok(())
    };
    let ended: Result<Result<()>, _> = timeout(PATIENCE, told).await;
    if ended.is_err() && shown == 0 {
        stage.aside("nothing has changed within two seconds");
    }
    ended.unwrap_or(Ok(()))?;
    stage.breathe(500).await;
    Ok(())
}

/// Whether there was anything to tell.
fn tell(stage: &Stage, event: &WatchEvent<Pod>) -> bool {
    let (tone, name, pod) = match event {
        WatchEvent::Added(pod) => (Tone::Good, "ADDED", pod),
        WatchEvent::Modified(pod) => (Tone::Changed, "MODIFIED", pod),
        WatchEvent::Deleted(pod) => (Tone::Bad, "DELETED", pod),
        WatchEvent::Bookmark(_) | WatchEvent::Error(_) => return false,
    };
    let name = stage.paint(tone, format!("{name:<8}"));
    stage.row(format!("{name} {:<28} version {}", pod.key().to_string(), pod.version()));
    true
}
