//! The kinds of k8s-openapi 0.29.0, each gated to the versions that have it. Written by `cargo xtask codecs`.

use k8s_openapi::{api, apiextensions_apiserver, apimachinery, kube_aggregator};

use super::Codec;

/// One codec per kind.
pub(super) fn all() -> Vec<Codec> {
    let mut all = vec![
        Codec::of::<api::admissionregistration::v1::MutatingWebhookConfiguration>(),
        Codec::of::<api::admissionregistration::v1::ValidatingAdmissionPolicy>(),
        Codec::of::<api::admissionregistration::v1::ValidatingAdmissionPolicyBinding>(),
        Codec::of::<api::admissionregistration::v1::ValidatingWebhookConfiguration>(),
        Codec::of::<api::admissionregistration::v1alpha1::MutatingAdmissionPolicy>(),
        Codec::of::<api::admissionregistration::v1alpha1::MutatingAdmissionPolicyBinding>(),
        Codec::of::<api::apiserverinternal::v1alpha1::StorageVersion>(),
        Codec::of::<api::apps::v1::ControllerRevision>(),
        Codec::of::<api::apps::v1::DaemonSet>(),
        Codec::of::<api::apps::v1::Deployment>(),
        Codec::of::<api::apps::v1::ReplicaSet>(),
        Codec::of::<api::apps::v1::StatefulSet>(),
        Codec::of::<api::authentication::v1::SelfSubjectReview>(),
        Codec::of::<api::authentication::v1::TokenRequest>(),
        Codec::of::<api::authentication::v1::TokenReview>(),
        Codec::of::<api::authorization::v1::LocalSubjectAccessReview>(),
        Codec::of::<api::authorization::v1::SelfSubjectAccessReview>(),
        Codec::of::<api::authorization::v1::SelfSubjectRulesReview>(),
        Codec::of::<api::authorization::v1::SubjectAccessReview>(),
        Codec::of::<api::autoscaling::v1::HorizontalPodAutoscaler>(),
        Codec::of::<api::autoscaling::v1::Scale>(),
        Codec::of::<api::autoscaling::v2::HorizontalPodAutoscaler>(),
        Codec::of::<api::batch::v1::CronJob>(),
        Codec::of::<api::batch::v1::Job>(),
        Codec::of::<api::certificates::v1::CertificateSigningRequest>(),
        Codec::of::<api::certificates::v1beta1::ClusterTrustBundle>(),
        Codec::of::<api::coordination::v1::Lease>(),
        Codec::of::<api::coordination::v1alpha2::LeaseCandidate>(),
        Codec::of::<api::coordination::v1beta1::LeaseCandidate>(),
        Codec::of::<api::core::v1::Binding>(),
        Codec::of::<api::core::v1::ComponentStatus>(),
        Codec::of::<api::core::v1::ConfigMap>(),
        Codec::of::<api::core::v1::Endpoints>(),
        Codec::of::<api::core::v1::Event>(),
        Codec::of::<api::core::v1::LimitRange>(),
        Codec::of::<api::core::v1::Namespace>(),
        Codec::of::<api::core::v1::Node>(),
        Codec::of::<api::core::v1::PersistentVolume>(),
        Codec::of::<api::core::v1::PersistentVolumeClaim>(),
        Codec::of::<api::core::v1::Pod>(),
        Codec::of::<api::core::v1::PodTemplate>(),
        Codec::of::<api::core::v1::ReplicationController>(),
        Codec::of::<api::core::v1::ResourceQuota>(),
        Codec::of::<api::core::v1::Secret>(),
        Codec::of::<api::core::v1::Service>(),
        Codec::of::<api::core::v1::ServiceAccount>(),
        Codec::of::<api::discovery::v1::EndpointSlice>(),
        Codec::of::<api::events::v1::Event>(),
        Codec::of::<api::flowcontrol::v1::FlowSchema>(),
        Codec::of::<api::flowcontrol::v1::PriorityLevelConfiguration>(),
        Codec::of::<api::networking::v1::IPAddress>(),
        Codec::of::<api::networking::v1::Ingress>(),
        Codec::of::<api::networking::v1::IngressClass>(),
        Codec::of::<api::networking::v1::NetworkPolicy>(),
        Codec::of::<api::networking::v1::ServiceCIDR>(),
        Codec::of::<api::node::v1::RuntimeClass>(),
        Codec::of::<api::policy::v1::Eviction>(),
        Codec::of::<api::policy::v1::PodDisruptionBudget>(),
        Codec::of::<api::rbac::v1::ClusterRole>(),
        Codec::of::<api::rbac::v1::ClusterRoleBinding>(),
        Codec::of::<api::rbac::v1::Role>(),
        Codec::of::<api::rbac::v1::RoleBinding>(),
        Codec::of::<api::resource::v1alpha3::DeviceTaintRule>(),
        Codec::of::<api::resource::v1beta1::DeviceClass>(),
        Codec::of::<api::resource::v1beta1::ResourceClaim>(),
        Codec::of::<api::resource::v1beta1::ResourceClaimTemplate>(),
        Codec::of::<api::resource::v1beta1::ResourceSlice>(),
        Codec::of::<api::resource::v1beta2::DeviceClass>(),
        Codec::of::<api::resource::v1beta2::ResourceClaim>(),
        Codec::of::<api::resource::v1beta2::ResourceClaimTemplate>(),
        Codec::of::<api::resource::v1beta2::ResourceSlice>(),
        Codec::of::<api::scheduling::v1::PriorityClass>(),
        Codec::of::<api::storage::v1::CSIDriver>(),
        Codec::of::<api::storage::v1::CSINode>(),
        Codec::of::<api::storage::v1::CSIStorageCapacity>(),
        Codec::of::<api::storage::v1::StorageClass>(),
        Codec::of::<api::storage::v1::VolumeAttachment>(),
        Codec::of::<apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition>(),
        Codec::of::<apimachinery::pkg::apis::meta::v1::APIGroup>(),
        Codec::of::<apimachinery::pkg::apis::meta::v1::APIGroupList>(),
        Codec::of::<apimachinery::pkg::apis::meta::v1::APIResourceList>(),
        Codec::of::<apimachinery::pkg::apis::meta::v1::APIVersions>(),
        Codec::of::<apimachinery::pkg::apis::meta::v1::Status>(),
        Codec::of::<kube_aggregator::pkg::apis::apiregistration::v1::APIService>(),
    ];
    k8s_openapi::k8s_if_ge_1_36! { all.push(Codec::of::<api::admissionregistration::v1::MutatingAdmissionPolicy>()); }
    k8s_openapi::k8s_if_ge_1_36! { all.push(Codec::of::<api::admissionregistration::v1::MutatingAdmissionPolicyBinding>()); }
    k8s_openapi::k8s_if_ge_1_34! { all.push(Codec::of::<api::admissionregistration::v1beta1::MutatingAdmissionPolicy>()); }
    k8s_openapi::k8s_if_ge_1_34! { all.push(Codec::of::<api::admissionregistration::v1beta1::MutatingAdmissionPolicyBinding>()); }
    k8s_openapi::k8s_if_le_1_33! { all.push(Codec::of::<api::admissionregistration::v1beta1::ValidatingAdmissionPolicy>()); }
    k8s_openapi::k8s_if_le_1_33! { all.push(Codec::of::<api::admissionregistration::v1beta1::ValidatingAdmissionPolicyBinding>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::certificates::v1::ClusterTrustBundle>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::certificates::v1::PodCertificateRequest>()); }
    k8s_openapi::k8s_if_le_1_36! { all.push(Codec::of::<api::certificates::v1alpha1::ClusterTrustBundle>()); }
    k8s_openapi::k8s_if_ge_1_34! { k8s_openapi::k8s_if_le_1_34! { all.push(Codec::of::<api::certificates::v1alpha1::PodCertificateRequest>()); } }
    k8s_openapi::k8s_if_ge_1_35! { all.push(Codec::of::<api::certificates::v1beta1::PodCertificateRequest>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::lifecycle::v1alpha1::Eviction>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::lifecycle::v1alpha1::EvictionRequest>()); }
    k8s_openapi::k8s_if_le_1_36! { all.push(Codec::of::<api::networking::v1beta1::IPAddress>()); }
    k8s_openapi::k8s_if_le_1_36! { all.push(Codec::of::<api::networking::v1beta1::ServiceCIDR>()); }
    k8s_openapi::k8s_if_ge_1_34! { all.push(Codec::of::<api::resource::v1::DeviceClass>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::resource::v1::DeviceTaintRule>()); }
    k8s_openapi::k8s_if_ge_1_34! { all.push(Codec::of::<api::resource::v1::ResourceClaim>()); }
    k8s_openapi::k8s_if_ge_1_34! { all.push(Codec::of::<api::resource::v1::ResourceClaimTemplate>()); }
    k8s_openapi::k8s_if_ge_1_34! { all.push(Codec::of::<api::resource::v1::ResourceSlice>()); }
    k8s_openapi::k8s_if_le_1_33! { all.push(Codec::of::<api::resource::v1alpha3::DeviceClass>()); }
    k8s_openapi::k8s_if_le_1_33! { all.push(Codec::of::<api::resource::v1alpha3::ResourceClaim>()); }
    k8s_openapi::k8s_if_le_1_33! { all.push(Codec::of::<api::resource::v1alpha3::ResourceClaimTemplate>()); }
    k8s_openapi::k8s_if_ge_1_36! { all.push(Codec::of::<api::resource::v1alpha3::ResourcePoolStatusRequest>()); }
    k8s_openapi::k8s_if_le_1_33! { all.push(Codec::of::<api::resource::v1alpha3::ResourceSlice>()); }
    k8s_openapi::k8s_if_ge_1_36! { all.push(Codec::of::<api::resource::v1beta2::DeviceTaintRule>()); }
    k8s_openapi::k8s_if_ge_1_35! { k8s_openapi::k8s_if_le_1_35! { all.push(Codec::of::<api::scheduling::v1alpha1::Workload>()); } }
    k8s_openapi::k8s_if_ge_1_36! { k8s_openapi::k8s_if_le_1_36! { all.push(Codec::of::<api::scheduling::v1alpha2::PodGroup>()); } }
    k8s_openapi::k8s_if_ge_1_36! { k8s_openapi::k8s_if_le_1_36! { all.push(Codec::of::<api::scheduling::v1alpha2::Workload>()); } }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::scheduling::v1alpha3::CompositePodGroup>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::scheduling::v1alpha3::PodGroup>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::scheduling::v1alpha3::Workload>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::scheduling::v1beta1::PodGroup>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::scheduling::v1beta1::Workload>()); }
    k8s_openapi::k8s_if_ge_1_34! { all.push(Codec::of::<api::storage::v1::VolumeAttributesClass>()); }
    k8s_openapi::k8s_if_le_1_34! { all.push(Codec::of::<api::storage::v1alpha1::VolumeAttributesClass>()); }
    k8s_openapi::k8s_if_le_1_36! { all.push(Codec::of::<api::storage::v1beta1::VolumeAttributesClass>()); }
    k8s_openapi::k8s_if_ge_1_37! { all.push(Codec::of::<api::storagemigration::v1::StorageVersionMigration>()); }
    k8s_openapi::k8s_if_le_1_34! { all.push(Codec::of::<api::storagemigration::v1alpha1::StorageVersionMigration>()); }
    k8s_openapi::k8s_if_ge_1_35! { all.push(Codec::of::<api::storagemigration::v1beta1::StorageVersionMigration>()); }
    all
}
