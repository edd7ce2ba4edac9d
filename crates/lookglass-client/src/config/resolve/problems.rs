//! Everything that is wrong with the entries of a context.

use std::path::PathBuf;

use crate::config::{ConfigError, Problem};

/// Everything that is wrong, as it is found.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

/// An entry, and where it is from.
#[derive(Clone, Debug)]
pub(super) struct At {
    kind: &'static str,
    pub(super) name: Option<String>,
    file: Option<PathBuf>,
}

/// What an override says is no file's fault.
const OVERRIDE: At = At { kind: "override", name: None, file: None };

impl At {
    pub(super) fn new(kind: &'static str, name: Option<&str>, file: Option<PathBuf>) -> Self {
        Self { kind, name: name.map(str::to_owned), file }
    }

    /// The overrides, if the field in question comes from them.
    pub(super) fn or(&self, is_override: bool) -> &Self {
        if is_override { &OVERRIDE } else { self }
    }
}

impl Problems {
    pub(super) fn add(&mut self, at: &At, field: &'static str, problem: impl Into<String>) {
        let name = at.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
        let entry = format!("{}{name}", at.kind);
        self.0.push(Problem { file: at.file.clone(), entry, field, problem: problem.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn or<T>(self, value: T, context: Option<&str>) -> Result<T, ConfigError> {
        if self.is_empty() {
            return Ok(value);
        }
        Err(ConfigError::Invalid { context: context.map(str::to_owned), problems: self.0 })
    }
}
