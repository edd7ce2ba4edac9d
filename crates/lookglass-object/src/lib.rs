//! One version of a Kubernetes object, and the names that say which object it is.
//!
//! * [`Key`]: where an object lives (optional cluster, namespace, name).
//! * [`Gvk`], [`Gvr`], [`GroupVersion`]: what kind of object it is, and under which resource an API server serves it.
//! * [`ResourceVersion`]: which version of it this is.
#![forbid(unsafe_code)]

mod intern;
pub mod json;
mod key;
mod kind;
mod labels;
mod quote;
mod scan;
mod text;
mod uid;
mod version;
pub mod wire;

pub use intern::Interner;
pub use key::{ClusterName, IntoKey, Key, KeyError, KeyRef, key_of};
pub use kind::{GroupVersion, Gvk, Gvr, ParseKindError, compare_api_versions};
pub use labels::LabelSet;
pub use uid::Uid;
pub use version::ResourceVersion;
