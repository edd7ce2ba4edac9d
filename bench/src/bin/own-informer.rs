//! An informer of ours through all phases, with the system's allocator.

use clap::Parser as _;
use lookglass_bench::{
    informers::{Run, run_own},
    measure::Failure,
};

fn main() -> Result<(), Failure> {
    let run = Run::parse();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(runtime.spawn(async move { run_own(run, "glibc").await }))?
}
