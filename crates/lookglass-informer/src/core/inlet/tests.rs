use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use lookglass_cache::{BacklogPolicy, Change, Event};
use lookglass_object::{Arrival, Key, ResourceVersion};

use super::*;
use crate::core::tests::{Setup, config, running};
use crate::core::{Cell, now};
use crate::processor::ListenerOptions;

/// Pushes, with nobody to wake: it must be over at once.
fn pushed(inlet: &Inlet, changes: &mut Vec<ObjectChange<Dynamic>>) -> Poll<Result<(), SinkError>> {
    pin!(inlet.push(changes)).as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn is_done(pushed: &Poll<Result<(), SinkError>>) -> bool {
    matches!(pushed, Poll::Ready(Ok(())))
}

fn versions(core: &Core) -> BTreeMap<String, u64> {
    let version = |object: &Cell| object.version().as_u64().expect("a number");
    core.store.list().iter().map(|object| (object.name().to_owned(), version(object))).collect()
}

#[test]
fn what_is_pushed_is_in_the_store_and_told_when_the_push_is_over_however_small_the_queue() {
    for capacity in [1, 3, 100, 2000] {
        let (core, inlet, mut intake, _) = running(Setup { queue_capacity: capacity, ..Setup::default() });
        let (listener, _membership) =
            core.processor
                .join(ListenerOptions::default().policy(BacklogPolicy::Unbounded), now(), || core.store.list());
        let mut expected = BTreeMap::new();
        let objects: Vec<Cell> = (0..50).map(|name| config(&mut intake, name, 1 + name)).collect();
        expected.extend((0..50).map(|name| (format!("c{name}"), 1 + name)));
        let mut changes =
            vec![Change::ReplacedAll { revision: ResourceVersion::from("50"), objects, unreadable: vec![] }];
        assert!(is_done(&pushed(&inlet, &mut changes)) && changes.is_empty(), "capacity {capacity}");
        assert_eq!(versions(&core), expected, "capacity {capacity}");
        assert!(core.progress.is_synced(), "capacity {capacity}");

        // Fixed arithmetic instead of chance: names repeat, near and far, and some go.
        let mut version = 50;
        let mut told = 50;
        for chunk in [1, 2, 255, 256, 257, 1000] {
            for _ in 0..chunk {
                version += 1;
                let name = version * version % 83;
                let object = config(&mut intake, name, version);
                if version % 5 == 0 {
                    told += usize::from(expected.remove(&format!("c{name}")).is_some());
                    changes.push(Change::Deleted(object));
                } else {
                    told += 1;
                    expected.insert(format!("c{name}"), version);
                    changes.push(Change::Updated(object));
                }
            }
            assert!(is_done(&pushed(&inlet, &mut changes)) && changes.is_empty(), "capacity {capacity}");
            assert_eq!(versions(&core), expected, "capacity {capacity}, chunk {chunk}");
            assert_eq!(core.progress.parts()[0].version.as_u64(), Some(version));
        }
        drop(inlet);
        core.processor.close();
        let heard = AtomicUsize::new(0);
        let mut handled = pin!(listener.run(|_| _ = heard.fetch_add(1, Ordering::Relaxed)));
        while handled.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
        assert_eq!(heard.load(Ordering::Relaxed), told, "capacity {capacity}");
    }
}

#[test]
fn a_deletion_with_an_old_version_takes_nothing_back() {
    let (core, inlet, mut intake, _) = running(Setup::default());
    let objects = (0..3).map(|name| config(&mut intake, name, 1 + name)).collect();
    let mut changes = vec![Change::ReplacedAll { revision: ResourceVersion::from("50"), objects, unreadable: vec![] }];
    changes.push(Change::Deleted(config(&mut intake, 0, 1)));
    assert!(is_done(&pushed(&inlet, &mut changes)));
    let reached = |core: &Core| (core.progress.parts()[0].version.to_string(), core.store.revision());
    assert_eq!(reached(&core), ("50".to_owned(), Some("50".into())));
    changes.push(Change::Updated(config(&mut intake, 1, 60)));
    changes.push(Change::Deleted(config(&mut intake, 2, 3)));
    assert!(is_done(&pushed(&inlet, &mut changes)));
    assert_eq!(reached(&core), ("60".to_owned(), Some("60".into())));
    assert_eq!(versions(&core), BTreeMap::from([("c1".to_owned(), 60)]));
}

#[test]
fn what_a_restored_server_gives_out_under_the_same_version_is_stored_and_told() {
    let (core, inlet, mut intake, _) = running(Setup::default());
    let (listener, _membership) = core.processor.join(ListenerOptions::default(), now(), Vec::new);
    let mut content = |told: &str| {
        let text =
            format!(r#"{{"metadata":{{"name":"c","namespace":"a","resourceVersion":"5"}},"data":{{"is":"{told}"}}}}"#);
        vec![intake.json(text.as_bytes(), Arrival::Changed).expect("a config map")]
    };
    for (told, events) in [("old", 1), ("old", 0), ("new", 1), ("new", 0)] {
        let mut changes = vec![Change::ReplacedAll {
            revision: ResourceVersion::from("6"),
            objects: content(told),
            unreadable: vec![],
        }];
        assert!(is_done(&pushed(&inlet, &mut changes)));
        let is = core.store.list()[0].at("data.is");
        assert_eq!(is.as_ref().and_then(|is| is.as_str()), Some(told));
        let mut heard = 0;
        let cx = &mut Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(_)) = pin!(listener.pop()).as_mut().poll(cx) {
            heard += 1;
        }
        assert_eq!(heard, events, "{told}");
    }
}

#[test]
fn of_what_a_list_could_not_read_nobody_is_told_anything() {
    // Without a version nobody can know whether an object is the same; but one that was not read cannot be another.
    for versions in [["1", "2", "3"], ["", "", ""]] {
        let (core, inlet, mut intake, _) = running(Setup::default());
        let (listener, _membership) = core.processor.join(ListenerOptions::default(), now(), Vec::new);
        let mut cell = |name: usize| {
            let version = versions[name];
            let text = format!(r#"{{"metadata":{{"name":"c{name}","namespace":"a","resourceVersion":"{version}"}}}}"#);
            intake.json(text.as_bytes(), Arrival::Changed).expect("a config map")
        };
        let (objects, unreadable) = ((0..3).map(&mut cell).collect(), vec![Key::new("a", "c1"), Key::new("a", "new")]);
        let list = |objects, unreadable| Change::ReplacedAll { revision: "9".into(), objects, unreadable };
        assert!(is_done(&pushed(&inlet, &mut vec![list(objects, vec![])])));
        assert!(is_done(&pushed(&inlet, &mut vec![list(vec![], unreadable)])));
        let left: Vec<String> = core.store.list().iter().map(|object| object.key().to_string()).collect();
        assert_eq!(left, ["a/c1"]);
        let mut told = Vec::new();
        let cx = &mut Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(event)) = pin!(listener.pop()).as_mut().poll(cx) {
            let what = if matches!(event, Event::Deleted { .. }) { "-" } else { "+" };
            told.push(format!("{what}{}", event.object().name()));
        }
        told[3..].sort();
        assert_eq!(told, ["+c0", "+c1", "+c2", "-c0", "-c2"], "{versions:?}");
    }
}

#[test]
fn a_listener_that_blocks_holds_a_push_up_and_nothing_is_lost() {
    let (core, inlet, mut intake, _) = running(Setup { queue_capacity: 2, ..Setup::default() });
    let policy = ListenerOptions::default().policy(BacklogPolicy::Block { bound: 1 });
    let (listener, _membership) = core.processor.join(policy, now(), Vec::new);
    let mut changes: Vec<_> = (0..9).map(|name| Change::Updated(config(&mut intake, name, 1 + name))).collect();
    let mut push = pin!(inlet.push(&mut changes));
    let mut heard = Vec::new();
    let cx = &mut Context::from_waker(Waker::noop());
    let mut over = false;
    while heard.len() < 9 {
        over = over || push.as_mut().poll(cx).is_ready();
        // Beyond what fits the backlog nothing is in the store: so much is read ahead, and no more.
        assert!(core.store.len() <= heard.len() + 4, "{} of {}", heard.len(), core.store.len());
        let mut popped = pin!(listener.pop());
        if let Poll::Ready(Some(event)) = popped.as_mut().poll(cx) {
            heard.push(event.object().version().as_u64());
        }
    }
    assert!(over || is_done(&push.as_mut().poll(cx)));
    assert!(heard.into_iter().eq((1..=9).map(Some)));
}

#[test]
fn what_comes_after_the_end_is_refused() {
    let (core, inlet, mut intake, _) = running(Setup::default());
    core.stop();
    let mut changes = vec![Change::Updated(config(&mut intake, 1, 1))];
    assert!(matches!(pushed(&inlet, &mut changes), Poll::Ready(Err(SinkError::Closed))));
    assert_eq!((changes.len(), core.store.len()), (1, 0));
}
