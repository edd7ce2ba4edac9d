//! One run of a client's byte path, with the system's allocator.

use std::alloc::System;

use lookglass_bench::{
    measure::{Counting, Failure},
    paths,
};

#[global_allocator]
static ALLOCATOR: Counting<System> = Counting(System);

fn main() -> Result<(), Failure> {
    paths::main("glibc")
}
