use std::cmp::Ordering;

use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube_core::{ApiResource, GroupVersionKind, GroupVersionResource};
use proptest::prelude::*;

use super::*;

#[test]
fn api_versions_parse_as_in_go() {
    for (text, group, version) in [
        ("", "", ""),
        ("/", "", ""),
        ("v1", "", "v1"),
        ("apps/v1", "apps", "v1"),
        ("/v1", "", "v1"),
        ("apps/", "apps", ""),
    ] {
        let parsed = GroupVersion::from_api_version(text).unwrap();
        assert_eq!((parsed.group(), parsed.version()), (group, version), "{text:?}");
    }
    assert_eq!(
        GroupVersion::from_api_version("a/b/c").unwrap_err().to_string(),
        "unexpected GroupVersion string: a/b/c"
    );
    assert_eq!(GroupVersion::new("apps", "v1").api_version(), "apps/v1");
    assert!(matches!(GroupVersion::new("", "v1").api_version(), Cow::Borrowed("v1")));
}

#[test]
fn kinds_of_types() {
    let gvk = Gvk::of::<Deployment>();
    assert_eq!((gvk.group(), gvk.version(), gvk.kind()), ("apps", "v1", "Deployment"));
    assert!(matches!(gvk.kind, Text::Static(_)), "names of built-in kinds are constants");
    assert_eq!(gvk.list(), Gvk::new("apps", "v1", "DeploymentList"));
    assert_eq!(gvk.group_kind(), "Deployment.apps");
    assert_eq!(Gvk::of::<Pod>().group_kind(), "Pod");
    assert_eq!(Gvr::of::<Pod>(), Gvr::core("v1", "pods"));
    assert_eq!(gvk.resource("deployments"), Gvr::of::<Deployment>());
}

#[test]
fn text_forms() {
    assert_eq!("/v1, Kind=Pod".parse(), Ok(Gvk::core("v1", "Pod")));
    assert_eq!("v1, Kind=Pod".parse(), Ok(Gvk::core("v1", "Pod")));
    assert_eq!("Pod.v1.".parse(), Ok(Gvk::core("v1", "Pod")));
    assert_eq!("certificates.v1.cert-manager.io".parse(), Ok(Gvr::new("cert-manager.io", "v1", "certificates")));
    assert_eq!(
        "pods.v1".parse::<Gvr>().unwrap_err().to_string(),
        r#"expected "group/version, Resource=name" or "name.version.group", found "pods.v1""#
    );
    assert!("a/b/c, Kind=Pod".parse::<Gvk>().is_err());
}

#[test]
fn conversions_with_kube() {
    let gvk = Gvk::new("apps", "v1", "Deployment");
    assert_eq!(Gvk::from(GroupVersionKind::from(&gvk)), gvk);
    let gvr = Gvr::core("v1", "pods");
    assert_eq!(Gvr::from(GroupVersionResource::from(&gvr)), gvr);
    assert_eq!(GroupVersion::from(kube_core::gvk::GroupVersion::from(gvk.group_version())), *gvk.group_version());
    let resource = gvk.with_plural("deployments");
    assert_eq!(resource, ApiResource::erase::<Deployment>(&()));
    assert_eq!((Gvk::from(&resource), Gvr::from(&resource)), (gvk, Gvr::of::<Deployment>()));
}

// Computed by apimachinery's version.CompareKubeAwareVersionStrings; each row from best to worst.
#[test]
fn versions_rank_as_kubernetes_prefers() {
    let best_first = [
        "v10",
        "v2",
        "v1",
        "v11beta2",
        "v10beta3",
        "v3beta1",
        "v12alpha1",
        "v11alpha2",
        "foo1",
        "foo10",
        "v",
        "v1alpha",
        "v99999999999999999999",
    ];
    for (i, a) in best_first.iter().enumerate() {
        for (j, b) in best_first.iter().enumerate() {
            assert_eq!(compare_api_versions(a, b), j.cmp(&i), "{a} {b}");
        }
    }
    assert_eq!(compare_api_versions("v01", "v1"), Ordering::Equal);
    assert_eq!(compare_api_versions("v+1", "v1"), Ordering::Less);
}

proptest! {
    #[test]
    fn reads_back_what_it_shows(group in "[a-z.-]{0,12}", version in "[a-z0-9]{0,6}", name in "[A-Za-z]{0,9}") {
        let gvk = Gvk::new(group.clone(), version.clone(), name.clone());
        prop_assert_eq!(gvk.to_string().parse(), Ok(gvk.clone()));
        prop_assert_eq!(gvk.api_version().parse(), Ok(gvk.group_version().clone()));
        let gvr = Gvr::new(group, version, name);
        prop_assert_eq!(gvr.to_string().parse(), Ok(gvr));
    }

    #[test]
    fn parsing_never_panics(text in "\\PC{0,30}|[a/., =Kind]{0,16}") {
        let _ = (text.parse::<Gvk>(), text.parse::<Gvr>(), text.parse::<GroupVersion>());
    }

    #[test]
    fn preference_is_an_order(a in "v[0-2]((alpha|beta)[0-2])?|[a-b]", b in "v[0-2]((alpha|beta)[0-2])?|[a-b]", c in "v[0-2]((alpha|beta)[0-2])?|[a-b]") {
        prop_assert_eq!(compare_api_versions(&a, &b), compare_api_versions(&b, &a).reverse());
        if compare_api_versions(&a, &b).is_ge() && compare_api_versions(&b, &c).is_ge() {
            prop_assert!(compare_api_versions(&a, &c).is_ge());
        }
    }
}
