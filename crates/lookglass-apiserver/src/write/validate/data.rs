//! The rules of ConfigMaps and Secrets.

use std::collections::BTreeSet;

use lookglass_object::StatusCause;
use serde_json::Value;

use super::cause::{forbidden, invalid, invalid_text, too_long};
use crate::write::tree::Tree;

const KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
     'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const KEY_MAX: usize = 253;
const DATA_MAX: usize = 1 << 20;
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

/// The names of the data, and its size.
pub(super) fn keys(tree: &Tree, causes: &mut Vec<StatusCause>) {
    let (mut size, mut seen) = (0, BTreeSet::new());
    for field in ["data", "binaryData"] {
        for (key, value) in tree.get(field).and_then(Value::as_object).into_iter().flatten() {
            let name = format!("{field}[{key}]");
            causes.extend(problems(key).iter().map(|problem| invalid_text(&*name, key, problem)));
            if !seen.insert(key) {
                causes.push(invalid_text(name, key, "duplicate of key present in data"));
            }
            size += value.as_str().map_or(0, str::len);
        }
    }
    if size > DATA_MAX {
        causes.push(too_long("", DATA_MAX));
    }
}

/// What may not change.
pub(super) fn update(new: &Tree, old: &Tree, causes: &mut Vec<StatusCause>) {
    if let (Some(new), Some(old)) = (new.get("type"), old.get("type"))
        && new != old
    {
        causes.push(invalid("type", new, "field is immutable"));
    }
    if old.get("immutable") == Some(&Value::Bool(true)) {
        for field in ["immutable", "data", "binaryData"] {
            if new.get(field) != old.get(field) {
                causes.push(forbidden(field, IMMUTABLE));
            }
        }
    }
}

fn problems(key: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if key.len() > KEY_MAX {
        problems.push(format!("must be no more than {KEY_MAX} bytes"));
    }
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
        problems.push(KEY.to_owned());
    }
    match key {
        "." => problems.push("must not be '.'".to_owned()),
        ".." => problems.push("must not be '..'".to_owned()),
        key if key.starts_with("..") => problems.push("must not start with '..'".to_owned()),
        _ => {}
    }
    problems
}
