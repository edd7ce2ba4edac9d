//! Items added for later: the earliest time of an item counts, and whoever waits for an item waits for time too.

use lookglass::workqueue::DelayingQueue;
use std::time::Duration;
use tokio::time::Instant;

// The clock stands still and jumps to what is waited for, so the demo takes no time.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    lookglass_examples::about("Items added for later: the earliest time of an item counts.");
    let queue = DelayingQueue::new("demo");
    let (secs, start) = (Duration::from_secs, Instant::now());
    queue.add_after("third", secs(30));
    queue.add_after("second", secs(20));
    queue.add_after("first", secs(50));
    queue.add_after("first", secs(10)); // The earlier time counts,
    queue.add_after("first", secs(90)); // whichever was given last.
    queue.add_after("at once", Duration::ZERO);
    println!("ready {}, delayed {}", queue.len(), queue.stats().delayed);
    for _ in 0..4 {
        if let Some(item) = queue.get().await {
            println!("{} at {:?}", *item, start.elapsed());
        }
    }
    println!("ready {}, delayed {}", queue.len(), queue.stats().delayed);

    queue.add_after("never", secs(1));
    queue.shut_down();
    println!("after shut down: {:?}", queue.get().await.as_deref());
}
