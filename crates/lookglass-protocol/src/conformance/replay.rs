//! Lists and watches tell the same story.

use super::{Known, Subject, clear, list, list_with, red, watch};
use crate::{
    WatchItem,
    params::{ListParams, ListVersion, WatchParams, WatchStart},
};
use lookglass_object::Selector;

pub(super) async fn a_watch_after_a_list_replays_to_the_next(subject: &impl Subject, colour: Option<&str>) {
    let labels = colour.map_or(Selector::everything(), |_| red());
    let params = ListParams { labels: labels.clone(), ..ListParams::default() };
    for name in ["a", "b", "c"] {
        subject.put(name, "red").await;
    }
    let before = list_with(subject, params.clone()).await;
    // All this happens before the watch begins: it must be told nevertheless.
    subject.put("a", "blue").await;
    subject.remove("b").await;
    subject.put("b", "red").await;
    subject.put("d", "red").await;
    subject.remove("c").await;
    subject.put("e", "blue").await;
    let start = WatchStart::After(before.version);
    let mut watching = watch(subject, WatchParams { labels, start, ..WatchParams::default() }).await;
    subject.put("e", "red").await;
    subject.remove("d").await;
    let after = list_with(subject, params).await;
    let mut known = Known::of(&before.items);
    watching.read_to(after.version, |change| known.apply(&change)).await;
    assert_eq!(known, Known::of(&after.items), "a list and the changes after it are the later list");
    clear(subject).await;
}

pub(super) async fn a_state_is_followed_by_its_changes(subject: &impl Subject) {
    for name in ["a", "b", "c"] {
        subject.put(name, "red").await;
    }
    for version in [ListVersion::Latest, ListVersion::Any] {
        let now = list(subject).await;
        let start = WatchStart::State { version, end_mark: true };
        let mut watching = watch(subject, WatchParams { start, bookmarks: true, ..WatchParams::default() }).await;
        subject.put("late", "red").await;
        let mut known = Known::default();
        let complete = loop {
            match watching.next().await {
                WatchItem::Change(change) => known.apply(&change),
                WatchItem::Complete(version) => break version,
                WatchItem::Failed(status) => panic!("a watch fails: {status:?}"),
            }
        };
        if version == ListVersion::Latest {
            assert!(complete >= now.version, "the newest state is of {complete}, a list before it of {}", now.version);
        }
        assert!(known.0.values().all(|(version, _)| *version <= complete), "the state holds what came after it");
        assert!(watching.progress() >= complete, "the state is handed out, so progress has reached it");
        subject.remove("a").await;
        let after = list(subject).await;
        watching.read_to(after.version, |change| known.apply(&change)).await;
        assert_eq!(known, Known::of(&after.items), "a state and the changes after it are the later list");
        subject.remove("late").await;
        subject.put("a", "red").await;
    }
    clear(subject).await;
}

/// Random histories, the same in every run.
pub(super) async fn random_histories_replay(subject: &impl Subject) {
    for seed in 1..=20_u64 {
        let mut random = seed;
        let mut next = |below: u64| {
            // A linear congruential generator is random enough to mix four names and three deeds.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let before = list(subject).await;
        let mut known = Known::of(&before.items);
        let mut present: Vec<String> = before.items.iter().map(|item| item.key().name().to_owned()).collect();
        let start = WatchStart::After(before.version);
        let mut watching = None;
        for step in 0..30 {
            let name = format!("n{}", next(4));
            match present.iter().position(|known| *known == name) {
                Some(at) if next(3) == 0 => {
                    subject.remove(&name).await;
                    present.remove(at);
                }
                found => {
                    subject.put(&name, ["red", "blue"][next(2) as usize]).await;
                    if found.is_none() {
                        present.push(name);
                    }
                }
            }
            if step == 15 {
                watching = Some(watch(subject, WatchParams { start, ..WatchParams::default() }).await);
            }
        }
        let after = list(subject).await;
        let mut watching = watching.expect("the loop is longer than 15 steps");
        watching.read_to(after.version, |change| known.apply(&change)).await;
        assert_eq!(known, Known::of(&after.items), "history {seed}");
    }
    clear(subject).await;
}
