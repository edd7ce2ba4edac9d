//! OpenAPI documents in the protobuf form of gnostic's messages.
//!
//! A table says which member of which object is which field; what follows it knows nothing of OpenAPI. Fields are written in the order of their
//! numbers and empty texts are left out, as Go does it, so that the bytes are the real server's. Members that the table does not name are not
//! written: it names those that a server of Kubernetes uses.

mod table;
mod yaml;

use std::{borrow::Cow, fmt};

use lookglass_object::wire::put_varint;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use self::table::{DOCUMENT, Field, Kind, Members, Message, REFERENCE};
use super::tree::Tree;

/// The message `openapi.v3.Document` of a document in JSON.
pub(super) fn v3(json: &[u8]) -> serde_json::Result<Vec<u8>> {
    let tree: Tree = serde_json::from_slice(json)?;
    let mut out = Vec::new();
    message(DOCUMENT, &tree, &mut out);
    Ok(out)
}

fn message(fields: Message, tree: &Tree, out: &mut Vec<u8>) {
    let Tree::Object(members) = tree else { return };
    for Field(number, which, kind) in fields {
        match which {
            Members::Named(wanted) => {
                for (_, value) in members.iter().filter(|(name, _)| name == wanted) {
                    field(*number, kind, value, out);
                }
            }
            Members::Starting(prefix) => {
                for (name, value) in members.iter().filter(|(name, _)| name.starts_with(prefix)) {
                    let mut pair = Vec::new();
                    bytes(1, name.as_bytes(), &mut pair);
                    field(2, kind, value, &mut pair);
                    nested(*number, &pair, out);
                }
            }
        }
    }
}

fn field(number: u32, kind: &Kind, value: &Tree, out: &mut Vec<u8>) {
    let mut inner = Vec::new();
    match (kind, value) {
        (Kind::Text, Tree::Text(text)) => return bytes(number, text.as_bytes(), out),
        (Kind::Bool, Tree::Bool(true)) => return boolean(number, true, out),
        (Kind::Each(kind), Tree::List(items)) => {
            for item in items {
                match (*kind, item) {
                    // In a list an empty text counts.
                    (Kind::Text, Tree::Text(text)) => nested(number, text.as_bytes(), out),
                    (kind, item) => field(number, kind, item, out),
                }
            }
            return;
        }
        (Kind::Message(fields), value) => message(fields, value, &mut inner),
        (Kind::Inside(kind), value) => field(1, kind, value, &mut inner),
        (Kind::Choice(_), Tree::Bool(value)) => boolean(2, *value, &mut inner),
        (Kind::Choice(kind), value) => field(1, kind, value, &mut inner),
        (Kind::OrReference(_), Tree::Object(members)) if members.iter().any(|(name, _)| name == "$ref") => {
            field(2, &Kind::Message(REFERENCE), value, &mut inner);
        }
        (Kind::OrReference(fields), value) => field(1, &Kind::Message(fields), value, &mut inner),
        (Kind::Any, value) => bytes(2, yaml::text(value).as_bytes(), &mut inner),
        (Kind::Default, Tree::Text(text)) => nested(3, text.as_bytes(), &mut inner),
        (Kind::Default, Tree::Bool(value)) => boolean(2, *value, &mut inner),
        (Kind::Default, Tree::Raw(number)) => {
            if let Ok(number) = number.parse::<f64>() {
                inner.push(1 << 3 | 1);
                inner.extend_from_slice(&number.to_le_bytes());
            }
        }
        // The message has no place for what is no scalar, and is there all the same.
        (Kind::Default, Tree::List(_) | Tree::Object(_)) => {}
        (Kind::Text | Kind::Bool | Kind::Each(_), _) => return,
    }
    nested(number, &inner, out);
}

fn bytes(number: u32, value: &[u8], out: &mut Vec<u8>) {
    if !value.is_empty() {
        nested(number, value, out);
    }
}

fn nested(number: u32, value: &[u8], out: &mut Vec<u8>) {
    put_varint(out, u64::from(number << 3 | 2));
    put_varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn boolean(number: u32, value: bool, out: &mut Vec<u8>) {
    put_varint(out, u64::from(number << 3));
    out.push(u8::from(value));
}

/// Members stay in the order in which they are read.
impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Raw("null".to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Raw(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Raw(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Raw(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(text.to_owned().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = from.next_entry::<String, Tree>()? {
            members.push((Cow::Owned(name), value));
        }
        Ok(Tree::Object(members))
    }
}
