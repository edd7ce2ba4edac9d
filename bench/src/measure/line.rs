//! What a measuring program prints: [`Line`].

use serde::{Deserialize, Serialize};

/// One figure of one client, as a line of JSON. Peers in other languages print the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Line {
    /// Whose code, in which encoding, with which allocator.
    pub client: String,
    /// What was done.
    pub what: String,
    /// With how many objects or changes.
    pub items: u64,
    /// CPU time of the process for each of them.
    pub cpu_us: f64,
    /// Wall time for each of them.
    pub wall_us: f64,
    /// What is kept of each on the heap at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_bytes: Option<f64>,
    /// The most that was on the heap, over what is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_ratio: Option<f64>,
    /// Allocations for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocations: Option<f64>,
    /// Resident bytes of the process at the end.
    pub resident: u64,
    /// The most that were resident.
    pub peak_resident: u64,
    /// Resident bytes after the allocator has given back all that is free, as client-go's have before they are measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_back: Option<u64>,
    /// CPU time of the server for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_cpu_us: Option<f64>,
    /// How many of the changes the handlers were told of, when some were merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<f64>,
    /// From the sending to the handler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_us: Option<f64>,
    /// From the sending to the handler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_us: Option<f64>,
    /// From the sending to the handler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p999_us: Option<f64>,
}

impl Line {
    /// What is resident and not merely kept for later.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.given_back.unwrap_or(self.resident)
    }

    /// With the latencies of all changes, in nanoseconds.
    #[must_use]
    pub fn latencies(mut self, mut nanoseconds: Vec<u64>) -> Self {
        nanoseconds.sort_unstable();
        let last = nanoseconds.len().saturating_sub(1);
        let at = |part: f64| nanoseconds.get((part * last as f64) as usize).map(|time| *time as f64 / 1000.0);
        (self.p50_us, self.p99_us, self.p999_us) = (at(0.5), at(0.99), at(0.999));
        self
    }

    /// Prints it.
    pub fn print(&self) {
        // Numbers and texts always are JSON.
        println!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}
