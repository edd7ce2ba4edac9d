//! From a tree to the bytes that are stored: [`Encoded`].

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use lookglass_object::{
    Interner, Key,
    table::{Field, FieldKind, Message, Shape, Table},
};
use lookglass_protocol::{ChangeKind, Resource, Stored, body};
use serde_json::{Map, Value};

use super::tree::{Metadata as _, Tree};

/// An object's JSON with a hole where its version goes, made before the lock is taken under which the version is known.
///
/// # Promises
///
/// `kind` and `apiVersion` come first. Members of built-in kinds stand in the order in which Go writes them, those of custom resources in
/// the order of their names, after kind and version. What a built-in kind does not have is left out. Numbers are written as Go does.
///
/// # Cost
///
/// One pass over the tree into one allocation; filling the hole copies the bytes into the allocation that stays.
#[derive(Debug)]
pub(crate) struct Encoded {
    json: Vec<u8>,
    /// Between the quotes of `metadata.resourceVersion`.
    hole: usize,
}

impl Encoded {
    /// The JSON of `tree`, whatever version it says.
    pub(crate) fn new(resource: &Resource, tree: &Tree) -> Self {
        let mut out = Writer { out: String::with_capacity(1024), hole: None };
        out.object(resource, tree, Version::Hole);
        let hole = out.hole.expect("the writer makes a hole in the metadata, which it writes in any case");
        Self { json: out.out.into_bytes(), hole }
    }

    /// The object as it is with this version.
    pub(crate) fn stored(
        &self,
        resource: &Resource,
        key: Key,
        labels: lookglass_object::LabelSet,
        change: ChangeKind,
        version: u64,
    ) -> Stored {
        let (before, after) = self.json.split_at(self.hole);
        let json = [before, version.to_string().as_bytes(), after].concat();
        Stored::new(key, version, labels, change, &json, resource.entry)
    }
}

/// An object that is answered and not kept: with the version that its tree says, which may be none.
pub(crate) fn answered(resource: &Resource, tree: &Tree) -> Stored {
    let mut out = Writer { out: String::with_capacity(1024), hole: None };
    out.object(resource, tree, Version::AsItIs);
    let version = tree.meta_text("resourceVersion").parse().unwrap_or_default();
    let key = Key::new(tree.namespace(), tree.name());
    Stored::new(key, version, labels(&Interner::new(), tree), ChangeKind::Modified, out.out.as_bytes(), resource.entry)
}

/// The labels of a tree.
pub(crate) fn labels(interner: &Interner, tree: &Tree) -> lookglass_object::LabelSet {
    let labels = tree.metadata().and_then(|meta| meta.get("labels")).and_then(Value::as_object);
    interner.labels(labels.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Hole,
    AsItIs,
}

struct Writer {
    out: String,
    hole: Option<usize>,
}

impl Writer {
    fn object(&mut self, resource: &Resource, tree: &Tree, version: Version) {
        let kind = &resource.kind;
        self.out.push_str("{\"kind\":\"");
        self.out.push_str(kind.kind());
        self.out.push_str("\",\"apiVersion\":\"");
        self.out.push_str(&kind.api_version());
        self.out.push('"');
        let message = resource.entry.map(|entry| entry.message());
        let nothing = Map::new();
        let metadata = tree.metadata().unwrap_or(&nothing);
        let mut metadata_written = false;
        let mut member = |writer: &mut Self, name: &str, field: Option<&Field>, value: &Value| match name {
            "kind" | "apiVersion" => {}
            "metadata" => {
                metadata_written = true;
                writer.metadata(field.and_then(|field| field.message()), metadata, version);
            }
            _ => {
                writer.name(name);
                writer.field(field, value);
            }
        };
        match message {
            Some(message) => {
                for field in message.fields() {
                    let value = tree.get(field.name());
                    if let Some(value) = value.or((field.name() == "metadata").then_some(&Value::Null)) {
                        member(self, field.name(), Some(field), value);
                    }
                }
            }
            None => {
                for (name, value) in tree {
                    member(self, name, None, value);
                }
            }
        }
        if !metadata_written {
            self.metadata(None, metadata, version);
        }
        self.out.push('}');
    }

    fn metadata(&mut self, message: Option<&'static Message>, metadata: &Tree, version: Version) {
        const VERSION: &str = "resourceVersion";
        self.name("metadata");
        self.out.push('{');
        let member = |writer: &mut Self, name: &str, field: Option<&Field>| {
            if name == VERSION && version == Version::Hole {
                writer.name(name);
                writer.out.push('"');
                writer.hole = Some(writer.out.len());
                writer.out.push('"');
            } else if let Some(value) = metadata.get(name) {
                writer.name(name);
                writer.field(field, value);
            }
        };
        match message {
            Some(message) => {
                for field in message.fields() {
                    member(self, field.name(), Some(field));
                }
            }
            None => {
                let (before, after): (Vec<&str>, Vec<&str>) =
                    (metadata.keys().map(String::as_str).filter(|name| *name != VERSION))
                        .partition(|name| *name < VERSION);
                for name in before.into_iter().chain([VERSION]).chain(after) {
                    member(self, name, None);
                }
            }
        }
        self.out.push('}');
    }

    /// The name of a member and the colon, after a comma if another member stands before.
    fn name(&mut self, name: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        self.string(name);
        self.out.push(':');
    }

    fn field(&mut self, field: Option<&Field>, value: &Value) {
        let Some(field) = field else { return self.value(value) };
        match (field.shape(), value) {
            (Shape::List, Value::Array(elements)) => self.array(elements, |writer, element| writer.one(field, element)),
            (Shape::Map, Value::Object(members)) => self.members(members, |writer, member| writer.one(field, member)),
            (Shape::One | Shape::Pointer, value) => self.one(field, value),
            (_, value) => self.value(value),
        }
    }

    /// A value that the field holds, or one of several.
    fn one(&mut self, field: &Field, value: &Value) {
        let message = match field.kind() {
            FieldKind::Message => field.message(),
            // What is not a schema in these is a list, a truth value or texts, which have no order of their own.
            FieldKind::SchemaOrArray | FieldKind::SchemaOrBool | FieldKind::SchemaOrStringArray => {
                Table::builtin().message("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps")
            }
            _ => None,
        };
        match (message, value) {
            (Some(message), Value::Object(members)) if !message.is_wrapper() => {
                self.out.push('{');
                for field in message.fields() {
                    if let Some(value) = members.get(field.name()) {
                        self.name(field.name());
                        self.field(Some(field), value);
                    }
                }
                self.out.push('}');
            }
            (Some(_), Value::Array(elements)) => self.array(elements, |writer, element| writer.one(field, element)),
            (_, value) => self.value(value),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.string(text),
            Value::Array(elements) => self.array(elements, Self::value),
            Value::Object(members) => self.members(members, Self::value),
        }
    }

    fn array(&mut self, elements: &[Value], write: impl Fn(&mut Self, &Value)) {
        self.out.push('[');
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, element);
        }
        self.out.push(']');
    }

    fn members(&mut self, members: &Tree, write: impl Fn(&mut Self, &Value)) {
        self.out.push('{');
        for (name, value) in members {
            self.name(name);
            write(self, value);
        }
        self.out.push('}');
    }

    /// Whole doubles without a point, others without an exponent where Go has none.
    fn number(&mut self, number: &serde_json::Number) {
        let written = match number.as_f64().filter(|_| number.is_f64()) {
            Some(double) if double == 0.0 || (1e-6..1e21).contains(&double.abs()) => write!(self.out, "{double}"),
            _ => write!(self.out, "{number}"),
        };
        written.expect("writing to a string cannot fail");
    }

    fn string(&mut self, text: &str) {
        // Whatever Go escapes; of what is not ASCII only two characters, which are rare enough to take the long way with all.
        let plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&');
        if text.bytes().all(plain) {
            self.out.push('"');
            self.out.push_str(text);
            self.out.push('"');
        } else {
            self.out.push_str(&body::go_text(text));
        }
    }
}
