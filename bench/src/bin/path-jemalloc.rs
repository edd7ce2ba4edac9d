//! One run of a client's byte path, with jemalloc.

use lookglass_bench::{measure::Counting, paths};
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Counting<Jemalloc> = Counting(Jemalloc);

fn main() -> Result<(), paths::Failure> {
    paths::main("jemalloc")
}
