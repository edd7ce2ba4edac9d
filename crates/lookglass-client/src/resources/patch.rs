//! A change to an object, without the rest of it: [`Patch`].

use serde_json::{Value, json};

/// A change to an object, in one of the forms that API servers take.
///
/// ```
/// use lookglass_client::{JsonPatch, Patch};
/// use serde_json::json;
///
/// let scale = Patch::Merge(json!({"spec": {"replicas": 3}}));
/// let from_two_to_three = Patch::from(JsonPatch::new().test("/spec/replicas", 2).replace("/spec/replicas", 3));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Patch {
    /// A list of operations (RFC 6902), all of which are done or none: see [`JsonPatch`].
    Json(Value),
    /// What is to be merged into the object (RFC 7386): maps member by member, `null` removes, and a list replaces the list.
    Merge(Value),
    /// The same with Kubernetes' rules for lists, whose elements are found by their keys, such as a container by its name. Built-in kinds only.
    Strategic(Value),
    /// What a field manager wants of the object (server-side apply). The [write options](super::WriteOptions) must name the manager;
    /// [`Resources::apply`](super::Resources::apply) does it in one.
    Apply {
        /// The object, with apiVersion, kind and name, and of the rest what the manager has an opinion on.
        object: Value,
        /// Whether fields are taken from managers who say otherwise.
        force: bool,
    },
}

impl Patch {
    pub(crate) fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json-patch+json",
            Self::Merge(_) => "application/merge-patch+json",
            Self::Strategic(_) => "application/strategic-merge-patch+json",
            Self::Apply { .. } => APPLY,
        }
    }

    pub(crate) fn body(&self) -> &Value {
        match self {
            Self::Json(body) | Self::Merge(body) | Self::Strategic(body) | Self::Apply { object: body, .. } => body,
        }
    }
}

/// Applied objects are YAML by name; JSON is YAML.
pub(crate) const APPLY: &str = "application/apply-patch+yaml";

/// The operations of a [`Patch::Json`], one after the other. Places are JSON pointers: `/spec/containers/0/image`, with `~1` for a slash in a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JsonPatch {
    operations: Vec<Value>,
}

impl JsonPatch {
    /// No operation yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fails the whole if the value at a place is another.
    #[must_use]
    pub fn test(self, path: &str, value: impl Into<Value>) -> Self {
        self.and(json!({"op": "test", "path": path, "value": value.into()}))
    }

    /// Sets a member, or puts an element in front of the one at that place; `-` stands for the end of a list.
    #[must_use]
    pub fn add(self, path: &str, value: impl Into<Value>) -> Self {
        self.and(json!({"op": "add", "path": path, "value": value.into()}))
    }

    /// Sets what is there already.
    #[must_use]
    pub fn replace(self, path: &str, value: impl Into<Value>) -> Self {
        self.and(json!({"op": "replace", "path": path, "value": value.into()}))
    }

    /// Removes what is there.
    #[must_use]
    pub fn remove(self, path: &str) -> Self {
        self.and(json!({"op": "remove", "path": path}))
    }

    /// Moves a value from one place to another.
    #[must_use]
    pub fn rename(self, from: &str, path: &str) -> Self {
        self.and(json!({"op": "move", "from": from, "path": path}))
    }

    /// Copies a value from one place to another.
    #[must_use]
    pub fn copy(self, from: &str, path: &str) -> Self {
        self.and(json!({"op": "copy", "from": from, "path": path}))
    }

    fn and(mut self, operation: Value) -> Self {
        self.operations.push(operation);
        self
    }
}

impl From<JsonPatch> for Patch {
    fn from(patch: JsonPatch) -> Self {
        Self::Json(Value::Array(patch.operations))
    }
}
