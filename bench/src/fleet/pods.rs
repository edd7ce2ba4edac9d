//! Pods like those of a real fleet: 8.8 KB of JSON, 6.6 KB without managedFields; twelve of a ReplicaSet, 400 namespaces.

use std::fmt::Write as _;

use super::{
    BASE_VERSION, PARTS, REPLICAS, SENT, SENT_BLANK, app, namespace, node,
    random::{POD, Random, WORKLOAD},
};

/// Pods that depend on nothing but their seed and index.
#[derive(Debug, Clone, Copy)]
pub struct Pods {
    /// Other seeds give other names, addresses and times.
    pub seed: u64,
    /// Whether `metadata.managedFields` is there, a quarter of the bytes.
    pub managed_fields: bool,
    /// Bytes of text of its own in each workload and, a seventh of that, in each pod; 0 makes a uniform fleet.
    pub diverse: usize,
}

impl Default for Pods {
    fn default() -> Self {
        Self { seed: 1, managed_fields: true, diverse: 0 }
    }
}

impl Pods {
    /// The JSON of one pod, as an API server writes it.
    #[must_use]
    pub fn json(self, index: usize) -> String {
        let set = index / REPLICAS;
        let mut random = Random::of(self.seed, index, POD);
        let mut shared = Random::of(self.seed, set, WORKLOAD);
        let app = app(set);
        let namespace = namespace(set);
        let hash = shared.hex(10);
        // Its last letter tells it from the others of its set, whatever chance says.
        let name = format!("{app}-{hash}-{}{:x}", random.hex(4), index % REPLICAS);
        let image = format!("registry.example.com/{app}/server:v1.{}.{}", shared.below(40), shared.below(20));
        let node = node(random.below(2000) as usize);
        let (uid, owner) = (random.uid(), shared.uid());
        let ip = format!("10.{}.{}.{}", random.below(250), random.below(250), 2 + random.below(250));
        let host = format!("172.16.{}.{}", random.below(250), 2 + random.below(250));
        let version = BASE_VERSION + index as u64;
        let minute = random.below(60);
        let at = |second: u64| format!("2026-10-{:02}T0{}:{minute:02}:{second:02}Z", 1 + set % 28, set % 10);
        let mut text = String::with_capacity(9000 + self.diverse * 2);
        let _ = write!(
            text,
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{name}","generateName":"{app}-{hash}-","namespace":"{namespace}","uid":"{uid}","resourceVersion":"{version}","generation":1,"creationTimestamp":"{}","labels":{{"app.kubernetes.io/instance":"{app}","app.kubernetes.io/managed-by":"Helm","app.kubernetes.io/name":"{app}","app.kubernetes.io/part-of":"shop-{:02}","pod-template-hash":"{hash}","tier":"backend"}},"annotations":{{"{SENT}":"{SENT_BLANK}","checksum/config":"{}{}""#,
            at(0),
            set % PARTS,
            shared.hex(32),
            shared.hex(32),
        );
        if self.diverse > 0 {
            let _ = write!(
                text,
                r#","example.com/pod-notes":"{}","example.com/workload-notes":"{}""#,
                random.hex(self.diverse / 7),
                shared.hex(self.diverse)
            );
        }
        let _ = write!(
            text,
            r#","kubectl.kubernetes.io/restartedAt":"{}","prometheus.io/path":"/metrics","prometheus.io/port":"9090","prometheus.io/scrape":"true"}},"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"{app}-{hash}","uid":"{owner}","controller":true,"blockOwnerDeletion":true}}]"#,
            at(0)
        );
        if self.managed_fields {
            text += &managed_fields(&owner, &at(0), &at(9));
        }
        let volume = format!("kube-api-access-{}", random.hex(5));
        let _ = write!(text, r#"}},"spec":{{"volumes":[{}],"containers":["#, volumes(&app, &volume));
        text += &container("server", &image, 8080, &volume, &app);
        text.push(',');
        text += &container("proxy", "registry.example.com/mesh/proxy:1.22.3-distroless", 15090, &volume, &app);
        let _ = write!(
            text,
            r#"],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"{app}","serviceAccount":"{app}","nodeName":"{node}","securityContext":{{"runAsUser":1000,"runAsNonRoot":true,"fsGroup":2000,"seccompProfile":{{"type":"RuntimeDefault"}}}},"schedulerName":"default-scheduler","tolerations":[{{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}},{{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"}},"status":{{"observedGeneration":1,"phase":"Running","conditions":["#
        );
        // In a diverse fleet, one pod in forty is not ready and one in twenty has been restarted.
        let unready = self.diverse > 0 && random.below(40) == 0;
        let restarts = if self.diverse > 0 && random.below(20) == 0 { 1 + random.below(300) } else { 0 };
        for (index, kind) in
            ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].iter().enumerate()
        {
            let comma = if index == 0 { "" } else { "," };
            let status = if unready && kind.contains("Ready") { "False" } else { "True" };
            let _ = write!(
                text,
                r#"{comma}{{"type":"{kind}","observedGeneration":1,"status":"{status}","lastProbeTime":null,"lastTransitionTime":"{}"}}"#,
                at(index as u64)
            );
        }
        let _ = write!(
            text,
            r#"],"hostIP":"{host}","hostIPs":[{{"ip":"{host}"}}],"podIP":"{ip}","podIPs":[{{"ip":"{ip}"}}],"startTime":"{}","containerStatuses":["#,
            at(1)
        );
        for (index, (container, image)) in
            [("proxy", "registry.example.com/mesh/proxy:1.22.3-distroless"), ("server", image.as_str())]
                .iter()
                .enumerate()
        {
            let comma = if index == 0 { "" } else { "," };
            let repository = image.split(':').next().unwrap_or_default();
            let _ = write!(
                text,
                r#"{comma}{{"name":"{container}","state":{{"running":{{"startedAt":"{}"}}}},"lastState":{{}},"ready":{},"restartCount":{restarts},"image":"{image}","imageID":"{repository}@sha256:{}","containerID":"containerd://{}","started":true}}"#,
                at(5),
                !unready,
                shared.hex(64),
                random.hex(64)
            );
        }
        text += r#"],"qosClass":"Burstable"}}"#;
        text
    }
}

fn container(name: &str, image: &str, port: u16, volume: &str, app: &str) -> String {
    let probe = |path: &str, delay: u32| {
        format!(
            r#"{{"httpGet":{{"path":"{path}","port":{port},"scheme":"HTTP"}},"initialDelaySeconds":{delay},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}}"#
        )
    };
    format!(
        r#"{{"name":"{name}","image":"{image}","args":["--listen=:{port}","--log-format=json","--config=/etc/{name}/config.yaml"],"ports":[{{"name":"http","containerPort":{port},"protocol":"TCP"}},{{"name":"metrics","containerPort":9090,"protocol":"TCP"}}],"env":[{{"name":"POD_NAME","valueFrom":{{"fieldRef":{{"apiVersion":"v1","fieldPath":"metadata.name"}}}}}},{{"name":"LOG_LEVEL","value":"info"}},{{"name":"DB_PASSWORD","valueFrom":{{"secretKeyRef":{{"name":"{app}-db","key":"password"}}}}}}],"resources":{{"limits":{{"cpu":"1","memory":"512Mi"}},"requests":{{"cpu":"250m","memory":"256Mi"}}}},"volumeMounts":[{{"name":"config","readOnly":true,"mountPath":"/etc/{name}"}},{{"name":"cache","mountPath":"/var/cache/{name}"}},{{"name":"{volume}","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}}],"livenessProbe":{},"readinessProbe":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{{"capabilities":{{"drop":["ALL"]}},"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}}}"#,
        probe("/healthz", 10),
        probe("/readyz", 5)
    )
}

fn volumes(app: &str, volume: &str) -> String {
    format!(
        r#"{{"name":"config","configMap":{{"name":"{app}-config","defaultMode":420}}}},{{"name":"cache","emptyDir":{{"sizeLimit":"1Gi"}}}},{{"name":"certificates","secret":{{"secretName":"{app}-tls","defaultMode":420}}}},{{"name":"{volume}","projected":{{"sources":[{{"serviceAccountToken":{{"expirationSeconds":3607,"path":"token"}}}},{{"configMap":{{"name":"kube-root-ca.crt","items":[{{"key":"ca.crt","path":"ca.crt"}}]}}}},{{"downwardAPI":{{"items":[{{"path":"namespace","fieldRef":{{"apiVersion":"v1","fieldPath":"metadata.namespace"}}}}]}}}}],"defaultMode":420}}}}"#
    )
}

/// What the two writers of a pod own, as the API server keeps it.
fn managed_fields(owner: &str, created: &str, updated: &str) -> String {
    let container = |name: &str, port: u16| {
        format!(
            r#""k:{{\"name\":\"{name}\"}}":{{".":{{}},"f:args":{{}},"f:image":{{}},"f:imagePullPolicy":{{}},"f:livenessProbe":{{".":{{}},"f:failureThreshold":{{}},"f:httpGet":{{".":{{}},"f:path":{{}},"f:port":{{}},"f:scheme":{{}}}},"f:periodSeconds":{{}}}},"f:name":{{}},"f:ports":{{".":{{}},"k:{{\"containerPort\":{port},\"protocol\":\"TCP\"}}":{{".":{{}},"f:containerPort":{{}},"f:name":{{}},"f:protocol":{{}}}}}},"f:resources":{{".":{{}},"f:limits":{{}},"f:requests":{{}}}},"f:volumeMounts":{{".":{{}},"k:{{\"mountPath\":\"/etc/{name}\"}}":{{".":{{}},"f:mountPath":{{}},"f:name":{{}}}}}}}}"#
        )
    };
    format!(
        r#","managedFields":[{{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"{created}","fieldsType":"FieldsV1","fieldsV1":{{"f:metadata":{{"f:annotations":{{".":{{}},"f:checksum/config":{{}}}},"f:generateName":{{}},"f:labels":{{".":{{}},"f:app.kubernetes.io/name":{{}},"f:pod-template-hash":{{}}}},"f:ownerReferences":{{".":{{}},"k:{{\"uid\":\"{owner}\"}}":{{}}}}}},"f:spec":{{"f:affinity":{{}},"f:containers":{{{},{}}},"f:dnsPolicy":{{}},"f:restartPolicy":{{}},"f:schedulerName":{{}},"f:securityContext":{{}},"f:serviceAccount":{{}},"f:volumes":{{}}}}}}}},{{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"{updated}","fieldsType":"FieldsV1","fieldsV1":{{"f:status":{{"f:conditions":{{"k:{{\"type\":\"ContainersReady\"}}":{{".":{{}},"f:lastTransitionTime":{{}},"f:status":{{}},"f:type":{{}}}},"k:{{\"type\":\"Ready\"}}":{{".":{{}},"f:lastTransitionTime":{{}},"f:status":{{}},"f:type":{{}}}}}},"f:containerStatuses":{{}},"f:hostIP":{{}},"f:phase":{{}},"f:podIP":{{}},"f:startTime":{{}}}}}},"subresource":"status"}}]"#,
        container("server", 8080),
        container("proxy", 15090),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_pods_of_the_size_they_promise() {
        for index in 0..30 {
            let whole = Pods::default().json(index);
            let pod: k8s_openapi::api::core::v1::Pod = serde_json::from_str(&whole).unwrap();
            assert!(pod.metadata.managed_fields.is_some_and(|fields| fields.len() == 2));
            let cut = Pods { managed_fields: false, ..Pods::default() }.json(index);
            let (whole_size, cut_size) = (whole.len(), cut.len());
            assert!((8500..9000).contains(&whole_size) && (6200..6900).contains(&cut_size), "{whole_size} {cut_size}");
            let diverse = Pods { diverse: 1500, ..Pods::default() }.json(index);
            assert!((1590..1800).contains(&(diverse.len() - whole.len())), "{}", diverse.len() - whole.len());
        }
    }
}
