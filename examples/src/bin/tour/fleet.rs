//! A small cluster, and what happens in it: [`start`] and [`Churn`].

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use k8s_openapi::{
    api::core::v1::{ContainerStatus, Pod},
    jiff::Timestamp,
};
use lookglass::{Result, apiserver::ApiServer};
use serde_json::json;
use tokio::time::{Duration, sleep};

/// Namespace, workload, tier, and how many of it. Together 1,080 pods.
const WORKLOADS: &[(&str, &str, &str, usize)] = &[
    ("shop", "storefront", "web", 120),
    ("shop", "checkout", "web", 80),
    ("shop", "cart", "api", 100),
    ("shop", "pricing", "api", 60),
    ("media", "thumbnails", "worker", 120),
    ("media", "transcoder", "worker", 100),
    ("media", "gallery", "web", 60),
    ("data", "ingest", "worker", 120),
    ("data", "warehouse", "db", 40),
    ("data", "reports", "api", 60),
    ("ops", "metrics-agent", "agent", 100),
    ("ops", "log-shipper", "agent", 120),
];

const NODES: usize = 12;

/// When the cluster begins, whenever that is: every run is the same.
const START: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// Starts an API server with the fleet.
pub(crate) async fn start() -> Result<ApiServer> {
    let mut api = ApiServer::builder().seed(1).starting_at(START);
    for namespace in ["shop", "media", "data", "ops"] {
        api = api.namespace(namespace);
    }
    for node in 0..NODES {
        api = api.node(node_name(node));
    }
    let api = api.start().await?;
    let mut dice = Dice(7);
    for (namespace, workload, tier, replicas) in WORKLOADS {
        for number in 0..*replicas {
            arrive(&api, &pod(namespace, workload, tier, number, &mut dice)?).await?;
        }
    }
    Ok(api)
}

fn node_name(number: usize) -> String {
    format!("node-{:02}", number + 1)
}

/// A pod as they are: most of it is the same as in the pods beside it.
fn pod(namespace: &str, workload: &str, tier: &str, number: usize, dice: &mut Dice) -> Result<Pod> {
    let track = if number % 20 == 19 { "canary" } else { "stable" };
    let image = format!("registry.example.com/{namespace}/{workload}:1.{}.{}", workload.len(), tier.len());
    // A few nodes get more than their share, as everywhere.
    let node = node_name(dice.below(NODES).min(dice.below(NODES + 6)));
    let address = format!("10.{}.{}.{}", dice.below(16), dice.below(256), dice.below(256));
    let probe = |path: &str| {
        json!({ "httpGet": { "path": path, "port": 8080, "scheme": "HTTP" }, "periodSeconds": 10, "timeoutSeconds": 1,
                "successThreshold": 1, "failureThreshold": 3 })
    };
    let env = |name: &str, value: String| json!({ "name": name, "value": value });
    let conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"]
        .map(|kind| json!({ "type": kind, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z" }));
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("{workload}-{number:03}"), "namespace": namespace,
            "labels": { "app": workload, "tier": tier, "track": track, "pod-template-hash": format!("{:x}", workload.len() * 7_919_777) },
            "annotations": { "team.example.com/owner": format!("{namespace}-{tier}@example.com"),
                             "prometheus.io/scrape": "true", "prometheus.io/port": "9090" },
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{workload}-7d9f"),
                "uid": format!("00000000-0000-4000-8000-{:012x}", workload.len() * 65_537), "controller": true, "blockOwnerDeletion": true }],
        },
        "spec": {
            "nodeName": node, "serviceAccountName": workload, "restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler", "priority": 0, "enableServiceLinks": true,
            // No kubelet is there who could say that a pod has ended.
            "terminationGracePeriodSeconds": 0,
            "containers": [{
                "name": workload, "image": image, "imagePullPolicy": "IfNotPresent",
                "args": ["--listen=:8080", format!("--config=/etc/{workload}/config.yaml"), "--log-format=json"],
                "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }, { "name": "metrics", "containerPort": 9090, "protocol": "TCP" }],
                "env": [env("NAMESPACE", namespace.to_owned()), env("TIER", tier.to_owned()), env("LOG_LEVEL", "info".to_owned()),
                        env("DATABASE_URL", format!("postgres://{workload}@db.{namespace}.svc.cluster.local:5432/{workload}")),
                        env("TRACING_ENDPOINT", "http://collector.ops.svc.cluster.local:4317".to_owned())],
                "resources": { "requests": { "cpu": "250m", "memory": "256Mi" }, "limits": { "memory": "512Mi" } },
                "volumeMounts": [{ "name": "config", "mountPath": format!("/etc/{workload}"), "readOnly": true }],
                "livenessProbe": probe("/livez"), "readinessProbe": probe("/readyz"),
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            }, {
                "name": "proxy", "image": "registry.example.com/mesh/proxy:2.11.4", "imagePullPolicy": "IfNotPresent",
                "args": ["proxy", "sidecar", "--domain", format!("{namespace}.svc.cluster.local"), "--log-level=warning", "--concurrency=2"],
                "ports": [{ "name": "admin", "containerPort": 15_000, "protocol": "TCP" }, { "name": "stats", "containerPort": 15_090, "protocol": "TCP" }],
                "env": [env("MESH_ID", "cluster.local".to_owned()), env("TRUST_DOMAIN", "cluster.local".to_owned()),
                        env("SERVICE_ACCOUNT", workload.to_owned()), env("WORKLOAD_NAME", workload.to_owned()),
                        env("OWNER", format!("kubernetes://apis/apps/v1/namespaces/{namespace}/deployments/{workload}")),
                        env("DISCOVERY_ADDRESS", "discovery.mesh.svc.cluster.local:15012".to_owned())],
                "resources": { "requests": { "cpu": "10m", "memory": "64Mi" }, "limits": { "cpu": "2", "memory": "1Gi" } },
                "volumeMounts": [{ "name": "token", "mountPath": "/var/run/secrets/tokens", "readOnly": true },
                                 { "name": "mesh-ca", "mountPath": "/var/run/secrets/mesh" }],
                "readinessProbe": probe("/healthz/ready"),
                "securityContext": { "allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true,
                                     "runAsNonRoot": true, "runAsUser": 1337, "runAsGroup": 1337, "capabilities": { "drop": ["ALL"] } },
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            }],
            "volumes": [{ "name": "config", "configMap": { "name": format!("{workload}-config"), "defaultMode": 420 } },
                        { "name": "mesh-ca", "configMap": { "name": "mesh-ca-root-cert", "defaultMode": 420 } },
                        { "name": "token", "projected": { "defaultMode": 420, "sources": [
                            { "serviceAccountToken": { "path": "token", "audience": "mesh-ca", "expirationSeconds": 43_200 } }] } }],
            "tolerations": [{ "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 },
                            { "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }],
        },
        "status": {
            "phase": "Running", "podIP": address, "hostIP": format!("192.168.0.{}", dice.below(NODES)), "qosClass": "Burstable",
            "conditions": conditions,
            "containerStatuses": [{ "name": workload, "image": image, "ready": true, "started": true, "restartCount": 0,
                "imageID": format!("registry.example.com/{namespace}/{workload}@sha256:{:064x}", workload.len() * 6_700_417),
                "containerID": format!("containerd://{:016x}{:016x}", dice.next(), dice.next()), "state": { "running": { "startedAt": "2026-01-01T00:00:00Z" } } }],
        },
    });
    serde_json::from_value(pod).map_err(lookglass::Error::other)
}

/// What happens in the cluster all the time, until it is dropped: pods restart, come and go.
#[derive(Debug)]
pub(crate) struct Churn {
    task: tokio::task::JoinHandle<()>,
    pausing: Arc<AtomicBool>,
}

/// Between two changes.
const PAUSE: Duration = Duration::from_millis(12);

/// So many pods of each workload restart again and again.
const RESTLESS: usize = 2;

impl Churn {
    pub(crate) fn begin(api: ApiServer) -> Self {
        let pausing = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(go_on(api, Arc::clone(&pausing)));
        Self { task, pausing }
    }

    /// Lets nothing happen for a while, or again.
    pub(crate) async fn pause(&self, pause: bool) {
        self.pausing.store(pause, Ordering::Relaxed);
        // What has begun is over by then.
        sleep(PAUSE * 2).await;
    }
}

impl Drop for Churn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn go_on(api: ApiServer, pausing: Arc<AtomicBool>) {
    let mut dice = Dice(11);
    let mut newest = 1_000;
    loop {
        sleep(PAUSE).await;
        if pausing.load(Ordering::Relaxed) {
            continue;
        }
        let (namespace, workload, tier, replicas) = WORKLOADS[dice.below(WORKLOADS.len())];
        let key = |number| format!("{namespace}/{workload}-{number:03}");
        // A pod that is not there any more is left alone.
        let _ = match dice.below(20) {
            0 => api.delete::<Pod>(&key(dice.below(replicas))).await.map_err(Into::into),
            1 => {
                newest += 1;
                match pod(namespace, workload, tier, newest, &mut dice) {
                    Ok(pod) => arrive(&api, &pod).await,
                    Err(error) => Err(error),
                }
            }
            2..10 => restart(&api, &key(dice.below(RESTLESS))).await,
            _ => restart(&api, &key(dice.below(replicas))).await,
        };
    }
}

/// Creates a pod and lets it run, as a kubelet would.
async fn arrive(api: &ApiServer, pod: &Pod) -> Result<()> {
    api.create(pod).await?;
    api.update_status(pod).await?;
    Ok(())
}

async fn restart(api: &ApiServer, key: &str) -> Result<()> {
    let mut pod = api.get::<Pod>(key).await?;
    let containers = pod.status.get_or_insert_default().container_statuses.get_or_insert_default();
    for ContainerStatus { ready, restart_count, .. } in containers {
        *ready = !*ready;
        *restart_count += i32::from(*ready);
    }
    api.update_status(&pod).await?;
    Ok(())
}

/// Numbers that look like chance and are the same in every run.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }

    #[expect(clippy::cast_possible_truncation, reason = "the remainder is smaller than `bound`")]
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
