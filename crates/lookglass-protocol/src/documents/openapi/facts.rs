//! What is said of types beyond the table of their fields: [`Facts`].

use std::{collections::HashMap, sync::OnceLock};

use lookglass_object::table::{Message, Table};
use serde::Deserialize;
use serde_json::Value;

/// Written by `cargo xtask openapi`.
const FACTS: &str = include_str!("../../../data/openapi.json");

/// What is said of a type.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct TypeFacts {
    /// Where the table has no description, or another one.
    pub(super) description: Option<String>,
    pub(super) required: Vec<String>,
    pub(super) unions: Option<Value>,
    pub(super) one_of: Option<Value>,
    pub(super) format: Option<String>,
    /// Present where it is not `object`; null for a type without one.
    #[serde(rename = "type", deserialize_with = "present")]
    pub(super) kind: Option<Option<String>>,
    pub(super) fields: HashMap<String, FieldFacts>,
}

fn present<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(input).map(Some)
}

/// What is said of a field.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct FieldFacts {
    pub(super) description: Option<String>,
    pub(super) default: Option<Value>,
    #[serde(rename = "enum")]
    pub(super) values: Option<Value>,
    /// The values of a list's items.
    pub(super) item_enum: Option<Value>,
    /// What the description says of the values.
    pub(super) enum_text: Option<String>,
    /// Server-side apply owns each field of the struct or map on its own.
    pub(super) granular: bool,
}

/// All facts, with the messages of the table by name.
#[derive(Debug)]
pub(super) struct Facts {
    types: HashMap<String, TypeFacts>,
    messages: HashMap<&'static str, &'static Message>,
}

impl Facts {
    /// Read when the first document is asked for: some 120 KB of JSON.
    pub(super) fn get() -> &'static Self {
        static READ: OnceLock<Facts> = OnceLock::new();
        READ.get_or_init(|| Self {
            types: serde_json::from_str(FACTS).expect("the compiled-in facts are read whole by this crate's tests"),
            messages: Table::builtin().messages().iter().map(|message| (message.name(), message)).collect(),
        })
    }

    pub(super) fn of(&self, name: &str) -> Option<&TypeFacts> {
        self.types.get(name)
    }

    pub(super) fn message(&self, name: &str) -> Option<&'static Message> {
        self.messages.get(name).copied()
    }
}
