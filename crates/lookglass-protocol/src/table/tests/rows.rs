//! One row or more of each kind. Those of the recording come first in a test.

use serde_json::{Value, json};

use super::shown;

fn check(group_version: &str, plural: &str, cases: impl IntoIterator<Item = (Value, Value)>) {
    for (object, cells) in cases {
        assert_eq!(shown(group_version, plural, object.clone()), cells, "{object}");
    }
}

#[test]
fn nodes() {
    let n1 = json!({
        "metadata": {"name": "n1", "labels": {"node-role.kubernetes.io/control-plane": "", "kubernetes.io/arch": "amd64"}},
        "spec": {"unschedulable": true},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"kubeletVersion": "v1.36.2"},
            "addresses": [{"type": "InternalIP", "address": "10.0.0.9"}],
        },
    });
    let n1_cells = json!([
        "n1",
        "Ready,SchedulingDisabled",
        "control-plane",
        "4s",
        "v1.36.2",
        "10.0.0.9",
        "<none>",
        "<unknown>",
        "<unknown>",
        "<unknown>"
    ]);
    let n2_cells =
        json!(["n2", "Unknown", "<none>", "4s", "", "<none>", "<none>", "<unknown>", "<unknown>", "<unknown>"]);
    let n3 = json!({
        "metadata": {"name": "n3", "labels": {"node-role.kubernetes.io/b": "", "kubernetes.io/role": "a"}},
        "status": {
            "conditions": [{"type": "Ready", "status": "Unknown"}],
            "nodeInfo": {"kubeletVersion": "v1", "osImage": "o", "kernelVersion": "k", "containerRuntimeVersion": "r"},
            "addresses": [{"type": "ExternalIP", "address": "1.2.3.4"}],
        },
    });
    let n3_cells = json!(["n3", "NotReady", "a,b", "4s", "v1", "<none>", "1.2.3.4", "o", "k", "r"]);
    check("v1", "nodes", [(n1, n1_cells), (json!({"metadata": {"name": "n2"}}), n2_cells), (n3, n3_cells)]);
}

#[test]
fn what_runs_pods() {
    let template = json!({"spec": {"containers": [{"name": "c", "image": "i"}]}});
    let deployment = json!({
        "metadata": {"name": "d"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": template},
        "status": {"updatedReplicas": 2},
    });
    check("apps/v1", "deployments", [(deployment.clone(), json!(["d", "0/2", 2, 0, "4s", "c", "i", "a=b"]))]);
    let mut set = deployment.clone();
    set["spec"]["selector"]["matchLabels"]["pod-template-hash"] = "746cd9445b".into();
    set["status"] = json!({"replicas": 2});
    let cells = json!(["d", 2, 2, 0, "4s", "c", "i", "a=b,pod-template-hash=746cd9445b"]);
    check("apps/v1", "replicasets", [(set, cells)]);
    let mut controller = deployment.clone();
    controller["spec"]["selector"] = json!({"b": "2", "a": "1"});
    check("v1", "replicationcontrollers", [(controller, json!(["d", 2, 0, 0, "4s", "c", "i", "a=1,b=2"]))]);
    let mut stateful = deployment;
    stateful["status"] = json!({"readyReplicas": 1});
    stateful["spec"]["template"]["spec"]["containers"] =
        json!([{"name": "c", "image": "i"}, {"name": "d", "image": "j"}]);
    check("apps/v1", "statefulsets", [(stateful, json!(["d", "1/2", "4s", "c,d", "i,j"]))]);
    let daemon = json!({
        "spec": {
            "selector": {"matchExpressions": [
                {"key": "k", "operator": "In", "values": ["z", "y"]},
                {"key": "e", "operator": "Exists"},
                {"key": "m", "operator": "NotIn", "values": ["n"]},
                {"key": "f", "operator": "DoesNotExist"},
            ]},
            "template": {"spec": {"nodeSelector": {"disk": "ssd"}, "containers": [{"name": "c", "image": "i"}]}},
        },
        "status": {"desiredNumberScheduled": 5, "currentNumberScheduled": 4, "numberReady": 3,
            "updatedNumberScheduled": 2, "numberAvailable": 1},
    });
    let cells = json!(["x", 5, 4, 3, 2, 1, "disk=ssd", "4s", "c", "i", "e,!f,k in (y,z),m notin (n)"]);
    check("apps/v1", "daemonsets", [(daemon, cells)]);
    let revision = json!({"metadata": {"ownerReferences": [
        {"kind": "Other", "name": "o"},
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d", "controller": true},
    ]}, "revision": 7});
    let nobodys = json!({"revision": 1});
    check(
        "apps/v1",
        "controllerrevisions",
        [(revision, json!(["x", "daemonset.apps/d", 7, "4s"])), (nobodys, json!(["x", "<none>", 1, "4s"]))],
    );
    let template = json!({"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}});
    check("v1", "podtemplates", [(template, json!(["x", "c", "i", "a=b"]))]);
}

#[test]
fn jobs() {
    let uid = "fdea471d-a38c-4e1b-a7bb-50a87d1b962a";
    let job = json!({
        "metadata": {"name": "j"},
        "spec": {
            "completions": 1,
            "parallelism": 1,
            "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}},
            "template": {"spec": {"containers": [{"name": "c", "image": "i"}]}},
        },
        "status": {"startTime": "2026-11-21T02:55:19Z", "active": 1},
    });
    let selector = format!("batch.kubernetes.io/controller-uid={uid}");
    let with = |change: fn(&mut Value)| {
        let mut job = job.clone();
        change(&mut job);
        job
    };
    let cells = |state: &str, done: &str, took: &str| json!(["j", state, done, took, "4s", "c", "i", selector]);
    check(
        "batch/v1",
        "jobs",
        [
            (job.clone(), cells("Running", "0/1", "4s")),
            (
                with(|job| {
                    job["status"] = json!({"startTime": "2026-11-21T02:00:00Z", "completionTime": "2026-11-21T02:02:30Z",
                        "succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]});
                }),
                cells("Complete", "1/1", "2m30s"),
            ),
            (
                with(|job| {
                    job["spec"]["completions"] = Value::Null;
                    job["spec"]["parallelism"] = 3.into();
                    job["status"] = json!({"conditions": [{"type": "Suspended", "status": "True"}, {"type": "Failed", "status": "False"}]});
                }),
                cells("Suspended", "0/1 of 3", ""),
            ),
            (
                with(|job| {
                    job["spec"]["completions"] = Value::Null;
                    job["metadata"]["deletionTimestamp"] = "2026-11-21T02:55:19Z".into();
                    job["status"]["conditions"] = json!([{"type": "FailureTarget", "status": "True"}]);
                }),
                cells("Terminating", "0/1", "4s"),
            ),
            (
                with(|job| job["status"]["conditions"] = json!([{"type": "Failed", "status": "True"}])),
                cells("Failed", "0/1", "4s"),
            ),
        ],
    );
    let template = json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    let cron = json!({"metadata": {"name": "cj"}, "spec": {"schedule": "0 0 1 1 *", "suspend": false, "jobTemplate": template}});
    let mut busy = cron.clone();
    busy["spec"]["timeZone"] = "Etc/UTC".into();
    busy["spec"]["suspend"] = Value::Null;
    busy["status"] = json!({"active": [{}, {}], "lastScheduleTime": "2026-11-21T02:00:00Z"});
    check(
        "batch/v1",
        "cronjobs",
        [
            (cron, json!(["cj", "0 0 1 1 *", "<none>", "False", 0, "<none>", "4s", "c", "i", "<none>"])),
            (busy, json!(["cj", "0 0 1 1 *", "Etc/UTC", "<unset>", 2, "55m", "4s", "c", "i", "<none>"])),
        ],
    );
}

#[test]
fn services() {
    let ports =
        json!([{"port": 80, "nodePort": 30673, "protocol": "TCP"}, {"port": 81, "nodePort": 32378, "protocol": "UDP"}]);
    let load_balancer = |status: Value| {
        json!({"metadata": {"name": "lb"}, "spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.23",
            "clusterIPs": ["10.0.0.23"], "ports": [{"port": 80, "nodePort": 31444, "protocol": "TCP"}]}, "status": status})
    };
    let mut both =
        load_balancer(json!({"loadBalancer": {"ingress": [{"ip": "9.9.9.9"}, {"hostname": "b"}, {"ip": "1.1.1.1"}]}}));
    both["spec"]["externalIPs"] = json!(["5.5.5.5"]);
    check(
        "v1",
        "services",
        [
            (
                json!({"metadata": {"name": "ext"}, "spec": {"type": "ExternalName", "externalName": "a.b"}}),
                json!(["ext", "ExternalName", "<none>", "a.b", "<none>", "4s", "<none>"]),
            ),
            (
                load_balancer(json!({"loadBalancer": {}})),
                json!(["lb", "LoadBalancer", "10.0.0.23", "<pending>", "80:31444/TCP", "4s", "<none>"]),
            ),
            (
                json!({"metadata": {"name": "np"}, "spec": {"type": "NodePort", "clusterIPs": ["10.0.0.57"], "ports": ports, "selector": {"a": "b"}}}),
                json!(["np", "NodePort", "10.0.0.57", "<none>", "80:30673/TCP,81:32378/UDP", "4s", "a=b"]),
            ),
            (
                json!({"metadata": {"name": "kubernetes"}, "spec": {"type": "ClusterIP", "clusterIP": "10.0.0.1", "externalIPs": ["1.1.1.1", "2.2.2.2"], "ports": [{"port": 443, "protocol": "TCP"}]}}),
                json!(["kubernetes", "ClusterIP", "10.0.0.1", "1.1.1.1,2.2.2.2", "443/TCP", "4s", "<none>"]),
            ),
            (
                both,
                json!(["lb", "LoadBalancer", "10.0.0.23", "1.1.1.1,9.9.9.9,b,5.5.5.5", "80:31444/TCP", "4s", "<none>"]),
            ),
        ],
    );
}

#[test]
fn events() {
    let event = json!({
        "metadata": {"name": "o.1"},
        "involvedObject": {"kind": "Pod", "name": "running", "fieldPath": "spec.containers{c}"},
        "type": "Normal", "reason": "Started", "message": " Started c\n",
        "source": {"component": "kubelet", "host": "n1"},
        "firstTimestamp": "2026-11-21T01:00:00Z", "lastTimestamp": "2026-11-21T01:00:00Z", "count": 3,
    });
    let cells = json!([
        "115m",
        "Normal",
        "Started",
        "pod/running",
        "spec.containers{c}",
        "kubelet, n1",
        "Started c",
        "115m",
        3,
        "o.1"
    ]);
    let made = json!({
        "metadata": {"name": "d.1"}, "involvedObject": {"kind": "Deployment", "name": "d"},
        "type": "Normal", "reason": "ScalingReplicaSet", "message": "Scaled up",
        "source": {"component": "deployment-controller"}, "reportingComponent": "deployment-controller",
        "firstTimestamp": "2026-11-21T02:55:19Z", "lastTimestamp": "2026-11-21T02:55:20Z", "count": 1,
    });
    let made_cells = json!([
        "3s",
        "Normal",
        "ScalingReplicaSet",
        "deployment/d",
        "",
        "deployment-controller",
        "Scaled up",
        "4s",
        1,
        "d.1"
    ]);
    check("v1", "events", [(event, cells), (made, made_cells)]);
    let new = json!({
        "metadata": {"name": "n"}, "regarding": {"kind": "Node"}, "type": "Warning", "reason": "R", "note": "said",
        "reportingController": "me", "reportingInstance": "here", "eventTime": "2026-11-21T02:55:03.500000Z",
        "deprecatedFirstTimestamp": null,
    });
    let mut series = new.clone();
    series["series"] = json!({"count": 9, "lastObservedTime": "2026-11-21T02:55:22.500000Z"});
    check(
        "events.k8s.io/v1",
        "events",
        [
            (new, json!(["20s", "Warning", "R", "node", "", "me, here", "said", "20s", 1, "n"])),
            (series, json!(["1s", "Warning", "R", "node", "", "me, here", "said", "20s", 9, "n"])),
        ],
    );
}

#[test]
fn volumes() {
    let pending = json!({"metadata": {"name": "v"}, "spec": {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem"},
        "status": {"phase": "Pending", "capacity": {"storage": "9Gi"}}});
    let bound = json!({
        "metadata": {"annotations": {"volume.beta.kubernetes.io/storage-class": "old"}},
        "spec": {"volumeName": "pv", "storageClassName": "new", "volumeAttributesClassName": "gold"},
        "status": {"phase": "Bound", "capacity": {"storage": "1Gi"}, "accessModes": ["ReadOnlyMany", "ReadWriteOnce", "ReadOnlyMany"]},
    });
    check(
        "v1",
        "persistentvolumeclaims",
        [
            (pending, json!(["v", "Pending", "", "", "", "", "<unset>", "4s", "Filesystem"])),
            (bound, json!(["x", "Bound", "pv", "1Gi", "RWO,ROX", "old", "gold", "4s", "<unset>"])),
        ],
    );
    let volume = json!({
        "metadata": {"deletionTimestamp": "2026-11-21T02:55:19Z"},
        "spec": {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOncePod"], "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": "a", "name": "b"}, "storageClassName": "s", "volumeMode": "Block"},
        "status": {"phase": "Bound", "reason": "R"},
    });
    check(
        "v1",
        "persistentvolumes",
        [
            (volume, json!(["x", "5Gi", "RWOP", "Retain", "Terminating", "a/b", "s", "<unset>", "R", "4s", "Block"])),
            (json!({}), json!(["x", "0", "", "", "", "", "", "<unset>", "", "4s", "<unset>"])),
        ],
    );
}

#[test]
fn networks() {
    let ingress =
        json!({"metadata": {"name": "i"}, "spec": {"ingressClassName": "x", "rules": [{"host": "a.b"}], "tls": [{}]}});
    let rules = json!([{"host": "a"}, {"host": "b"}, {}, {"host": "c"}, {"host": "d"}]);
    let many = json!({"spec": {"rules": rules}, "status": {"loadBalancer": {"ingress": [{"ip": "1.1.1.1"}]}}});
    check(
        "networking.k8s.io/v1",
        "ingresses",
        [
            (ingress, json!(["i", "x", "a.b", "", "80, 443", "4s"])),
            (many, json!(["x", "<none>", "a,b,c + 2 more...", "1.1.1.1", "80", "4s"])),
            (json!({"spec": {"rules": [{}]}}), json!(["x", "<none>", "*", "", "80", "4s"])),
        ],
    );
    let class = json!({"spec": {"controller": "c", "parameters": {"kind": "K", "apiGroup": "g", "name": "n"}}});
    check(
        "networking.k8s.io/v1",
        "ingressclasses",
        [
            (class, json!(["x", "c", "K.g/n", "4s"])),
            (json!({"spec": {"controller": "c"}}), json!(["x", "c", "<none>", "4s"])),
        ],
    );
    let address = json!({"spec": {"parentRef": {"resource": "Services", "namespace": "a", "name": "b"}}});
    let grouped = json!({"spec": {"parentRef": {"group": "G.io", "resource": "things", "name": "b"}}});
    check(
        "networking.k8s.io/v1",
        "ipaddresses",
        [
            (address, json!(["x", "services/a/b"])),
            (grouped, json!(["x", "things.g.io/b"])),
            (json!({}), json!(["x", "<none>"])),
        ],
    );
    check(
        "networking.k8s.io/v1",
        "networkpolicies",
        [
            (json!({"spec": {"podSelector": {}}}), json!(["x", "<none>", "4s"])),
            (json!({"spec": {"podSelector": {"matchLabels": {"a": "b"}}}}), json!(["x", "a=b", "4s"])),
        ],
    );
    check(
        "networking.k8s.io/v1",
        "servicecidrs",
        [(json!({"spec": {"cidrs": ["10.0.0.0/24", "fd00::/64"]}}), json!(["x", "10.0.0.0/24,fd00::/64", "4s"]))],
    );
    let subsets = json!([
        {"addresses": [{"ip": "1.1.1.1"}, {"ip": "fd00::1"}], "ports": [{"port": 80}, {"port": 81}]},
        {"addresses": [{"ip": "2.2.2.2"}]},
    ]);
    check(
        "v1",
        "endpoints",
        [
            (json!({"subsets": subsets}), json!(["x", "1.1.1.1:80,[fd00::1]:80,1.1.1.1:81 + 2 more...", "4s"])),
            (json!({}), json!(["x", "<none>", "4s"])),
        ],
    );
    let slice = json!({"addressType": "IPv4", "ports": [{"port": 80}, {"name": "n"}, {}],
        "endpoints": [{"addresses": ["1.1.1.1", "2.2.2.2"]}, {"addresses": ["3.3.3.3", "4.4.4.4", "5.5.5.5"]}]});
    check(
        "discovery.k8s.io/v1",
        "endpointslices",
        [
            (slice, json!(["x", "IPv4", "80,n,*", "1.1.1.1,2.2.2.2,3.3.3.3 + 2 more...", "4s"])),
            (json!({"addressType": "FQDN"}), json!(["x", "FQDN", "<unset>", "<unset>", "4s"])),
        ],
    );
}

#[test]
fn autoscalers() {
    let metric = |kind: &str, source: &str, body: Value| json!({"type": kind, source: body});
    let metrics = json!([
        metric("Resource", "resource", json!({"name": "cpu", "target": {"averageUtilization": 80}})),
        metric("Pods", "pods", json!({"target": {"averageValue": "10"}})),
    ]);
    let measured =
        json!([metric("Resource", "resource", json!({"name": "cpu", "current": {"averageUtilization": 5}}))]);
    let spec = |metrics: Value| json!({"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "minReplicas": 1, "maxReplicas": 9, "metrics": metrics});
    let cells = |targets: &str| json!(["x", "Deployment/d", targets, "1", 9, 3, "4s"]);
    let scaler = |metrics: Value, measured: Value| json!({"spec": spec(metrics), "status": {"currentReplicas": 3, "currentMetrics": measured}});
    check(
        "autoscaling/v2",
        "horizontalpodautoscalers",
        [
            (scaler(metrics, measured), cells("cpu: 5%/80%, <unknown>/10")),
            (
                scaler(
                    json!([
                        metric("External", "external", json!({"target": {"averageValue": "2"}})),
                        metric("Object", "object", json!({"target": {"value": "7"}})),
                        metric(
                            "ContainerResource",
                            "containerResource",
                            json!({"name": "memory", "target": {"averageValue": "1Gi"}})
                        ),
                    ]),
                    json!([
                        metric("External", "external", json!({"current": {"averageValue": "500m"}})),
                        metric("Object", "object", json!({"current": {"value": "6"}}))
                    ]),
                ),
                cells("500m/2 (avg), 6/7 + 1 more..."),
            ),
            (scaler(json!([]), json!([])), cells("<none>")),
            (scaler(json!([{"type": "Odd"}]), json!([])), cells("<unknown type>")),
        ],
    );
    let old = json!({"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "maxReplicas": 2,
        "targetCPUUtilizationPercentage": 70}, "status": {"currentReplicas": 1}});
    let old_cells = json!(["x", "Deployment/d", "cpu: <unknown>/70%", "<unset>", 2, 1, "4s"]);
    check("autoscaling/v1", "horizontalpodautoscalers", [(old, old_cells)]);
}

#[test]
fn storage() {
    check(
        "storage.k8s.io/v1",
        "csidrivers",
        [
            (json!({"spec": {}}), json!(["x", true, false, false, "<unset>", false, "<none>", "4s"])),
            (
                json!({"spec": {"attachRequired": false, "podInfoOnMount": true, "storageCapacity": true, "requiresRepublish": true,
                    "tokenRequests": [{"audience": "a"}, {"audience": ""}], "volumeLifecycleModes": ["Persistent", "Ephemeral"]}}),
                json!(["x", false, true, true, "a,", true, "Persistent,Ephemeral", "4s"]),
            ),
        ],
    );
    check("storage.k8s.io/v1", "csinodes", [(json!({"spec": {"drivers": [{}, {}]}}), json!(["x", 2, "4s"]))]);
    let default = json!({"storageclass.kubernetes.io/is-default-class": "true"});
    check(
        "storage.k8s.io/v1",
        "storageclasses",
        [
            (
                json!({"metadata": {"annotations": default}, "provisioner": "p", "reclaimPolicy": "Retain",
                    "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true}),
                json!(["x (default)", "p", "Retain", "WaitForFirstConsumer", true, "4s"]),
            ),
            (json!({"provisioner": "p"}), json!(["x", "p", "Delete", "Immediate", false, "4s"])),
        ],
    );
    check(
        "storage.k8s.io/v1",
        "volumeattachments",
        [(
            json!({"spec": {"attacher": "a", "nodeName": "n", "source": {"persistentVolumeName": "pv"}}, "status": {"attached": true}}),
            json!(["x", "a", "pv", "n", true, "4s"]),
        )],
    );
    check("storage.k8s.io/v1", "volumeattributesclasses", [(json!({"driverName": "d"}), json!(["x", "d", "4s"]))]);
}

#[test]
fn admission() {
    let webhooks = (json!({"webhooks": [{}, {}]}), json!(["x", 2, "4s"]));
    check("admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations", [webhooks.clone()]);
    check("admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", [webhooks]);
    check(
        "admissionregistration.k8s.io/v1",
        "validatingadmissionpolicies",
        [(
            json!({"spec": {"validations": [{}], "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}}),
            json!(["x", 1, "v1/ConfigMap", "4s"]),
        )],
    );
    check(
        "admissionregistration.k8s.io/v1",
        "mutatingadmissionpolicies",
        [(json!({"spec": {"mutations": [{}, {}]}}), json!(["x", 2, "<unset>", "4s"]))],
    );
    let binding = |parameter: Value| json!({"spec": {"policyName": "p", "paramRef": parameter}});
    for plural in ["validatingadmissionpolicybindings", "mutatingadmissionpolicybindings"] {
        check(
            "admissionregistration.k8s.io/v1",
            plural,
            [
                (binding(Value::Null), json!(["x", "p", "<unset>", "4s"])),
                (binding(json!({"name": "n"})), json!(["x", "p", "*/n", "4s"])),
                (binding(json!({"name": "n", "namespace": "a"})), json!(["x", "p", "a/n", "4s"])),
            ],
        );
    }
}

#[test]
fn api_services() {
    let remote = json!({"spec": {"service": {"namespace": "a", "name": "b"}},
        "status": {"conditions": [{"type": "Available", "status": "False", "reason": "MissingEndpoints"}]}});
    let local = json!({"status": {"conditions": [{"type": "Available", "status": "True", "reason": "Local"}]}});
    check(
        "apiregistration.k8s.io/v1",
        "apiservices",
        [
            (local, json!(["x", "Local", "True", "4s"])),
            (remote, json!(["x", "a/b", "False (MissingEndpoints)", "4s"])),
            (json!({}), json!(["x", "Local", "Unknown", "4s"])),
        ],
    );
}

#[test]
fn flow_control() {
    let schema = json!({"spec": {"priorityLevelConfiguration": {"name": "l"}, "matchingPrecedence": 7, "distinguisherMethod": {"type": "ByUser"}},
        "status": {"conditions": [{"type": "Dangling", "status": "False"}]}});
    check(
        "flowcontrol.apiserver.k8s.io/v1",
        "flowschemas",
        [
            (schema, json!(["x", "l", 7, "ByUser", "4s", "False"])),
            (json!({"spec": {"priorityLevelConfiguration": {"name": "l"}}}), json!(["x", "l", 0, "<none>", "4s", "?"])),
        ],
    );
    let queuing = json!({"queues": 64, "handSize": 6, "queueLengthLimit": 50});
    let limited = json!({"spec": {"type": "Limited", "limited": {"nominalConcurrencyShares": 30, "limitResponse": {"type": "Queue", "queuing": queuing}}}});
    check(
        "flowcontrol.apiserver.k8s.io/v1",
        "prioritylevelconfigurations",
        [
            (limited, json!(["x", "Limited", 30, 64, 6, 50, "4s"])),
            (json!({"spec": {"type": "Exempt"}}), json!(["x", "Exempt", "<none>", "<none>", "<none>", "<none>", "4s"])),
        ],
    );
}

#[test]
fn roles() {
    let binding = json!({
        "roleRef": {"kind": "ClusterRole", "name": "admin"},
        "subjects": [{"kind": "User", "name": "u"}, {"kind": "ServiceAccount", "namespace": "a", "name": "b"},
            {"kind": "Group", "name": "g"}, {"kind": "User", "name": "v"}],
    });
    let cells = json!(["x", "ClusterRole/admin", "4s", "u, v", "g", "a/b"]);
    for plural in ["rolebindings", "clusterrolebindings"] {
        check("rbac.authorization.k8s.io/v1", plural, [(binding.clone(), cells.clone())]);
    }
    let plain = json!(["x", "2026-11-21T02:55:19Z"]);
    for plural in ["roles", "clusterroles"] {
        check("rbac.authorization.k8s.io/v1", plural, [(json!({}), plain.clone())]);
    }
    check("apiextensions.k8s.io/v1", "customresourcedefinitions", [(json!({}), plain)]);
}

#[test]
fn small_kinds() {
    check("v1", "configmaps", [(json!({"data": {"a": "", "b": ""}, "binaryData": {"c": ""}}), json!(["x", 3, "4s"]))]);
    check("v1", "namespaces", [(json!({"status": {"phase": "Active"}}), json!(["x", "Active", "4s"]))]);
    check("v1", "secrets", [(json!({"type": "Opaque", "data": {"a": "eA=="}}), json!(["x", "Opaque", 1, "4s"]))]);
    check("v1", "serviceaccounts", [(json!({}), json!(["x", "4s"]))]);
    check("coordination.k8s.io/v1", "leases", [(json!({"spec": {"holderIdentity": "h"}}), json!(["x", "h", "4s"]))]);
    check("node.k8s.io/v1", "runtimeclasses", [(json!({"handler": "h"}), json!(["x", "h", "4s"]))]);
    check(
        "scheduling.k8s.io/v1",
        "priorityclasses",
        [(
            json!({"value": -5, "globalDefault": true, "preemptionPolicy": "Never"}),
            json!(["x", -5, true, "4s", "Never"]),
        )],
    );
    check(
        "policy/v1",
        "poddisruptionbudgets",
        [
            (
                json!({"spec": {"minAvailable": "50%"}, "status": {"disruptionsAllowed": 2}}),
                json!(["x", "50%", "N/A", 2, "4s"]),
            ),
            (json!({"spec": {"maxUnavailable": 1}}), json!(["x", "N/A", "1", 0, "4s"])),
        ],
    );
    let healthy = json!({"conditions": [{"type": "Healthy", "status": "True", "message": "ok"}]});
    let ill = json!({"conditions": [{"type": "Healthy", "status": "False", "message": "m", "error": "e"}]});
    check(
        "v1",
        "componentstatuses",
        [
            (healthy, json!(["x", "Healthy", "ok", ""])),
            (ill, json!(["x", "Unhealthy", "m", "e"])),
            (json!({}), json!(["x", "Unknown", "", ""])),
        ],
    );
    let quota = json!({"status": {"hard": {"pods": "4", "limits.cpu": "2", "cpu": "1"}, "used": {"pods": "1"}}});
    check("v1", "resourcequotas", [(quota, json!(["x", "cpu: 0/1, pods: 1/4", "limits.cpu: 0/2", "4s"]))]);
    let signing = |conditions: Value, certificate: &str| {
        json!({"spec": {"signerName": "s", "username": "u", "expirationSeconds": 3600},
            "status": {"conditions": conditions, "certificate": certificate}})
    };
    check(
        "certificates.k8s.io/v1",
        "certificatesigningrequests",
        [
            (signing(json!([{"type": "Approved"}]), "eA=="), json!(["x", "4s", "s", "u", "60m", "Approved,Issued"])),
            (
                signing(json!([{"type": "Failed"}, {"type": "Denied"}]), ""),
                json!(["x", "4s", "s", "u", "60m", "Denied,Failed"]),
            ),
            (json!({}), json!(["x", "4s", "<none>", "", "<none>", "Pending"])),
        ],
    );
}

#[test]
fn devices() {
    let claim =
        |allocation: Value, reserved: Value| json!({"status": {"allocation": allocation, "reservedFor": reserved}});
    let mut deleted = claim(json!({}), json!([{}]));
    deleted["metadata"]["deletionTimestamp"] = "2026-11-21T02:55:19Z".into();
    check(
        "resource.k8s.io/v1",
        "resourceclaims",
        [
            (json!({}), json!(["x", "pending", "4s"])),
            (claim(json!({}), json!([])), json!(["x", "allocated", "4s"])),
            (claim(json!({}), json!([{}])), json!(["x", "allocated,reserved", "4s"])),
            (deleted, json!(["x", "deleted,allocated,reserved", "4s"])),
        ],
    );
    let slice = json!({"spec": {"nodeName": "n", "driver": "d", "pool": {"name": "p"}}});
    check("resource.k8s.io/v1", "resourceslices", [(slice, json!(["x", "n", "d", "p", "4s"]))]);
    for plural in ["deviceclasses", "resourceclaimtemplates"] {
        check("resource.k8s.io/v1", plural, [(json!({}), json!(["x", "4s"]))]);
    }
}
