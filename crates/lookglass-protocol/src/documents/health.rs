//! `/healthz`, `/livez`, `/readyz`: [`Health`].

use std::{collections::BTreeMap, fmt::Write as _};

use parking_lot::RwLock;

use super::Document;
use crate::request::Query;

/// What all three endpoints check after their own, in the real server's order.
///
/// Most stand for work that is done here before the first request, or that is not needed; they are listed because tools ask for them by name.
const SHARED: [&str; 32] = [
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/peer-endpoint-reconciler-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/storage-readiness",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-wait-for-first-sync",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
];

/// The checks of an endpoint before and after the shared ones.
fn own(endpoint: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match endpoint {
        "readyz" => (&["ping", "log", "informer-sync"], &["shutdown"]),
        _ => (&["ping", "log", "loopback-serving-certificate", "etcd"], &[]),
    }
}

/// The names of an endpoint's checks.
pub(super) fn checks(endpoint: &str) -> impl Iterator<Item = &'static str> {
    let (before, after) = own(endpoint);
    before.iter().chain(&SHARED).chain(after).copied()
}

/// The state of a server's health checks. All pass until one is made to fail.
///
/// ```
/// use lookglass_protocol::documents::Health;
///
/// let health = Health::default();
/// health.fail("shutdown", "process is shutting down");
/// assert_eq!(health.failure("shutdown").as_deref(), Some("process is shutting down"));
/// health.pass("shutdown");
/// assert_eq!(health.failure("shutdown"), None);
/// ```
#[derive(Debug, Default)]
pub struct Health {
    failing: RwLock<BTreeMap<String, String>>,
}

impl Health {
    /// Lets a check fail, on each endpoint that has it. `shutdown` is the one by which a server that is about to stop leaves its clients' list.
    pub fn fail(&self, check: impl Into<String>, why: impl Into<String>) {
        self.failing.write().insert(check.into(), why.into());
    }

    /// Lets a check pass again.
    pub fn pass(&self, check: &str) {
        self.failing.write().remove(check);
    }

    /// Why a check fails, if it does.
    #[must_use]
    pub fn failure(&self, check: &str) -> Option<String> {
        self.failing.read().get(check).cloned()
    }

    /// The answer of an endpoint, or of one check of it; `None` if there is no such check.
    pub(super) fn answer(&self, steps: &[&str], query: &Query) -> Option<Document> {
        let (endpoint, check) = steps.split_first()?;
        if check.is_empty() {
            return Some(self.summary(endpoint, query));
        }
        let check = check.join("/");
        checks(endpoint).find(|known| *known == check)?;
        Some(match self.failure(&check) {
            Some(why) => Document::plain(500, format!("internal server error: {why}\n")),
            None => Document::text(200, "ok"),
        })
    }

    /// `/metrics/slis`: the state of every check as a gauge.
    pub(super) fn slis(&self) -> Document {
        const NAME: &str = "kubernetes_healthcheck";
        let mut all: Vec<(&str, &str)> = ["healthz", "livez", "readyz"]
            .into_iter()
            .flat_map(|endpoint| checks(endpoint).map(move |check| (check, endpoint)))
            .collect();
        all.sort_unstable();
        let failing = self.failing.read();
        let mut out =
            format!("# HELP {NAME} This metric records the result of a single healthcheck.\n# TYPE {NAME} gauge\n");
        for (check, endpoint) in all {
            let value = u8::from(!failing.contains_key(check));
            let _ = writeln!(out, "{NAME}{{name=\"{check}\",type=\"{endpoint}\"}} {value}");
        }
        Document::new(200, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", out)
    }

    fn summary(&self, endpoint: &str, query: &Query) -> Document {
        let mut excluded: Vec<&str> = query.all("exclude").collect();
        excluded.sort_unstable();
        excluded.dedup();
        let failing = self.failing.read();
        let mut report = String::new();
        let mut failed = false;
        for check in checks(endpoint) {
            let outcome = if excluded.contains(&check) {
                excluded.retain(|name| *name != check);
                "excluded: ok"
            } else if failing.contains_key(check) {
                failed = true;
                "failed: reason withheld"
            } else {
                "ok"
            };
            let sign = if outcome.starts_with("failed") { '-' } else { '+' };
            let _ = writeln!(report, "[{sign}]{check} {outcome}");
        }
        if !excluded.is_empty() {
            let names: Vec<String> = excluded.iter().map(|name| format!("{name:?}")).collect();
            let _ = writeln!(report, "warn: some health checks cannot be excluded: no matches for {}", names.join(","));
        }
        if failed {
            return Document::plain(500, format!("{report}{endpoint} check failed\n"));
        }
        if query.all("verbose").next().is_none() {
            return Document::plain(200, "ok");
        }
        Document::plain(200, format!("{report}{endpoint} check passed\n"))
    }
}
