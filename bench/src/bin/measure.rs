//! One measurement in a process of its own, with the system's allocator.

use std::alloc::System;

use lookglass_bench::{
    measure::{Counting, Failure, trim_glibc},
    programs,
};

#[global_allocator]
static ALLOCATOR: Counting<System> = Counting(System);

fn main() -> Result<(), Failure> {
    programs::main("glibc", trim_glibc)
}
