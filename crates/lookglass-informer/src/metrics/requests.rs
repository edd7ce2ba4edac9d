//! Requests of clients, for Prometheus: [`RequestMetrics`].

use std::fmt;

use lookglass_client::auth::PluginRan;
use lookglass_client::{Answered, BodyEnded, RequestLabels, RequestObserver, Retrying};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Counts the requests of clients for a registry of `prometheus-client`: what client-go's `rest_client_*` metrics show. A handle: clones count
/// together. Labels name the verb, the answer's code and the host; nothing of an object.
///
/// ```
/// use std::sync::Arc;
///
/// use lookglass_client::{Client, Config};
/// use lookglass_informer::metrics::RequestMetrics;
/// use prometheus_client::registry::Registry;
///
/// let requests = RequestMetrics::new();
/// let client = Client::builder(Config::new("http://localhost:8001")?).observer(Arc::new(requests.clone())).build()?;
/// let mut registry = Registry::default();
/// requests.register(&mut registry);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cost
///
/// A few short locks and labels of some dozen bytes for each request; nothing for what is read of a watch.
#[derive(Clone)]
pub struct RequestMetrics {
    requests: Family<Labels, Counter>,
    seconds: Times,
    held: Times,
    retries: Family<Labels, Counter>,
    sent: Family<Labels, Counter>,
    received: Family<Labels, Counter>,
    plugin_runs: Family<Labels, Counter>,
    plugin_seconds: Times,
}

type Labels = Vec<(&'static str, String)>;
type Times = Family<Labels, Histogram, fn() -> Histogram>;

/// client-go's, in seconds.
const BUCKETS: [f64; 12] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0];

/// In the place of an answer's code where there was none; client-go's.
const NO_ANSWER: &str = "<error>";

impl RequestMetrics {
    /// One that has counted nothing.
    #[must_use]
    pub fn new() -> Self {
        let times = || Times::new_with_constructor(|| Histogram::new(BUCKETS));
        Self {
            requests: Family::default(),
            seconds: times(),
            held: times(),
            retries: Family::default(),
            sent: Family::default(),
            received: Family::default(),
            plugin_runs: Family::default(),
            plugin_seconds: times(),
        }
    }

    /// Has a registry show it. Once is enough, however many clients are counted.
    pub fn register(&self, registry: &mut Registry) {
        let name = |name: &str| format!("lookglass_client_{name}");
        registry.register(name("requests"), "Requests that were answered, or failed", self.requests.clone());
        registry.register(
            name("request_duration_seconds"),
            "How long answers took to begin, attempts that were repeated among it",
            self.seconds.clone(),
        );
        registry.register(
            name("rate_limiter_duration_seconds"),
            "How long the client's own rate limit held requests",
            self.held.clone(),
        );
        registry.register(name("request_retries"), "Requests that were sent again", self.retries.clone());
        registry.register(name("sent_bytes"), "Bytes of requests' bodies", self.sent.clone());
        registry.register(
            name("received_bytes"),
            "Bytes of answers' bodies, compressed if they were, once they were read",
            self.received.clone(),
        );
        registry.register(name("plugin_runs"), "Runs of credential plugins", self.plugin_runs.clone());
        registry.register(
            name("plugin_duration_seconds"),
            "How long credential plugins took; a person may have had to log in",
            self.plugin_seconds.clone(),
        );
    }
}

impl Default for RequestMetrics {
    fn default() -> Self {
        Self::new()
    }
}

impl RequestObserver for RequestMetrics {
    fn answered(&self, request: &RequestLabels, answer: &Answered) {
        self.requests.get_or_create(&with_code(request, answer.code)).inc();
        self.seconds.get_or_create(&of(request)).observe(answer.latency.as_secs_f64());
        self.held.get_or_create(&of(request)).observe(answer.held.as_secs_f64());
    }

    fn retrying(&self, request: &RequestLabels, retry: &Retrying) {
        self.retries.get_or_create(&with_code(request, retry.code)).inc();
    }

    fn ended(&self, request: &RequestLabels, body: &BodyEnded) {
        self.sent.get_or_create(&of(request)).inc_by(body.bytes_out);
        self.received.get_or_create(&of(request)).inc_by(body.bytes_in);
    }

    fn plugin_ran(&self, ran: &PluginRan) {
        let outcome = vec![("outcome", ran.outcome.label().to_owned())];
        self.plugin_runs.get_or_create(&outcome).inc();
        self.plugin_seconds.get_or_create(&outcome).observe(ran.lasted.as_secs_f64());
    }
}

fn of(request: &RequestLabels) -> Labels {
    vec![("verb", request.verb.to_string()), ("host", request.host.to_string())]
}

fn with_code(request: &RequestLabels, code: Option<u16>) -> Labels {
    let code = code.map_or_else(|| NO_ANSWER.to_owned(), |code| code.to_string());
    vec![("verb", request.verb.to_string()), ("code", code), ("host", request.host.to_string())]
}

impl fmt::Debug for RequestMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestMetrics").finish_non_exhaustive()
    }
}
