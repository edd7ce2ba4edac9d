//! One run of a client's byte path, with jemalloc.

use lookglass_bench::{
    measure::{Counting, Failure},
    paths,
};
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Counting<Jemalloc> = Counting(Jemalloc);

fn main() -> Result<(), Failure> {
    paths::main("jemalloc")
}
