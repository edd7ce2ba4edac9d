//! What an object was like of which not everything was seen.
//!
//! A guess decides nothing by itself: it only makes that the request which needs the object finds one. What the answer then shows is compared as
//! always.

use lookglass_object::Gvr;
use serde_json::{Map, Value, json};

use crate::recording::Exchange;

/// Adds to the metadata that a Table's row holds what its cells tell.
pub(crate) fn from_cells(gvr: &Gvr, table: &Value, row: &Value, object: &mut Value) {
    let columns = table.get("columnDefinitions").and_then(Value::as_array).into_iter().flatten();
    let cells = row.get("cells").and_then(Value::as_array).into_iter().flatten();
    let named = columns.map(|column| column.get("name").and_then(Value::as_str).unwrap_or_default().to_owned());
    // Frames after the first bring no columns; their order is the resource's.
    let mut known: Vec<String> = named.collect();
    if known.is_empty() {
        known = match gvr.resource() {
            "configmaps" => ["Name", "Data", "Age"].map(str::to_owned).to_vec(),
            "secrets" => ["Name", "Type", "Data", "Age"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        };
    }
    for (name, cell) in known.iter().zip(cells) {
        match (gvr.resource(), name.as_str()) {
            ("configmaps" | "secrets", "Data") => {
                let count = cell.as_u64().unwrap_or_default();
                let data: Map<String, Value> = (0..count).map(|at| (format!("key-{at}"), "".into())).collect();
                if count > 0 {
                    object["data"] = Value::Object(data);
                }
            }
            ("secrets", "Type") => object["type"] = cell.clone(),
            ("namespaces", "Status") => object["status"] = json!({"phase": cell}),
            ("leases", "Holder") if cell != "" => object["spec"] = json!({"holderIdentity": cell}),
            _ => {}
        }
    }
}

/// The object before an update or a patch of it.
pub(crate) fn before_write(exchange: &Exchange, body: &Value, after: &Value) -> Value {
    let mut before = after.clone();
    let kind = exchange.request.header("Content-Type").unwrap_or_default();
    if exchange.request.method == "PATCH" && body.is_object() {
        undo(&mut before, body, "");
        let touches_spec = body.get("spec").is_some();
        if let Some(generation) = before.pointer_mut("/metadata/generation").filter(|_| touches_spec)
            && let Some(number) = generation.as_u64().filter(|number| *number > 1)
        {
            *generation = (number - 1).into();
        }
    } else if kind != "application/json-patch+json" {
        before["metadata"]["annotations"]["lookglass.example/before"] = "true".into();
    }
    before
}

/// Takes out of an object what a patch put in, and puts in what it took out.
fn undo(object: &mut Value, patch: &Value, path: &str) {
    let (Some(members), Some(patched)) = (object.as_object_mut(), patch.as_object()) else { return };
    for (name, value) in patched {
        let path = format!("{path}/{name}");
        let kept = matches!(path.as_str(), "/kind" | "/apiVersion" | "/metadata/name" | "/metadata/namespace");
        match value {
            _ if kept || path == "/metadata/uid" => {}
            Value::Null if path == "/metadata/finalizers" => {
                members.insert(name.clone(), json!(["lookglass.example/before"]));
            }
            Value::Null => {
                members.insert(name.clone(), "before".into());
            }
            Value::Object(_) => {
                if let Some(member) = members.get_mut(name) {
                    undo(member, value, &path);
                }
            }
            // A list cannot be undone without knowing how it was merged.
            Value::Array(_) => {}
            _ => {
                members.remove(name);
            }
        }
    }
}

/// The object before its deletion was asked for.
pub(crate) fn not_deleted(object: &mut Value) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    metadata.remove("deletionTimestamp");
    metadata.remove("deletionGracePeriodSeconds");
    if let Some(generation) = metadata.get("generation").and_then(Value::as_u64).filter(|number| *number > 1) {
        metadata.insert("generation".into(), (generation - 1).into());
    }
    for finalizer in ["foregroundDeletion", "orphan"] {
        if let Some(list) = metadata.get_mut("finalizers").and_then(Value::as_array_mut) {
            list.retain(|known| known != finalizer);
        }
    }
    if metadata.get("finalizers").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        metadata.remove("finalizers");
    }
    if object.pointer("/status/phase").and_then(Value::as_str) == Some("Terminating") {
        object["status"] = json!({"phase": "Active"});
    }
}
