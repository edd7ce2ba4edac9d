//! How one stream of events reaches many handlers: a listener with its buffer alone, then a processor that gives each event to two of them.

use std::{sync::Arc, time::Duration};

use lookglass::{
    Result,
    cache::Event,
    informer::{Listener, ListenerOptions, Processor},
};
use tokio::{
    task,
    time::{Instant, sleep},
};

// The clock stands still and jumps to what is waited for, so the demo takes no time.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    lookglass_examples::about("One stream of events for many handlers, each at its own pace, none slowing another.");
    println!("# a listener alone: whoever adds does not wait for whoever handles");
    let (feed, listener) = Listener::alone(|pod: &Pod| *pod);
    for pod in ["pod-1", "pod-2", "pod-3"] {
        feed.push(Arc::new([added(pod)]), now()).await.map_err(lookglass::Error::other)?;
    }
    println!("added three, handled none");
    if let Some(event) = listener.pop().await {
        println!("popped {}", event.object());
    }
    feed.close(); // So that `run` ends when nothing is left.
    listener.run(|event| println!("handled {}", event.object())).await;

    println!("# a processor: each event to both, neither slowing the other");
    let processor = Processor::new(|pod: &Pod| *pod);
    let quick = processor.add_listener(ListenerOptions::default().name("quick"), now(), Vec::new);
    let slow = processor.add_listener(ListenerOptions::default().name("slow"), now(), Vec::new);
    let start = Instant::now();
    let quick = task::spawn(quick.run(move |event| println!("quick: {} after {:?}", event.object(), start.elapsed())));
    let slow = task::spawn(async move {
        while let Some(event) = slow.pop().await {
            sleep(Duration::from_secs(10)).await;
            println!("slow: {} after {:?}", event.object(), start.elapsed());
        }
    });
    for pod in ["pod-1", "pod-2"] {
        processor.distribute(now(), || vec![added(pod)]).accepted().await;
        sleep(Duration::from_secs(1)).await;
    }
    for listener in processor.listeners(now()) {
        println!("{}: {} pending", listener.name, listener.backlog.pending());
    }

    println!("# one that comes late is told what exists before it is told what changes");
    let late = processor.add_listener(ListenerOptions::default(), now(), || vec!["pod-1", "pod-2"]);
    processor.distribute(now(), || vec![Event::Deleted { last: "pod-1", certain: true }]).accepted().await;
    processor.close(); // Each handles what it has, and then ends.
    late.run(|event| println!("late: {event:?}")).await;
    quick.await.map_err(lookglass::Error::other)?;
    slow.await.map_err(lookglass::Error::other)
}

type Pod = &'static str;

fn added(pod: Pod) -> Event<Pod> {
    Event::Added { object: pod, initial: false }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}
