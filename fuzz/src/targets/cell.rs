//! Object cells: out of the wire into the cache.

use lookglass_object::protobuf::{Lossiness, decode};
use lookglass_object::{Arrival, Datum, Depot, Dynamic, Gvk, Intake, IntakeError, Object, Retention};
use serde_json::{Map, Value};

use crate::seeds::kind_of;

/// A cell is made of exactly the JSON that is an object with a name, and says of it what `serde_json` says, without managed
/// fields.
pub(crate) fn json(input: &[u8]) {
    let gvk = Gvk::core("v1", "ConfigMap");
    let theirs = serde_json::from_slice::<Value>(input).ok();
    // Stepping over is lenient inside of values, so more may come in than is legal.
    let object = take(&gvk, |intake| intake.json(input, Arrival::Changed));
    let Some(theirs) = theirs else {
        if let Ok(object) = object {
            packs(&object);
        }
        return;
    };
    if let Ok(object) = &object {
        compare(object, &theirs, &gvk);
        packs(object);
    }
    // Without repeated names it is known exactly what must come in.
    let text = theirs.to_string();
    let object = take(&gvk, |intake| intake.json(text.as_bytes(), Arrival::Changed));
    assert_eq!(object.is_ok(), is_object(&theirs, &gvk), "{text}: {:?}", object.err());
}

/// A cell made of protobuf says what the dynamic decoder says, without managed fields.
pub(crate) fn protobuf(input: &[u8]) {
    let Some((entry, raw)) = kind_of(input) else { return };
    let gvk = Gvk::new(entry.group(), entry.version(), entry.kind());
    let Ok(object) = take(&gvk, |intake| intake.protobuf(raw, Arrival::Changed)) else { return };
    packs(&object);
    let api_version = entry.api_version();
    let whole = decode::<Value>(entry.message(), raw, Some((&api_version, entry.kind())));
    if let Ok((theirs, Lossiness::Exact)) = whole
        && theirs["metadata"].is_object()
        && !entry.is_list()
    {
        compare(&object, &theirs, &gvk);
    }
}

fn take(
    gvk: &Gvk,
    read: impl FnOnce(&mut Intake<Dynamic>) -> Result<Object<Dynamic>, IntakeError>,
) -> Result<Object<Dynamic>, IntakeError> {
    read(&mut Intake::new(Depot::builder().build().family(gvk)).retention(Retention::Raw))
}

/// What every cell says about itself is what is written in the tree.
fn compare(object: &Object<Dynamic>, theirs: &Value, gvk: &Gvk) {
    let none = Map::new();
    let metadata = theirs["metadata"].as_object().unwrap_or(&none);
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default();
    assert_eq!(*object.key(), lookglass_object::Key::new(text("namespace"), text("name")));
    assert_eq!(object.uid().to_string(), text("uid"));
    assert_eq!(object.version().to_string(), text("resourceVersion"));
    let labels: Vec<_> = object.labels().iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let mut expected: Vec<_> = metadata
        .get("labels")
        .and_then(Value::as_object)
        .unwrap_or(&none)
        .iter()
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    expected.sort_unstable();
    assert_eq!(labels, expected);

    let mut expected = theirs.clone();
    if let Some(metadata) = expected["metadata"].as_object_mut() {
        metadata.remove("managedFields");
    }
    expected["apiVersion"] = gvk.api_version().into();
    expected["kind"] = gvk.kind().into();
    let tree = object.to_value().expect("what came in whole can be read");
    // Indexing above makes a null of what is missing.
    if theirs.get("metadata").is_none() {
        expected.as_object_mut().map(|members| members.remove("metadata"));
    }
    assert_eq!(tree, expected);
    let mut left = 64;
    finds(object, &tree, "", &mut left);
}

/// What stands at a path is what stands there in the tree; `left` bounds how many are tried.
fn finds(object: &Object<Dynamic>, tree: &Value, path: &str, left: &mut usize) {
    // More steps than a path may have.
    if *left == 0 || path.matches('/').count() > 60 {
        return;
    }
    *left -= 1;
    if !path.is_empty() {
        let found = match object.read(path) {
            Ok(Some(Datum::Json(text))) => serde_json::from_str(&text).expect("JSON"),
            Ok(Some(Datum::String(text))) => Value::from(&*text),
            Ok(Some(Datum::Number(number))) => Value::from(number),
            Ok(Some(Datum::Bool(truth))) => Value::from(truth),
            Ok(Some(Datum::Null)) => Value::Null,
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(found, *tree, "{path}");
        assert_eq!(object.at(format!("{path}/no such thing").as_str()), None);
    }
    let step = |name: &str| format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
    match tree {
        Value::Object(members) => members.iter().for_each(|(name, value)| finds(object, value, &step(name), left)),
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, value)| finds(object, value, &step(&index.to_string()), left));
        }
        _ => {}
    }
}

/// Packing changes nothing that is read.
fn packs(object: &Object<Dynamic>) {
    let bytes = object.bytes().expect("raw bytes can be read");
    let tree = object.to_value();
    assert!(object.pack(), "nobody else reads it");
    assert_eq!(object.bytes().as_ref(), Ok(&bytes));
    assert_eq!(object.to_value().ok(), tree.ok());
}

/// Whether a tree is an object of the kind that has a name, as far as a cell looks.
fn is_object(tree: &Value, gvk: &Gvk) -> bool {
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    };
    let fits = |name: &str, wanted: &str| text(tree.get(name)).is_some_and(|text| text.is_empty() || text == wanted);
    let Some(metadata) = tree.get("metadata").and_then(Value::as_object) else { return false };
    let labels = match metadata.get("labels") {
        None | Some(Value::Null) => true,
        Some(Value::Object(labels)) => labels.values().all(|value| value.is_string() || value.is_null()),
        Some(_) => false,
    };
    let texts = ["name", "namespace", "uid", "resourceVersion"].iter().all(|name| text(metadata.get(*name)).is_some());
    let named = text(metadata.get("name")).is_some_and(|name| !name.is_empty());
    labels && texts && named && fits("apiVersion", &gvk.api_version()) && fits("kind", gvk.kind())
}
