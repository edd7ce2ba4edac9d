//! The service over a naive backend: answers, frames, time, and what it does with hostile requests.

#![expect(clippy::unwrap_used, reason = "what a test's helper cannot do ends the test")]

mod answers;
mod conformance;
mod frames;
mod headers;
mod hostile;
mod naive;
mod recorded;
mod support;
mod time;
mod writes;
