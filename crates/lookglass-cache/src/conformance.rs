//! Conformance suites: what any implementation of a contract of this crate must do, as functions that panic when it does
//! not. Call them from a test of your own.

pub mod store;
