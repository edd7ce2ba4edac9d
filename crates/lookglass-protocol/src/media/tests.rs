//! Recorded from a real API server where a comment does not say otherwise; the refusals also in its sources.

use std::sync::Arc;

use lookglass_object::{Gvk, Gvr, Status};
use proptest::prelude::*;

use super::*;
use crate::{Resource, builtin, request::Query};

fn pods() -> &'static Arc<Resource> {
    builtin::catalog().resource("", "v1", "pods").expect("built in")
}

fn gizmos() -> Resource {
    Resource {
        gvr: Gvr::new("demo.example.com", "v1", "gizmos"),
        kind: Gvk::new("demo.example.com", "v1", "Gizmo"),
        entry: None,
        ..(**pods()).clone()
    }
}

fn ask(accept: &str, shown: Shown, resource: &Resource) -> String {
    match negotiate(Some(accept), Offer::new(shown, resource)) {
        Ok(form) => {
            let pretty = if form.pretty { " pretty" } else { "" };
            let transform = match form.transform {
                Transform::None => String::new(),
                other => format!(" {other:?} {}", form.meta_version),
            };
            format!("{:?}{transform}{pretty}", form.encoding)
        }
        Err(status) => format!("{} {} {}", status.code(), status.reason(), status.message()),
    }
}

const KUBECTL_TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,\
                             application/json";
const ONLY: &str = "406 NotAcceptable only the following media types are accepted: ";

#[test]
fn clients_get_what_they_ask_for() {
    for (accept, wanted) in [
        ("", "Json"),
        ("*/*", "Json"),
        ("application/json", "Json"),
        ("application/json;pretty=1", "Json pretty"),
        ("application/yaml", "Yaml"),
        ("application/vnd.kubernetes.protobuf", "Protobuf"),
        ("application/vnd.kubernetes.protobuf,application/json", "Protobuf"),
        ("application/vnd.kubernetes.protobuf, */*", "Protobuf"),
        (KUBECTL_TABLE, "Json Table v1"),
        ("application/yaml;as=Table;v=v1beta1;g=meta.k8s.io", "Yaml Table v1beta1"),
        ("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json", "Json"),
        ("application/json;as=Chart;v=v1;g=meta.k8s.io,application/yaml", "Yaml"),
        ("application/json;as=Table;v=v2;g=meta.k8s.io,application/yaml", "Yaml"),
        ("application/json;q=0.5,application/yaml;q=0.9", "Yaml"),
        ("application/json;q=0.1,*/*", "Json"),
        ("*/*;q=0.1,application/yaml", "Yaml"),
        ("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "Json Partial v1"),
        ("application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "Protobuf Partial v1"),
        ("text/html, application/json; charset=utf-8", "Json"),
        ("application/json;stream=watch", "Json"),
        ("application/json;sv=v9,application/yaml", "Yaml"),
    ] {
        assert_eq!(ask(accept, Shown::List, pods()), wanted, "{accept}");
    }
    assert_eq!(negotiate(None, Offer::new(Shown::List, pods())), Ok(Form::plain(Encoding::Json)));
}

#[test]
fn what_cannot_be_given_is_refused_in_the_real_words() {
    let all = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    let router = "406 NotAcceptable 406: Not Acceptable\n\nAvailable representations: ";
    let streams = "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
    for (accept, shown, wanted) in [
        ("application/*", Shown::Object, format!("{router}{all}")),
        ("text/html", Shown::Object, format!("{router}{all}")),
        ("application/cbor", Shown::List, format!("{router}{all}, {streams}")),
        ("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io", Shown::List, format!("{ONLY}{all}")),
        ("application/yaml", Shown::Watch, format!("{ONLY}{streams}")),
        (
            "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
            Shown::List,
            "406 NotAcceptable you requested PartialObjectMetadata, but the requested object is a list (*core.PodList)".into(),
        ),
        (
            "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
            Shown::Object,
            "406 NotAcceptable you requested PartialObjectMetadataList, but the requested object is not a list (*core.Pod)"
                .into(),
        ),
    ] {
        assert_eq!(ask(accept, shown, pods()), wanted, "{accept}");
    }
}

#[test]
fn custom_resources_have_no_protobuf_and_no_router() {
    let gizmos = gizmos();
    for (accept, wanted) in [
        ("application/vnd.kubernetes.protobuf,application/json", "Json"),
        ("application/vnd.kubernetes.protobuf, */*", "Json"),
        ("application/*", "Json"),
        (KUBECTL_TABLE, "Json Table v1"),
        (
            "application/vnd.kubernetes.protobuf",
            &*format!("{ONLY}application/json, application/yaml, application/vnd.kubernetes.protobuf"),
        ),
    ] {
        assert_eq!(ask(accept, Shown::List, &gizmos), wanted, "{accept}");
    }
}

#[test]
fn errors_are_written_in_some_form_and_never_transformed() {
    let status = |accept| status_form(Some(accept)).encoding;
    assert_eq!(status(KUBECTL_TABLE), Encoding::Json);
    assert_eq!(status("application/json;as=Table;v=v1;g=meta.k8s.io,application/yaml"), Encoding::Yaml);
    assert_eq!(status("application/vnd.kubernetes.protobuf"), Encoding::Protobuf);
    assert_eq!(status("image/png"), Encoding::Json);
    assert_eq!(status_form(None), Form::plain(Encoding::Json));
}

#[test]
fn discovery_is_aggregated_where_its_version_is_known() {
    let v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let beta = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
    let ask = |accept: &str| discovery(Some(accept)).map(|(form, aggregated)| (form.encoding, aggregated));
    assert_eq!(ask(&format!("{v2},{beta},application/json")), Ok((Encoding::Json, true)));
    assert_eq!(ask(&format!("{v2};profile=nopeer")), Ok((Encoding::Json, true)));
    assert_eq!(ask(&format!("{beta},application/json")), Ok((Encoding::Json, false)));
    assert_eq!(ask("application/vnd.kubernetes.protobuf"), Ok((Encoding::Protobuf, false)));
    assert_eq!(discovery(None).map(|(_, aggregated)| aggregated), Ok(false));
    let refused = ask(beta).expect_err("an old version alone");
    assert_eq!(
        refused.message(),
        "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"
    );
    assert_eq!((refused.code(), refused.details()), (406, None));
}

#[test]
fn people_get_indented_json() {
    let wants = |query, agent| wants_pretty(&Query::parse(query), agent);
    assert!(wants("", "curl/8.1") && wants("pretty=true", "kubectl") && wants("", "Mozilla/5.0 (X)"));
    assert!(!wants("", "kubectl/v1.36") && !wants("pretty=false", "curl/8.1") && !wants("pretty=x", "curl/8.1"));
}

#[test]
fn bodies_are_told_by_their_media_type() {
    let of = |header| BodyType::of(header, Some(pods()));
    assert_eq!(of(None), Ok(BodyType::Json));
    assert_eq!(of(Some("")), Ok(BodyType::Json));
    assert_eq!(of(Some("application/json; charset=utf-8")), Ok(BodyType::Json));
    assert_eq!(of(Some("Application/YAML")), Ok(BodyType::Yaml));
    assert_eq!(of(Some("application/vnd.kubernetes.protobuf")), Ok(BodyType::Protobuf));
    let message = |result: Result<BodyType, Status>| result.expect_err("a refusal").message().to_owned();
    let unknown = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml";
    assert_eq!(message(of(Some("text/plain"))), format!("{unknown}, application/vnd.kubernetes.protobuf"));
    let refused = BodyType::of(Some("application/vnd.kubernetes.protobuf"), Some(&gizmos()));
    assert_eq!(message(refused), unknown);
}

#[test]
fn patches_are_told_by_their_media_type() {
    for patch in [PatchType::Json, PatchType::Merge, PatchType::Strategic, PatchType::Apply] {
        assert_eq!(PatchType::of(Some(patch.media_type()), pods()), Ok(patch));
        assert_eq!(PatchType::of(Some(&format!("{}; charset=utf-8", patch.media_type())), pods()), Ok(patch));
    }
    let refused = PatchType::of(Some("application/json"), pods()).expect_err("a refusal");
    assert_eq!((refused.code(), refused.message()), (415, "415: Unsupported Media Type"));
    let refused = PatchType::of(Some("application/strategic-merge-patch+json"), &gizmos()).expect_err("a refusal");
    assert_eq!(
        refused.message(),
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, \
         application/merge-patch+json, application/apply-patch+yaml"
    );
}

proptest! {
    #[test]
    fn any_header_is_met_or_refused(
        accept in "[a-z*/;=,. q0-9-]{0,60}|.{0,40}|((application|\\*|text)/(json|yaml|\\*)(;(q|as|g|v|stream|pretty)=[a-z0-9.A-Z]{0,6}){0,3},?){0,20}",
    ) {
        for shown in [Shown::Object, Shown::List, Shown::Watch] {
            for resource in [pods(), &gizmos()] {
                match negotiate(Some(&accept), Offer::new(shown, resource)) {
                    Ok(form) => {
                        prop_assert!(form.encoding != Encoding::Protobuf || form.transform != Transform::Table);
                        prop_assert!(form.encoding != Encoding::Yaml || shown != Shown::Watch);
                    }
                    Err(status) => prop_assert_eq!(status.code(), 406),
                }
            }
        }
        let _form = status_form(Some(&accept));
        if let Err(status) = discovery(Some(&accept)) {
            prop_assert_eq!(status.code(), 406);
        }
        for resource in [pods(), &gizmos()] {
            if let Err(status) = BodyType::of(Some(&accept), Some(resource)).map(drop).and(PatchType::of(Some(&accept), resource).map(drop)) {
                prop_assert_eq!(status.code(), 415);
            }
        }
    }
}
