//! Keys, kinds, versions, selectors.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    hash::{BuildHasherDefault, DefaultHasher},
};

use hashbrown::HashMap;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use lookglass_object::{
    ClusterName, FieldSelector, Gvk, Gvr, Key, KeyRef, ResourceVersion, Scheme, Selector, Status, validate,
};

use crate::allocations::{Spent, spent};

const NOTHING: Spent = Spent { calls: 0, held: 0, peak: 0 };

#[test]
fn the_counter_counts() {
    let (_kept, spent) = spent(|| (Box::new([0_u8; 100]), drop(vec![0_u8; 1000])));
    assert_eq!(spent, Spent { calls: 2, held: 100, peak: 1100 });
}

#[test]
fn a_key_is_one_allocation_of_the_size_it_says() {
    for (namespace, name) in
        [("default", "web-0"), ("", "node-7"), ("kube-system", "coredns-668d6bf9bc-abcde"), ("", "")]
    {
        let (key, cost) = spent(|| Key::new(namespace, name));
        let size = key.heap_size().cast_signed();
        assert_eq!(cost, Spent { calls: 1, held: size, peak: size }, "{key}");
        let text = key.to_string();
        assert_eq!(spent(|| text.parse::<Key>().unwrap()), (key, cost), "parsing costs the same");
    }
    let prod = ClusterName::from("prod");
    let key = Key::new("default", "web-0");
    assert_eq!(spent(|| key.clone().with_cluster(&prod)).1, NOTHING);
    assert_eq!(spent(|| (key.namespace().map(str::len), key.name().len(), key == key.clone())).1, NOTHING);
}

#[test]
fn looking_a_key_up_allocates_nothing() {
    let mut map: HashMap<Key, u8, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    map.insert(Key::new("default", "web-0"), 1);
    map.insert(Key::new("default", "web-0").with_cluster("prod"), 2);
    let find = || {
        let parts = KeyRef::new("default", "web-0");
        (map.get("default/web-0").copied(), map.get(&parts).copied(), map.get(&parts.in_cluster("prod")).copied())
    };
    assert_eq!(spent(find), ((Some(1), Some(1), Some(2)), NOTHING));
}

#[test]
fn kinds_and_versions_of_kubernetes_allocate_nothing() {
    assert_eq!(spent(|| (Gvk::of::<Pod>(), Gvr::of::<Deployment>(), Gvr::core("v1", "pods"))).1, NOTHING);
    let dynamic = Gvk::from_api_version("cert-manager.io/v1", "Certificate").unwrap();
    assert_eq!(spent(|| dynamic.clone()).1, NOTHING);
    assert_eq!(spent(|| ["", "0", "7", "18446744073709551615"].map(ResourceVersion::from)).1, NOTHING);
    let odd = ResourceVersion::from("18446744073709551616");
    let (copy, cost) = spent(|| odd.clone());
    assert_eq!(cost.held, copy.heap_size().cast_signed());
}

#[test]
fn matching_allocates_nothing() {
    let labels: BTreeMap<String, String> =
        [("app", "web"), ("tier", "db"), ("n", "7")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let selector: Selector = "app in (a,b,web),tier!=x,tier notin (y),n>5,n<8,app,!canary".parse().unwrap();
    assert_eq!(spent(|| selector.matches(&labels)), (true, NOTHING));
    assert_eq!(spent(|| selector.clone()).1, NOTHING);
    let fields: FieldSelector = "metadata.name=a,status.phase!=Failed".parse().unwrap();
    let field = |path: &str| (path == "metadata.name").then_some(Cow::Borrowed("a"));
    assert_eq!(spent(|| fields.matches(field)), (true, NOTHING));
}

#[test]
fn valid_labels_are_found_valid_without_allocating() {
    let valid = || validate::label_key("app.kubernetes.io/name").is_empty() && validate::label_value("web").is_empty();
    assert_eq!(spent(valid), (true, NOTHING));
}

#[test]
fn asking_a_scheme_allocates_nothing() {
    let scheme = Scheme::builtin();
    let pods = Gvr::of::<Pod>();
    assert_eq!(spent(|| scheme.gvk_of::<Pod>().is_ok() && scheme.kind_of(&pods).is_some()), (true, NOTHING));
    assert_eq!(spent(|| (Scheme::builtin(), scheme.clone())).1, NOTHING);
}

#[test]
fn a_hostile_selector_holds_no_more_than_a_few_times_its_text() {
    for piece in ["a,", "a in (b,", "a=b,", "a in (", "(", ",", "!", "a!=b,c notin (d,e,f),", "=", "\\,=", "\u{1}"] {
        let text = piece.repeat(100_000 / piece.len());
        let bound = 80 * text.len().cast_signed();
        let (_, labels) = spent(|| text.parse::<Selector>().map_err(|e| e.to_string()));
        let (_, fields) = spent(|| text.parse::<FieldSelector>().map_err(|e| e.to_string()));
        assert!(labels.peak < bound && fields.peak < bound, "{piece:?}: {labels:?} {fields:?}");
    }
}

#[test]
fn a_status_is_one_pointer_in_a_result() {
    assert_eq!(size_of::<Result<(), Status>>(), size_of::<usize>());
    assert_eq!((size_of::<Key>(), size_of::<ResourceVersion>(), size_of::<Selector>()), (24, 16, 16));
}
