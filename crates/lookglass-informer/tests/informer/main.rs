//! Informers against the embedded API server, in process and mostly in paused time.

mod basics;
mod counting;
mod hazards;
mod memory;
mod metrics;
mod namespaces;
mod oracle;
mod parts;
mod promises;
mod retention;
mod subscribers;
mod support;
mod traps;
mod versionless;
mod views;
