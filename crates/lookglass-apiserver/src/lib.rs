#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod fault;
mod server;
pub mod storage;
pub mod write;

pub use self::{
    fault::{Fault, FaultHandle},
    server::{ApiServer, ApiService, Builder, Error, RequestRecord, Serving},
};
