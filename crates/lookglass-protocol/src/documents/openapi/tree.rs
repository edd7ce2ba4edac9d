//! JSON whose members stay in the order in which they were given, written as Go writes it: [`Tree`].

use std::borrow::Cow;

use serde_json::Value;

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
        match self {
            Self::Text(text) => quote(text, out),
            Self::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Self::Raw(json) => out.extend_from_slice(json.as_bytes()),
            Self::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    quote(name, out);
                    out.push(b':');
                    value.write(out);
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
}

/// A string with Go's escapes: those of JSON, and of what would end a script in a page.
fn quote(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for char in text.chars() {
        let plain = match char {
            '"' => Some(r#"\""#),
            '\\' => Some(r"\\"),
            '\n' => Some(r"\n"),
            '\r' => Some(r"\r"),
            '\t' => Some(r"\t"),
            '\u{8}' => Some(r"\b"),
            '\u{c}' => Some(r"\f"),
            '\u{2028}' => Some(r"\u2028"),
            '\u{2029}' => Some(r"\u2029"),
            _ => None,
        };
        match plain {
            Some(escape) => out.extend_from_slice(escape.as_bytes()),
            None if char < ' ' || matches!(char, '<' | '>' | '&') => {
                let code = char as u8;
                out.extend_from_slice(br"\u00");
                out.extend_from_slice(&[HEX[usize::from(code >> 4)], HEX[usize::from(code & 15)]]);
            }
            None => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
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
