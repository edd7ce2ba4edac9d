//! The embedded API server as its users see it.

#[path = "apiserver/allocations.rs"]
mod allocations;
#[path = "apiserver/faults.rs"]
mod faults;
#[path = "apiserver/faults_watches.rs"]
mod faults_watches;
#[path = "apiserver/kube_api.rs"]
mod kube_api;
#[path = "apiserver/kube_watcher.rs"]
mod kube_watcher;
#[path = "apiserver/server.rs"]
mod server;
#[path = "apiserver/server_dropping.rs"]
mod server_dropping;
#[path = "apiserver/server_objects.rs"]
mod server_objects;
#[path = "apiserver/server_sockets.rs"]
mod server_sockets;
#[path = "apiserver/support.rs"]
mod support;
#[path = "apiserver/wire.rs"]
mod wire;
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
