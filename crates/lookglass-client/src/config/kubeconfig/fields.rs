//! Reading fields out of a tree, with errors that name file and field: [`Fields`].

use std::path::Path;

use serde_json::{Map, Value};

use crate::config::{ConfigError, Secret};

/// The fields of one object of a file.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    file: Option<&'a Path>,
    /// Where it is: `users[2].user`, or nothing for the whole.
    at: String,
    map: Option<&'a Map<String, Value>>,
}

impl<'a> Fields<'a> {
    pub(super) fn whole(tree: &'a Value, file: Option<&'a Path>) -> Result<Self, ConfigError> {
        Self::of(tree, String::new(), file)
    }

    fn of(value: &'a Value, at: String, file: Option<&'a Path>) -> Result<Self, ConfigError> {
        match value {
            Value::Null => Ok(Self { file, at, map: None }),
            Value::Object(map) => Ok(Self { file, at, map: Some(map) }),
            other => Err(ConfigError::field(file, &at, &expected("fields", other))),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.map?.get(name).filter(|value| !value.is_null())
    }

    fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    pub(super) fn error(&self, name: &str, problem: &str) -> ConfigError {
        ConfigError::field(self.file, &self.path(name), problem)
    }

    /// A text; none if it is empty, which means the same in a kubeconfig.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, ConfigError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(other) => Err(self.error(name, &expected("text", other))),
        }
    }

    pub(super) fn secret(&self, name: &str) -> Result<Option<Secret>, ConfigError> {
        Ok(self.text(name)?.map(Secret::from))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, ConfigError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(on)) => Ok(*on),
            Some(other) => Err(self.error(name, &expected("true or false", other))),
        }
    }

    fn list(&self, name: &str) -> Result<&'a [Value], ConfigError> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(self.error(name, &expected("a list", other))),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, ConfigError> {
        let texts = self.list(name)?.iter().enumerate().map(|(index, item)| match item {
            Value::String(text) => Ok(text.clone()),
            other => Err(self.error(&format!("{name}[{index}]"), &expected("text", other))),
        });
        texts.collect()
    }

    /// The objects of a list.
    pub(super) fn items(&self, name: &str) -> Result<Vec<Self>, ConfigError> {
        let items = self.list(name)?.iter().enumerate();
        items.map(|(index, item)| Self::of(item, self.path(&format!("{name}[{index}]")), self.file)).collect()
    }

    /// An object; one without fields if it is not there.
    pub(super) fn object(&self, name: &str) -> Result<Self, ConfigError> {
        Self::of(self.get(name).unwrap_or(&Value::Null), self.path(name), self.file)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a String> + use<'a> {
        self.map.into_iter().flat_map(Map::keys)
    }

    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }
}

/// What should be there, and what kind of thing is. Never what it says.
fn expected(what: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "fields",
    };
    let remedy =
        if what == "text" && matches!(found, "a number" | "true or false") { "; put it in quotes" } else { "" };
    format!("should be {what}, and is {found}{remedy}")
}
