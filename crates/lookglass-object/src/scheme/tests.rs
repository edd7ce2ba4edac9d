use std::error::Error as _;

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{Namespace, Node, Pod},
    policy::v1::Eviction,
};
use kube_core::{DynamicObject, ListMeta, ObjectList, TypeMeta};
use serde_json::json;

use super::*;
use crate::Status;

fn dynamic(json: serde_json::Value) -> DynamicObject {
    serde_json::from_value(json).unwrap()
}

fn list<T: Clone>(api_version: &str, kind: &str, items: Vec<T>) -> ObjectList<T> {
    let types = TypeMeta { api_version: api_version.into(), kind: kind.into() };
    ObjectList { types, metadata: ListMeta::default(), items }
}

#[test]
fn knows_every_builtin_kind() {
    let scheme = Scheme::builtin();
    // 103 types in the sources of k8s-openapi 0.29 at 1.37; a new release must bring the list up to date.
    assert_eq!(scheme.kinds().count(), 103, "{:?}", scheme.kinds().map(ToString::to_string).collect::<Vec<_>>());
    for (kind, resource, namespaced) in [
        (Gvk::core("v1", "Pod"), Gvr::core("v1", "pods"), true),
        (Gvk::core("v1", "Node"), Gvr::core("v1", "nodes"), false),
        (Gvk::core("v1", "Endpoints"), Gvr::core("v1", "endpoints"), true),
        (Gvk::new("networking.k8s.io", "v1", "Ingress"), Gvr::new("networking.k8s.io", "v1", "ingresses"), true),
        (
            Gvk::new("apiextensions.k8s.io", "v1", "CustomResourceDefinition"),
            Gvr::new("apiextensions.k8s.io", "v1", "customresourcedefinitions"),
            false,
        ),
        (
            Gvk::new("scheduling.k8s.io", "v1beta1", "PodGroup"),
            Gvr::new("scheduling.k8s.io", "v1beta1", "podgroups"),
            true,
        ),
    ] {
        assert!(scheme.is_registered(&kind), "{kind}");
        assert_eq!(scheme.resource_of(&kind), Some(&resource));
        assert_eq!(scheme.kind_of(&resource), Some(&kind));
        assert_eq!(scheme.is_namespaced(&kind), Some(namespaced), "{kind}");
        assert_eq!(scheme.item_kind(&kind.list()), Some(&kind));
    }
    let eviction = scheme.gvk_of::<Eviction>().unwrap();
    assert_eq!((scheme.resource_of(eviction), scheme.is_namespaced(eviction)), (None, None), "a subresource");
    assert_eq!(format!("{scheme:?}"), "Scheme(103 types, 103 kinds)");
}

#[test]
fn a_type_must_be_registered_once() {
    let mut scheme = Scheme::new();
    assert_eq!(scheme.gvk_of::<Pod>(), Err(SchemeError::NotRegistered { type_name: type_name::<Pod>() }));
    scheme.register::<Pod>().register::<Pod>();
    assert_eq!(scheme.gvk_of::<Pod>(), Ok(&Gvk::core("v1", "Pod")));
    assert_eq!(scheme.object_kinds::<Pod>().unwrap().len(), 1);
    assert!(scheme.object_kinds::<Node>().is_err());
    assert_eq!(scheme.item_kind(&Gvk::core("v1", "NodeList")), None);
    assert_eq!(scheme.item_kind(&Gvk::core("v1", "List")), None);
}

#[test]
fn a_type_of_several_kinds_is_ambiguous() {
    let mut scheme = Scheme::builtin();
    scheme.alias::<Deployment>(Gvk::new("extensions", "v1beta1", "Deployment"));
    let error = scheme.restore_gvk(&mut Deployment::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "several kinds are registered for the type {}: apps/v1, Kind=Deployment; extensions/v1beta1, Kind=Deployment",
            type_name::<Deployment>()
        )
    );
    assert_eq!(scheme.object_kinds::<Deployment>().unwrap().len(), 2);
    assert!(matches!(
        scheme.restore_gvk(&mut PartialObjectMeta::<Deployment>::default()),
        Err(SchemeError::SeveralKinds { .. })
    ));
    assert!(Scheme::builtin().gvk_of::<Deployment>().is_ok(), "a clone was changed, not the original");
}

#[test]
fn an_unversioned_type_has_no_kind() {
    let mut scheme = Scheme::new();
    scheme.register_unversioned::<Status>(Gvk::core("v1", "Status"));
    assert_eq!(
        scheme.gvk_of::<Status>().unwrap_err().to_string(),
        "the type lookglass_object::status::Status is registered as unversioned and has no kind of its own"
    );
    assert_eq!(scheme.object_kinds::<Status>(), Ok(&[Gvk::core("v1", "Status")][..]));
}

#[test]
fn untyped_objects_must_carry_their_kind() {
    let scheme = Scheme::new();
    let mut whole =
        dynamic(json!({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "a"}}));
    assert_eq!(scheme.restore_gvk(&mut whole), Ok(Gvk::new("cert-manager.io", "v1", "Certificate")));

    let mut bare = dynamic(json!({"metadata": {"name": "a"}}));
    assert_eq!(
        scheme.restore_gvk(&mut bare).unwrap_err().to_string(),
        "object \"a\" has no kind: a dynamic or metadata-only object must carry its own"
    );
    let mut partial: PartialObjectMeta = serde_json::from_value(json!({})).unwrap();
    assert_eq!(
        scheme.restore_gvk(&mut partial).unwrap_err().to_string(),
        "object has no kind: a dynamic or metadata-only object must carry its own"
    );
    partial.types = Some(TypeMeta { api_version: String::new(), kind: "Pod".into() });
    assert_eq!(
        scheme.restore_gvk(&mut partial).unwrap_err().to_string(),
        "object has no apiVersion: a dynamic or metadata-only object must carry its own"
    );
    partial.types = Some(TypeMeta { api_version: "meta.k8s.io/v1".into(), kind: "PartialObjectMetadata".into() });
    assert_eq!(scheme.restore_gvk(&mut partial), Err(SchemeError::MissingKind { name: "".into() }));
    partial.types = Some(TypeMeta { api_version: "a/b/c".into(), kind: "Pod".into() });
    let error = scheme.restore_gvk(&mut partial).unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "unexpected GroupVersion string: a/b/c");
}

#[test]
fn metadata_of_a_known_type_gets_its_kind() {
    let mut partial: PartialObjectMeta<Namespace> = Default::default();
    assert!(Scheme::new().restore_gvk(&mut partial).is_err());
    assert!(partial.types.is_none(), "unchanged by an error");
    partial.types = Some(TypeMeta { api_version: "meta.k8s.io/v1".into(), kind: "PartialObjectMetadata".into() });
    Scheme::builtin().restore_gvk(&mut partial).unwrap();
    assert_eq!(partial.types, Some(TypeMeta { api_version: "v1".into(), kind: "Namespace".into() }));
}

#[test]
fn items_get_the_kind_that_their_list_says() {
    let scheme = Scheme::new();
    let bare = || dynamic(json!({"metadata": {"name": "a"}}));
    let own = dynamic(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {}}));
    let mut certificates = list("cert-manager.io/v1", "CertificateList", vec![bare(), own.clone()]);
    scheme.restore_gvk_list(&mut certificates).unwrap();
    let kinds: Vec<String> = certificates.items.iter().map(|o| o.types.clone().unwrap().kind).collect();
    assert_eq!(kinds, ["Certificate", "Secret"], "what an item says itself is kept");

    for (api_version, kind) in
        [("v1", "List"), ("meta.k8s.io/v1", "PartialObjectMetadataList"), ("", "PodList"), ("", "")]
    {
        let error = scheme.restore_gvk_list(&mut list(api_version, kind, vec![own.clone(), bare()])).unwrap_err();
        assert_eq!(error.to_string(), "item 1 of the list");
        assert!(
            matches!(error, SchemeError::Item { index: 1, source } if matches!(*source, SchemeError::MissingKind { .. }))
        );
    }

    let mut pods = list("v1", "PodList", vec![Pod::default()]);
    assert!(matches!(scheme.restore_gvk_list(&mut pods), Err(SchemeError::Item { index: 0, .. })));
    Scheme::builtin().restore_gvk_list(&mut pods).unwrap();
    let mut partials =
        list("meta.k8s.io/v1", "PartialObjectMetadataList", vec![PartialObjectMeta::<Pod>::default(); 2]);
    Scheme::builtin().restore_gvk_list(&mut partials).unwrap();
    assert!(partials.items.iter().all(|p| p.types.as_ref().is_some_and(|t| t.kind == "Pod")));
}
