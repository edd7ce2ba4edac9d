//! Types that any object can be read as: [`Dynamic`] and [`Meta`]; and which of them say all of it: [`Whole`].

use std::ops::{Deref, DerefMut};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Any object as a tree of JSON: the `K` of objects whose type is known only at run time.
///
/// It is read and changed as the tree that it is:
///
/// ```
/// use lookglass_object::Dynamic;
///
/// let mut web = Dynamic::from(serde_json::json!({"kind": "Deployment", "spec": {"replicas": 2}}));
/// web["spec"]["replicas"] = 1.into();
/// assert_eq!(web["spec"], serde_json::json!({"replicas": 1}));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "it is the tree and nothing else")]
pub struct Dynamic(
    /// The tree.
    pub Value,
);

impl Deref for Dynamic {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl DerefMut for Dynamic {
    fn deref_mut(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl From<Value> for Dynamic {
    fn from(tree: Value) -> Self {
        Self(tree)
    }
}

impl From<Dynamic> for Value {
    fn from(object: Dynamic) -> Self {
        object.0
    }
}

/// A type that says all there is to an object, so that writing it back loses nothing that the type knows: typed objects and [`Dynamic`].
///
/// Not [`Meta`], with which a replaced object would be left without its content.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the whole of an object, so objects cannot be created or replaced by it",
    note = "patch the object, or take a typed or dynamic handle"
)]
pub trait Whole {}

impl<K: kube_core::Resource> Whole for K {}

impl Whole for Dynamic {}

/// Any object as its kind and metadata: the `K` of objects of which nothing else is known or wanted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Meta {
    /// Group and version of the kind.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The metadata, without managed fields.
    pub metadata: ObjectMeta,
}
