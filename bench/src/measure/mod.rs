//! What a process has used, and how it is told.

mod allocator;
mod give_back;
mod line;
mod taking;

use std::time::Duration;

pub use allocator::{Counting, Heap, HeapBegin};
pub use give_back::{GiveBack, trim_glibc};
pub use line::Line;
pub use taking::{Taking, control};

/// Whatever goes wrong ends a measuring program.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The CPU time that this process has used, in all its threads, kernel included.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

/// Begins to measure anew how much is resident at most.
pub fn forget_peak() {
    // Where it is not allowed, the peak is that of the whole process, which is more and never less.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Resident memory of this process in bytes: now, and the most there was since [`forget_peak`].
#[must_use]
pub fn resident() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    (line("VmRSS:").unwrap_or(0) << 10, line("VmHWM:").unwrap_or(0) << 10)
}

/// The time in nanoseconds since 1970, by the clock that every process of the machine has.
#[expect(clippy::disallowed_methods, reason = "what is measured is the time between two processes")]
#[must_use]
pub fn unix_time() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
