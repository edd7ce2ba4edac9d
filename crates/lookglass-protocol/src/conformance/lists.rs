//! Lists, sentence by sentence.

use lookglass_object::Reason;

use super::{Known, Subject, clear, exactly, list, list_with, red};
use crate::{
    Backend as _, Caller, ListRequest,
    params::{ListParams, ListVersion},
};

pub(super) async fn sorted_and_versioned(subject: &impl Subject) {
    let empty = list(subject).await;
    assert!(empty.items.is_empty(), "the collection begins empty");
    for name in ["c3", "c5", "c35", "c-1", "c"] {
        subject.put(name, "red").await;
    }
    let page = list(subject).await;
    let keys: Vec<String> = page.items.iter().map(|item| item.key().to_string()).collect();
    let names: Vec<&str> = page.items.iter().map(|item| item.key().name()).collect();
    assert_eq!(names, ["c", "c-1", "c3", "c35", "c5"], "items are sorted by the bytes of their keys");
    assert!(keys.is_sorted());
    assert!(page.version > empty.version, "a list after a change has a later version");
    assert!(page.items.iter().all(|item| item.version() > empty.version && item.version() <= page.version));
    assert!(page.next.is_none() && page.remaining.is_none_or(|count| count == 0), "a whole list has no more pages");
    let labels = page.items.iter().all(|item| item.labels().get("colour") == Some("red"));
    assert!(labels, "objects have their labels at hand");
    clear(subject).await;
}

pub(super) async fn pages_are_of_one_state(subject: &impl Subject) {
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        subject.put(name, "red").await;
    }
    let whole = list(subject).await;
    let mut found = Vec::new();
    let page_size = 3;
    let mut params = ListParams { limit: Some(page_size), ..ListParams::default() };
    loop {
        let page = list_with(subject, params.clone()).await;
        assert!(page.items.len() <= page_size, "a page has at most as many items as asked for");
        assert_eq!(page.version, whole.version, "all pages are of one version");
        found.extend(page.items);
        let left = whole.items.len() - found.len();
        assert_eq!(page.next.is_some(), left > 0, "there is a next page exactly if items are left");
        if page.next.is_some() {
            assert!(page.remaining.is_none_or(|count| count == left), "{left} are left, not {:?}", page.remaining);
        }
        // What happens between pages is not seen on them.
        if found.len() == page_size {
            subject.remove("e").await;
        }
        subject.put("c5", "red").await;
        subject.put("g", "blue").await;
        match page.next {
            Some(next) => params.continuation = Some(next),
            None => break,
        }
    }
    assert_eq!(Known::of(&found), Known::of(&whole.items), "pages together are the list as it was");
    clear(subject).await;
}

pub(super) async fn an_exact_version_is_that_state_or_expired(subject: &impl Subject) {
    subject.put("a", "red").await;
    subject.put("b", "red").await;
    let then = list(subject).await;
    subject.put("a", "blue").await;
    subject.remove("b").await;
    subject.put("c", "red").await;
    let request = ListRequest::new(Caller::default(), subject.collection(), exactly(then.version));
    match subject.backend().list(request).await {
        Ok(page) => {
            assert_eq!(page.version, then.version, "an exact list has the version asked for");
            assert_eq!(Known::of(&page.items), Known::of(&then.items), "an exact list is the state of its version");
        }
        Err(status) => assert_eq!(status.reason(), &Reason::Expired, "an exact list is refused with {status:?}"),
    }
    let now = list(subject).await;
    for version in [ListVersion::Any, ListVersion::NotOlderThan(then.version), ListVersion::NotOlderThan(now.version)] {
        let page = list_with(subject, ListParams { version, ..ListParams::default() }).await;
        if let ListVersion::NotOlderThan(least) = version {
            assert!(page.version >= least, "a list of {version:?} has version {}", page.version);
        }
        if page.version >= now.version {
            assert_eq!(Known::of(&page.items), Known::of(&now.items), "{version:?}");
        }
    }
    clear(subject).await;
}

pub(super) async fn a_version_ahead_is_refused(subject: &impl Subject) {
    subject.put("a", "red").await;
    let ahead = list(subject).await.version + 1_000_000;
    for version in [ListVersion::NotOlderThan(ahead), ListVersion::Exact(ahead)] {
        let params = ListParams { version, ..ListParams::default() };
        let request = ListRequest::new(Caller::default(), subject.collection(), params);
        let status = subject.backend().list(request).await.expect_err("a version that lies ahead is listed");
        assert!(status.is_too_large_resource_version(), "{version:?} is refused with {status:?}");
    }
    clear(subject).await;
}

pub(super) async fn selectors_choose(subject: &impl Subject) {
    for (name, colour) in [("a", "red"), ("b", "blue"), ("c", "red"), ("d", "green"), ("e", "red")] {
        subject.put(name, colour).await;
    }
    let mut params = ListParams { labels: red(), limit: Some(2), ..ListParams::default() };
    let first = list_with(subject, params.clone()).await;
    params.continuation = first.next.clone();
    let names: Vec<&str> = first.items.iter().map(|item| item.key().name()).collect();
    assert_eq!(names, ["a", "c"], "a page is full of what matches");
    assert_eq!(first.remaining, None, "with a selector nobody knows how many are left");
    let rest = list_with(subject, params).await;
    assert_eq!(rest.items.len(), 1, "the rest of what matches");
    let fields = "metadata.name=d".parse().expect("a selector");
    let by_name = list_with(subject, ListParams { fields, ..ListParams::default() }).await;
    assert_eq!(by_name.items.len(), 1, "metadata.name chooses one object");
    clear(subject).await;
}
