//! Values of any kind, read and written as Go does it.

use std::fmt;

use lookglass_object::protobuf::Strict;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::go_text;

/// So many complaints are enough, as for built-in kinds.
const MAX_STRICT: usize = 100;

/// Reads a value, and notes the keys that came twice; the last one counts.
pub(crate) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<(Value, Vec<Strict>), D::Error> {
    let (mut path, mut strict) = (String::new(), Vec::new());
    let value = Seed { path: &mut path, strict: &mut strict }.deserialize(from)?;
    Ok((value, strict))
}

/// Writes a value as Go writes it. It recurses as deep as whoever read the value allowed.
pub(crate) fn write(value: &Value, out: &mut Vec<u8>) {
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
        while let Some(Key(key)) = map.next_key()? {
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

/// The key of a map; of YAML's, which may be other than text, the text of what it means.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (mut path, mut strict) = (String::new(), Vec::new());
        match (Seed { path: &mut path, strict: &mut strict }).deserialize(from)? {
            Value::String(text) => Ok(Self(text)),
            Value::Array(_) | Value::Object(_) => Err(D::Error::custom("a key must be a scalar")),
            scalar => {
                let mut text = Vec::new();
                write(&scalar, &mut text);
                Ok(Self(String::from_utf8_lossy(&text).into_owned()))
            }
        }
    }
}
