#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod fault;
mod server;
pub mod storage;
pub mod write;

pub use fault::{Fault, FaultHandle};
/// What the API of this crate speaks of and another crate defines.
pub use lookglass_protocol::{
    Verb,
    documents::Version,
    identity::{Anonymous, Peer, User},
    service::{Body, BoxError},
    transport::{Kubeconfig, TransportError},
};
pub use server::{Answering, ApiServer, ApiService, Applied, Builder, Error, Kind, RequestRecord, Serving};
pub use storage::{Backup, Limits, Restart};
