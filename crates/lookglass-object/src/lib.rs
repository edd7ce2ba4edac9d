//! One version of a Kubernetes object: JSON and protobuf bytes through one table.
//!
//! * [`table`]: what is known of the built-in kinds.
//! * [`protobuf`]: envelopes, watch frames, lists; protobuf and JSON out of each other; typed objects out of protobuf.
//! * [`codec`]: the decoders of the built-in kinds, compiled once.
//! * [`wire`]: the protobuf wire.
#![forbid(unsafe_code)]

pub mod codec;
pub mod protobuf;
pub mod table;
pub mod wire;
