use std::{
    collections::BTreeSet,
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
};

use k8s_openapi::api::core::v1::Pod;
use proptest::prelude::*;

use super::*;

type Hashing = BuildHasherDefault<DefaultHasher>;

fn hash_of(value: impl Hash) -> u64 {
    Hashing::default().hash_one(value)
}

#[test]
fn a_key_is_three_words() {
    assert_eq!(size_of::<Key>(), 3 * size_of::<usize>());
    assert_eq!(size_of::<Option<Key>>(), 3 * size_of::<usize>());
    assert_eq!(size_of::<Option<ClusterName>>(), size_of::<usize>());
    assert_eq!(Key::new("default", "web-0").heap_size(), 32);
}

// The cases of client-go's tests of SplitMetaNamespaceKey, and its error text.
#[test]
fn parses_as_client_go_splits() {
    for (text, namespace, name) in [
        ("", None, ""),
        ("name", None, "name"),
        ("ns/name", Some("ns"), "name"),
        ("/name", None, "name"),
        ("ns/", Some("ns"), ""),
        ("system:node", None, "system:node"),
        ("kube-system/system:leader", Some("kube-system"), "system:leader"),
    ] {
        let key: Key = text.parse().unwrap();
        assert_eq!((key.cluster(), key.namespace(), key.name()), (None, namespace, name), "{text:?}");
    }
    for text in ["a/b/c", "//", "a//b", "/a/b", ":ns/name", "prod:a/b/c"] {
        let error = text.parse::<Key>().unwrap_err();
        assert_eq!(error.to_string(), format!("unexpected key format: {text:?}"));
    }
}

#[test]
fn clusters_show_and_read_back() {
    for (text, cluster, namespace, name) in [
        ("prod:default/web-0", "prod", Some("default"), "web-0"),
        ("prod:/node-7", "prod", None, "node-7"),
        ("prod:/system:node", "prod", None, "system:node"),
        ("arn:aws:eks:eu-1:12:cluster/prod:a/b", "arn:aws:eks:eu-1:12:cluster/prod", Some("a"), "b"),
        ("a:b:/c", "a:b", None, "c"),
    ] {
        let key: Key = text.parse().unwrap();
        assert_eq!(key.cluster().map(ClusterName::as_str), Some(cluster));
        assert_eq!((key.namespace(), key.name()), (namespace, name), "{text}");
        assert_eq!(key.to_string(), text);
    }
    assert_eq!(Key::new("a", "b").with_cluster(""), Key::new("a", "b"));
    assert_eq!(Key::new("a", "b").with_cluster("c").without_cluster(), Key::new("a", "b"));
    assert_eq!(
        format!("{:>14}|{:<6}|", Key::new("a", "b").with_cluster("c"), Key::new("a", "b")),
        "         c:a/b|a/b   |"
    );
    assert_eq!(format!("{:?}", Key::new("a", "b")), "Key(a/b)");
}

#[test]
fn a_slash_in_a_name_ends_no_namespace() {
    let key = Key::cluster_scoped("a/b");
    assert_eq!((key.namespace(), key.name()), (None, "a/b"));
    let key = Key::new("ns", "a/b");
    assert_eq!((key.namespace(), key.name()), (Some("ns"), "a/b"));
}

#[test]
fn orders_as_a_server_lists() {
    let keys: BTreeSet<Key> = ["a/x", "a-b/x", "b/a", "z", "prod:a/a", "dev:z/z"].map(|k| k.parse().unwrap()).into();
    assert_eq!(
        keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["a-b/x", "a/x", "b/a", "z", "dev:z/z", "prod:a/a"]
    );
}

#[test]
fn cluster_names_of_different_origin_are_equal() {
    let (one, two) = (ClusterName::from("prod"), ClusterName::from("prod".to_owned()));
    assert_eq!(one, two);
    assert_eq!(Key::new("a", "b").with_cluster(&one), Key::new("a", "b").with_cluster(two));
    assert_ne!(one, ClusterName::from("dev"));
}

#[test]
fn key_of_names_what_is_missing() {
    let mut pod = Pod::default();
    assert_eq!(key_of(&pod).unwrap_err().to_string(), "object has no metadata.name");
    pod.metadata.namespace = Some("default".into());
    pod.metadata.name = Some(String::new());
    assert_eq!(key_of(&pod).unwrap_err().to_string(), "object has no metadata.name (namespace \"default\")");
    pod.metadata.name = Some("web-0".into());
    assert_eq!(key_of(&pod), Ok(Key::new("default", "web-0")));
    pod.metadata.namespace = Some(String::new());
    assert_eq!(key_of(&pod), Ok(Key::cluster_scoped("web-0")));
}

#[test]
fn keys_of_the_deleted() {
    let mut pod = Pod::default();
    assert!(key_of_deleted(&Deleted::Seen(pod.clone())).is_err());
    let missed = Deleted::FinalStateUnknown { key: Key::new("a", "b"), last: Some(pod.clone()) };
    assert_eq!(key_of_deleted(&missed), Ok(Key::new("a", "b")), "the key counts, not the object");
    assert!(missed.last().is_some() && !missed.is_certain());
    pod.metadata.name = Some("c".into());
    let seen = Deleted::Seen(pod);
    assert_eq!(key_of_deleted(&seen), Ok(Key::cluster_scoped("c")));
    assert!(seen.last().is_some() && seen.is_certain());
}

#[test]
fn everything_that_stands_for_a_key() {
    let key = Key::new("a", "b");
    assert_eq!("a/b".into_key().as_ref(), Ok(&key));
    assert_eq!("a/b".to_owned().into_key().as_ref(), Ok(&key));
    assert_eq!((&"a/b".to_owned()).into_key().as_ref(), Ok(&key));
    assert_eq!(("a", "b".to_owned()).into_key().as_ref(), Ok(&key));
    assert_eq!((&key).into_key().as_ref(), Ok(&key));
    assert_eq!(key.clone().into_key().as_ref(), Ok(&key));
    assert!("a/b/c".into_key().is_err());
}

fn name() -> impl Strategy<Value = String> {
    // Path segment names: anything without a slash; the longest exceeds the stack buffer of the lookup.
    prop_oneof!["[a-z0-9.:-]{0,12}", "[^/]{0,20}", "[a-z]{300,340}"]
}

proptest! {
    #[test]
    fn reads_back_what_it_shows(cluster in prop_oneof![Just(String::new()), "[a-z:/@._-]{1,30}"], ns in "[a-z0-9-]{0,10}", name in name()) {
        let key = Key::new(&ns, &name).with_cluster(cluster.as_str());
        prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
    }

    #[test]
    fn parts_hash_and_compare_like_their_key(
        a in ("[a-c/]{0,3}", "[a-c/]{0,3}", "[a-c]{0,1}"),
        b in ("[a-c/]{0,3}", "[a-c/]{0,3}", "[a-c]{0,1}"),
        long in name(),
    ) {
        for (ns, name, cluster) in [(&*a.0, &*a.1, &*a.2), (&*b.0, &*b.1, &*b.2), (&*long, &*long, "c")] {
            let parts = KeyRef::new(ns, name).in_cluster(cluster);
            let key = parts.to_key();
            prop_assert_eq!(hash_of(parts), hash_of(&key));
            prop_assert!(parts == key);
            let other = Key::new(&b.0, &b.1).with_cluster(b.2.as_str());
            prop_assert_eq!(parts == other, key == other);
            if cluster.is_empty() {
                prop_assert_eq!(hash_of(key.as_str()), hash_of(&key));
            }
        }
    }

    #[test]
    fn parsing_never_panics(text in "\\PC{0,40}|[a:/]{0,8}") {
        if let Ok(key) = text.parse::<Key>() {
            prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
        }
    }

    #[test]
    fn order_agrees_with_equality(a in "([ab]:)?[ab]{1,2}(/[ab]{1,2})?", b in "([ab]:)?[ab]{1,2}(/[ab]{1,2})?") {
        let (a, b): (Key, Key) = (a.parse().unwrap(), b.parse().unwrap());
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
        if a.cluster() == b.cluster() {
            prop_assert_eq!(a.cmp(&b), a.as_str().cmp(b.as_str()));
        }
    }
}
