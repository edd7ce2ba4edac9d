//! The canonical form of what no table knows.

use std::fmt;

use lookglass_object::{Gvk, protobuf::Strict};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Canonical;
use crate::body::{check, text as go_text};

/// So many complaints are enough, as for built-in kinds.
const MAX_STRICT: usize = 100;

/// Sorts all keys, behind `kind` and `apiVersion`.
pub(super) fn sorted(kind: &Gvk, json: &[u8]) -> Result<Canonical, String> {
    let checked = check(json)?;
    if checked.shortened {
        return Err("json: exceeded max depth".into());
    }
    let mut strict = Vec::new();
    let mut path = String::new();
    let mut reader = serde_json::Deserializer::from_str(&checked.text);
    let value =
        Seed { path: &mut path, strict: &mut strict }.deserialize(&mut reader).map_err(|error| error.to_string())?;
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
        write(value, &mut json);
    }
    json.push(b'}');
    Ok(Canonical { json, strict })
}

/// At most as deep as what was read.
fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null | Value::Bool(_) => out.extend_from_slice(value.to_string().as_bytes()),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(double) => out.extend_from_slice(go_double(double).as_bytes()),
            None => out.extend_from_slice(number.to_string().as_bytes()),
        },
        Value::String(text) => out.extend_from_slice(go_text(text).as_bytes()),
        Value::Array(values) => {
            out.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(value, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(go_text(key).as_bytes());
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
    }
}

/// A double as Go's `encoding/json` writes it: with an exponent only where it is very large or very small.
fn go_double(double: f64) -> String {
    let size = double.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{double:e}");
        return match text.split_once('e') {
            Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
            _ => text,
        };
    }
    format!("{double}")
}

/// Reads a value; the last of two equal keys counts, and is noted.
struct Seed<'s> {
    path: &'s mut String,
    strict: &'s mut Vec<Strict>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        // What does not fit in 63 bits is a double to Go.
        Ok(if i64::try_from(value).is_ok() { value.into() } else { (value as f64).into() })
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let Self { path, strict } = self;
        let (mut values, length) = (Vec::new(), path.len());
        loop {
            path.push_str(&format!("[{}]", values.len()));
            let next = seq.next_element_seed(Seed { path, strict })?;
            path.truncate(length);
            match next {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Self { path, strict } = self;
        let (mut members, length) = (Map::new(), path.len());
        while let Some(key) = map.next_key::<String>()? {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&key);
            if members.contains_key(&key) && strict.len() < MAX_STRICT {
                strict.push(Strict::Duplicate(path.clone()));
            }
            let value = map.next_value_seed(Seed { path, strict })?;
            path.truncate(length);
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}
