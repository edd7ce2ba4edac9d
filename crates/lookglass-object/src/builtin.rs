//! Which kinds k8s-openapi 0.29.0 has, in which versions of Kubernetes. Written by `cargo xtask codecs`.
//!
//! Both macros call `each!(context module: Kind, Kind, ..);` for each module of k8s-openapi with kinds in the version
//! that the final binary chose.

/// Kinds whose metadata are an `ObjectMeta`: what can be stored, listed and watched.
macro_rules! for_each_object_kind {
    ($each:ident, $context:tt) => {
        $each!($context api::admissionregistration::v1:
            MutatingWebhookConfiguration, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
            ValidatingWebhookConfiguration
        );
        $each!($context api::admissionregistration::v1alpha1: MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding);
        $each!($context api::apiserverinternal::v1alpha1: StorageVersion);
        $each!($context api::apps::v1: ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet);
        $each!($context api::authentication::v1: SelfSubjectReview, TokenRequest, TokenReview);
        $each!($context api::authorization::v1:
            LocalSubjectAccessReview, SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview
        );
        $each!($context api::autoscaling::v1: HorizontalPodAutoscaler, Scale);
        $each!($context api::autoscaling::v2: HorizontalPodAutoscaler);
        $each!($context api::batch::v1: CronJob, Job);
        $each!($context api::certificates::v1: CertificateSigningRequest);
        $each!($context api::certificates::v1beta1: ClusterTrustBundle);
        $each!($context api::coordination::v1: Lease);
        $each!($context api::coordination::v1alpha2: LeaseCandidate);
        $each!($context api::coordination::v1beta1: LeaseCandidate);
        $each!($context api::core::v1:
            Binding, ComponentStatus, ConfigMap, Endpoints, Event, LimitRange, Namespace, Node, PersistentVolume,
            PersistentVolumeClaim, Pod, PodTemplate, ReplicationController, ResourceQuota, Secret, Service,
            ServiceAccount
        );
        $each!($context api::discovery::v1: EndpointSlice);
        $each!($context api::events::v1: Event);
        $each!($context api::flowcontrol::v1: FlowSchema, PriorityLevelConfiguration);
        $each!($context api::networking::v1: IPAddress, Ingress, IngressClass, NetworkPolicy, ServiceCIDR);
        $each!($context api::node::v1: RuntimeClass);
        $each!($context api::policy::v1: Eviction, PodDisruptionBudget);
        $each!($context api::rbac::v1: ClusterRole, ClusterRoleBinding, Role, RoleBinding);
        $each!($context api::resource::v1alpha3: DeviceTaintRule);
        $each!($context api::resource::v1beta1: DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice);
        $each!($context api::resource::v1beta2: DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice);
        $each!($context api::scheduling::v1: PriorityClass);
        $each!($context api::storage::v1: CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment);
        $each!($context apiextensions_apiserver::pkg::apis::apiextensions::v1: CustomResourceDefinition);
        $each!($context kube_aggregator::pkg::apis::apiregistration::v1: APIService);
        k8s_openapi::k8s_if_1_34! {
            $each!($context api::certificates::v1alpha1: PodCertificateRequest);
        }
        k8s_openapi::k8s_if_1_35! {
            $each!($context api::scheduling::v1alpha1: Workload);
        }
        k8s_openapi::k8s_if_1_36! {
            $each!($context api::scheduling::v1alpha2: PodGroup, Workload);
        }
        k8s_openapi::k8s_if_ge_1_34! {
            $each!($context api::admissionregistration::v1beta1:
                MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding
            );
            $each!($context api::resource::v1: DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice);
            $each!($context api::storage::v1: VolumeAttributesClass);
        }
        k8s_openapi::k8s_if_ge_1_35! {
            $each!($context api::certificates::v1beta1: PodCertificateRequest);
            $each!($context api::storagemigration::v1beta1: StorageVersionMigration);
        }
        k8s_openapi::k8s_if_ge_1_36! {
            $each!($context api::admissionregistration::v1: MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding);
            $each!($context api::resource::v1alpha3: ResourcePoolStatusRequest);
            $each!($context api::resource::v1beta2: DeviceTaintRule);
        }
        k8s_openapi::k8s_if_ge_1_37! {
            $each!($context api::certificates::v1: ClusterTrustBundle, PodCertificateRequest);
            $each!($context api::lifecycle::v1alpha1: Eviction, EvictionRequest);
            $each!($context api::resource::v1: DeviceTaintRule);
            $each!($context api::scheduling::v1alpha3: CompositePodGroup, PodGroup, Workload);
            $each!($context api::scheduling::v1beta1: PodGroup, Workload);
            $each!($context api::storagemigration::v1: StorageVersionMigration);
        }
        k8s_openapi::k8s_if_le_1_33! {
            $each!($context api::admissionregistration::v1beta1:
                ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding
            );
            $each!($context api::resource::v1alpha3: DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice);
        }
        k8s_openapi::k8s_if_le_1_34! {
            $each!($context api::storage::v1alpha1: VolumeAttributesClass);
            $each!($context api::storagemigration::v1alpha1: StorageVersionMigration);
        }
        k8s_openapi::k8s_if_le_1_36! {
            $each!($context api::certificates::v1alpha1: ClusterTrustBundle);
            $each!($context api::networking::v1beta1: IPAddress, ServiceCIDR);
            $each!($context api::storage::v1beta1: VolumeAttributesClass);
        }
    };
}

/// The rest: what an API server answers, and never stores.
macro_rules! for_each_other_kind {
    ($each:ident, $context:tt) => {
        $each!($context apimachinery::pkg::apis::meta::v1:
            APIGroup, APIGroupList, APIResourceList, APIVersions, Status
        );
    };
}

pub(crate) use {for_each_object_kind, for_each_other_kind};
