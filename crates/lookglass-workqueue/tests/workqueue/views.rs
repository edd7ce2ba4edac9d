//! What `Debug` and `stats` show: counts, never contents.

use lookglass_workqueue::{DelayingQueue, RateLimitingQueue};
use std::time::Duration;

#[test]
fn debug_shows_counts_and_no_contents() {
    let queue = RateLimitingQueue::<String>::new("web");
    for item in ["secret/a", "secret/b", "secret/c"] {
        queue.add(item.to_owned());
    }
    queue.add_after("secret/d".to_owned(), Duration::from_secs(3600));
    let item = queue.get_blocking().unwrap();
    queue.add(item.clone());
    assert_eq!(
        format!("{queue:?}"),
        "RateLimitingQueue { name: \"web\", stats: Stats { ready: 2, processing: 1, again: 1, delayed: 1, getters: 0, \
         shutting_down: false, unfinished_work: None, longest_running: None } }"
    );
    assert_eq!(format!("{item:?}"), "Item(\"secret/a\")");
    assert_eq!(format!("{:?}", queue.get()), "Get { queue: Some(\"web\"), waiting: false, watching_until: None }");
    assert!(!queue.stats().drained());
    queue.shut_down();
    drop(item);
    while let Some(item) = queue.get_blocking() {
        item.done();
    }
    let stats = queue.stats();
    assert!(stats.shutting_down && stats.drained() && stats.delayed == 0);
}

#[test]
fn a_handle_derefs_to_the_plain_queue_and_all_are_the_same_queue() {
    let delaying = DelayingQueue::new("web");
    let (plain, clone) = ((*delaying).clone(), delaying.clone());
    plain.add(1);
    clone.add(2);
    assert_eq!((delaying.len(), plain.len(), clone.len()), (2, 2, 2));
    assert_eq!(plain.name(), "web");
}
