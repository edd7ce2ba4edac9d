//! What configs promise.

mod corpus;
mod pieces;
mod secrets;
