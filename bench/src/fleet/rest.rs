//! Whatever is in a fleet besides pods.

use serde_json::{Value, json};

use super::{
    BASE_VERSION, EVENTS, Fleet, Kind, REPLICAS, SENT, SENT_BLANK, app, namespace, node,
    random::{OTHER, Random, WORKLOAD},
};

impl Fleet {
    /// An object that is no pod. Fields may stand in any order: the transcoders put them into Go's.
    pub(super) fn rest(&self, kind: Kind, index: usize) -> Value {
        let mut random = Random::of(self.seed ^ (kind as u64) << 32, index, OTHER);
        let mut object = match kind {
            Kind::Pod | Kind::Deployment => self.deployment(index),
            Kind::ReplicaSet => self.replica_set(index),
            Kind::ConfigMap => self.config_map(index, &mut random),
            Kind::Secret => self.secret(index, &mut random),
            Kind::Event => self.event(index, &mut random),
            Kind::Certificate => certificate(index),
            Kind::Node => node_object(index, &mut random),
            Kind::Namespace => json!({
                "metadata": { "name": namespace(index), "labels": { "kubernetes.io/metadata.name": namespace(index), "team": format!("{index:03}") } },
                "spec": { "finalizers": ["kubernetes"] },
                "status": { "phase": "Active" },
            }),
        };
        let gvk = kind.gvk();
        object["apiVersion"] = gvk.api_version().into();
        object["kind"] = gvk.kind().into();
        let metadata = &mut object["metadata"];
        metadata["uid"] = random.uid().into();
        metadata["resourceVersion"] = (BASE_VERSION + index as u64).to_string().into();
        metadata["creationTimestamp"] = format!("2026-09-{:02}T0{}:12:33Z", 1 + index % 28, index % 10).into();
        metadata["annotations"][SENT] = SENT_BLANK.into();
        object
    }

    /// Text of a workload's own, if the fleet is diverse.
    fn text(&self, set: usize) -> String {
        Random::of(!self.seed, set, WORKLOAD).hex(self.diverse)
    }

    /// The template of a workload: its first pod, less what only a pod that runs has.
    fn template(&self, set: usize) -> Value {
        let pod: Value = serde_json::from_str(&self.pods().json(set * REPLICAS)).expect("the fleet's pods are objects");
        let mut spec = pod["spec"].clone();
        for field in ["nodeName", "tolerations", "priority", "enableServiceLinks", "preemptionPolicy"] {
            spec.as_object_mut().expect("a spec is an object").remove(field);
        }
        let generated = |item: &Value| item["name"].as_str().is_some_and(|name| name.starts_with("kube-api-access"));
        spec["volumes"].as_array_mut().expect("volumes are a list").retain(|volume| !generated(volume));
        for container in spec["containers"].as_array_mut().expect("containers are a list") {
            container["volumeMounts"].as_array_mut().expect("mounts are a list").retain(|mount| !generated(mount));
        }
        let mut annotations = pod["metadata"]["annotations"].clone();
        let own = annotations.as_object_mut().expect("annotations are an object");
        own.remove(SENT);
        own.remove("example.com/pod-notes");
        json!({ "metadata": { "creationTimestamp": null, "labels": pod["metadata"]["labels"], "annotations": annotations }, "spec": spec })
    }

    fn deployment(&self, set: usize) -> Value {
        let app = app(set);
        let mut template = self.template(set);
        let labels = template["metadata"]["labels"].as_object_mut().expect("labels are an object");
        labels.remove("pod-template-hash");
        let labels = labels.clone();
        let at = "2026-10-02T03:04:05Z";
        json!({
            "metadata": { "name": app, "namespace": namespace(set), "generation": 3, "labels": labels, "annotations": { "deployment.kubernetes.io/revision": "3" } },
            "spec": {
                "replicas": REPLICAS, "selector": { "matchLabels": { "app.kubernetes.io/instance": app } }, "template": template,
                "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": "25%", "maxSurge": "25%" } },
                "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
            },
            "status": {
                "observedGeneration": 3, "replicas": REPLICAS, "updatedReplicas": REPLICAS, "readyReplicas": REPLICAS, "availableReplicas": REPLICAS,
                "conditions": [
                    { "type": "Available", "status": "True", "lastUpdateTime": at, "lastTransitionTime": at, "reason": "MinimumReplicasAvailable", "message": "Deployment has minimum availability." },
                    { "type": "Progressing", "status": "True", "lastUpdateTime": at, "lastTransitionTime": at, "reason": "NewReplicaSetAvailable", "message": format!("ReplicaSet \"{app}\" has successfully progressed.") },
                ],
            },
        })
    }

    fn replica_set(&self, set: usize) -> Value {
        let app = app(set);
        let template = self.template(set);
        let labels = template["metadata"]["labels"].clone();
        let hash = labels["pod-template-hash"].as_str().unwrap_or_default().to_owned();
        let owner = Random::of(self.seed, set, OTHER).uid();
        json!({
            "metadata": {
                "name": format!("{app}-{hash}"), "namespace": namespace(set), "generation": 1, "labels": labels,
                "annotations": { "deployment.kubernetes.io/desired-replicas": "12", "deployment.kubernetes.io/max-replicas": "15", "deployment.kubernetes.io/revision": "3" },
                "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "Deployment", "name": app, "uid": owner, "controller": true, "blockOwnerDeletion": true }],
            },
            "spec": { "replicas": REPLICAS, "selector": { "matchLabels": { "app.kubernetes.io/instance": app, "pod-template-hash": hash } }, "template": template },
            "status": { "replicas": REPLICAS, "fullyLabeledReplicas": REPLICAS, "readyReplicas": REPLICAS, "availableReplicas": REPLICAS, "observedGeneration": 1 },
        })
    }

    fn config_map(&self, index: usize, random: &mut Random) -> Value {
        let set = index / 2;
        let app = app(set);
        let data = if index.is_multiple_of(2) {
            let settings: String = (0..24)
                .map(|at| {
                    format!(
                        "server.option-{at:02}: {}\n",
                        ["enabled", "disabled", "30s", "1024", "auto"][(set + at) % 5]
                    )
                })
                .collect();
            json!({ "config.yaml": settings, "notes.txt": self.text(set), "revision": random.hex(12) })
        } else {
            // The same in every namespace of a cluster.
            json!({ "ca.crt": format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", Random::of(self.seed, 0, OTHER).hex(1060)) })
        };
        let name = if index.is_multiple_of(2) { format!("{app}-config") } else { format!("{app}-ca") };
        json!({ "metadata": { "name": name, "namespace": namespace(set), "labels": { "app.kubernetes.io/name": app } }, "data": data })
    }

    fn secret(&self, set: usize, random: &mut Random) -> Value {
        let app = app(set);
        // Hex of a length that three and four divide is base64 as well.
        json!({
            "metadata": { "name": format!("{app}-tls"), "namespace": namespace(set), "labels": { "app.kubernetes.io/name": app, "controller.cert-manager.io/fao": "true" } },
            "type": "kubernetes.io/tls",
            "data": { "tls.crt": random.hex(1920), "tls.key": random.hex(1704) },
        })
    }

    fn event(&self, index: usize, random: &mut Random) -> Value {
        let set = index / EVENTS;
        let pod: Value = serde_json::from_str(&self.pods().json(set * REPLICAS + index % EVENTS))
            .expect("the fleet's pods are objects");
        let (name, host) = (&pod["metadata"]["name"], pod["spec"]["nodeName"].clone());
        let (reason, message) = [
            ("Pulled", "Container image already present on machine"),
            ("Scheduled", "Successfully assigned the pod to a node"),
            ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"),
            ("BackOff", "Back-off restarting failed container server in pod"),
        ][index % EVENTS];
        let at = format!("2026-11-{:02}T0{}:{:02}:00Z", 1 + set % 20, index % 10, set % 60);
        json!({
            "metadata": { "name": format!("{}.{}", name.as_str().unwrap_or_default(), random.hex(16)), "namespace": namespace(set) },
            "involvedObject": { "apiVersion": "v1", "kind": "Pod", "name": name, "namespace": namespace(set), "uid": pod["metadata"]["uid"], "resourceVersion": pod["metadata"]["resourceVersion"], "fieldPath": "spec.containers{server}" },
            "reason": reason, "message": message, "type": if index % EVENTS < 2 { "Normal" } else { "Warning" },
            "source": { "component": "kubelet", "host": host }, "firstTimestamp": at, "lastTimestamp": at, "count": 1 + random.below(40),
            "eventTime": null, "reportingComponent": "kubelet", "reportingInstance": host,
        })
    }
}

fn certificate(set: usize) -> Value {
    let app = app(set);
    let host = format!("{app}.{}.example.com", namespace(set));
    json!({
        "metadata": { "name": format!("{app}-tls"), "namespace": namespace(set), "generation": 1, "labels": { "app.kubernetes.io/name": app } },
        "spec": {
            "commonName": host, "dnsNames": [host, format!("{app}.internal.example.com")], "duration": "2160h0m0s", "renewBefore": "360h0m0s",
            "issuerRef": { "group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt" },
            "privateKey": { "algorithm": "ECDSA", "rotationPolicy": "Always", "size": 256 }, "secretName": format!("{app}-tls"),
            "usages": ["digital signature", "key encipherment", "server auth"],
        },
        "status": {
            "conditions": [{ "lastTransitionTime": "2026-10-01T00:00:00Z", "message": "Certificate is up to date and has not expired", "observedGeneration": 1, "reason": "Ready", "status": "True", "type": "Ready" }],
            "notAfter": "2026-12-30T00:00:00Z", "notBefore": "2026-10-01T00:00:00Z", "renewalTime": "2026-12-15T00:00:00Z", "revision": 7,
        },
    })
}

fn node_object(index: usize, random: &mut Random) -> Value {
    let name = node(index);
    let zone = ["eu-central-1a", "eu-central-1b", "eu-central-1c"][index % 3];
    let at = "2026-11-01T00:00:00Z";
    let condition = |kind: &str, status: &str, reason: &str| json!({ "type": kind, "status": status, "lastHeartbeatTime": at, "lastTransitionTime": at, "reason": reason, "message": format!("kubelet says {reason}") });
    let images: Vec<Value> = (0..40)
        .map(|at| {
            let repository = format!("registry.example.com/{}/server", app((index * 7 + at * 13) % 4000));
            json!({ "names": [format!("{repository}@sha256:{}", random.hex(64)), format!("{repository}:v1.{at}.0")], "sizeBytes": 20_000_000 + random.below(400_000_000) })
        })
        .collect();
    let resources = json!({ "cpu": "16", "memory": "65536Mi", "pods": "110", "ephemeral-storage": "209702892Ki" });
    let address = format!("172.16.{}.{}", index / 250, 2 + index % 250);
    json!({
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": "m6i.4xlarge",
                "topology.kubernetes.io/region": "eu-central-1", "topology.kubernetes.io/zone": zone,
            },
            "annotations": { "node.alpha.kubernetes.io/ttl": "0", "volumes.kubernetes.io/controller-managed-attach-detach": "true" },
        },
        "spec": { "podCIDR": format!("10.{}.{}.0/24", index / 250, index % 250), "providerID": format!("aws:///{zone}/i-{}", random.hex(17)) },
        "status": {
            "capacity": resources, "allocatable": resources,
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory"), condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID"), condition("Ready", "True", "KubeletReady"),
            ],
            "addresses": [{ "type": "InternalIP", "address": address }, { "type": "Hostname", "address": name }],
            "daemonEndpoints": { "kubeletEndpoint": { "Port": 10250 } },
            "nodeInfo": {
                "machineID": random.hex(32), "systemUUID": random.uid(), "bootID": random.uid(), "kernelVersion": "6.8.0-1018-aws", "osImage": "Ubuntu 24.04 LTS",
                "containerRuntimeVersion": "containerd://2.1.4", "kubeletVersion": "v1.35.2", "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "amd64",
            },
            "images": images,
        },
    })
}
