//! What names and chooses objects: selectors, paths, keys, versions.

use std::cmp::Ordering;

use lookglass_object::{
    Arrival, Datum, Depot, Dynamic, FieldSelector, Gvk, Intake, Key, KeyRef, Path, ResourceVersion, Selector,
};
use serde_json::Value;

/// A label selector that is printed and read again is the same one.
pub(crate) fn selectors(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(selector) = text.parse::<Selector>() else { return };
    let printed = selector.to_string();
    assert_eq!(printed.parse(), Ok(selector.clone()), "{printed}");
    let word = |key: &str| text.contains(key).then_some(text);
    assert_eq!(
        selector.matches_with(word),
        selector.requirements().iter().all(|requirement| requirement.matches(word(requirement.key())))
    );
}

/// A field selector that is printed and read again requires the same.
pub(crate) fn field_selectors(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(selector) = text.parse::<FieldSelector>() else { return };
    let printed = selector.to_string();
    let again: FieldSelector = printed.parse().expect("what is printed can be read");
    // Reading sorts by the text as it was written, which printing makes canonical.
    let sorted = |selector: &FieldSelector| {
        let mut requirements = selector.requirements().to_vec();
        requirements.sort_unstable();
        requirements
    };
    assert_eq!(sorted(&again), sorted(&selector), "{printed}");
}

/// A path that is printed and read again is the same one, and finds in an object what `serde_json`'s pointer finds.
pub(crate) fn paths(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (path, json) = text.split_once('\n').unwrap_or((text, "{}"));
    let Ok(path) = path.parse::<Path>() else { return };
    let pointer = path.to_string();
    assert_eq!(pointer.parse(), Ok(path.clone()), "{pointer}");
    let Ok(mut tree @ Value::Object(_)) = serde_json::from_str::<Value>(json) else { return };
    tree["metadata"] = serde_json::json!({"name": "a"});
    tree["kind"] = "Thing".into();
    tree["apiVersion"] = "v1".into();
    let mut intake = Intake::<Dynamic>::new(Depot::builder().build().family(&Gvk::core("v1", "Thing")));
    let object = intake.json(tree.to_string().as_bytes(), Arrival::Changed).expect("it has a name");
    let found = object.read(&path).expect("what serde_json writes is legal");
    match (tree.pointer(&pointer), found) {
        (None, None) | (Some(Value::Null), Some(Datum::Null)) => {}
        (Some(Value::Bool(theirs)), Some(Datum::Bool(ours))) => assert_eq!(ours, *theirs),
        (Some(Value::Number(theirs)), Some(Datum::Number(ours))) => assert_eq!(ours, *theirs),
        (Some(Value::String(theirs)), Some(Datum::String(ours))) => assert_eq!(*ours, **theirs),
        (Some(theirs), Some(Datum::Json(ours))) => {
            assert_eq!(serde_json::from_str::<Value>(&ours).ok().as_ref(), Some(theirs));
        }
        (theirs, ours) => panic!("{pointer}: {ours:?}, and serde_json {theirs:?}"),
    }
}

/// A key that is printed and read again is the same one; a borrowed key finds it.
pub(crate) fn keys(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(key) = text.parse::<Key>() else { return };
    assert_eq!(key.to_string().parse(), Ok(key.clone()));
    let namespace = key.namespace().unwrap_or_default();
    let plain = key.clone().without_cluster();
    assert_eq!(Key::new(namespace, key.name()), plain);
    let mut borrowed = KeyRef::new(namespace, key.name());
    if let Some(cluster) = key.cluster() {
        borrowed = borrowed.in_cluster(cluster.as_str());
    }
    assert_eq!(borrowed.to_key(), key);
    assert!(borrowed == key);
    assert_eq!(key.cmp(&plain), if key.cluster().is_some() { Ordering::Greater } else { Ordering::Equal });
}

/// A resource version is kept as it is written; versions are ordered as whole numbers are, and otherwise not at all.
pub(crate) fn versions(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (a, b) = text.split_once(',').unwrap_or((text, "10"));
    let (ours, theirs) = (ResourceVersion::from(a), ResourceVersion::from(b));
    assert_eq!((ours.to_string().as_str(), theirs.to_string().as_str()), (a, b));
    let is_number = |text: &str| !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    let expected = if a == b {
        Some(Ordering::Equal)
    } else {
        // Without leading zeros the longer number is the greater one.
        (is_number(a) && is_number(b)).then(|| (a.len(), a).cmp(&(b.len(), b)))
    };
    assert_eq!(ours.partial_cmp(&theirs), expected);
    assert_eq!(theirs.partial_cmp(&ours), expected.map(Ordering::reverse));
    assert_eq!(ours.as_u64(), a.parse().ok().filter(|number: &u64| number.to_string() == a));
}
