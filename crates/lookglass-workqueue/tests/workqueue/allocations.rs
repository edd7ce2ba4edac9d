//! Counts what the present thread allocates, so that tests beside each other do not disturb the count.

use lookglass_workqueue::{DelayingQueue, Item, ManualTimer, Queue};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "a global allocator cannot be written without; it only counts and passes on")]
// SAFETY: every call goes to `System` unchanged. `realloc` and `alloc_zeroed` come here by their default bodies.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // `try_with`: allocations while the thread ends are nobody's.
        let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// How often `run` allocates.
fn allocations(run: impl FnOnce()) -> usize {
    let before = CALLS.get();
    run();
    CALLS.get() - before
}

fn ready<R>(future: impl Future<Output = R>) -> R {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("an item is ready"),
    }
}

#[test]
fn the_allocator_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1);
}

#[test]
fn no_item_allocates_in_the_steady_state() {
    let queue = Queue::builder("web").hash_seed(1).build();
    let round = |first: u32| {
        for item in first..first + 100 {
            queue.add(item);
            queue.add(item); // Waits already.
        }
        for n in 0..98 {
            match n % 3 {
                0 => drop(ready(queue.get())),
                1 => drop(queue.get_blocking()),
                _ => queue.done(&ready(queue.get()).map(Item::into_inner).unwrap()),
            }
        }
        let item = ready(queue.get()).unwrap();
        queue.add(*item); // Runs, and lines up again.
        drop(ready(item.next()));
        drop(queue.get_blocking());
    };
    (0..50).for_each(|n| round(n * 100)); // The table may double once, to have room for what was removed.
    assert_eq!(allocations(|| (50..200).for_each(|n| round(n * 100))), 0, "different items each time");
}

#[test]
fn waiting_in_vain_allocates_nothing() {
    let queue = Queue::new("web");
    let round = || {
        let mut get = pin!(queue.get());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(get.as_mut().poll(&mut cx).is_pending());
        queue.add(1);
        assert!(get.poll(&mut cx).is_ready());
    };
    round();
    assert_eq!(allocations(|| (0..100).for_each(|_| round())), 0);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a manual clock has to start somewhere")]
fn no_delayed_item_allocates_in_the_steady_state() {
    let timer = ManualTimer::new(Instant::now());
    let queue = DelayingQueue::builder("web", timer.clone()).build();
    let round = || {
        for item in 0..100 {
            queue.add_after(item, Duration::from_secs(1000 - item));
        }
        timer.advance(Duration::from_secs(1000));
        for _ in 0..100 {
            drop(ready(queue.get()));
        }
    };
    round();
    assert_eq!(allocations(|| (0..100).for_each(|_| round())), 0);
}
