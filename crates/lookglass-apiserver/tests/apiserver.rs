//! The embedded API server as its users see it.

#[path = "apiserver/support.rs"]
mod support;
#[path = "apiserver/writes.rs"]
mod writes;
#[path = "apiserver/writes_finalizers.rs"]
mod writes_finalizers;
#[path = "apiserver/writes_hostile.rs"]
mod writes_hostile;
#[path = "apiserver/writes_namespaces.rs"]
mod writes_namespaces;
#[path = "apiserver/writes_recorded.rs"]
mod writes_recorded;
