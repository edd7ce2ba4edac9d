//! One measurement in a process of its own, with jemalloc.

use std::{ffi::CStr, ptr};

use lookglass_bench::{
    measure::{Counting, Failure, trim_glibc},
    programs,
};
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Counting<Jemalloc> = Counting(Jemalloc);

fn main() -> Result<(), Failure> {
    programs::main("jemalloc", give_back)
}

/// Has jemalloc give back what is free in all its arenas, and glibc what C code has freed.
#[expect(unsafe_code, reason = "a call of C, which the safe wrappers lack")]
fn give_back() {
    trim_glibc();
    const ALL: &CStr = c"arena.4096.purge";
    // SAFETY: it reads a name that ends with a zero, and neither takes nor gives anything else.
    let refused =
        unsafe { tikv_jemalloc_sys::mallctl(ALL.as_ptr(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), 0) };
    assert_eq!(refused, 0, "jemalloc does not purge");
}
