//! The canonical form of what no table knows.

use lookglass_object::Gvk;
use serde_json::Value;

use super::Canonical;
use crate::body::{check, go_text, value};

/// Sorts all keys, behind `kind` and `apiVersion`.
pub(super) fn sorted(kind: &Gvk, json: &[u8]) -> Result<Canonical, String> {
    let checked = check(json)?;
    if checked.shortened {
        return Err("json: exceeded max depth".into());
    }
    let mut reader = serde_json::Deserializer::from_str(&checked.text);
    let (value, strict) = value::read(&mut reader).map_err(|error| error.to_string())?;
    let Value::Object(mut object) = value else {
        return Err("json: cannot unmarshal into Go value of type map[string]interface {}".into());
    };
    object.remove("kind");
    object.remove("apiVersion");
    let head =
        format!("{{\"kind\":{},\"apiVersion\":{}", go_text(kind.kind()), go_text(&kind.group_version().to_string()));
    let mut json = head.into_bytes();
    for (key, value) in &object {
        json.push(b',');
        json.extend_from_slice(go_text(key).as_bytes());
        json.push(b':');
        value::write(value, &mut json);
    }
    json.push(b'}');
    Ok(Canonical { json, strict })
}
