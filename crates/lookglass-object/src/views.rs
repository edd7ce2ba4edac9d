//! Types that any object can be read as: [`Dynamic`] and [`Meta`].

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Any object as a tree of JSON: the `K` of objects whose type is known only at run time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "it is the tree and nothing else")]
pub struct Dynamic(
    /// The tree.
    pub Value,
);

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
