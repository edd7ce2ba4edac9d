//! Workers on threads and on tasks, and what becomes of their items when they fail.

use lookglass_workqueue::{DrainOutcome, Queue};
use std::{
    collections::BTreeSet,
    panic::resume_unwind,
    sync::{Mutex, mpsc},
    thread,
};

#[test]
fn a_panicking_thread_wedges_no_item() {
    let queue = Queue::new("web");
    queue.add("a");
    let worker = thread::spawn({
        let queue = queue.clone();
        move || {
            let item = queue.get_blocking().unwrap();
            queue.add(*item); // To be tried again.
            resume_unwind(Box::new("a worker that fails"));
        }
    });
    assert!(worker.join().is_err());
    assert_eq!(queue.get_blocking().as_deref(), Some(&"a"));
    assert_eq!(queue.shut_down_with_drain().wait_blocking(), DrainOutcome::Drained);
}

#[tokio::test]
async fn a_panicking_or_aborted_task_wedges_no_item() {
    let queue = Queue::new("web");
    queue.add("a");
    let panicking = tokio::spawn({
        let queue = queue.clone();
        async move {
            let _item = queue.get().await;
            resume_unwind(Box::new("a worker that fails"));
        }
    });
    assert!(panicking.await.unwrap_err().is_panic());
    queue.add("a");
    let (taken, is_taken) = tokio::sync::oneshot::channel();
    let aborted = tokio::spawn({
        let queue = queue.clone();
        async move {
            let _item = queue.get().await;
            taken.send(()).unwrap();
            std::future::pending::<()>().await;
        }
    });
    is_taken.await.unwrap();
    assert_eq!(queue.stats().processing, 1);
    aborted.abort();
    assert!(aborted.await.unwrap_err().is_cancelled());
    assert_eq!(queue.stats().processing, 0);
}

#[test]
fn an_item_whose_clone_panics_harms_no_other_user() {
    #[derive(PartialEq, Eq, Hash)]
    struct Fragile(u8);
    impl Clone for Fragile {
        fn clone(&self) -> Self {
            assert!(self.0 != 0, "not cloned");
            Self(self.0)
        }
    }
    let queue = Queue::new("web");
    queue.add(Fragile(0));
    let getter = thread::spawn({
        let queue = queue.clone();
        move || queue.get_blocking().is_some()
    });
    assert!(getter.join().is_err());
    queue.add(Fragile(1));
    assert_eq!(queue.len(), 2);
}

/// Eight threads, each item added again and again: it runs in one thread at a time, and in the end as often as it must.
#[test]
fn threads_share_items_one_at_a_time() {
    let (queue, running) = (Queue::new("web"), Mutex::new(BTreeSet::<u32>::new()));
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..8 {
            let (queue, running, send) = (queue.clone(), &running, send.clone());
            scope.spawn(move || {
                while let Some(item) = queue.get_blocking() {
                    assert!(running.lock().unwrap().insert(*item), "one item is in one worker at a time");
                    thread::yield_now();
                    assert!(running.lock().unwrap().remove(&*item));
                    send.send(*item).unwrap();
                }
            });
        }
        drop(send);
        for round in 0..500_u32 {
            for item in 0..10 {
                queue.add(item + round % 2);
            }
        }
        assert_eq!(queue.shut_down_with_full_drain().wait_blocking(), DrainOutcome::Drained);
        let runs: Vec<u32> = receive.iter().collect();
        assert!((0..11).all(|item| runs.contains(&item)));
    });
    assert!(running.lock().unwrap().is_empty());
}

#[test]
fn handles_and_futures_are_send_sync_and_static() {
    fn check<T: Send + Sync + 'static>() {}
    fn check_send<T: Send + Unpin + 'static>(_: T) {}
    check::<Queue<String>>();
    check::<lookglass_workqueue::DelayingQueue<String>>();
    check::<lookglass_workqueue::RateLimitingQueue<String>>();
    check::<lookglass_workqueue::Item<String>>();
    let queue = Queue::<String>::new("web");
    check_send(queue.get());
    check_send(queue.shut_down_with_drain());
}
