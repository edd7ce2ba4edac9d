#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod fault;
mod server;
mod storage;
mod write;
