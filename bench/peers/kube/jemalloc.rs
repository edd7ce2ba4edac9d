//! kube's reflector through all phases, with jemalloc.

mod peer;

use clap::Parser as _;
use lookglass_bench::{informers::Run, measure::Failure};
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> Result<(), Failure> {
    let run = Run::parse();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(runtime.spawn(async move { peer::run(run, "jemalloc").await }))?
}
