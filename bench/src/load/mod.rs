//! A server that sends a [fleet](crate::fleet) as fast as a client can take it.
//!
//! It speaks what clients need of an API server's protocol: discovery, lists (pages; `resourceVersion=0` ignores the limit, as a real server's cache does), streaming
//! lists with their bookmark, watches, over HTTP/1.1 and HTTP/2, in JSON and protobuf. Nothing is encoded while it serves: a list is slices of bytes prepared at
//! the start, an event is one copy of them with version and time of sending written over the old ones.
//!
//! # How bytes are cut
//!
//! A watch sends one chunk for each event, as API servers do, which flush after each; lists come in chunks of [`Options::chunk`] bytes. The server writes as many chunks at
//! a time as it can, so a client that is behind reads many of them at once.
//!
//! # Changes
//!
//! Objects change only when that is asked for: `GET /load/churn?resource=pods&events=1000&rate=200` releases so many events, at once or at that rate, to all watches of
//! the resource. The n-th event of a resource is the same for everybody: `MODIFIED`, the object `n * stride` modulo the number of objects, the list's version plus
//! n; so a watch can go on from any version. What a *list* shows stays as it was made.
//!
//! `GET /load/expire?resource=pods` ends all watches of the resource with "410 Expired", so that whoever watched lists again.
//!
//! `GET /load/stats` tells CPU time, objects and events so far, and whether there are watches; `GET /load/quit` ends the server.

mod body;
mod collection;
mod discovery;
mod prepared;
mod server;
#[cfg(test)]
mod tests;

pub use server::{Options, Server};
