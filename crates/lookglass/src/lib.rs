//! lookglass: live, exact, cheap reflections of Kubernetes objects.
#![forbid(unsafe_code)]

#[doc(inline)]
pub use lookglass_cache as cache;
#[doc(inline)]
pub use lookglass_workqueue as workqueue;
