//! Which resources k8s-openapi 0.29.0 has, in which versions of Kubernetes. Written by `cargo xtask clientset`.

use super::BuiltIn;

/// Calls `each!(Type method "group" "version")` for each group and version of the chosen k8s-openapi version.
macro_rules! for_each_group {
    ($each:ident) => {
        $each! { CoreV1 core_v1 "" "v1" }
        $each! { AdmissionregistrationV1 admissionregistration_v1 "admissionregistration.k8s.io" "v1" }
        $each! { AdmissionregistrationV1alpha1 admissionregistration_v1alpha1 "admissionregistration.k8s.io" "v1alpha1" }
        $each! { AdmissionregistrationV1beta1 admissionregistration_v1beta1 "admissionregistration.k8s.io" "v1beta1" }
        $each! { ApiextensionsV1 apiextensions_v1 "apiextensions.k8s.io" "v1" }
        $each! { ApiregistrationV1 apiregistration_v1 "apiregistration.k8s.io" "v1" }
        $each! { AppsV1 apps_v1 "apps" "v1" }
        $each! { AuthenticationV1 authentication_v1 "authentication.k8s.io" "v1" }
        $each! { AuthorizationV1 authorization_v1 "authorization.k8s.io" "v1" }
        $each! { AutoscalingV1 autoscaling_v1 "autoscaling" "v1" }
        $each! { AutoscalingV2 autoscaling_v2 "autoscaling" "v2" }
        $each! { BatchV1 batch_v1 "batch" "v1" }
        $each! { CertificatesV1 certificates_v1 "certificates.k8s.io" "v1" }
        k8s_openapi::k8s_if_le_1_36! {
            $each! { CertificatesV1alpha1 certificates_v1alpha1 "certificates.k8s.io" "v1alpha1" }
        }
        $each! { CertificatesV1beta1 certificates_v1beta1 "certificates.k8s.io" "v1beta1" }
        $each! { CoordinationV1 coordination_v1 "coordination.k8s.io" "v1" }
        $each! { CoordinationV1alpha2 coordination_v1alpha2 "coordination.k8s.io" "v1alpha2" }
        $each! { CoordinationV1beta1 coordination_v1beta1 "coordination.k8s.io" "v1beta1" }
        $each! { DiscoveryV1 discovery_v1 "discovery.k8s.io" "v1" }
        $each! { EventsV1 events_v1 "events.k8s.io" "v1" }
        $each! { FlowcontrolV1 flowcontrol_v1 "flowcontrol.apiserver.k8s.io" "v1" }
        $each! { InternalV1alpha1 internal_v1alpha1 "internal.apiserver.k8s.io" "v1alpha1" }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { LifecycleV1alpha1 lifecycle_v1alpha1 "lifecycle.k8s.io" "v1alpha1" }
        }
        $each! { NetworkingV1 networking_v1 "networking.k8s.io" "v1" }
        k8s_openapi::k8s_if_le_1_36! {
            $each! { NetworkingV1beta1 networking_v1beta1 "networking.k8s.io" "v1beta1" }
        }
        $each! { NodeV1 node_v1 "node.k8s.io" "v1" }
        $each! { PolicyV1 policy_v1 "policy" "v1" }
        $each! { RbacV1 rbac_v1 "rbac.authorization.k8s.io" "v1" }
        k8s_openapi::k8s_if_ge_1_34! {
            $each! { ResourceV1 resource_v1 "resource.k8s.io" "v1" }
        }
        $each! { ResourceV1alpha3 resource_v1alpha3 "resource.k8s.io" "v1alpha3" }
        $each! { ResourceV1beta1 resource_v1beta1 "resource.k8s.io" "v1beta1" }
        $each! { ResourceV1beta2 resource_v1beta2 "resource.k8s.io" "v1beta2" }
        $each! { SchedulingV1 scheduling_v1 "scheduling.k8s.io" "v1" }
        k8s_openapi::k8s_if_1_35! {
            $each! { SchedulingV1alpha1 scheduling_v1alpha1 "scheduling.k8s.io" "v1alpha1" }
        }
        k8s_openapi::k8s_if_1_36! {
            $each! { SchedulingV1alpha2 scheduling_v1alpha2 "scheduling.k8s.io" "v1alpha2" }
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { SchedulingV1alpha3 scheduling_v1alpha3 "scheduling.k8s.io" "v1alpha3" }
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { SchedulingV1beta1 scheduling_v1beta1 "scheduling.k8s.io" "v1beta1" }
        }
        $each! { StorageV1 storage_v1 "storage.k8s.io" "v1" }
        k8s_openapi::k8s_if_le_1_34! {
            $each! { StorageV1alpha1 storage_v1alpha1 "storage.k8s.io" "v1alpha1" }
        }
        k8s_openapi::k8s_if_le_1_36! {
            $each! { StorageV1beta1 storage_v1beta1 "storage.k8s.io" "v1beta1" }
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { StoragemigrationV1 storagemigration_v1 "storagemigration.k8s.io" "v1" }
        }
        k8s_openapi::k8s_if_le_1_34! {
            $each! { StoragemigrationV1alpha1 storagemigration_v1alpha1 "storagemigration.k8s.io" "v1alpha1" }
        }
        k8s_openapi::k8s_if_ge_1_35! {
            $each! { StoragemigrationV1beta1 storagemigration_v1beta1 "storagemigration.k8s.io" "v1beta1" }
        }
    };
}

/// Calls `each!(Type method "group" "version", module: scope verbs accessor Kind "plural"; ..)` for the resources of each of them.
macro_rules! for_each_resource {
    ($each:ident) => {
        $each! { CoreV1 core_v1 "" "v1", api::core::v1:
            namespaced sent bindings Binding "bindings";
            cluster listed component_statuses ComponentStatus "componentstatuses";
            namespaced listed config_maps ConfigMap "configmaps";
            namespaced listed endpoints Endpoints "endpoints";
            namespaced listed events Event "events";
            namespaced listed limit_ranges LimitRange "limitranges";
            cluster listed namespaces Namespace "namespaces";
            cluster listed nodes Node "nodes";
            namespaced listed persistent_volume_claims PersistentVolumeClaim "persistentvolumeclaims";
            cluster listed persistent_volumes PersistentVolume "persistentvolumes";
            namespaced listed pods Pod "pods";
            namespaced listed pod_templates PodTemplate "podtemplates";
            namespaced listed replication_controllers ReplicationController "replicationcontrollers";
            namespaced listed resource_quotas ResourceQuota "resourcequotas";
            namespaced listed secrets Secret "secrets";
            namespaced listed service_accounts ServiceAccount "serviceaccounts";
            namespaced listed services Service "services";
        }
        $each! { AdmissionregistrationV1 admissionregistration_v1 "admissionregistration.k8s.io" "v1", api::admissionregistration::v1:
            cluster listed mutating_webhook_configurations MutatingWebhookConfiguration "mutatingwebhookconfigurations";
            cluster listed validating_admission_policies ValidatingAdmissionPolicy "validatingadmissionpolicies";
            cluster listed validating_admission_policy_bindings ValidatingAdmissionPolicyBinding "validatingadmissionpolicybindings";
            cluster listed validating_webhook_configurations ValidatingWebhookConfiguration "validatingwebhookconfigurations";
        }
        k8s_openapi::k8s_if_ge_1_36! {
            $each! { AdmissionregistrationV1 admissionregistration_v1 "admissionregistration.k8s.io" "v1", api::admissionregistration::v1:
                cluster listed mutating_admission_policies MutatingAdmissionPolicy "mutatingadmissionpolicies";
                cluster listed mutating_admission_policy_bindings MutatingAdmissionPolicyBinding "mutatingadmissionpolicybindings";
            }
        }
        $each! { AdmissionregistrationV1alpha1 admissionregistration_v1alpha1 "admissionregistration.k8s.io" "v1alpha1", api::admissionregistration::v1alpha1:
            cluster listed mutating_admission_policies MutatingAdmissionPolicy "mutatingadmissionpolicies";
            cluster listed mutating_admission_policy_bindings MutatingAdmissionPolicyBinding "mutatingadmissionpolicybindings";
        }
        k8s_openapi::k8s_if_ge_1_34! {
            $each! { AdmissionregistrationV1beta1 admissionregistration_v1beta1 "admissionregistration.k8s.io" "v1beta1", api::admissionregistration::v1beta1:
                cluster listed mutating_admission_policies MutatingAdmissionPolicy "mutatingadmissionpolicies";
                cluster listed mutating_admission_policy_bindings MutatingAdmissionPolicyBinding "mutatingadmissionpolicybindings";
            }
        }
        k8s_openapi::k8s_if_le_1_33! {
            $each! { AdmissionregistrationV1beta1 admissionregistration_v1beta1 "admissionregistration.k8s.io" "v1beta1", api::admissionregistration::v1beta1:
                cluster listed validating_admission_policies ValidatingAdmissionPolicy "validatingadmissionpolicies";
                cluster listed validating_admission_policy_bindings ValidatingAdmissionPolicyBinding "validatingadmissionpolicybindings";
            }
        }
        $each! { ApiextensionsV1 apiextensions_v1 "apiextensions.k8s.io" "v1", apiextensions_apiserver::pkg::apis::apiextensions::v1:
            cluster listed custom_resource_definitions CustomResourceDefinition "customresourcedefinitions";
        }
        $each! { ApiregistrationV1 apiregistration_v1 "apiregistration.k8s.io" "v1", kube_aggregator::pkg::apis::apiregistration::v1:
            cluster listed api_services APIService "apiservices";
        }
        $each! { AppsV1 apps_v1 "apps" "v1", api::apps::v1:
            namespaced listed controller_revisions ControllerRevision "controllerrevisions";
            namespaced listed daemon_sets DaemonSet "daemonsets";
            namespaced listed deployments Deployment "deployments";
            namespaced listed replica_sets ReplicaSet "replicasets";
            namespaced listed stateful_sets StatefulSet "statefulsets";
        }
        $each! { AuthenticationV1 authentication_v1 "authentication.k8s.io" "v1", api::authentication::v1:
            cluster sent self_subject_reviews SelfSubjectReview "selfsubjectreviews";
            cluster sent token_reviews TokenReview "tokenreviews";
        }
        $each! { AuthorizationV1 authorization_v1 "authorization.k8s.io" "v1", api::authorization::v1:
            namespaced sent local_subject_access_reviews LocalSubjectAccessReview "localsubjectaccessreviews";
            cluster sent self_subject_access_reviews SelfSubjectAccessReview "selfsubjectaccessreviews";
            cluster sent self_subject_rules_reviews SelfSubjectRulesReview "selfsubjectrulesreviews";
            cluster sent subject_access_reviews SubjectAccessReview "subjectaccessreviews";
        }
        $each! { AutoscalingV1 autoscaling_v1 "autoscaling" "v1", api::autoscaling::v1:
            namespaced listed horizontal_pod_autoscalers HorizontalPodAutoscaler "horizontalpodautoscalers";
        }
        $each! { AutoscalingV2 autoscaling_v2 "autoscaling" "v2", api::autoscaling::v2:
            namespaced listed horizontal_pod_autoscalers HorizontalPodAutoscaler "horizontalpodautoscalers";
        }
        $each! { BatchV1 batch_v1 "batch" "v1", api::batch::v1:
            namespaced listed cron_jobs CronJob "cronjobs";
            namespaced listed jobs Job "jobs";
        }
        $each! { CertificatesV1 certificates_v1 "certificates.k8s.io" "v1", api::certificates::v1:
            cluster listed certificate_signing_requests CertificateSigningRequest "certificatesigningrequests";
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { CertificatesV1 certificates_v1 "certificates.k8s.io" "v1", api::certificates::v1:
                cluster listed cluster_trust_bundles ClusterTrustBundle "clustertrustbundles";
                namespaced listed pod_certificate_requests PodCertificateRequest "podcertificaterequests";
            }
        }
        k8s_openapi::k8s_if_1_34! {
            $each! { CertificatesV1alpha1 certificates_v1alpha1 "certificates.k8s.io" "v1alpha1", api::certificates::v1alpha1:
                namespaced listed pod_certificate_requests PodCertificateRequest "podcertificaterequests";
            }
        }
        k8s_openapi::k8s_if_le_1_36! {
            $each! { CertificatesV1alpha1 certificates_v1alpha1 "certificates.k8s.io" "v1alpha1", api::certificates::v1alpha1:
                cluster listed cluster_trust_bundles ClusterTrustBundle "clustertrustbundles";
            }
        }
        $each! { CertificatesV1beta1 certificates_v1beta1 "certificates.k8s.io" "v1beta1", api::certificates::v1beta1:
            cluster listed cluster_trust_bundles ClusterTrustBundle "clustertrustbundles";
        }
        k8s_openapi::k8s_if_ge_1_35! {
            $each! { CertificatesV1beta1 certificates_v1beta1 "certificates.k8s.io" "v1beta1", api::certificates::v1beta1:
                namespaced listed pod_certificate_requests PodCertificateRequest "podcertificaterequests";
            }
        }
        $each! { CoordinationV1 coordination_v1 "coordination.k8s.io" "v1", api::coordination::v1:
            namespaced listed leases Lease "leases";
        }
        $each! { CoordinationV1alpha2 coordination_v1alpha2 "coordination.k8s.io" "v1alpha2", api::coordination::v1alpha2:
            namespaced listed lease_candidates LeaseCandidate "leasecandidates";
        }
        $each! { CoordinationV1beta1 coordination_v1beta1 "coordination.k8s.io" "v1beta1", api::coordination::v1beta1:
            namespaced listed lease_candidates LeaseCandidate "leasecandidates";
        }
        $each! { DiscoveryV1 discovery_v1 "discovery.k8s.io" "v1", api::discovery::v1:
            namespaced listed endpoint_slices EndpointSlice "endpointslices";
        }
        $each! { EventsV1 events_v1 "events.k8s.io" "v1", api::events::v1:
            namespaced listed events Event "events";
        }
        $each! { FlowcontrolV1 flowcontrol_v1 "flowcontrol.apiserver.k8s.io" "v1", api::flowcontrol::v1:
            cluster listed flow_schemas FlowSchema "flowschemas";
            cluster listed priority_level_configurations PriorityLevelConfiguration "prioritylevelconfigurations";
        }
        $each! { InternalV1alpha1 internal_v1alpha1 "internal.apiserver.k8s.io" "v1alpha1", api::apiserverinternal::v1alpha1:
            cluster listed storage_versions StorageVersion "storageversions";
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { LifecycleV1alpha1 lifecycle_v1alpha1 "lifecycle.k8s.io" "v1alpha1", api::lifecycle::v1alpha1:
                namespaced listed eviction_requests EvictionRequest "evictionrequests";
                namespaced listed evictions Eviction "evictions";
            }
        }
        $each! { NetworkingV1 networking_v1 "networking.k8s.io" "v1", api::networking::v1:
            cluster listed ingress_classes IngressClass "ingressclasses";
            namespaced listed ingresses Ingress "ingresses";
            cluster listed ip_addresses IPAddress "ipaddresses";
            namespaced listed network_policies NetworkPolicy "networkpolicies";
            cluster listed service_cidrs ServiceCIDR "servicecidrs";
        }
        k8s_openapi::k8s_if_le_1_36! {
            $each! { NetworkingV1beta1 networking_v1beta1 "networking.k8s.io" "v1beta1", api::networking::v1beta1:
                cluster listed ip_addresses IPAddress "ipaddresses";
                cluster listed service_cidrs ServiceCIDR "servicecidrs";
            }
        }
        $each! { NodeV1 node_v1 "node.k8s.io" "v1", api::node::v1:
            cluster listed runtime_classes RuntimeClass "runtimeclasses";
        }
        $each! { PolicyV1 policy_v1 "policy" "v1", api::policy::v1:
            namespaced listed pod_disruption_budgets PodDisruptionBudget "poddisruptionbudgets";
        }
        $each! { RbacV1 rbac_v1 "rbac.authorization.k8s.io" "v1", api::rbac::v1:
            cluster listed cluster_role_bindings ClusterRoleBinding "clusterrolebindings";
            cluster listed cluster_roles ClusterRole "clusterroles";
            namespaced listed role_bindings RoleBinding "rolebindings";
            namespaced listed roles Role "roles";
        }
        k8s_openapi::k8s_if_ge_1_34! {
            $each! { ResourceV1 resource_v1 "resource.k8s.io" "v1", api::resource::v1:
                cluster listed device_classes DeviceClass "deviceclasses";
                namespaced listed resource_claims ResourceClaim "resourceclaims";
                namespaced listed resource_claim_templates ResourceClaimTemplate "resourceclaimtemplates";
                cluster listed resource_slices ResourceSlice "resourceslices";
            }
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { ResourceV1 resource_v1 "resource.k8s.io" "v1", api::resource::v1:
                cluster listed device_taint_rules DeviceTaintRule "devicetaintrules";
            }
        }
        $each! { ResourceV1alpha3 resource_v1alpha3 "resource.k8s.io" "v1alpha3", api::resource::v1alpha3:
            cluster listed device_taint_rules DeviceTaintRule "devicetaintrules";
        }
        k8s_openapi::k8s_if_ge_1_36! {
            $each! { ResourceV1alpha3 resource_v1alpha3 "resource.k8s.io" "v1alpha3", api::resource::v1alpha3:
                cluster listed resource_pool_status_requests ResourcePoolStatusRequest "resourcepoolstatusrequests";
            }
        }
        k8s_openapi::k8s_if_le_1_33! {
            $each! { ResourceV1alpha3 resource_v1alpha3 "resource.k8s.io" "v1alpha3", api::resource::v1alpha3:
                cluster listed device_classes DeviceClass "deviceclasses";
                namespaced listed resource_claims ResourceClaim "resourceclaims";
                namespaced listed resource_claim_templates ResourceClaimTemplate "resourceclaimtemplates";
                cluster listed resource_slices ResourceSlice "resourceslices";
            }
        }
        $each! { ResourceV1beta1 resource_v1beta1 "resource.k8s.io" "v1beta1", api::resource::v1beta1:
            cluster listed device_classes DeviceClass "deviceclasses";
            namespaced listed resource_claims ResourceClaim "resourceclaims";
            namespaced listed resource_claim_templates ResourceClaimTemplate "resourceclaimtemplates";
            cluster listed resource_slices ResourceSlice "resourceslices";
        }
        $each! { ResourceV1beta2 resource_v1beta2 "resource.k8s.io" "v1beta2", api::resource::v1beta2:
            cluster listed device_classes DeviceClass "deviceclasses";
            namespaced listed resource_claims ResourceClaim "resourceclaims";
            namespaced listed resource_claim_templates ResourceClaimTemplate "resourceclaimtemplates";
            cluster listed resource_slices ResourceSlice "resourceslices";
        }
        k8s_openapi::k8s_if_ge_1_36! {
            $each! { ResourceV1beta2 resource_v1beta2 "resource.k8s.io" "v1beta2", api::resource::v1beta2:
                cluster listed device_taint_rules DeviceTaintRule "devicetaintrules";
            }
        }
        $each! { SchedulingV1 scheduling_v1 "scheduling.k8s.io" "v1", api::scheduling::v1:
            cluster listed priority_classes PriorityClass "priorityclasses";
        }
        k8s_openapi::k8s_if_1_35! {
            $each! { SchedulingV1alpha1 scheduling_v1alpha1 "scheduling.k8s.io" "v1alpha1", api::scheduling::v1alpha1:
                namespaced listed workloads Workload "workloads";
            }
        }
        k8s_openapi::k8s_if_1_36! {
            $each! { SchedulingV1alpha2 scheduling_v1alpha2 "scheduling.k8s.io" "v1alpha2", api::scheduling::v1alpha2:
                namespaced listed pod_groups PodGroup "podgroups";
                namespaced listed workloads Workload "workloads";
            }
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { SchedulingV1alpha3 scheduling_v1alpha3 "scheduling.k8s.io" "v1alpha3", api::scheduling::v1alpha3:
                namespaced listed composite_pod_groups CompositePodGroup "compositepodgroups";
                namespaced listed pod_groups PodGroup "podgroups";
                namespaced listed workloads Workload "workloads";
            }
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { SchedulingV1beta1 scheduling_v1beta1 "scheduling.k8s.io" "v1beta1", api::scheduling::v1beta1:
                namespaced listed pod_groups PodGroup "podgroups";
                namespaced listed workloads Workload "workloads";
            }
        }
        $each! { StorageV1 storage_v1 "storage.k8s.io" "v1", api::storage::v1:
            cluster listed csi_drivers CSIDriver "csidrivers";
            cluster listed csi_nodes CSINode "csinodes";
            namespaced listed csi_storage_capacities CSIStorageCapacity "csistoragecapacities";
            cluster listed storage_classes StorageClass "storageclasses";
            cluster listed volume_attachments VolumeAttachment "volumeattachments";
        }
        k8s_openapi::k8s_if_ge_1_34! {
            $each! { StorageV1 storage_v1 "storage.k8s.io" "v1", api::storage::v1:
                cluster listed volume_attributes_classes VolumeAttributesClass "volumeattributesclasses";
            }
        }
        k8s_openapi::k8s_if_le_1_34! {
            $each! { StorageV1alpha1 storage_v1alpha1 "storage.k8s.io" "v1alpha1", api::storage::v1alpha1:
                cluster listed volume_attributes_classes VolumeAttributesClass "volumeattributesclasses";
            }
        }
        k8s_openapi::k8s_if_le_1_36! {
            $each! { StorageV1beta1 storage_v1beta1 "storage.k8s.io" "v1beta1", api::storage::v1beta1:
                cluster listed volume_attributes_classes VolumeAttributesClass "volumeattributesclasses";
            }
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each! { StoragemigrationV1 storagemigration_v1 "storagemigration.k8s.io" "v1", api::storagemigration::v1:
                cluster listed storage_version_migrations StorageVersionMigration "storageversionmigrations";
            }
        }
        k8s_openapi::k8s_if_le_1_34! {
            $each! { StoragemigrationV1alpha1 storagemigration_v1alpha1 "storagemigration.k8s.io" "v1alpha1", api::storagemigration::v1alpha1:
                cluster listed storage_version_migrations StorageVersionMigration "storageversionmigrations";
            }
        }
        k8s_openapi::k8s_if_ge_1_35! {
            $each! { StoragemigrationV1beta1 storagemigration_v1beta1 "storagemigration.k8s.io" "v1beta1", api::storagemigration::v1beta1:
                cluster listed storage_version_migrations StorageVersionMigration "storageversionmigrations";
            }
        }
    };
}

pub(crate) use {for_each_group, for_each_resource};

/// All of them, whatever version was chosen: what is known of a resource without asking a server.
#[rustfmt::skip]
pub(super) const BUILT_IN: &[BuiltIn] = &[
    BuiltIn("", "v1", "bindings", "Binding", true),
    BuiltIn("", "v1", "componentstatuses", "ComponentStatus", false),
    BuiltIn("", "v1", "configmaps", "ConfigMap", true),
    BuiltIn("", "v1", "endpoints", "Endpoints", true),
    BuiltIn("", "v1", "events", "Event", true),
    BuiltIn("", "v1", "limitranges", "LimitRange", true),
    BuiltIn("", "v1", "namespaces", "Namespace", false),
    BuiltIn("", "v1", "nodes", "Node", false),
    BuiltIn("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true),
    BuiltIn("", "v1", "persistentvolumes", "PersistentVolume", false),
    BuiltIn("", "v1", "pods", "Pod", true),
    BuiltIn("", "v1", "podtemplates", "PodTemplate", true),
    BuiltIn("", "v1", "replicationcontrollers", "ReplicationController", true),
    BuiltIn("", "v1", "resourcequotas", "ResourceQuota", true),
    BuiltIn("", "v1", "secrets", "Secret", true),
    BuiltIn("", "v1", "serviceaccounts", "ServiceAccount", true),
    BuiltIn("", "v1", "services", "Service", true),
    BuiltIn("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false),
    BuiltIn("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false),
    BuiltIn("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false),
    BuiltIn("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", false),
    BuiltIn("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", false),
    BuiltIn("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false),
    BuiltIn("admissionregistration.k8s.io", "v1alpha1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false),
    BuiltIn("admissionregistration.k8s.io", "v1alpha1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false),
    BuiltIn("admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false),
    BuiltIn("admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false),
    BuiltIn("admissionregistration.k8s.io", "v1beta1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", false),
    BuiltIn("admissionregistration.k8s.io", "v1beta1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", false),
    BuiltIn("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false),
    BuiltIn("apiregistration.k8s.io", "v1", "apiservices", "APIService", false),
    BuiltIn("apps", "v1", "controllerrevisions", "ControllerRevision", true),
    BuiltIn("apps", "v1", "daemonsets", "DaemonSet", true),
    BuiltIn("apps", "v1", "deployments", "Deployment", true),
    BuiltIn("apps", "v1", "replicasets", "ReplicaSet", true),
    BuiltIn("apps", "v1", "statefulsets", "StatefulSet", true),
    BuiltIn("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false),
    BuiltIn("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false),
    BuiltIn("authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
    BuiltIn("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
    BuiltIn("authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
    BuiltIn("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false),
    BuiltIn("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true),
    BuiltIn("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true),
    BuiltIn("batch", "v1", "cronjobs", "CronJob", true),
    BuiltIn("batch", "v1", "jobs", "Job", true),
    BuiltIn("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false),
    BuiltIn("certificates.k8s.io", "v1", "clustertrustbundles", "ClusterTrustBundle", false),
    BuiltIn("certificates.k8s.io", "v1", "podcertificaterequests", "PodCertificateRequest", true),
    BuiltIn("certificates.k8s.io", "v1alpha1", "clustertrustbundles", "ClusterTrustBundle", false),
    BuiltIn("certificates.k8s.io", "v1alpha1", "podcertificaterequests", "PodCertificateRequest", true),
    BuiltIn("certificates.k8s.io", "v1beta1", "clustertrustbundles", "ClusterTrustBundle", false),
    BuiltIn("certificates.k8s.io", "v1beta1", "podcertificaterequests", "PodCertificateRequest", true),
    BuiltIn("coordination.k8s.io", "v1", "leases", "Lease", true),
    BuiltIn("coordination.k8s.io", "v1alpha2", "leasecandidates", "LeaseCandidate", true),
    BuiltIn("coordination.k8s.io", "v1beta1", "leasecandidates", "LeaseCandidate", true),
    BuiltIn("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true),
    BuiltIn("events.k8s.io", "v1", "events", "Event", true),
    BuiltIn("flowcontrol.apiserver.k8s.io", "v1", "flowschemas", "FlowSchema", false),
    BuiltIn("flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", false),
    BuiltIn("internal.apiserver.k8s.io", "v1alpha1", "storageversions", "StorageVersion", false),
    BuiltIn("lifecycle.k8s.io", "v1alpha1", "evictionrequests", "EvictionRequest", true),
    BuiltIn("lifecycle.k8s.io", "v1alpha1", "evictions", "Eviction", true),
    BuiltIn("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false),
    BuiltIn("networking.k8s.io", "v1", "ingresses", "Ingress", true),
    BuiltIn("networking.k8s.io", "v1", "ipaddresses", "IPAddress", false),
    BuiltIn("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true),
    BuiltIn("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", false),
    BuiltIn("networking.k8s.io", "v1beta1", "ipaddresses", "IPAddress", false),
    BuiltIn("networking.k8s.io", "v1beta1", "servicecidrs", "ServiceCIDR", false),
    BuiltIn("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false),
    BuiltIn("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true),
    BuiltIn("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false),
    BuiltIn("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false),
    BuiltIn("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true),
    BuiltIn("rbac.authorization.k8s.io", "v1", "roles", "Role", true),
    BuiltIn("resource.k8s.io", "v1", "deviceclasses", "DeviceClass", false),
    BuiltIn("resource.k8s.io", "v1", "devicetaintrules", "DeviceTaintRule", false),
    BuiltIn("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", true),
    BuiltIn("resource.k8s.io", "v1", "resourceclaimtemplates", "ResourceClaimTemplate", true),
    BuiltIn("resource.k8s.io", "v1", "resourceslices", "ResourceSlice", false),
    BuiltIn("resource.k8s.io", "v1alpha3", "deviceclasses", "DeviceClass", false),
    BuiltIn("resource.k8s.io", "v1alpha3", "devicetaintrules", "DeviceTaintRule", false),
    BuiltIn("resource.k8s.io", "v1alpha3", "resourceclaims", "ResourceClaim", true),
    BuiltIn("resource.k8s.io", "v1alpha3", "resourceclaimtemplates", "ResourceClaimTemplate", true),
    BuiltIn("resource.k8s.io", "v1alpha3", "resourcepoolstatusrequests", "ResourcePoolStatusRequest", false),
    BuiltIn("resource.k8s.io", "v1alpha3", "resourceslices", "ResourceSlice", false),
    BuiltIn("resource.k8s.io", "v1beta1", "deviceclasses", "DeviceClass", false),
    BuiltIn("resource.k8s.io", "v1beta1", "resourceclaims", "ResourceClaim", true),
    BuiltIn("resource.k8s.io", "v1beta1", "resourceclaimtemplates", "ResourceClaimTemplate", true),
    BuiltIn("resource.k8s.io", "v1beta1", "resourceslices", "ResourceSlice", false),
    BuiltIn("resource.k8s.io", "v1beta2", "deviceclasses", "DeviceClass", false),
    BuiltIn("resource.k8s.io", "v1beta2", "devicetaintrules", "DeviceTaintRule", false),
    BuiltIn("resource.k8s.io", "v1beta2", "resourceclaims", "ResourceClaim", true),
    BuiltIn("resource.k8s.io", "v1beta2", "resourceclaimtemplates", "ResourceClaimTemplate", true),
    BuiltIn("resource.k8s.io", "v1beta2", "resourceslices", "ResourceSlice", false),
    BuiltIn("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false),
    BuiltIn("scheduling.k8s.io", "v1alpha1", "workloads", "Workload", true),
    BuiltIn("scheduling.k8s.io", "v1alpha2", "podgroups", "PodGroup", true),
    BuiltIn("scheduling.k8s.io", "v1alpha2", "workloads", "Workload", true),
    BuiltIn("scheduling.k8s.io", "v1alpha3", "compositepodgroups", "CompositePodGroup", true),
    BuiltIn("scheduling.k8s.io", "v1alpha3", "podgroups", "PodGroup", true),
    BuiltIn("scheduling.k8s.io", "v1alpha3", "workloads", "Workload", true),
    BuiltIn("scheduling.k8s.io", "v1beta1", "podgroups", "PodGroup", true),
    BuiltIn("scheduling.k8s.io", "v1beta1", "workloads", "Workload", true),
    BuiltIn("storage.k8s.io", "v1", "csidrivers", "CSIDriver", false),
    BuiltIn("storage.k8s.io", "v1", "csinodes", "CSINode", false),
    BuiltIn("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity", true),
    BuiltIn("storage.k8s.io", "v1", "storageclasses", "StorageClass", false),
    BuiltIn("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", false),
    BuiltIn("storage.k8s.io", "v1", "volumeattributesclasses", "VolumeAttributesClass", false),
    BuiltIn("storage.k8s.io", "v1alpha1", "volumeattributesclasses", "VolumeAttributesClass", false),
    BuiltIn("storage.k8s.io", "v1beta1", "volumeattributesclasses", "VolumeAttributesClass", false),
    BuiltIn("storagemigration.k8s.io", "v1", "storageversionmigrations", "StorageVersionMigration", false),
    BuiltIn("storagemigration.k8s.io", "v1alpha1", "storageversionmigrations", "StorageVersionMigration", false),
    BuiltIn("storagemigration.k8s.io", "v1beta1", "storageversionmigrations", "StorageVersionMigration", false),
];
