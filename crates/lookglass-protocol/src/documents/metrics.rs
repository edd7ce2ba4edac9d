//! `/metrics`: [`Metrics`].

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use jiff::Timestamp;
use lookglass_object::{Gvk, Gvr};
use parking_lot::Mutex;

use super::Document;

/// The upper bounds of the histogram of durations, in seconds.
const BOUNDS: [f64; 12] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// How much of a cluster a request reaches, as the metrics of Kubernetes name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the four values of the label")]
pub enum RequestScope {
    /// No resource.
    None,
    /// One object.
    Resource,
    /// A collection in a namespace.
    Namespace,
    /// A collection of a cluster.
    Cluster,
}

impl RequestScope {
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Resource => "resource",
            Self::Namespace => "namespace",
            Self::Cluster => "cluster",
        }
    }
}

/// What is counted of a request. Every value comes from a bounded set: a client cannot make new series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct RequestLabels {
    /// The resource; `None` for documents and for paths that nobody serves.
    pub resource: Option<Gvr>,
    /// The subresource, one that the resource has; else empty.
    pub subresource: String,
    /// `GET`, `LIST`, `WATCH`, `POST`, `PUT`, `PATCH`, `APPLY`, `DELETE`, `DELETECOLLECTION`, …
    pub verb: &'static str,
    /// How much it reaches.
    pub scope: RequestScope,
    /// Whether it only tries.
    pub dry_run: bool,
}

impl RequestLabels {
    /// A request for something that is no resource.
    #[must_use]
    pub fn document(verb: &'static str) -> Self {
        Self { resource: None, subresource: String::new(), verb, scope: RequestScope::None, dry_run: false }
    }

    /// A request for a resource.
    #[must_use]
    pub fn resource(resource: Gvr, verb: &'static str, scope: RequestScope) -> Self {
        Self { resource: Some(resource), verb, scope, ..Self::document(verb) }
    }

    fn write(&self, out: &mut String) {
        let (group, version, resource) =
            self.resource.as_ref().map_or(("", "", ""), |gvr| (gvr.group(), gvr.version(), gvr.resource()));
        let dry_run = if self.dry_run { "All" } else { "" };
        let _ = write!(
            out,
            r#"component="apiserver",dry_run="{dry_run}",group="{group}",resource="{resource}",scope="{}",subresource="{}",verb="{}",version="{version}""#,
            self.scope.as_str(),
            self.subresource,
            self.verb,
        );
    }
}

/// What a server counts, under the names of the real one.
///
/// # Cost
///
/// A short lock and a look-up in a tree for each finished request and each start or end of a watch; an atomic addition for what is in flight.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(RequestLabels, u16), u64>>,
    durations: Mutex<BTreeMap<RequestLabels, Durations>>,
    long_running: Mutex<BTreeMap<RequestLabels, i64>>,
    watch_events: Mutex<BTreeMap<Gvk, u64>>,
    reading: AtomicI64,
    writing: AtomicI64,
    panics: AtomicU64,
}

#[derive(Debug, Default)]
struct Durations {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: Duration,
}

impl Metrics {
    /// A request was answered with this code after this time. A watch counts when it ends, and its time not at all.
    pub fn answered(&self, labels: &RequestLabels, code: u16, took: Option<Duration>) {
        *self.requests.lock().entry((labels.clone(), code)).or_default() += 1;
        let Some(took) = took else { return };
        let mut durations = self.durations.lock();
        let durations = durations.entry(labels.clone()).or_default();
        for (bucket, bound) in durations.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
        durations.count += 1;
        durations.sum += took;
    }

    /// A long-running request began (1) or ended (-1).
    pub fn long_running(&self, labels: &RequestLabels, change: i64) {
        *self.long_running.lock().entry(labels.clone()).or_default() += change;
    }

    /// A request that is not long-running began (1) or ended (-1).
    pub fn in_flight(&self, writes: bool, change: i64) {
        let gauge = if writes { &self.writing } else { &self.reading };
        // Only ever read to be shown.
        gauge.fetch_add(change, Ordering::Relaxed);
    }

    /// So many events were sent to watchers of a kind.
    pub fn watch_events(&self, kind: &Gvk, count: u64) {
        let mut events = self.watch_events.lock();
        match events.get_mut(kind) {
            Some(events) => *events += count,
            None => {
                events.insert(kind.clone(), count);
            }
        }
    }

    /// A request ended in a panic that was caught.
    pub fn panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn answer(&self, started: Timestamp) -> Document {
        let body = self.text(started);
        let started = http::HeaderValue::from(started.as_second());
        Document::new(200, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", body)
            .with(http::HeaderName::from_static("process-start-time-unix"), started)
    }

    fn text(&self, started: Timestamp) -> String {
        let mut out = String::new();
        head(&mut out, "apiserver_current_inflight_requests", "gauge", "Requests that are being answered, by kind.");
        for (kind, gauge) in [("mutating", &self.writing), ("readOnly", &self.reading)] {
            let value = gauge.load(Ordering::Relaxed);
            let _ = writeln!(out, "apiserver_current_inflight_requests{{request_kind=\"{kind}\"}} {value}");
        }
        head(&mut out, "apiserver_longrunning_requests", "gauge", "Watches and other long requests that are open.");
        for (labels, value) in &*self.long_running.lock() {
            out.push_str("apiserver_longrunning_requests{");
            labels.write(&mut out);
            let _ = writeln!(out, "}} {value}");
        }
        head(&mut out, "apiserver_request_duration_seconds", "histogram", "How long answers took, in seconds.");
        for (labels, durations) in &*self.durations.lock() {
            write_durations(&mut out, labels, durations);
        }
        let panics = self.panics.load(Ordering::Relaxed);
        head(&mut out, "apiserver_request_panics_total", "counter", "Requests that ended in a panic that was caught.");
        let _ = writeln!(out, "apiserver_request_panics_total {panics}");
        head(&mut out, "apiserver_request_total", "counter", "Requests that were answered.");
        for ((labels, code), value) in &*self.requests.lock() {
            let _ = write!(out, "apiserver_request_total{{code=\"{code}\",");
            labels.write(&mut out);
            let _ = writeln!(out, "}} {value}");
        }
        head(&mut out, "apiserver_watch_events_total", "counter", "Events that were sent to watchers.");
        for (kind, value) in &*self.watch_events.lock() {
            let (group, version, kind) = (kind.group(), kind.version(), kind.kind());
            let _ = writeln!(
                out,
                "apiserver_watch_events_total{{group=\"{group}\",kind=\"{kind}\",version=\"{version}\"}} {value}"
            );
        }
        head(&mut out, "process_start_time_seconds", "gauge", "When the server began, in seconds since 1970.");
        let _ = writeln!(out, "process_start_time_seconds {}", started.as_second());
        out
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn write_durations(out: &mut String, labels: &RequestLabels, durations: &Durations) {
    const NAME: &str = "apiserver_request_duration_seconds";
    let mut text = String::new();
    labels.write(&mut text);
    for (count, bound) in durations.buckets.iter().zip(BOUNDS) {
        let _ = writeln!(out, "{NAME}_bucket{{{text},le=\"{bound}\"}} {count}");
    }
    let _ = writeln!(out, "{NAME}_bucket{{{text},le=\"+Inf\"}} {}", durations.count);
    let _ = writeln!(out, "{NAME}_sum{{{text}}} {}", durations.sum.as_secs_f64());
    let _ = writeln!(out, "{NAME}_count{{{text}}} {}", durations.count);
}
