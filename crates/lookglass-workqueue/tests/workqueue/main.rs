//! The queues as their users see them: on tokio, on threads, with metrics; and the conformance suites on all of them.

mod allocations;
mod conformance;
mod kept;
mod metrics;
mod stress;
mod tokio_time;
mod views;
mod workers;
