//! The storage from outside: against a naive oracle, under concurrency, and in the words of a real server.

#[path = "storage/fields.rs"]
mod fields;
#[path = "storage/lists.rs"]
mod lists;
#[path = "storage/oracle.rs"]
mod oracle;
#[path = "storage/past.rs"]
mod past;
#[path = "storage/stress.rs"]
mod stress;
#[path = "storage/support.rs"]
mod support;
#[path = "storage/watches.rs"]
mod watches;
#[path = "storage/writes.rs"]
mod writes;
