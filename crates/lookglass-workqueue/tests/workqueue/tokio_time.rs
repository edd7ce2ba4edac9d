//! Delays on tokio's paused clock.

use lookglass_workqueue::{DelayingQueue, ItemExponential, RateLimitingQueue, TokioTimer};
use std::time::Duration;
use tokio::time::{Instant, timeout};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn delayed_items_come_when_they_are_due() {
    let (queue, start) = (DelayingQueue::new("web"), Instant::now());
    for (item, delay) in [("c", 30), ("a", 10), ("b", 20), ("c", 25), ("c", 40)] {
        queue.add_after(item, delay * SECOND);
    }
    for (item, due) in [("a", 10), ("b", 20), ("c", 25)] {
        assert_eq!(queue.get().await.as_deref(), Some(&item));
        assert_eq!(start.elapsed(), due * SECOND);
    }
    assert!(timeout(100 * SECOND, queue.get()).await.is_err(), "nothing is left");
}

#[tokio::test(start_paused = true)]
async fn an_earlier_item_does_not_wait_for_the_one_slept_for() {
    let (queue, start) = (DelayingQueue::new("web"), Instant::now());
    queue.add_after("late", 100 * SECOND);
    let getter = tokio::spawn({
        let queue = queue.clone();
        async move { queue.get().await.map(|item| *item) }
    });
    tokio::time::sleep(SECOND).await;
    queue.add_after("early", SECOND);
    assert_eq!(getter.await.unwrap(), Some("early"));
    assert_eq!(start.elapsed(), 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn when_the_getter_that_holds_the_timer_goes_another_takes_it_over() {
    let (queue, start) = (DelayingQueue::new("web"), Instant::now());
    queue.add_after("a", 10 * SECOND);
    let mut getters: Vec<_> = (0..3)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.get().await.map(|item| *item) })
        })
        .collect();
    tokio::time::sleep(SECOND).await;
    assert_eq!(queue.stats().getters, 3);
    for getter in getters.drain(..2) {
        getter.abort();
        assert!(getter.await.unwrap_err().is_cancelled());
    }
    assert_eq!(getters.remove(0).await.unwrap(), Some("a"));
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_get_cancelled_again_and_again_loses_no_delayed_item() {
    let (queue, start) = (DelayingQueue::new("web"), Instant::now());
    queue.add_after("a", 3500 * SECOND / 1000);
    let mut attempts = 0;
    let item = loop {
        attempts += 1;
        if let Ok(item) = timeout(SECOND, queue.get()).await {
            break item;
        }
    };
    assert_eq!((item.as_deref(), attempts), (Some(&"a"), 4));
    assert_eq!(start.elapsed(), Duration::from_millis(3500));
}

#[tokio::test(start_paused = true)]
async fn a_future_that_moves_to_another_task_is_woken_there() {
    let (queue, start) = (DelayingQueue::new("web"), Instant::now());
    queue.add_after("a", 10 * SECOND);
    let mut get = queue.get();
    assert!(timeout(SECOND, &mut get).await.is_err());
    assert_eq!(tokio::spawn(get).await.unwrap().as_deref(), Some(&"a"));
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn retries_back_off_until_forgotten() {
    let queue = RateLimitingQueue::builder("web", TokioTimer).build_with(ItemExponential::new(SECOND, 5 * SECOND));
    let start = Instant::now();
    for (retry, due) in (1..).zip([1, 3, 7, 12]) {
        queue.add_rate_limited("a");
        assert_eq!(queue.get().await.as_deref(), Some(&"a"));
        assert_eq!((start.elapsed(), queue.num_requeues(&"a")), (due * SECOND, retry));
    }
    queue.forget(&"a");
    queue.add_rate_limited("a");
    assert!(queue.get().await.is_some());
    assert_eq!(start.elapsed(), 13 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn shut_down_ends_a_get_that_waits_for_a_delay() {
    let (queue, start) = (DelayingQueue::new("web"), Instant::now());
    queue.add_after("a", 1000 * SECOND);
    let getter = tokio::spawn({
        let queue = queue.clone();
        async move { queue.get().await.is_none() }
    });
    tokio::time::sleep(SECOND).await;
    queue.shut_down();
    assert!(getter.await.unwrap());
    assert_eq!((start.elapsed(), queue.stats().delayed), (SECOND, 0));
}

#[test]
fn a_thread_without_a_runtime_waits_for_delayed_items() {
    let queue = DelayingQueue::new("web");
    queue.add_after("a", Duration::from_millis(5));
    assert_eq!(queue.get_blocking().as_deref(), Some(&"a"));
}
