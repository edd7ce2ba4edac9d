//! For tests: JSON values, and all the ways of writing one.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Any JSON value, with texts that need escapes and names that try to mislead.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        // Binary fractions: without its feature `float_roundtrip` serde_json reads others a digit off.
        any::<i32>().prop_map(|number| json!(f64::from(number) / 8.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Any text.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{0,12}", "[\"\\\\{}\\[\\],:\u{1}-\u{1f}é€😀a]{0,8}"]
}

/// A name of a member.
pub(crate) fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        text(),
        prop::sample::select(vec!["metadata", "managedFields", "name", "kind", "labels", "spec", "items"])
            .prop_map(String::from),
    ]
}

/// An object as an API server might send it, with `metadata` and more of that name further in.
pub(crate) fn object() -> impl Strategy<Value = Value> {
    let labels = prop_oneof![
        Just(None),
        prop::collection::btree_map(name(), text(), 0..5).prop_map(|labels| Some(json!(labels))),
        Just(Some(Value::Null)),
    ];
    let metadata = (
        "[a-z]([a-z0-9.-]{0,10}[a-z0-9])?",
        prop::option::of("[a-z]{1,8}"),
        prop::option::of("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}|[A-Z]{3}"),
        prop::option::of("[1-9][0-9]{0,8}"),
        labels,
        prop::option::of(prop::collection::btree_map(text(), text(), 0..4)),
        prop::option::of(prop::collection::vec(value(), 0..3)),
    );
    (metadata, prop::collection::vec((name(), value()), 0..4), any::<[bool; 2]>()).prop_map(
        |(metadata, more, named)| {
            let (name, namespace, uid, version, labels, annotations, managed) = metadata;
            let mut meta = Map::new();
            meta.insert("name".into(), json!(name));
            let members = [
                ("namespace", namespace.map(Value::from)),
                ("uid", uid.map(Value::from)),
                ("resourceVersion", version.map(Value::from)),
                ("labels", labels),
                ("annotations", annotations.map(|annotations| json!(annotations))),
                ("managedFields", managed.map(Value::from)),
            ];
            meta.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
            let mut object: Map<String, Value> = more.into_iter().filter(|(name, _)| name != "kind").collect();
            object.insert("metadata".into(), meta.into());
            for (name, value, _) in
                [("apiVersion", "v1", named[0]), ("kind", "Thing", named[1])].iter().filter(|named| named.2)
            {
                object.insert((*name).into(), json!(value));
            }
            object.into()
        },
    )
}

/// Writes `value` in a way that `seed` decides: white space, order of members, escapes.
pub(crate) fn write(value: &Value, seed: u64) -> String {
    let mut style = Style { seed, out: String::new() };
    style.value(value);
    style.white();
    style.out
}

struct Style {
    seed: u64,
    out: String,
}

impl Style {
    fn chance(&mut self, one_in: u64) -> bool {
        self.number().is_multiple_of(one_in)
    }

    fn number(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 31)
    }

    fn white(&mut self) {
        while self.chance(4) {
            let white = [' ', '\n', '\t', '\r'][(self.number() % 4) as usize];
            self.out.push(white);
        }
    }

    fn value(&mut self, value: &Value) {
        self.white();
        match value {
            Value::Array(elements) => {
                self.out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.value(element);
                    self.white();
                }
                self.white();
                self.out.push(']');
            }
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().map(|member| (self.number(), member)).collect();
                members.sort_by_key(|(order, _)| *order);
                self.out.push('{');
                for (index, (_, (name, value))) in members.into_iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.white();
                    self.text(name);
                    self.white();
                    self.out.push(':');
                    self.value(value);
                    self.white();
                }
                self.white();
                self.out.push('}');
            }
            Value::String(text) => self.text(text),
            plain => self.out += &plain.to_string(),
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        let escapes = self.chance(3);
        for c in text.chars() {
            if c < ' ' || c == '"' || c == '\\' || (escapes && self.chance(3)) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    self.out += &format!("\\u{unit:04x}");
                }
            } else {
                self.out.push(c);
            }
        }
        self.out.push('"');
    }
}
