//! JSON whose members stay in the order in which they were given, written as Go writes it: [`Tree`].

use std::borrow::Cow;

use serde_json::Value;

use crate::answer::text::go_json;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    Text(Cow<'static, str>),
    Bool(bool),
    List(Vec<Self>),
    Object(Vec<(Cow<'static, str>, Self)>),
    /// A number, or another value that is JSON already.
    Raw(String),
}

/// An object of members that are known by name here.
pub(super) fn object<const N: usize>(members: [(&'static str, Tree); N]) -> Tree {
    Tree::Object(members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
}

impl Tree {
    pub(super) fn list(texts: impl IntoIterator<Item = impl Into<Self>>) -> Self {
        Self::List(texts.into_iter().map(Into::into).collect())
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.write_with(go_json, out);
    }

    /// With texts as `text` writes them.
    fn write_with(&self, text: fn(&str, &mut Vec<u8>), out: &mut Vec<u8>) {
        match self {
            Self::Text(value) => text(value, out),
            Self::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Self::Raw(json) => out.extend_from_slice(json.as_bytes()),
            Self::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    item.write_with(text, out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    text(name, out);
                    out.push(b':');
                    value.write_with(text, out);
                }
                out.push(b'}');
            }
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    /// Without the escapes that make texts safe inside HTML.
    pub(super) fn to_plain_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_with(plain_json, &mut out);
        out
    }
}

fn plain_json(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("a text is written into memory");
}

impl From<&'static str> for Tree {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

/// Members of objects are sorted, as those of Go's maps.
impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::String(text) => text.clone().into(),
            Value::Bool(value) => Self::Bool(*value),
            Value::Array(items) => Self::list(items),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone().into(), value.into())).collect())
            }
            Value::Null | Value::Number(_) => Self::Raw(value.to_string()),
        }
    }
}
