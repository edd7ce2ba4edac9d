//! One measurement in a process of its own, with jemalloc.

use lookglass_bench::{
    measure::{Counting, Failure},
    programs,
};
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Counting<Jemalloc> = Counting(Jemalloc);

fn main() -> Result<(), Failure> {
    programs::main("jemalloc")
}
