//! A `get` that is woken and kept unpolled, as beside a long branch of a `select!`, must not hold up the others.

use lookglass_workqueue::{DelayingQueue, Get, ManualTimer, Queue};
use proptest::{collection::vec, prelude::*};
use std::{
    task::Poll,
    time::{Duration, Instant},
};
use tokio_test::task::{Spawn, spawn};

const SECOND: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_millis(100);

#[expect(clippy::disallowed_methods, reason = "a manual clock has to start somewhere")]
fn timer() -> ManualTimer {
    ManualTimer::new(Instant::now())
}

/// Waits, so far in vain.
fn waiting(get: Get<u8>) -> Spawn<Get<u8>> {
    let mut get = spawn(get);
    assert!(get.poll().is_pending());
    get
}

/// Polls it if it was woken, as an executor does. Returns what it was given, and is done with it.
fn run(get: &mut Spawn<Get<u8>>) -> Option<u8> {
    if !get.is_woken() {
        return None;
    }
    match get.poll() {
        Poll::Ready(item) => item.map(|item| *item),
        Poll::Pending => None,
    }
}

#[test]
fn any_event_passes_a_wake_on_that_was_slept_through() {
    let events: [fn(&Queue<u8>); 4] = [
        |queue| queue.add(1), // It waits already.
        |queue| queue.add(2),
        |queue| queue.done(&9),
        |queue| assert_eq!(queue.len(), 1),
    ];
    for event in events {
        let queue = Queue::new("web");
        let kept = waiting(queue.get());
        let mut other = waiting(queue.get());
        queue.add(1);
        assert!(kept.is_woken() && !other.is_woken(), "one is woken for one item");
        event(&queue);
        assert_eq!(run(&mut other), Some(1));
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Add(u8),
    Done(u8),
    Len,
    Get,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0_u8..8).prop_map(Event::Add),
        1 => (0_u8..8).prop_map(Event::Done),
        1 => Just(Event::Len),
        2 => Just(Event::Get),
    ]
}

proptest! {
    /// Some waiters are polled once and kept for ever. While an item is ready and a good waiter waits, each event costs at
    /// most one more of the bad ones.
    #[test]
    fn an_item_is_delayed_by_one_event_for_each_getter_kept(
        kept in vec(any::<bool>(), 1..8),
        events in vec(event(), 1..80),
    ) {
        let queue = Queue::new("web");
        let bad = kept.iter().filter(|kept| **kept).count();
        let mut getters: Vec<_> = kept.into_iter().map(|kept| (kept, waiting(queue.get()))).collect();
        let mut in_vain = 0;
        for event in events {
            match event {
                Event::Add(item) => queue.add(item),
                Event::Done(item) => queue.done(&item),
                Event::Len => _ = queue.len(),
                Event::Get => drop(spawn(queue.get()).poll()),
            }
            while let Some((_, getter)) = getters.iter_mut().find(|(kept, getter)| !kept && getter.is_woken()) {
                if run(getter).is_some() {
                    *getter = spawn(queue.get());
                    while let Poll::Ready(item) = getter.poll() {
                        drop(item);
                        *getter = spawn(queue.get());
                    }
                }
            }
            let stats = queue.stats(); // An event, too.
            let held_up = stats.ready > 0 && getters.len() > bad;
            in_vain = if held_up { in_vain + 1 } else { 0 };
            prop_assert!(in_vain <= bad.div_ceil(2), "{in_vain} times two events, {bad} kept");
        }
    }
}

/// The first waiter holds the timer and is kept; the second was polled while the item was delayed.
#[test]
fn a_delayed_item_waits_no_longer_than_the_grace_for_a_watcher_that_is_kept() {
    let timer = timer();
    let queue = DelayingQueue::builder("web", timer.clone()).build();
    queue.add_after(1, SECOND);
    queue.add_after(2, SECOND + GRACE / 2);
    let kept = waiting(queue.get());
    let mut others = [waiting(queue.get()), waiting(queue.get())];
    timer.advance(SECOND);
    assert!(kept.is_woken() && !others[0].is_woken(), "only one is woken in time");
    timer.advance(GRACE);
    let mut taken = others.each_mut().map(run);
    taken.sort_unstable();
    assert_eq!(taken, [Some(1), Some(2)]);

    // Nobody waits for the watcher any more: the next item is in time.
    let mut others = [waiting(queue.get()), waiting(queue.get())];
    queue.add_after(3, SECOND);
    assert_eq!(others.each_mut().map(run), [None, None]);
    timer.advance(SECOND);
    assert!(others.iter_mut().any(|other| run(other) == Some(3)));
}

/// Nobody holds a timer when the item is delayed, and the one that is asked to set one does not come.
#[test]
fn a_waiter_that_never_sets_the_timer_is_passed_over_at_the_next_event() {
    for event in [
        (|queue| queue.add_after(2, 5 * SECOND)) as fn(&DelayingQueue<u8>),
        |queue| queue.done(&9),
        |queue| assert!(queue.is_empty()),
    ] {
        let timer = timer();
        let queue = DelayingQueue::builder("web", timer.clone()).build();
        let mut getters = [waiting(queue.get()), waiting(queue.get())];
        queue.add_after(1, SECOND);
        let [other, kept] = &mut getters;
        assert!(kept.is_woken() && !other.is_woken(), "one is asked to watch");
        event(&queue);
        assert!(other.is_woken() && run(other).is_none());
        timer.advance(SECOND);
        assert_eq!(run(other), Some(1), "in time");
    }
}

/// The same on tokio's clock, with the `select!` that brings it about.
#[tokio::test(start_paused = true)]
async fn a_long_branch_of_a_select_beside_a_get_delays_the_others_by_the_grace() {
    let (queue, start) = (DelayingQueue::new("web"), tokio::time::Instant::now());
    queue.add_after("a", SECOND);
    let selecting = tokio::spawn({
        let queue = queue.clone();
        async move {
            let mut get = queue.get();
            tokio::select! {
                biased;
                _ = &mut get => unreachable!("the other branch comes first"),
                () = tokio::time::sleep(SECOND / 2) => tokio::time::sleep(1000 * SECOND).await,
            }
            drop(get);
        }
    });
    tokio::task::yield_now().await;
    assert_eq!(queue.get().await.as_deref(), Some(&"a"));
    assert_eq!(start.elapsed(), SECOND + GRACE);
    selecting.abort();
    assert!(selecting.await.unwrap_err().is_cancelled());
}

/// A spare timer must not make a busy loop of a waiter, nor go off while there is nothing to do.
#[test]
fn a_spare_timer_wakes_once_in_a_grace_and_not_when_nothing_is_delayed() {
    let timer = timer();
    let queue = DelayingQueue::builder("web", timer.clone()).build();
    queue.add_after(1, SECOND);
    let mut getters = [waiting(queue.get()), waiting(queue.get())];
    timer.advance(SECOND);
    assert_eq!(getters.each_mut().map(run), [Some(1), None]);
    timer.advance(GRACE);
    assert!(getters[1].is_woken() && run(&mut getters[1]).is_none());
    timer.advance(1000 * SECOND);
    assert!(!getters[1].is_woken());
}
