//! The store from outside: against a naive oracle, under concurrency, and by the bytes it holds.

#[path = "store/allocations.rs"]
mod allocations;
#[path = "store/behaviour.rs"]
mod behaviour;
#[path = "store/concurrency.rs"]
mod concurrency;
#[path = "store/conformance.rs"]
mod conformance;
#[path = "store/indexes.rs"]
mod indexes;
#[path = "store/memory.rs"]
mod memory;
#[path = "store/oracle.rs"]
mod oracle;
