//! The client as its users see it, mostly over sockets.

#[path = "client/support.rs"]
mod support;
#[path = "client/transport.rs"]
mod transport;
#[path = "client/transport_faults.rs"]
mod transport_faults;
#[path = "client/transport_http1.rs"]
mod transport_http1;
#[path = "client/transport_tls.rs"]
mod transport_tls;
