//! What configs promise.

mod corpus;
mod interop;
mod pieces;
mod secrets;
