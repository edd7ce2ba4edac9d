//! Each limiter: what it makes one item wait that fails again and again, and another one after that. Then a queue that uses one.

use lookglass::workqueue::{
    Bucket, ItemExponential, ItemFastSlow, MaxOf, RateLimiter, RateLimitingQueue, Timer as _, TokioTimer, WithMaxWait,
    default_controller_limiter,
};
use std::time::Duration;

#[tokio::main]
async fn main() {
    lookglass_examples::about("What each rate limiter makes an item wait that fails again and again.");
    let (millis, secs) = (Duration::from_millis, Duration::from_secs);
    show("per-item exponential", ItemExponential::new(millis(5), secs(1000)));
    show("per-item fast and slow", ItemFastSlow::new(millis(5), secs(10), 3));
    show("bucket of 10 per second, burst 2", Bucket::per_second(10.0, 2));
    show("longest of both", MaxOf::new(ItemExponential::new(millis(50), secs(1000))).and(Bucket::per_second(10.0, 2)));
    show("exponential, at most 30 ms", WithMaxWait::new(ItemExponential::new(millis(5), secs(1000)), millis(30)));
    show("controller's default", default_controller_limiter());

    let limiter = ItemExponential::new(millis(1), millis(20));
    let queue = RateLimitingQueue::builder("demo", TokioTimer).build_with(limiter);
    queue.add("web");
    while let Some(item) = queue.get().await {
        let retries = queue.num_requeues(&item);
        println!("run after {retries} retries");
        if retries < 3 {
            queue.add_rate_limited(*item);
        } else {
            queue.forget(&item);
            println!("forgotten: {} retries", queue.num_requeues(&item));
            queue.shut_down();
        }
    }
}

/// Prints the delays of five failures of one item and one of another, all at the same moment.
fn show(name: &str, mut limiter: impl RateLimiter<&'static str>) {
    let now = TokioTimer.now();
    let delays: Vec<String> =
        ["a", "a", "a", "a", "a", "b"].iter().map(|item| format!("{:?}", limiter.when(item, now))).collect();
    let retries = limiter.retries(&"a");
    limiter.forget(&"a");
    println!("{name}: {}; {retries} retries, {} once forgotten", delays.join(" "), limiter.retries(&"a"));
}
