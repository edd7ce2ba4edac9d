//! What the benchmarks share: the objects they measure with, the server that sends them, the means to measure.

pub mod fleet;
pub mod informers;
pub mod load;
pub mod measure;
pub mod paths;
pub mod programs;
