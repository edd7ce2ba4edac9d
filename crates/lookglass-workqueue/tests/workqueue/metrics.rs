//! What the hooks are told, and what can be read at any time.

use lookglass_workqueue::{DelayingQueue, ManualTimer, Metrics, Queue};
use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Recorder(Mutex<Recorded>);

#[derive(Clone, Debug, Default, PartialEq)]
struct Recorded {
    adds: u32,
    depth: isize,
    retries: u32,
    waited: Vec<Duration>,
    worked: Vec<Duration>,
}

impl Recorder {
    fn read(&self) -> Recorded {
        self.record().clone()
    }

    fn record(&self) -> MutexGuard<'_, Recorded> {
        self.0.lock().expect("no test panics while it records")
    }
}

impl Metrics for Recorder {
    fn added(&self) {
        self.record().adds += 1;
    }

    fn depth_changed(&self, by: isize) {
        self.record().depth += by;
    }

    fn waited(&self, time: Duration) {
        self.record().waited.push(time);
    }

    fn worked(&self, time: Duration) {
        self.record().worked.push(time);
    }

    fn retried(&self) {
        self.record().retries += 1;
    }
}

#[expect(clippy::disallowed_methods, reason = "a manual clock has to start somewhere")]
fn timer() -> ManualTimer {
    ManualTimer::new(Instant::now())
}

#[test]
fn every_hook_is_told() {
    let (recorder, timer) = (Arc::new(Recorder::default()), timer());
    let queue = DelayingQueue::builder("web", timer.clone()).metrics(recorder.clone()).build();
    queue.add("a");
    queue.add("a"); // Waits already.
    queue.add("b");
    timer.advance(SECOND);
    let a = queue.get_blocking().unwrap();
    timer.advance(SECOND);
    queue.add("a"); // Waits for `a` to be done, which counts as depth.
    assert_eq!((queue.stats().depth(), queue.stats().ready), (2, 1));
    a.done();
    let b = queue.get_blocking().unwrap();
    queue.add_after("c", SECOND);
    queue.add_after("b", Duration::ZERO);
    timer.advance(4 * SECOND);
    b.done();
    assert_eq!(
        recorder.read(),
        Recorded {
            adds: 4,
            depth: 2, // `a` and `b`; `c` is due, but nobody has asked since.
            retries: 2,
            waited: vec![SECOND, 2 * SECOND],
            worked: vec![SECOND, 4 * SECOND],
        }
    );
    assert_eq!(queue.len(), 3);
    assert_eq!((recorder.read().adds, recorder.read().depth), (5, 3));
    queue.shut_down();
    queue.add("d");
    queue.add_after("d", SECOND);
    while let Some(item) = queue.get_blocking() {
        drop(item.next());
    }
    let end = recorder.read();
    assert_eq!((end.adds, end.depth, end.retries), (5, 0, 2));
    // `a` and `b` were added again 4 s ago; `c` became due 3 s ago, though nobody noticed then.
    assert_eq!(end.waited[2..], [4 * SECOND, 4 * SECOND, 3 * SECOND]);
    assert_eq!(end.worked.len(), 5);
}

#[test]
fn unfinished_work_can_be_read_at_any_time() {
    let timer = timer();
    let queue = Queue::builder("web").metrics((), timer.clone()).build();
    queue.add("a");
    queue.add("b");
    let a = queue.get_blocking().unwrap();
    timer.advance(2 * SECOND);
    let b = queue.get_blocking().unwrap();
    timer.advance(3 * SECOND);
    let stats = queue.stats();
    assert_eq!((stats.unfinished_work, stats.longest_running), (Some(8 * SECOND), Some(5 * SECOND)));
    a.done();
    let stats = queue.stats();
    assert_eq!((stats.unfinished_work, stats.longest_running), (Some(3 * SECOND), Some(3 * SECOND)));
    b.done();
    let stats = queue.stats();
    assert_eq!((stats.unfinished_work, stats.longest_running), (Some(Duration::ZERO), Some(Duration::ZERO)));
    let untimed = Queue::<u8>::new("untimed").stats();
    assert_eq!((untimed.unfinished_work, untimed.longest_running), (None, None));
}
