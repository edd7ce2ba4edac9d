//! What a process has used.

mod allocator;

use std::time::Duration;

pub use allocator::{Counting, Heap};

/// The CPU time that this process has used, in all its threads, kernel included.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

/// Resident memory of this process in bytes: now, and the most there was.
#[must_use]
pub fn resident() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    (line("VmRSS:").unwrap_or(0) << 10, line("VmHWM:").unwrap_or(0) << 10)
}
