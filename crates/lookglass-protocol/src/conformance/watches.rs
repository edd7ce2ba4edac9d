//! Watches, sentence by sentence.

use super::{Subject, clear, list, red, watch};
use crate::{
    ChangeKind,
    params::{WatchParams, WatchStart},
};

fn after(version: u64) -> WatchParams {
    WatchParams { start: WatchStart::After(version), ..WatchParams::default() }
}

pub(super) async fn in_order_and_once(subject: &impl Subject) {
    let start = list(subject).await.version;
    let mut early = watch(subject, after(start)).await;
    for round in 0..5 {
        for name in ["a", "b", "c"] {
            subject.put(name, ["red", "blue"][round % 2]).await;
        }
        subject.remove("b").await;
    }
    let end = list(subject).await.version;
    let mut late = watch(subject, after(start)).await;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    early.read_to(end, |change| first.push((change.kind, change.object.version()))).await;
    late.read_to(end, |change| second.push((change.kind, change.object.version()))).await;
    assert_eq!(first.len(), 20, "each change is told once");
    assert!(first.is_sorted_by(|(_, before), (_, after)| before < after), "versions grow: {first:?}");
    assert_eq!(first, second, "a watch that begins late tells what one that began early told");
    assert!(early.is_quiet() && late.is_quiet(), "nothing is told twice");
    clear(subject).await;
}

pub(super) async fn a_deletion_has_its_own_version_and_the_last_state(subject: &impl Subject) {
    subject.put("a", "red").await;
    let before = list(subject).await;
    let mut watching = watch(subject, after(before.version)).await;
    subject.remove("a").await;
    let change = watching.change().await;
    assert_eq!(change.kind, ChangeKind::Deleted);
    assert!(change.object.version() > before.version, "a deletion has a version of its own");
    assert_eq!(change.object.key(), before.items[0].key());
    assert_eq!(change.object.labels().get("colour"), Some("red"), "a deletion shows the last state");
    let version = format!(r#""resourceVersion":"{}""#, change.object.version());
    let json = String::from_utf8_lossy(&change.object.json()).into_owned();
    assert!(json.contains(&version), "the object of a deletion has the deletion's version: {json}");
    let now = list(subject).await;
    assert!(now.version >= change.object.version(), "a list after a deletion is not older than it");
}

pub(super) async fn matching_begins_and_ends(subject: &impl Subject) {
    let start = list(subject).await.version;
    let mut watching = watch(subject, WatchParams { labels: red(), ..after(start) }).await;
    subject.put("a", "blue").await;
    subject.put("a", "red").await;
    subject.put("a", "red").await;
    subject.put("a", "blue").await;
    let blue = list(subject).await.version;
    subject.put("a", "green").await;
    subject.put("a", "red").await;
    subject.remove("a").await;
    let end = list(subject).await.version;
    let mut seen = Vec::new();
    watching
        .read_to(end, |change| {
            let colour = change.object.labels().get("colour").unwrap_or_default().to_owned();
            seen.push((change.kind, colour, change.object.version()));
        })
        .await;
    let kinds: Vec<ChangeKind> = seen.iter().map(|(kind, ..)| *kind).collect();
    use ChangeKind::{Added, Deleted, Modified};
    assert_eq!(kinds, [Added, Modified, Deleted, Added, Deleted], "{seen:?}");
    assert!(seen.iter().all(|(_, colour, _)| colour == "red"), "what ceases to match is shown as it last matched");
    assert_eq!(seen[2].2, blue, "with the version at which it ceased");
    clear(subject).await;
}

pub(super) async fn progress_follows(subject: &impl Subject) {
    let start = list(subject).await.version;
    let mut watching = watch(subject, WatchParams { labels: red(), ..after(start) }).await;
    subject.put("a", "red").await;
    let told = watching.change().await.object.version();
    assert!(watching.progress() >= told, "what was handed out counts as progress");
    subject.put("b", "red").await;
    let red = list(subject).await.version;
    assert!(watching.progress() < red, "progress does not run ahead of what is still to be told");
    assert_eq!(watching.change().await.object.version(), red);
    // What does not match moves progress on too, without which a quiet watch could never be resumed.
    subject.put("c", "blue").await;
    let end = list(subject).await.version;
    watching.read_to(end, |change| panic!("a change that does not match is told: {change:?}")).await;
    clear(subject).await;
}

pub(super) async fn now_is_after_what_was(subject: &impl Subject) {
    subject.put("a", "red").await;
    let mut watching = watch(subject, WatchParams { start: WatchStart::Now, ..WatchParams::default() }).await;
    subject.put("b", "red").await;
    let change = watching.change().await;
    assert_eq!(change.object.key().name(), "b", "a watch from now on does not tell what was before");
    assert_eq!(change.kind, ChangeKind::Added);
    clear(subject).await;
}
