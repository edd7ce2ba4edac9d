use lookglass_object::table::KindEntry;

use super::{facts::Facts, *};
use crate::builtin;

/// What can be referred to is there, and nothing else.
#[test]
fn references_lead_to_schemas() {
    let catalog = builtin::catalog();
    let specs = Specs::new(catalog);
    for path in specs.documents.keys() {
        let body = &specs.get(path, catalog).expect("a name of the index").body;
        let text = std::str::from_utf8(body).expect("text");
        let document: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let schemas = document["components"]["schemas"].as_object();
        let known: BTreeSet<&str> = schemas.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let references = text.split(r##""$ref":"#/components/schemas/"##).skip(1);
        let referred: BTreeSet<&str> = references.map(|rest| rest.split('"').next().unwrap_or_default()).collect();
        assert_eq!(known, referred, "{path}");
    }
}

#[test]
fn every_type_of_the_facts_has_fields_or_a_form_of_its_own() {
    let facts = Facts::get();
    for resource in builtin::catalog().resources() {
        let name =
            resource.entry.map(KindEntry::message).map(lookglass_object::table::Message::name).expect("built in");
        assert!(facts.message(name).is_some(), "{name}");
    }
    let quantity = facts.of("io.k8s.apimachinery.pkg.api.resource.Quantity").expect("a type without fields");
    assert!(quantity.one_of.is_some() && quantity.kind == Some(None));
    let protocol = &facts.of("io.k8s.api.core.v1.ContainerPort").expect("a type").fields["protocol"];
    assert_eq!(protocol.default, Some("TCP".into()));
    assert_eq!(protocol.values, Some(serde_json::json!(["SCTP", "TCP", "UDP"])));
}

/// What kubectl looks for before it lets the server validate fields.
#[test]
fn a_patch_says_that_it_validates_fields() {
    let catalog = builtin::catalog();
    let specs = Specs::new(catalog);
    let body = &specs.get("apis/apps/v1", catalog).expect("served").body;
    let document: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let patch = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
    assert_eq!(patch["x-kubernetes-group-version-kind"]["kind"], "Deployment");
    let parameters = patch["parameters"].as_array().expect("parameters");
    assert!(parameters.iter().any(|parameter| parameter["name"] == "fieldValidation"));
}

/// A kind without a table, such as a custom resource's, is not described; what is beside it still is.
#[test]
fn a_resource_without_a_table_is_left_out() {
    let pods = builtin::catalog().resource("", "v1", "pods").expect("built in");
    let mut gizmos = (**pods).clone();
    gizmos.gvr = lookglass_object::Gvr::new("demo.example.com", "v1", "gizmos");
    gizmos.kind = lookglass_object::Gvk::new("demo.example.com", "v1", "Gizmo");
    let catalog = Catalog::new([std::sync::Arc::new(gizmos)]);
    let specs = Specs::new(&catalog);
    let body = &specs.get("apis/demo.example.com/v1", &catalog).expect("listed").body;
    let document: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let paths: Vec<&String> = document["paths"].as_object().expect("paths").keys().collect();
    assert_eq!(paths, ["/apis/demo.example.com/v1/"]);
}

/// Lengths and SHA-256 of what Go's gnostic-models v0.7.0 makes of the same JSON; the length for Leases is also what a real server answered.
#[test]
fn protobuf_is_what_go_makes_of_it() {
    use sha2::Digest as _;
    let catalog = builtin::catalog();
    let specs = Specs::new(catalog);
    let facts = include_str!("../../../tests/data/openapi-protobuf.txt");
    assert_eq!(facts.lines().count(), specs.documents.len());
    for line in facts.lines() {
        let [path, length, hash] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let body = specs.get(path, catalog).expect("a name of the index").protobuf();
        let made: String = sha2::Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((body.len().to_string().as_str(), made.as_str()), (length, hash), "{path}");
    }
}

/// The names of shared parameters are those that a real server was seen to give.
#[test]
fn version_2_refers_to_what_it_has() {
    let catalog = builtin::catalog();
    let specs = Specs::new(catalog);
    let body = &specs.whole(catalog).body;
    let text = std::str::from_utf8(body).expect("text");
    let document: serde_json::Value = serde_json::from_str(text).expect("JSON");
    for section in ["definitions", "parameters"] {
        let known: BTreeSet<&str> =
            document[section].as_object().expect("a section").keys().map(String::as_str).collect();
        let start = format!(r##""$ref":"#/{section}/"##);
        let referred: BTreeSet<&str> =
            text.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
        assert_eq!(known, referred, "{section}");
    }
    for name in ["pretty-tJGM1-ng", "body-2Y1dVQaQ", "gracePeriodSeconds--K5HaBOS", "container-_Q-EJ3nR"] {
        assert!(document["parameters"][name].is_object(), "{name}");
    }
    assert!(!text.contains("#/components/"));
    let port = &document["definitions"]["io.k8s.api.core.v1.ContainerPort"]["properties"]["protocol"];
    assert!(port["default"].is_null() && port["enum"].is_array());
    let pod = &document["definitions"]["io.k8s.api.core.v1.Pod"]["x-kubernetes-group-version-kind"][0];
    assert_eq!(*pod, serde_json::json!({"group": "", "kind": "Pod", "version": "v1"}));
}
