//! Benchmarks live under `benches/`; this library is where their shared generators go.

pub mod pods;
