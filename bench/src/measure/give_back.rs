//! Memory that is free, and that the allocator keeps for later.

/// Has an allocator give back to the system all that is free, as Go's `debug.FreeOSMemory` does.
pub type GiveBack = fn();

/// Has glibc's allocator give back what is free: that of the Rust code where it is the global one, and that of C code where C has no other.
#[expect(unsafe_code, reason = "a call of C, and std has none for it")]
pub fn trim_glibc() {
    // SAFETY: it takes a number, and may be called at any time from any thread.
    #[cfg(target_env = "gnu")]
    let _given_back = unsafe { libc::malloc_trim(0) };
}
