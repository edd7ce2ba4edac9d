//! Changes and their versions.

use lookglass_apiserver::storage::{Expect, Next};
use lookglass_object::Key;
use lookglass_protocol::ChangeKind;

use crate::support::Desk;

#[test]
fn versions_are_one_sequence_over_all_resources() {
    let pods = Desk::pods();
    let nodes = pods.beside(("", "v1", "nodes"));
    assert_eq!(pods.storage.version(), 1, "the first state has a version; 0 means something else in requests");
    let versions =
        [pods.put("a/x", ""), nodes.put("n", ""), pods.put("a/x", ""), nodes.remove("n"), pods.put("a/y", "")];
    assert_eq!(versions, [2, 3, 4, 5, 6]);
    assert_eq!(pods.storage.version(), 6);
}

#[test]
fn a_change_is_made_only_to_what_is_expected() {
    let pods = Desk::pods();
    let made = pods.commit("a/x", Expect::Absent, "", "").expect("nothing is there");
    assert!(made.previous.is_none());
    let clash = pods.commit("a/x", Expect::Absent, "", "").expect_err("it is there");
    assert_eq!(clash.current.map(|object| object.version()), Some(2));

    let changed = pods.commit("a/x", Expect::Version(2), "", "").expect("it is as it was");
    assert_eq!((changed.object.version(), changed.previous.map(|was| was.version())), (3, Some(2)));
    let clash = pods.commit("a/x", Expect::Version(2), "", "").expect_err("it changed");
    assert_eq!(clash.current.map(|object| object.version()), Some(3));
    let clash = pods.commit("a/none", Expect::Version(2), "", "").expect_err("it is not there");
    assert!(clash.current.is_none());
    assert_eq!(pods.storage.version(), 3, "what is not made takes no version");
}

#[test]
fn what_is_not_there_cannot_be_removed() {
    let pods = Desk::pods();
    let key = Key::new("a", "x");
    let removed = pods.storage.commit(&pods.resource.gvr, &key, Expect::Any, |version| {
        Next::Remove(pods.object("a/x", "", "", version, ChangeKind::Deleted))
    });
    assert!(removed.expect_err("nothing is there").current.is_none());
    assert!(pods.storage.get(&pods.resource.gvr, &key).is_none());
}

#[test]
fn many_are_put_at_once_in_order() {
    let pods = Desk::pods();
    pods.put("a/5", "");
    let names = ["a/9", "a/5", "b/0"];
    let last = pods.storage.preload(
        &pods.resource.gvr,
        names.map(|name| {
            let key: Key = name.parse().expect("a key");
            (key, |version| pods.object(name, "", "", version, ChangeKind::Added))
        }),
    );
    assert_eq!(last, 5);
    let version = |name: &str| pods.storage.get(&pods.resource.gvr, &name.parse().expect("a key")).map(|o| o.version());
    assert_eq!(names.map(version), [Some(3), Some(4), Some(5)]);
    let none = [""; 0].map(|name| {
        let key: Key = name.parse().expect("a key");
        (key, |version| pods.object(name, "", "", version, ChangeKind::Added))
    });
    assert_eq!(pods.storage.preload(&pods.resource.gvr, none), 5, "nothing changes nothing");
}
