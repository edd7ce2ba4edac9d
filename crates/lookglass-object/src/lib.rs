//! One version of a Kubernetes object, and the names that say which object it is.
//!
//! * [`Key`]: where an object lives (optional cluster, namespace, name).
//! * [`Gvk`], [`Gvr`], [`GroupVersion`]: what kind of object it is, and under which resource an API server serves it.
//! * [`ResourceVersion`]: which version of it this is.
//! * [`Scheme`]: which Rust type is which kind.
//! * [`Status`]: what an API server answers instead of an object.
//! * [`Selector`], [`FieldSelector`]: choosing objects by labels and by fields.
#![forbid(unsafe_code)]

mod key;
mod kind;
mod quote;
mod scheme;
mod selector;
mod serde_text;
mod status;
mod text;
pub mod validate;
mod version;

pub use key::{ClusterName, Deleted, IntoKey, Key, KeyError, KeyRef, key_of, key_of_deleted};
pub use kind::{GroupVersion, Gvk, Gvr, ParseKindError, compare_api_versions};
pub use scheme::{Scheme, SchemeError};
pub use selector::{
    FieldRequirement, FieldSelector, FieldSelectorError, InvalidRequirement, Labels, Operator, Requirement, Selector,
    SelectorError,
};
pub use status::{Reason, Status, StatusCause, StatusDetails};
pub use version::ResourceVersion;
