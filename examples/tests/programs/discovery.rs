//! What a server serves, and what stands on knowing it.

use crate::support::{output_of, output_with};

/// Letter by letter what `kubectl api-resources` prints of such a server.
#[test]
fn discovery() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_discovery")), @r"
    NAME                                SHORTNAMES   APIVERSION                        NAMESPACED   KIND
    bindings                                         v1                                true         Binding
    componentstatuses                   cs           v1                                false        ComponentStatus
    configmaps                          cm           v1                                true         ConfigMap
    endpoints                           ep           v1                                true         Endpoints
    events                              ev           v1                                true         Event
    limitranges                         limits       v1                                true         LimitRange
    namespaces                          ns           v1                                false        Namespace
    nodes                               no           v1                                false        Node
    persistentvolumeclaims              pvc          v1                                true         PersistentVolumeClaim
    persistentvolumes                   pv           v1                                false        PersistentVolume
    pods                                po           v1                                true         Pod
    podtemplates                                     v1                                true         PodTemplate
    replicationcontrollers              rc           v1                                true         ReplicationController
    resourcequotas                      quota        v1                                true         ResourceQuota
    secrets                                          v1                                true         Secret
    serviceaccounts                     sa           v1                                true         ServiceAccount
    services                            svc          v1                                true         Service
    mutatingadmissionpolicies                        admissionregistration.k8s.io/v1   false        MutatingAdmissionPolicy
    mutatingadmissionpolicybindings                  admissionregistration.k8s.io/v1   false        MutatingAdmissionPolicyBinding
    mutatingwebhookconfigurations                    admissionregistration.k8s.io/v1   false        MutatingWebhookConfiguration
    validatingadmissionpolicies                      admissionregistration.k8s.io/v1   false        ValidatingAdmissionPolicy
    validatingadmissionpolicybindings                admissionregistration.k8s.io/v1   false        ValidatingAdmissionPolicyBinding
    validatingwebhookconfigurations                  admissionregistration.k8s.io/v1   false        ValidatingWebhookConfiguration
    customresourcedefinitions           crd,crds     apiextensions.k8s.io/v1           false        CustomResourceDefinition
    apiservices                                      apiregistration.k8s.io/v1         false        APIService
    controllerrevisions                              apps/v1                           true         ControllerRevision
    daemonsets                          ds           apps/v1                           true         DaemonSet
    deployments                         deploy       apps/v1                           true         Deployment
    replicasets                         rs           apps/v1                           true         ReplicaSet
    statefulsets                        sts          apps/v1                           true         StatefulSet
    selfsubjectreviews                               authentication.k8s.io/v1          false        SelfSubjectReview
    tokenreviews                                     authentication.k8s.io/v1          false        TokenReview
    localsubjectaccessreviews                        authorization.k8s.io/v1           true         LocalSubjectAccessReview
    selfsubjectaccessreviews                         authorization.k8s.io/v1           false        SelfSubjectAccessReview
    selfsubjectrulesreviews                          authorization.k8s.io/v1           false        SelfSubjectRulesReview
    subjectaccessreviews                             authorization.k8s.io/v1           false        SubjectAccessReview
    horizontalpodautoscalers            hpa          autoscaling/v2                    true         HorizontalPodAutoscaler
    cronjobs                            cj           batch/v1                          true         CronJob
    jobs                                             batch/v1                          true         Job
    certificatesigningrequests          csr          certificates.k8s.io/v1            false        CertificateSigningRequest
    leases                                           coordination.k8s.io/v1            true         Lease
    endpointslices                                   discovery.k8s.io/v1               true         EndpointSlice
    events                              ev           events.k8s.io/v1                  true         Event
    flowschemas                                      flowcontrol.apiserver.k8s.io/v1   false        FlowSchema
    prioritylevelconfigurations                      flowcontrol.apiserver.k8s.io/v1   false        PriorityLevelConfiguration
    ingressclasses                                   networking.k8s.io/v1              false        IngressClass
    ingresses                           ing          networking.k8s.io/v1              true         Ingress
    ipaddresses                         ip           networking.k8s.io/v1              false        IPAddress
    networkpolicies                     netpol       networking.k8s.io/v1              true         NetworkPolicy
    servicecidrs                                     networking.k8s.io/v1              false        ServiceCIDR
    runtimeclasses                                   node.k8s.io/v1                    false        RuntimeClass
    poddisruptionbudgets                pdb          policy/v1                         true         PodDisruptionBudget
    clusterrolebindings                              rbac.authorization.k8s.io/v1      false        ClusterRoleBinding
    clusterroles                                     rbac.authorization.k8s.io/v1      false        ClusterRole
    rolebindings                                     rbac.authorization.k8s.io/v1      true         RoleBinding
    roles                                            rbac.authorization.k8s.io/v1      true         Role
    deviceclasses                                    resource.k8s.io/v1                false        DeviceClass
    resourceclaims                                   resource.k8s.io/v1                true         ResourceClaim
    resourceclaimtemplates                           resource.k8s.io/v1                true         ResourceClaimTemplate
    resourceslices                                   resource.k8s.io/v1                false        ResourceSlice
    priorityclasses                     pc           scheduling.k8s.io/v1              false        PriorityClass
    csidrivers                                       storage.k8s.io/v1                 false        CSIDriver
    csinodes                                         storage.k8s.io/v1                 false        CSINode
    csistoragecapacities                             storage.k8s.io/v1                 true         CSIStorageCapacity
    storageclasses                      sc           storage.k8s.io/v1                 false        StorageClass
    volumeattachments                                storage.k8s.io/v1                 false        VolumeAttachment
    volumeattributesclasses             vac          storage.k8s.io/v1                 false        VolumeAttributesClass
    ");
}

#[test]
fn discovery_of_everything() {
    let printed = output_with(env!("CARGO_BIN_EXE_discovery"), &["--all", "--wide"]);
    let (groups, resources) = printed.split_once("\n\n").expect("groups, and then resources");
    assert!(groups.starts_with("Kubernetes v1.36"), "{groups}");
    assert!(groups.contains("\nautoscaling: v2, v1 (preferred: v2)\n"), "{groups}");
    assert_eq!(groups.lines().count(), 22, "the version and 21 groups");
    let of = |name: &str| resources.lines().filter(|line| line.starts_with(name)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(of("NAME "), @"NAME                                SHORTNAMES   APIVERSION                        NAMESPACED   KIND                               VERBS                                                        CATEGORIES");
    insta::assert_snapshot!(of("horizontalpodautoscalers "), @r"
    horizontalpodautoscalers            hpa          autoscaling/v2                    true         HorizontalPodAutoscaler            create,delete,deletecollection,get,list,patch,update,watch   all
    horizontalpodautoscalers            hpa          autoscaling/v1                    true         HorizontalPodAutoscaler            create,delete,deletecollection,get,list,patch,update,watch   all
    ");
}

#[test]
fn scale() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_scale")), @r"
    deployments.apps web: 0 there, 2 wanted
    deployments.apps web: now 3 wanted
    statefulsets.apps db: 0 there, 1 wanted
    statefulsets.apps db: now 3 wanted
    ");
    insta::assert_snapshot!(output_with(env!("CARGO_BIN_EXE_scale"), &["Deployment.v1.apps/web", "--replicas", "0"]), @r"
    deployments.apps web: 0 there, 2 wanted
    deployments.apps web: now 0 wanted
    ");
}
