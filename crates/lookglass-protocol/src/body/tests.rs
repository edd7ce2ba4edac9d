//! Recorded from a real API server where a comment does not say otherwise; its scheme is named as in its upstream sources.

use std::sync::Arc;

use base64::Engine as _;
use lookglass_object::{Gvk, Gvr};
use proptest::prelude::*;

use super::*;
use crate::{Resource, Target, builtin};

fn resource(group: &str, plural: &str) -> Arc<Resource> {
    builtin::catalog().resource(group, "v1", plural).expect("built in").clone()
}

fn config_maps() -> Expected {
    Expected::of(&Target::collection(resource("", "configmaps"), Some("w2")))
}

fn gizmos() -> Expected {
    let gizmos = Resource {
        gvr: Gvr::new("demo.example.com", "v1", "gizmos"),
        kind: Gvk::new("demo.example.com", "v1", "Gizmo"),
        entry: None,
        ..(*resource("", "configmaps")).clone()
    };
    Expected::of(&Target::collection(gizmos.into(), Some("w2")))
}

fn ask(body_type: BodyType, body: &[u8], expected: &Expected) -> Result<String, (i32, String)> {
    to_json(body_type, Bytes::copy_from_slice(body), expected)
        .map(|json| String::from_utf8(json.to_vec()).expect("UTF-8"))
        .map_err(|status| (status.code(), status.message().to_owned()))
}

fn refused(body_type: BodyType, body: &[u8], expected: &Expected) -> (i32, String) {
    ask(body_type, body, expected).expect_err("a refusal")
}

const UNRECOGNIZED: &str = "the object provided is unrecognized (must be of type ConfigMap): ";

#[test]
fn json_is_passed_on_as_it_is() {
    for body in [
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"e1"}}"#,
        r#" {"metadata": {"name": "nokind"}} "#,
        r#"{"kind":null,"apiVersion":null}"#,
        "{}",
    ] {
        assert_eq!(ask(BodyType::Json, body.as_bytes(), &config_maps()).as_deref(), Ok(body));
    }
    assert_eq!(ask(BodyType::Json, b"null", &config_maps()).as_deref(), Ok("{}"));
    assert_eq!(ask(BodyType::Json, b"{\"a\":\"\xff\"}", &config_maps()).as_deref(), Ok("{\"a\":\"\u{fffd}\"}"));
}

#[test]
fn what_is_no_json_is_refused_in_the_real_words() {
    for (body, wanted) in [
        (r#"{"a":"#, r#"unexpected end of JSON input ({"a":)"#),
        ("", "unexpected end of JSON input (<empty>)"),
        ("hello", "invalid character 'h' looking for beginning of value (68656c6c6f)"),
        (
            "[]",
            r#"json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" } (5b5d)"#,
        ),
        // Sources.
        (r#"{"kind":1}"#, r#"json: cannot unmarshal number into Go struct field .kind of type string ({"kind":1})"#),
        (r#"{"a":1}}"#, r#"invalid character '}' after top-level value ({"a":1}})"#),
        (r#"{"a" 1}"#, r#"invalid character '1' after object key ({"a" 1})"#),
        (r#"{"a":1 "b"}"#, r#"invalid character '"' after object key:value pair ({"a":1 "b"})"#),
        (r#"{"a":[1 2]}"#, r#"invalid character '2' after array element ({"a":[1 2]})"#),
        (r#"{a:1}"#, r#"invalid character 'a' looking for beginning of object key string ({a:1})"#),
        (r#"{"a":1,}"#, r#"invalid character '}' looking for beginning of object key string ({"a":1,})"#),
        (r#"{"a":tru}"#, r#"invalid character '}' in literal true (expecting 'e') ({"a":tru})"#),
        (r#"{"a":01}"#, r#"invalid character '1' after object key:value pair ({"a":01})"#),
        (r#"{"a":-x}"#, r#"invalid character 'x' in numeric literal ({"a":-x})"#),
        (r#"{"a":1.}"#, r#"invalid character '}' after decimal point in numeric literal ({"a":1.})"#),
        (r#"{"a":1e}"#, r#"invalid character '}' in exponent of numeric literal ({"a":1e})"#),
        (r#"{"a":"\x"}"#, r#"invalid character 'x' in string escape code ({"a":"\x"})"#),
        (r#"{"a":"\u12g4"}"#, r#"invalid character 'g' in \u hexadecimal character escape ({"a":"\u12g4"})"#),
        ("{\"a\":\"\n\"}", "invalid character '\\n' in string literal ({\"a\":\"\n\"})"),
        ("{'a':1}", r#"invalid character '\'' looking for beginning of object key string ({'a':1})"#),
    ] {
        let wanted = format!("{UNRECOGNIZED}couldn't get version/kind; json parse error: {wanted}");
        assert_eq!(refused(BodyType::Json, body.as_bytes(), &config_maps()), (400, wanted), "{body}");
    }
    let wanted = format!("{UNRECOGNIZED}unexpected GroupVersion string: a/b/c ({{\"apiVersion\":\"a/b/c\"}})");
    assert_eq!(refused(BodyType::Json, br#"{"apiVersion":"a/b/c"}"#, &config_maps()), (400, wanted));
    let long = refused(BodyType::Json, format!("{{\"a\":\"{}", "x".repeat(99)).as_bytes(), &config_maps()).1;
    assert!(long.ends_with(&format!(" ({{\"a\":\"{} ...)", "x".repeat(24))), "{long}");
}

#[test]
fn other_kinds_and_versions_are_refused_in_the_real_words() {
    let scheme = "in scheme \"pkg/api/legacyscheme/scheme.go:30\"";
    for (body, wanted) in [
        (
            r#"{"apiVersion":"v1","kind":"Pod"}"#,
            "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion"
                .to_owned(),
        ),
        (
            r#"{"apiVersion":"v2","kind":"ConfigMap"}"#,
            format!(
                "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for \
                 version \"v2\" {scheme}"
            ),
        ),
        (
            r#"{"apiVersion":"v1","kind":"ConfigMop"}"#,
            format!(
                "ConfigMop in version \"v1\" cannot be handled as a ConfigMap: no kind \"ConfigMop\" is registered for \
                 version \"v1\" {scheme}"
            ),
        ),
    ] {
        assert_eq!(refused(BodyType::Json, body.as_bytes(), &config_maps()), (400, wanted), "{body}");
    }
    // Sources: a kind that the server knows in another version.
    let hpas = builtin::catalog().resource("autoscaling", "v2", "horizontalpodautoscalers").expect("built in").clone();
    let hpas = Expected::of(&Target::collection(hpas, Some("w2")));
    let body = br#"{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler"}"#;
    let wanted =
        "the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)";
    assert_eq!(refused(BodyType::Json, body, &hpas), (400, wanted.into()));
}

#[test]
fn subresources_have_kinds_of_their_own() {
    let mut target = Target::object(resource("apps", "deployments"), Some("w2"), "sc");
    target.subresource = Some("scale".into());
    let expected = Expected::of(&target);
    assert_eq!(expected.kind(), &Gvk::new("autoscaling", "v1", "Scale"));
    assert_eq!(
        refused(BodyType::Json, br#"{"apiVersion":"apps/v1","kind":"Deployment"}"#, &expected).1,
        "Deployment in version \"v1\" cannot be handled as a Scale: converting (v1.Deployment) to (autoscaling.Scale): \
         unknown conversion"
    );
    target.subresource = Some("status".into());
    assert_eq!(Expected::of(&target).kind(), &Gvk::new("apps", "v1", "Deployment"));
}

#[test]
fn custom_resources_say_what_they_are() {
    let body = r#"{"metadata": {"name": "x"}, "spec": {"color": "red"}}"#;
    assert_eq!(
        refused(BodyType::Json, body.as_bytes(), &gizmos()).1,
        format!(
            "the object provided is unrecognized (must be of type Gizmo): Object 'Kind' is missing in '{body}' \
             ({{\"metadata\": {{\"name\": \"x\"}}, \"s ...)"
        )
    );
    let other = br#"{"apiVersion":"demo.example.com/v1","kind":"Other","metadata":{"name":"x"}}"#;
    assert_eq!(
        refused(BodyType::Json, other, &gizmos()),
        (422, "Other.demo.example.com \"x\" is invalid: kind: Invalid value: \"Other\": must be Gizmo".into())
    );
    assert_eq!(
        refused(BodyType::Json, br#"{"apiVersion":"demo.example.com/v2","kind":"Gizmo"}"#, &gizmos()).1,
        "the API version in the data (demo.example.com/v2) does not match the expected API version (demo.example.com/v1)"
    );
}

/// A ConfigMap as a real server wrote it.
const CONFIG_MAP: &str = "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEqMBCpgBCgJwYhIAGgJ3MSIAKiRiMzQxMjhmMy02ZWVkLTRkOTgtODVkZC02YTI5ZWJkNjRlZDkyBDE0MDg4AEIICLWShNgGEACKAVEKDXdpcmUtcmVjb3JkZXISBlVwZGF0ZRoCdjEiCAi1koTYBhAAMghGaWVsZHNWMToeChx7ImY6ZGF0YSI6eyIuIjp7fSwiZjphIjp7fX19QgASBgoBYRIBYhoAIgA=";

#[test]
fn protobuf_is_rewritten() {
    let bytes = base64::engine::general_purpose::STANDARD.decode(CONFIG_MAP).expect("base64");
    assert_eq!(
        ask(BodyType::Protobuf, &bytes, &config_maps()).as_deref(),
        Ok(
            r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"pb","namespace":"w1","uid":"b34128f3-6eed-4d98-85dd-6a29ebd64ed9","resourceVersion":"1408","creationTimestamp":"2026-11-21T03:00:05Z","managedFields":[{"manager":"wire-recorder","operation":"Update","apiVersion":"v1","time":"2026-11-21T03:00:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:a":{}}}}]},"data":{"a":"b"}}"#
        )
    );
}

#[test]
fn what_is_no_protobuf_is_refused_in_the_real_words() {
    for (body, wanted) in [
        (&b"k8s\0garbage"[..], "proto: illegal wireType 7 (6b38730067617262616765)"),
        (
            b"garbage",
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (67617262616765)",
        ),
        // Sources.
        (b"", "empty data (<empty>)"),
        (b"k8s\0", "empty body (6b387300)"),
        (b"k8s\0\x0a\x05", "unexpected EOF (6b3873000a05)"),
    ] {
        assert_eq!(
            refused(BodyType::Protobuf, body, &config_maps()),
            (400, format!("{UNRECOGNIZED}{wanted}")),
            "{body:?}"
        );
    }
    let mut pod = Vec::new();
    protobuf::write_envelope("v1", "Pod", b"", &mut pod);
    assert!(refused(BodyType::Protobuf, &pod, &config_maps()).1.contains("converting (v1.Pod) to (core.ConfigMap)"));
    let mut broken = Vec::new();
    protobuf::write_envelope("v1", "ConfigMap", b"\x0a\x05", &mut broken);
    assert_eq!(
        refused(BodyType::Protobuf, &broken, &config_maps()).1,
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: unexpected EOF"
    );
}

#[test]
fn yaml_is_rewritten() {
    let yaml = b"# a comment\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: z, labels: &l {on: 'on', 1: \"2\", 'on': no}}\n\
                 data: *l\nimmutable: yes\n---\nkind: Ignored\n";
    assert_eq!(
        ask(BodyType::Yaml, yaml, &config_maps()).as_deref(),
        Ok(
            r#"{"apiVersion":"v1","data":{"1":"2","on":false,"true":"on"},"immutable":true,"kind":"ConfigMap","metadata":{"labels":{"1":"2","on":false,"true":"on"},"name":"z"}}"#
        )
    );
    for empty in ["", "# nothing", "null", "---\n", "~"] {
        assert_eq!(ask(BodyType::Yaml, empty.as_bytes(), &config_maps()).as_deref(), Ok("{}"), "{empty:?}");
    }
    assert_eq!(ask(BodyType::Yaml, b"a: 1\na: 2.0\nb: 1e3", &config_maps()).as_deref(), Ok(r#"{"a":2,"b":1000}"#));
}

#[test]
fn hostile_yaml_is_refused() {
    for bad in
        ["{{{", "a: [", "a: b: c", "\t- x", "&a [*a]", "a: .inf", "\u{0}", "- - -\n-  x", "%YAML 9", "!!binary x: 1"]
    {
        let (code, message) = match ask(BodyType::Yaml, bad.as_bytes(), &config_maps()) {
            Err(refused) => refused,
            Ok(json) => panic!("{bad:?} is {json}"),
        };
        assert_eq!(code, 400, "{bad:?}: {message}");
    }
    let bomb = (1..12).fold("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned(), |yaml, n| {
        let last = n - 1;
        let repeated = vec![format!("*a{last}"); 10].join(",");
        format!("{yaml}a{n}: &a{n} [{repeated}]\n")
    });
    assert_eq!(refused(BodyType::Yaml, bomb.as_bytes(), &config_maps()).0, 400);
    for deep in ["[".repeat(5_000), "- ".repeat(5_000), "{a: ".repeat(5_000)] {
        assert_eq!(refused(BodyType::Yaml, deep.as_bytes(), &config_maps()).0, 400);
    }
}

#[test]
fn deep_json_neither_overflows_nor_passes() {
    let nested = |levels: usize| format!("{{\"x\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
    // What a built-in kind drops anyhow is emptied where it is too deep to be looked at.
    let json = ask(BodyType::Json, nested(200).as_bytes(), &config_maps()).expect("a body");
    assert_eq!(depth(json.as_bytes()), MAX_DEPTH);
    assert_eq!(json.matches('[').count(), json.matches(']').count());
    assert_eq!(ask(BodyType::Json, nested(100).as_bytes(), &config_maps()), Ok(nested(100)));
    let refused = refused(BodyType::Json, "[".repeat(1_000_000).as_bytes(), &config_maps());
    assert!(
        refused
            .1
            .starts_with(&format!("{UNRECOGNIZED}couldn't get version/kind; json parse error: exceeded max depth"))
    );
    let deep = format!(r#"{{"kind":"Gizmo","apiVersion":"demo.example.com/v1","spec":{}}}"#, nested(200));
    assert!(ask(BodyType::Json, deep.as_bytes(), &gizmos()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Go takes bytes that are not UTF-8 inside strings, and doubles that do not fit; otherwise the two readers agree.
    #[test]
    fn what_is_json_is_json_to_others(text in "[\\[\\]{}\",:a-e0-9.\\\\ntrufls+-]{0,24}|\\PC{0,12}") {
        let (this, other) = (check(text.as_bytes()), serde_json::from_str::<serde_json::Value>(&text));
        let lax = other.as_ref().is_err_and(|error| {
            let error = error.to_string();
            error.starts_with("number out of range") || error.contains("surrogate") || error.contains("hex escape")
        });
        prop_assert!(this.is_ok() == other.is_ok() || lax, "{:?} {:?}", this, other);
    }

    #[test]
    fn any_body_is_read_or_refused(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            "[\\[\\]{}\",:a-e0-9&*!|>#.\\- \n]{0,60}".prop_map(String::into_bytes),
        ],
        envelope in any::<bool>(),
    ) {
        let body = if envelope { [b"k8s\0".as_slice(), &body].concat() } else { body };
        for body_type in [BodyType::Json, BodyType::Yaml, BodyType::Protobuf] {
            for expected in [config_maps(), gizmos()] {
                if expected.kind().kind() == "Gizmo" && body_type == BodyType::Protobuf {
                    continue;
                }
                match to_json(body_type, body.clone().into(), &expected) {
                    Ok(json) => prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok()),
                    Err(status) => prop_assert!(matches!(status.code(), 400 | 422)),
                }
            }
        }
    }
}
