//! One version of a Kubernetes object: JSON and protobuf bytes through one table.
#![forbid(unsafe_code)]

pub mod codec;
pub mod protobuf;
pub mod table;
pub mod wire;
