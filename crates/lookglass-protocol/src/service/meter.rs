//! Counting: what [`Metrics`](crate::documents::Metrics) hears of a request.

use std::sync::Arc;

use lookglass_object::Gvk;

use crate::{
    Verb,
    documents::{Facts, RequestLabels, RequestScope},
    request::Call,
};

/// What a call is counted as. The names are those of the real server's metrics.
pub(super) fn labels(call: &Call) -> RequestLabels {
    let verb = match call.verb {
        Verb::Create => "POST",
        Verb::Delete => "DELETE",
        Verb::DeleteCollection => "DELETECOLLECTION",
        Verb::Get => "GET",
        Verb::List => "LIST",
        Verb::Patch => "PATCH",
        Verb::Update => "PUT",
        Verb::Watch => "WATCH",
    };
    let scope = match (&call.target.name, &call.target.namespace) {
        (Some(_), _) => RequestScope::Resource,
        (None, Some(_)) => RequestScope::Namespace,
        (None, None) => RequestScope::Cluster,
    };
    let mut labels = RequestLabels::resource(call.target.resource.gvr.clone(), verb, scope);
    labels.subresource = call.target.subresource.clone().unwrap_or_default();
    labels
}

/// Counts one request as in flight for as long as it is there.
pub(super) struct InFlight {
    facts: Arc<Facts>,
    writes: bool,
}

impl InFlight {
    pub(super) fn new(facts: Arc<Facts>, writes: bool) -> Self {
        facts.metrics.in_flight(writes, 1);
        Self { facts, writes }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.facts.metrics.in_flight(self.writes, -1);
    }
}

/// Counts one watch for as long as it is there, and its events when it ends.
pub(crate) struct Meter {
    facts: Arc<Facts>,
    labels: RequestLabels,
    kind: Gvk,
    events: u64,
}

impl Meter {
    pub(super) fn new(facts: Arc<Facts>, labels: RequestLabels, kind: &Gvk) -> Self {
        facts.metrics.long_running(&labels, 1);
        Self { facts, labels, kind: kind.clone(), events: 0 }
    }

    /// An event was sent.
    pub(crate) fn event(&mut self) {
        self.events += 1;
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let metrics = &self.facts.metrics;
        metrics.long_running(&self.labels, -1);
        metrics.watch_events(&self.kind, self.events);
        metrics.answered(&self.labels, 200, None);
    }
}
