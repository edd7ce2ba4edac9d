//! Lists and pages, as recorded from a real server.

use lookglass_apiserver::storage::Limits;
use lookglass_protocol::params::{Continue, ListParams, ListVersion};
use tokio::time::{Duration, Instant};

use crate::support::{Desk, items, list_params, next_page};

const ALL: ListVersion = ListVersion::Latest;

/// Seven objects, `c0` to `c6`, of the versions 2 to 8.
fn seven() -> Desk {
    let maps = Desk::of(("", "v1", "configmaps"), Limits::default());
    for i in 0..7 {
        maps.put(&format!("w1/c{i}"), &format!("par={}", i % 2));
    }
    maps
}

#[tokio::test]
async fn pages_are_of_one_state_while_others_write() {
    let maps = seven();
    let params = list_params(ALL, Some(3), "", "");
    let one = maps.list(Some("w1"), &params).await.expect("a page");
    assert_eq!(items(&one), ["w1/c0@2", "w1/c1@3", "w1/c2@4"]);
    assert_eq!((one.version, one.remaining), (8, Some(4)));
    assert_eq!(one.next, Some(Continue::new(Some(8), "c2\0")));

    maps.remove("w1/c4");
    maps.put("w1/c35", "");
    maps.put("w1/c5", "");
    let two = maps.list(Some("w1"), &next_page(params.clone(), one.next.expect("more"))).await.expect("a page");
    assert_eq!(items(&two), ["w1/c3@5", "w1/c4@6", "w1/c5@7"], "as it was: c4 is not gone yet, c35 not there, c5 old");
    assert_eq!((two.version, two.remaining), (8, Some(1)));
    let next = two.next.expect("more");
    assert_eq!(next, Continue::new(Some(8), "c5\0"));

    let rest = maps.list(Some("w1"), &next_page(params.clone(), next)).await.expect("a page");
    assert_eq!((items(&rest), rest.version, rest.remaining), (vec!["w1/c6@8".to_owned()], 8, None));
    assert!(rest.next.is_none());

    let unlimited = next_page(ListParams::default(), Continue::new(Some(8), "c2\0"));
    let rest = maps.list(Some("w1"), &unlimited).await.expect("a page");
    assert_eq!(items(&rest), ["w1/c3@5", "w1/c4@6", "w1/c5@7", "w1/c6@8"]);
}

#[tokio::test]
async fn order_is_that_of_bytes_and_a_namespace_is_a_range_of_it() {
    let maps = Desk::of(("", "v1", "configmaps"), Limits::default());
    for key in ["a/c5", "a-b/x", "a/c35", "b/x", "a/c3", "a0/x", "a/d"] {
        maps.put(key, "");
    }
    let all = maps.list(None, &ListParams::default()).await.expect("a list");
    let keys = |page: &lookglass_protocol::Page| page.items.iter().map(|o| o.key().to_string()).collect::<Vec<_>>();
    assert_eq!(keys(&all), ["a-b/x", "a/c3", "a/c35", "a/c5", "a/d", "a0/x", "b/x"]);
    let one = maps.list(Some("a"), &ListParams::default()).await.expect("a list");
    assert_eq!(keys(&one), ["a/c3", "a/c35", "a/c5", "a/d"]);
    let none = maps.list(Some("nope"), &ListParams::default()).await.expect("a list");
    assert_eq!((none.items.len(), none.version), (0, 8), "a namespace that does not exist has nothing in it");

    let page = maps.list(None, &list_params(ALL, Some(2), "", "")).await.expect("a page");
    assert_eq!(page.next, Some(Continue::new(Some(8), "a/c3\0")), "over all namespaces a page begins with one");
    assert_eq!(page.remaining, Some(5));
}

#[tokio::test]
async fn a_limit_with_selectors_counts_what_matches_and_says_no_remainder() {
    let maps = seven();
    let page = maps.list(Some("w1"), &list_params(ALL, Some(2), "par=1", "")).await.expect("a page");
    assert_eq!(items(&page), ["w1/c1@3", "w1/c3@5"]);
    assert_eq!((page.next, page.remaining), (Some(Continue::new(Some(8), "c3\0")), None));
    // Something follows, though nothing of it matches: the last page may be empty.
    let page = maps.list(Some("w1"), &list_params(ALL, Some(3), "par=1", "")).await.expect("a page");
    assert_eq!(page.next, Some(Continue::new(Some(8), "c5\0")));
    let last =
        maps.list(Some("w1"), &next_page(list_params(ALL, Some(3), "par=1", ""), page.next.expect("more"))).await;
    let last = last.expect("a page");
    assert_eq!((last.items.len(), last.next), (0, None));
    let page = maps.list(Some("w1"), &list_params(ALL, Some(7), "", "")).await.expect("a page");
    assert_eq!((page.items.len(), page.next, page.remaining), (7, None, None));
}

#[tokio::test]
async fn a_version_chooses_the_state() {
    let maps = seven();
    maps.remove("w1/c4");
    maps.put("w1/c35", "");
    let now = ["w1/c0@2", "w1/c1@3", "w1/c2@4", "w1/c3@5", "w1/c35@10", "w1/c5@7", "w1/c6@8"];
    let any = maps.list(Some("w1"), &list_params(ListVersion::Any, Some(3), "", "")).await.expect("a list");
    assert_eq!((items(&any), any.next), (now.map(str::to_owned).to_vec(), None), "version 0 ignores the limit");
    let newer =
        maps.list(Some("w1"), &list_params(ListVersion::NotOlderThan(8), Some(2), "", "")).await.expect("a page");
    assert_eq!((items(&newer).as_slice(), newer.version, newer.remaining), (&now.map(str::to_owned)[..2], 10, Some(5)));
    let exact = maps.list(Some("w1"), &list_params(ListVersion::Exact(8), None, "", "")).await.expect("a list");
    assert_eq!((exact.items.len(), exact.version), (7, 8));
    assert_eq!(items(&exact)[4], "w1/c4@6");
    let page = maps.list(Some("w1"), &list_params(ListVersion::Exact(8), Some(2), "", "")).await.expect("a page");
    assert_eq!((page.next, page.remaining), (Some(Continue::new(Some(8), "c1\0")), Some(5)));
    let first = maps.list(Some("w1"), &list_params(ListVersion::Exact(1), None, "", "")).await.expect("a list");
    assert_eq!((first.items.len(), first.version), (0, 1), "before everything there was nothing");
}

#[tokio::test(start_paused = true)]
async fn a_version_ahead_is_waited_for_and_then_refused() {
    let maps = seven();
    for version in [ListVersion::NotOlderThan(999), ListVersion::Exact(999)] {
        let begun = Instant::now();
        let status = maps.list(Some("w1"), &list_params(version, None, "", "")).await.expect_err("it lies ahead");
        assert_eq!(begun.elapsed(), Duration::from_secs(3));
        assert_eq!((status.code(), status.message()), (504, "Timeout: Too large resource version: 999, current: 8"));
    }
    // A token of another server's.
    let token = next_page(ListParams::default(), Continue::new(Some(999), "a\0"));
    assert_eq!(maps.list(None, &token).await.expect_err("it lies ahead").code(), 504);

    let waiting = tokio::spawn({
        let maps = maps.clone();
        async move { maps.list(Some("w1"), &list_params(ListVersion::NotOlderThan(10), None, "", "")).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    maps.put("w1/c7", "");
    tokio::time::sleep(Duration::from_secs(1)).await;
    // A change of another resource counts: the sequence is one.
    maps.beside(("", "v1", "nodes")).put("n", "");
    let page = waiting.await.expect("it ran").expect("it came");
    assert_eq!((page.items.len(), page.version), (8, 10));
}
