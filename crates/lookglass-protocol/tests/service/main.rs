//! The service over a naive backend: answers, frames, time, and what it does with hostile requests.

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
