//! What it all takes, and that it is given back.

use std::time::Duration;

use super::handlers::Pods;
use crate::stage::{Stage, bytes};

pub(crate) async fn play(stage: &Stage, pods: Pods) {
    let why = "Objects are kept as the bytes they came as, and packed where there are many:\n\
               of the pods of a workload one is kept whole, and of the others what differs.\n\
               And stopped means gone.";
    stage.chapter(7, "What it costs", why).await;
    stage.code(include_str!("memory.rs"), "memory").await;
    let Pods { informer: pods, handler, .. } = pods;
    // What changed a moment ago is packed when it has cooled.
    cooled().await;
    // show: memory
    let memory = pods.debug_view().memory;

    drop(handler); // unsubscribes
    pods.shutdown().await;
    let after = pods.debug_view().memory;
    // shown
    let size = |bytes: usize| stage.figure(crate::stage::bytes(bytes as u64));
    let each = |all: usize, count: usize| bytes((all / count.max(1)) as u64);
    stage.gave(format!(
        "{} objects take {}, {} each",
        stage.figure(memory.objects),
        size(memory.total_bytes),
        each(memory.total_bytes, memory.objects)
    ));
    if memory.packed_objects > 0 {
        stage.row(format!(
            "{} packed, {} each instead of {}; {} still as they came, {} each",
            memory.packed_objects,
            stage.figure(each(memory.packed_bytes, memory.packed_objects)),
            each(memory.unpacked_bytes, memory.packed_objects),
            memory.raw_objects,
            each(memory.raw_bytes, memory.raw_objects),
        ));
    }
    stage.gave(format!("after shutdown: {} objects, {}", stage.figure(after.objects), size(after.total_bytes)));
    stage.breathe(300).await;
}

async fn cooled() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
