//! Tests of [`Backlog`](super::Backlog): the contract, its edges, and a property with publishers and subscribers of
//! all paces.

mod merging;
mod property;
mod waiting;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use super::{Backlog, BacklogPolicy, BacklogView, Feed, Lag};
use crate::conformance::{Sample, backlog as conformance};
use crate::{Closed, Event, NeverSynced, PushError};

type Ends<V = Sample> = (Feed<&'static str, V>, Backlog<&'static str, V>);

#[expect(clippy::disallowed_methods, reason = "an arbitrary beginning for all tests")]
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

fn backlog(policy: BacklogPolicy) -> Ends {
    Backlog::builder(|sample: &Sample| sample.name).policy(policy).build()
}

fn at(seconds: u64) -> Instant {
    *BEGINNING + Duration::from_secs(seconds)
}

fn added(name: &'static str, value: u32) -> Event<Sample> {
    Event::Added { object: Sample::new(name, value), initial: false }
}

fn updated(name: &'static str, old: u32, new: u32) -> Event<Sample> {
    Event::Updated { old: Sample::new(name, old), new: Sample::new(name, new) }
}

fn push(feed: &Feed<&'static str, Sample>, events: impl Into<Arc<[Event<Sample>]>>) {
    feed.try_push(events.into(), at(0)).expect("there is room");
}

#[test]
fn keeps_the_contract() {
    conformance::run(backlog);
}

#[test]
fn shares_one_batch_among_subscribers() {
    let events: Arc<[Event<Sample>]> = Arc::from([added("a", 1), added("b", 1)]);
    let ends: Vec<Ends> = (0..10).map(|_| backlog(BacklogPolicy::default())).collect();
    for (feed, _) in &ends {
        push(feed, Arc::clone(&events));
    }
    assert_eq!(Arc::strong_count(&events), 11, "no copies");
    let batch = ends[0].1.try_next_batch(1).unwrap().unwrap();
    assert!(std::ptr::eq(&raw const batch[0], &raw const events[0]), "not even when it is taken in parts");
    drop(ends);
    assert_eq!(Arc::strong_count(&events), 2);
}

#[test]
fn an_abandoned_feed_frees_what_was_pending_at_once_though_its_subscriber_stays() {
    let (feed, subscriber) = Backlog::builder(|held: &Arc<Sample>| held.name).build();
    let held = Arc::new(Sample::new("a", 1));
    let event = || Event::Added { object: Arc::clone(&held), initial: true };
    feed.try_push(Arc::from([event(), event()]), at(0)).unwrap();
    feed.mark_synced();
    let taken = subscriber.try_next_batch(1).unwrap().unwrap();
    feed.abandon();
    assert_eq!(subscriber.try_next_batch(1).unwrap_err(), Closed);
    assert_eq!(taken[0].object().name, "a", "what was taken stays");
    drop(taken);
    assert_eq!(Arc::strong_count(&held), 1);
    assert!(!subscriber.has_synced(), "what was abandoned was never handled");
}

#[test]
fn a_gone_subscriber_frees_what_was_pending_at_once() {
    let key = |held: &Arc<Sample>| held.name;
    for bound in [10, 0] {
        let (feed, subscriber) = Backlog::builder(key).policy(BacklogPolicy::Coalesce { bound }).build();
        let held = Arc::new(Sample::new("a", 1));
        for object in [&held, &held] {
            let events = Arc::from([Event::Added { object: Arc::clone(object), initial: false }]);
            feed.try_push(events, at(0)).unwrap();
        }
        assert!(Arc::strong_count(&held) > 1);
        drop(subscriber);
        assert_eq!(Arc::strong_count(&held), 1);
        let events = Arc::from([Event::Added { object: Arc::clone(&held), initial: false }]);
        assert!(matches!(feed.try_push(events, at(0)), Err(PushError::Closed(_))));
        assert!(feed.is_closed());
        assert_eq!(feed.view().pending(), 0);
    }
}

#[test]
fn a_gone_subscriber_never_synced() {
    let (feed, subscriber) = backlog(BacklogPolicy::default());
    let checker = subscriber.sync_checker();
    push(&feed, [added("a", 1)]);
    feed.mark_synced();
    let batch = subscriber.try_next_batch(9).unwrap().unwrap();
    drop(subscriber);
    assert_eq!(checker.synced_blocking(), Err(NeverSynced));
    drop(batch);
    feed.mark_synced();
    assert_eq!(checker.synced_blocking(), Err(NeverSynced), "that is final");
    assert!(!feed.has_synced());
}

#[test]
fn the_last_feed_ends_the_backlog() {
    let (feed, subscriber) = backlog(BacklogPolicy::default());
    let other = feed.clone();
    push(&feed, [added("a", 1)]);
    drop(feed);
    assert!(!subscriber.view().closed);
    drop(other);
    assert_eq!(*subscriber.next_batch_blocking(9).unwrap(), [added("a", 1)]);
    assert_eq!(subscriber.next_batch_blocking(9).unwrap_err(), Closed);
    assert_eq!(subscriber.sync_checker().synced_blocking(), Err(NeverSynced), "the publisher never got so far");
}

#[test]
fn an_empty_initial_state_is_synced_at_once() {
    let (feed, subscriber) = backlog(BacklogPolicy::default());
    push(&feed, []);
    assert!(!subscriber.has_synced());
    feed.mark_synced();
    assert!(subscriber.has_synced() && feed.has_synced());
    assert_eq!(subscriber.try_next_batch(9).unwrap().map(|batch| batch.len()), None, "an empty batch is not pending");
}

#[test]
fn a_large_first_batch_is_not_merged() {
    let (feed, subscriber) = backlog(BacklogPolicy::Coalesce { bound: 2 });
    let events: Arc<[Event<Sample>]> = ["a", "b", "c", "d"].map(|name| added(name, 1)).into();
    push(&feed, Arc::clone(&events));
    push(&feed, [updated("a", 1, 2), updated("a", 2, 3)]);
    let view = subscriber.view();
    assert_eq!((view.kept, view.merged, view.merged_keys, view.saved), (4, 1, 1, 1));
    assert_eq!(*subscriber.try_next_batch(9).unwrap().unwrap(), *events);
    push(&feed, [added("e", 1)]);
    assert_eq!(subscriber.view().kept, 0, "while anything is merged the rest goes behind it");
    assert_eq!(*subscriber.try_next_batch(9).unwrap().unwrap(), [updated("a", 1, 3), added("e", 1)]);
    push(&feed, [added("f", 1)]);
    assert_eq!(subscriber.view().kept, 1, "caught up: events are kept as they come again");
}

#[test]
fn lag_is_plain_data() {
    let (feed, subscriber) = backlog(BacklogPolicy::Coalesce { bound: 1 });
    assert_eq!(feed.lag(at(0)), Lag::default());
    for (seconds, event) in [(1, added("a", 1)), (2, updated("a", 1, 2)), (4, updated("a", 2, 3)), (5, added("b", 1))] {
        feed.try_push(Arc::from([event]), at(seconds)).unwrap();
    }
    assert_eq!(feed.lag(at(11)), Lag { events: 3, age: Some(Duration::from_secs(10)) });
    drop(subscriber.try_next_batch(9).unwrap());
    assert_eq!(feed.lag(at(11)), Lag { events: 2, age: Some(Duration::from_secs(9)) }, "since its first event");
    drop(subscriber.try_next_batch(1).unwrap());
    assert_eq!(feed.lag(at(11)), Lag { events: 1, age: Some(Duration::from_secs(6)) });
    assert_eq!(feed.lag(at(0)).age, Some(Duration::ZERO), "a clock that went back does no harm");
}

#[test]
fn shows_numbers_and_no_objects() {
    let (feed, subscriber) = backlog(BacklogPolicy::Block { bound: 3 });
    push(&feed, [added("a", 1), added("b", 1)]);
    feed.mark_synced();
    let batch = subscriber.try_next_batch(1).unwrap().unwrap();
    let expected = BacklogView {
        policy: BacklogPolicy::Block { bound: 3 },
        kept: 1,
        pushed: 2,
        taken: 1,
        marked_synced: true,
        ..BacklogView::default()
    };
    assert_eq!(subscriber.view(), expected);
    assert_eq!(format!("{subscriber:?}"), format!("Backlog({expected:?})"));
    assert_eq!(format!("{feed:?}"), format!("Feed({expected:?})"));
    assert_eq!(format!("{batch:?}"), "EventBatch { events: 1, .. }");
}

#[test]
fn handles_can_go_anywhere() {
    fn anywhere<T: Send + Sync + 'static>(_: &T) {}
    let (feed, subscriber) = backlog(BacklogPolicy::default());
    anywhere(&feed.clone());
    anywhere(&subscriber);
}
