//! What each built-in kind shows, by group.

mod admissionregistration;
mod apiregistration;
mod apps;
mod autoscaling;
mod batch;
mod certificates;
mod core;
mod discovery;
mod events;
mod flowcontrol;
mod networking;
mod node;
mod pod;
mod policy;
mod rbac;
mod resource;
mod small;
mod storage;
mod volumes;

use super::{Object, Row};

/// Fills a row.
pub(super) type Printer = fn(&Object<'_>, &mut Row);

/// The printer of a kind, if it has one; versions of a group show the same.
pub(super) fn of(group: &str, kind: &str) -> Option<Printer> {
    Some(match (group, kind) {
        ("", "ComponentStatus") => core::component_status,
        ("", "ConfigMap") => core::config_map,
        ("", "Endpoints") => core::endpoints,
        ("", "Event") => events::core_event,
        ("", "Namespace") => core::namespace,
        ("", "Node") => node::node,
        ("", "PersistentVolume") => volumes::volume,
        ("", "PersistentVolumeClaim") => volumes::claim,
        ("", "Pod") => pod::pod,
        ("", "PodTemplate") => core::pod_template,
        ("", "ReplicationController") => apps::replication_controller,
        ("", "ResourceQuota") => core::resource_quota,
        ("", "Secret") => core::secret,
        ("", "Service") => core::service,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => admissionregistration::mutating_policy,
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => admissionregistration::validating_policy,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding" | "ValidatingAdmissionPolicyBinding") => {
            admissionregistration::policy_binding
        }
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
            admissionregistration::webhooks
        }
        ("apiregistration.k8s.io", "APIService") => apiregistration::api_service,
        ("apps", "ControllerRevision") => apps::controller_revision,
        ("apps", "DaemonSet") => apps::daemon_set,
        ("apps", "Deployment") => apps::deployment,
        ("apps", "ReplicaSet") => apps::replica_set,
        ("apps", "StatefulSet") => apps::stateful_set,
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaling::horizontal_pod_autoscaler,
        ("batch", "CronJob") => batch::cron_job,
        ("batch", "Job") => batch::job,
        ("certificates.k8s.io", "CertificateSigningRequest") => certificates::signing_request,
        ("discovery.k8s.io", "EndpointSlice") => discovery::endpoint_slice,
        ("events.k8s.io", "Event") => events::event,
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => flowcontrol::flow_schema,
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => flowcontrol::priority_level,
        ("networking.k8s.io", "Ingress") => networking::ingress,
        ("networking.k8s.io", "IngressClass") => networking::ingress_class,
        ("networking.k8s.io", "IPAddress") => networking::ip_address,
        ("networking.k8s.io", "NetworkPolicy") => networking::network_policy,
        ("networking.k8s.io", "ServiceCIDR") => networking::service_cidr,
        ("policy", "PodDisruptionBudget") => policy::pod_disruption_budget,
        ("rbac.authorization.k8s.io", "ClusterRoleBinding" | "RoleBinding") => rbac::binding,
        ("resource.k8s.io", "ResourceClaim") => resource::claim,
        ("resource.k8s.io", "ResourceSlice") => resource::slice,
        ("storage.k8s.io", "CSIDriver") => storage::csi_driver,
        ("storage.k8s.io", "CSINode") => storage::csi_node,
        ("storage.k8s.io", "StorageClass") => storage::storage_class,
        ("storage.k8s.io", "VolumeAttachment") => storage::volume_attachment,
        ("storage.k8s.io", "VolumeAttributesClass") => storage::volume_attributes_class,
        ("coordination.k8s.io", "Lease") => small::lease,
        ("node.k8s.io", "RuntimeClass") => small::runtime_class,
        ("scheduling.k8s.io", "PriorityClass") => small::priority_class,
        ("", "ServiceAccount") | ("resource.k8s.io", "DeviceClass" | "ResourceClaimTemplate") => small::name_and_age,
        _ => return None,
    })
}
