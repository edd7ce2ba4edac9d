//! The built-in resources of Kubernetes: what their traits are, and how the real server lists them.
//!
//! # Promises
//!
//! * [`catalog`] has every resource that the API server of [`Table::version`](lookglass_object::table::Table::version) serves by default, in the
//!   order of its discovery, and no code of its own for any of them: their traits are read from 52 KB that are compiled in.
//! * Each [`Resource`](crate::Resource) is one allocation for the whole process, so two servers share them.
//!
//! # Cost
//!
//! Loading takes well under a millisecond, once, and keeps some 50 KB; the table of fields that the resources point into is loaded with it.
//! After that it is a reference.

mod load;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use crate::Catalog;

const TRAITS: &str = include_str!("../../data/traits.txt");

/// The built-in resources.
///
/// ```
/// use lookglass_protocol::{Verb, builtin};
///
/// let pods = builtin::catalog().resource("", "v1", "pods").expect("a built-in resource");
/// assert_eq!((pods.kind.kind(), &*pods.list_kind, &*pods.short_names[0]), ("Pod", "PodList", "po"));
/// assert!(pods.verbs.contains(Verb::Watch) && pods.subresource("log").is_some());
/// ```
#[must_use]
pub fn catalog() -> &'static Arc<Catalog> {
    static CATALOG: OnceLock<Arc<Catalog>> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let resources = load::resources(TRAITS).expect("the compiled-in traits are read whole by this crate's tests");
        Arc::new(Catalog::new(resources))
    })
}
