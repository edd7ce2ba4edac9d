//! Numbers for monitoring: [`SharedInformer::metrics`](crate::SharedInformer::metrics), whatever system they go to.
//!
//! # What it promises
//!
//! * [`FAMILIES`] lists every metric of informers, with its labels; names and labels are stable, more may come.
//! * Labels are bounded: they name informers, resources, namespaces that are watched one by one, indexes, kinds, and subscribers that
//!   were given a name (the first 64 of an informer; all others together are one). Nothing of an object is in them, no key and
//!   no data.
//!
//! # What it costs
//!
//! Nothing on the way of events: everything is read when it is asked for, from counters that are kept anyway. Asking takes the
//! locks of a [`DebugView`](crate::DebugView), each for moments.
//!
//! # Where they go
//!
//! Feature `prometheus` has the adapters for [`prometheus-client`](https://docs.rs/prometheus-client): `Exporter` for informers, `RequestMetrics`
//! for the requests of clients and the credential plugins they run. For another
//! system, read [`SharedInformer::metrics`](crate::SharedInformer::metrics) and [`of_process`] whenever it asks; counters are
//! totals.

mod families;
#[cfg(feature = "prometheus")]
mod prometheus;
mod read;
#[cfg(feature = "prometheus")]
mod requests;

use std::fmt;

pub use self::families::FAMILIES;
#[cfg(feature = "prometheus")]
pub use self::prometheus::{Exporter, HasMetrics, NameTaken};
pub use self::read::of_process;
#[cfg(feature = "prometheus")]
pub use self::requests::RequestMetrics;

/// Whether a number only grows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MetricKind {
    /// A total. It begins anew when what it belongs to does: a watch that is started again, a subscriber that comes again.
    Counter,
    /// A state.
    Gauge,
}

/// What a metric is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MetricFamily {
    /// Its name, by the rules of Prometheus: counters end in `_total`, and what has a unit says which.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
    /// Whether it only grows.
    pub kind: MetricKind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// One number of a family.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct MetricSample {
    /// What it is.
    pub family: &'static MetricFamily,
    /// The values of the family's labels, in their order.
    pub labels: Vec<String>,
    /// The number.
    pub value: f64,
}

/// As in Prometheus' text format: `name{label="value"} 1`.
impl fmt::Debug for MetricSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.name)?;
        for (number, (name, value)) in self.family.labels.iter().zip(&self.labels).enumerate() {
            write!(f, "{}{name}={value:?}", if number == 0 { '{' } else { ',' })?;
        }
        let end = if self.labels.is_empty() { "" } else { "}" };
        write!(f, "{end} {}", self.value)
    }
}
