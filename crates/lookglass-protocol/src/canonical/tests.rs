//! Recorded from a real API server where a comment does not say otherwise.

use lookglass_object::table::Table;
use proptest::prelude::*;

use super::*;
use crate::builtin;

fn ask(group: &str, plural: &str, json: &str) -> Result<(String, Vec<String>), String> {
    let resource = builtin::catalog().resource(group, "v1", plural).expect("built in");
    canonical(resource, json.as_bytes())
        .map(|done| {
            let json = String::from_utf8(done.json).expect("UTF-8");
            (json, done.strict.iter().map(ToString::to_string).collect())
        })
        .map_err(|status| status.message().to_owned())
}

#[test]
fn members_stand_in_the_order_of_go() {
    let sent = r#"{"data":{"k":"<v>"},"metadata":{"labels":{},"name":"a","creationTimestamp":null},"foo":1,"data":{"k":"1"},"kind":"X"}"#;
    let (json, strict) = ask("", "configmaps", sent).expect("a ConfigMap");
    assert_eq!(json, r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"1"}}"#);
    assert_eq!(strict, [r#"unknown field "foo""#, r#"duplicate field "data""#]);
    let (json, _) = ask("", "configmaps", "{}").expect("nothing");
    assert_eq!(json, r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{}}"#);
}

#[test]
fn values_of_the_wrong_type_are_refused_in_the_real_words() {
    for (group, plural, body, wanted) in [
        (
            "",
            "configmaps",
            r#"{"data":{"k":1}}"#,
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field \
             ConfigMap.data of type string",
        ),
        (
            "apps",
            "deployments",
            r#"{"spec":{"replicas":"two"}}"#,
            "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field \
             DeploymentSpec.spec.replicas of type int32",
        ),
        // As Go's packages say it.
        (
            "",
            "pods",
            r#"{"spec":{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}}"#,
            "Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression \
             '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            "",
            "pods",
            r#"{"spec":{"containers":[{"resources":{"limits":{"cpu":{}}}}]}}"#,
            "Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression \
             '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            "",
            "services",
            r#"{"spec":{"ports":[{"targetPort":true}]}}"#,
            "Service in version \"v1\" cannot be handled as a Service: json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32",
        ),
        (
            "",
            "pods",
            r#"{"metadata":{"creationTimestamp":1}}"#,
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string",
        ),
        (
            "",
            "pods",
            "{\"metadata\":{\"creationTimestamp\":\"x\\t\"}}",
            "Pod in version \"v1\" cannot be handled as a Pod: parsing time \"x\\t\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \
             \"x\\t\" as \"2006\"",
        ),
        (
            "",
            "secrets",
            r#"{"data":{"k":"@"}}"#,
            "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 0",
        ),
        (
            "",
            "pods",
            r#"{"spec":{"containers":{}}}"#,
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal object into Go struct field \
             PodSpec.spec.containers of type []v1.Container",
        ),
    ] {
        assert_eq!(ask(group, plural, body), Err(wanted.to_owned()), "{body}");
    }
}

#[test]
fn quantities_are_rewritten() {
    let sent = r#"{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"1000m","memory":"1024Mi"},"requests":{"cpu":1}}}]}}"#;
    let (json, _) = ask("", "pods", sent).expect("a pod");
    assert!(json.contains(r#""resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1"}}"#), "{json}");
}

#[test]
fn deep_values_are_dropped_or_refused_but_never_kept_in_part() {
    let nested = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    assert!(ask("", "configmaps", &format!(r#"{{"unknown":{nested}}}"#)).is_ok());
    // A field of any JSON, at the depth at which bodies are emptied.
    let schema = |levels: usize| {
        let default = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"spec":{{"versions":[{{"schema":{{"openAPIV3Schema":{{"default":{default}}}}}}}]}}}}"#)
    };
    assert!(ask("apiextensions.k8s.io", "customresourcedefinitions", &schema(100)).is_ok());
    let refused =
        ask("apiextensions.k8s.io", "customresourcedefinitions", &schema(MAX_DEPTH - 6)).expect_err("too deep");
    assert!(refused.ends_with("json: exceeded max depth"), "{refused}");
    let refused = ask("", "configmaps", &format!(r#"{{"x":{}{}}}"#, "[".repeat(300), "]".repeat(300)));
    assert!(refused.expect_err("deeper than any reader goes").ends_with("json: exceeded max depth"));
}

#[test]
fn custom_resources_are_sorted() {
    let kind = Gvk::new("demo.example.com", "v1", "Gizmo");
    let sent = r#"{"spec":{"b":1.0,"a":[{"z":1e100,"y":"<"}],"b":18446744073709551615,"c":0.000001,"d":1e-7},"kind":"Gizmo","metadata":{}}"#;
    let done = canonical_kind(&kind, None, sent.as_bytes()).expect("JSON");
    assert_eq!(
        String::from_utf8(done.json).expect("UTF-8"),
        r#"{"kind":"Gizmo","apiVersion":"demo.example.com/v1","metadata":{},"spec":{"a":[{"y":"\u003c","z":1e+100}],"b":18446744073709552000,"c":0.000001,"d":1e-7}}"#
    );
    assert_eq!(done.strict, [Strict::Duplicate("spec.b".into())]);
}

/// What the catalog serves can all be brought into its form, and that form stays.
#[test]
fn every_built_in_kind_has_a_form() {
    for resource in builtin::catalog().resources() {
        let entry = resource.entry.unwrap_or_else(|| panic!("{} is in the table", resource.gvr));
        assert!(entry.message().has_protobuf(), "{}", resource.gvr);
        let once = canonical(resource, br#"{"metadata":{"name":"n"}}"#).expect("an object").json;
        let twice = canonical(resource, &once).expect("an object").json;
        assert_eq!(once, twice, "{}", resource.gvr);
        let head = format!(r#"{{"kind":"{}","apiVersion":"{}""#, entry.kind(), entry.api_version());
        assert!(once.starts_with(head.as_bytes()), "{}", resource.gvr);
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(&["", "x", "1Gi", "2026-11-21T03:00:05Z", "0.5", "<&>"][..]).prop_map(Value::from),
    ];
    let names = prop::sample::select(
        &[
            "metadata",
            "name",
            "labels",
            "spec",
            "containers",
            "resources",
            "limits",
            "cpu",
            "ports",
            "data",
            "x",
            "annotations",
        ][..],
    );
    leaf.prop_recursive(6, 40, 4, move |inner| {
        prop_oneof![
            2 => prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner.clone(), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_form_is_reached_once_or_never(value in value(), plural in prop::sample::select(&["pods", "configmaps", "services", "limitranges"][..])) {
        let resource = builtin::catalog().resource("", "v1", plural).expect("built in");
        if let Ok(once) = canonical(resource, value.to_string().as_bytes()) {
            let twice = canonical(resource, &once.json).expect("its own form");
            prop_assert_eq!(String::from_utf8(once.json), String::from_utf8(twice.json));
            prop_assert!(twice.strict.is_empty());
        }
    }

    #[test]
    fn any_json_of_custom_resources_is_sorted_or_refused(value in value()) {
        let kind = Gvk::new("demo.example.com", "v1", "Gizmo");
        match canonical_kind(&kind, None, value.to_string().as_bytes()) {
            Ok(once) => {
                let twice = canonical_kind(&kind, None, &once.json).expect("its own form");
                prop_assert_eq!(String::from_utf8(once.json), String::from_utf8(twice.json));
            }
            Err(_) => prop_assert!(!value.is_object()),
        }
    }

    #[test]
    fn any_bytes_are_an_object_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let kind = Gvk::new("", "v1", "Pod");
        for entry in [None, Table::builtin().kind("", "v1", "Pod")] {
            if let Err(status) = canonical_kind(&kind, entry, &bytes) {
                prop_assert_eq!(status.code(), 400);
            }
        }
    }
}
