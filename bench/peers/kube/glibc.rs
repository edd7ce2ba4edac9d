//! kube's reflector through all phases, with the system's allocator.

mod peer;

use clap::Parser as _;
use lookglass_bench::{informers::Run, measure::Failure};

fn main() -> Result<(), Failure> {
    let run = Run::parse();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(runtime.spawn(async move { peer::run(run, "glibc").await }))?
}
