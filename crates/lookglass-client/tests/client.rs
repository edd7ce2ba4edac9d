//! The client as its users see it, mostly over sockets.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

#[path = "client/faults_over_tls.rs"]
mod faults_over_tls;
#[path = "client/requests.rs"]
mod requests;
#[path = "client/support.rs"]
mod support;
#[path = "client/transport.rs"]
mod transport;
#[path = "client/transport_faults.rs"]
mod transport_faults;
#[path = "client/transport_http1.rs"]
mod transport_http1;
#[path = "client/transport_proxies.rs"]
mod transport_proxies;
#[path = "client/transport_tls.rs"]
mod transport_tls;
#[path = "client/words.rs"]
mod words;
