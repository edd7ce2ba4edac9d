//! The special forms, one by one, and recorded answers of an API server.

use super::super::*;
use crate::codec::Codec;

fn message(api_version: &str, kind: &str) -> &'static Message {
    Table::builtin().kind_of(api_version, kind).unwrap().message()
}

fn protobuf(message: &'static Message, json: &str) -> Result<Vec<u8>, Error> {
    let mut raw = Vec::new();
    from_json(message, json.as_bytes(), Zeros::Written, &mut raw).map(|()| raw)
}

fn json(message: &'static Message, raw: &[u8]) -> String {
    let mut out = Vec::new();
    to_json(message, raw, None, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// JSON to protobuf and back.
fn round(message: &'static Message, text: &str) -> String {
    json(message, &protobuf(message, text).unwrap())
}

fn props() -> &'static Message {
    Table::builtin().message("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps").unwrap()
}

#[test]
fn zero_values_are_kept_where_go_keeps_them() {
    let status = Table::builtin().message("io.k8s.api.core.v1.ContainerStatus").unwrap();
    let zero = r#"{"name":"","state":{},"lastState":{},"ready":false,"restartCount":0,"image":"","imageID":""}"#;
    assert_eq!(round(status, "{}"), zero);
    assert_eq!(json(status, &[]), zero);
    assert!(round(status, r#"{"restartCount":0,"ready":false,"started":false}"#).contains(r#""started":false"#));
    let spec = Table::builtin().message("io.k8s.api.core.v1.PodSpec").unwrap();
    assert_eq!(
        round(spec, r#"{"containers":null,"nodeName":"","hostNetwork":false,"priority":0}"#),
        r#"{"containers":null,"priority":0}"#
    );
    assert_eq!(round(spec, r#"{"containers":[],"nodeSelector":{}}"#), r#"{"containers":null}"#);
}

#[test]
fn null_is_not_there() {
    let pod = message("v1", "Pod");
    assert_eq!(protobuf(pod, r#"{"metadata":null,"spec":null}"#), protobuf(pod, "{}"));
    let meta = message("v1", "PartialObjectMetadata");
    let text =
        r#"{"metadata":{"creationTimestamp":null,"deletionTimestamp":null,"labels":{"a":null},"finalizers":[null]}}"#;
    assert_eq!(round(meta, text), r#"{"metadata":{"labels":{"a":""},"finalizers":[""]}}"#);
}

#[test]
fn texts_are_escaped_as_go_does_and_repaired() {
    let map = message("v1", "ConfigMap");
    let text = r#"{"metadata":{},"data":{"k":"\u003c\u2028\u0001\ud83e\udd80\ud800é/\b\f"}}"#;
    assert_eq!(round(map, text), "{\"metadata\":{},\"data\":{\"k\":\"\\u003c\\u2028\\u0001🦀\u{fffd}é/\\b\\f\"}}");
    let mut raw = protobuf(map, r#"{"data":{"k":"ab"}}"#).unwrap();
    let at = raw.windows(2).position(|pair| pair == b"ab").unwrap();
    raw[at..at + 2].copy_from_slice(b"\xe2\x80");
    assert_eq!(json(map, &raw), r#"{"metadata":{},"data":{"k":"\ufffd\ufffd"}}"#);
    let (value, _) = decode::<serde_json::Value>(map, &raw, None).unwrap();
    assert_eq!(value["data"]["k"], "\u{fffd}\u{fffd}");
    let mut from = FromJson::new();
    from.read(b"{\"data\":{\"k\":\"\xff\"}}").unwrap();
    let mut raw = Vec::new();
    from.write(map, Zeros::LeftOut, None, &mut raw).unwrap();
    assert_eq!(json(map, &raw), "{\"metadata\":{},\"data\":{\"k\":\"\u{fffd}\"}}");
}

#[test]
fn doubles_print_as_go_prints_them() {
    for (given, printed) in [
        ("5.0", "5"),
        ("-0.0", "-0"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("0.000001", "0.000001"),
        ("1e-7", "1e-7"),
        ("1.5e300", "1.5e+300"),
        ("0.1", "0.1"),
    ] {
        let text = round(props(), &format!(r#"{{"maximum":{given}}}"#));
        assert_eq!(text, format!(r#"{{"maximum":{printed}}}"#));
    }
    let error = protobuf(props(), r#"{"maximum":1e400}"#).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot unmarshal number 1e400 into Go struct field JSONSchemaProps.maximum of type float64")
    );
}

#[test]
fn schemas_take_all_their_shapes() {
    for text in [
        r#"{"items":{"type":"string"}}"#,
        r#"{"items":[{"type":"string"},{}]}"#,
        r#"{"additionalProperties":true}"#,
        r#"{"additionalProperties":false}"#,
        r#"{"additionalProperties":{"type":"object"}}"#,
        r#"{"dependencies":{"a":["x",""],"b":{"not":{}}}}"#,
        r#"{"default":{"a":[1,null,"x"]},"enum":["a",1]}"#,
    ] {
        assert_eq!(round(props(), text), text);
    }
    assert_eq!(round(props(), r#"{"default":null,"items":null}"#), "{}");
    assert!(protobuf(props(), r#"{"additionalProperties":1}"#).is_err());
    assert!(protobuf(props(), r#"{"items":"x"}"#).is_err());
}

#[test]
fn times_numbers_or_texts_and_quantities() {
    let lease = message("coordination.k8s.io/v1", "Lease");
    let text = r#"{"metadata":{},"spec":{"renewTime":"2024-02-29T12:00:00.000001Z"}}"#;
    assert_eq!(round(lease, text), text);
    let offset = r#"{"spec":{"renewTime":"2024-02-29T13:00:00.000001+01:00"}}"#;
    assert_eq!(round(lease, offset), text);
    let error = protobuf(lease, r#"{"spec":{"renewTime":"2024-02-29T12:00:00Z"}}"#).unwrap_err();
    assert_eq!((error.path_text().as_str(), error.offset()), ("spec.renewTime", Some(22)));
    let meta = message("v1", "PartialObjectMetadata");
    let epoch = r#"{"metadata":{"creationTimestamp":"1970-01-01T00:00:00Z"}}"#;
    assert_eq!(round(meta, epoch), epoch);
    let mut lean = Vec::new();
    from_json(meta, epoch.as_bytes(), Zeros::LeftOut, &mut lean).unwrap();
    assert_eq!(json(meta, &lean), epoch);
    assert_eq!(round(meta, r#"{"metadata":{"creationTimestamp":"0001-01-01T00:00:00Z"}}"#), r#"{"metadata":{}}"#);

    let service = Table::builtin().message("io.k8s.api.core.v1.ServicePort").unwrap();
    assert_eq!(round(service, r#"{"port":1,"targetPort":"http"}"#), r#"{"port":1,"targetPort":"http"}"#);
    assert_eq!(round(service, r#"{"port":1}"#), r#"{"port":1,"targetPort":0}"#);
    let error = protobuf(service, r#"{"targetPort":3000000000}"#).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongType { .. }), "{error}");

    let resources = Table::builtin().message("io.k8s.api.core.v1.ResourceRequirements").unwrap();
    let text = r#"{"limits":{"cpu":"1500m","memory":"1.5e3"}}"#;
    assert_eq!(round(resources, text), text);
    assert_eq!(round(resources, r#"{"limits":{"cpu":2}}"#), r#"{"limits":{"cpu":"2"}}"#);
}

/// Times that JSON shows as null, and those that nothing can show, in the two types that hold times.
#[test]
fn a_typed_time_is_what_its_json_is() {
    use k8s_openapi::{api::coordination::v1::LeaseSpec, apimachinery::pkg::apis::meta::v1::ObjectMeta};
    fn check<T: DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, field: &str, time: (i64, i32)) {
        use crate::wire::{put_bytes, put_number};
        let message = Table::builtin().message(name).unwrap();
        let (mut inner, mut raw, mut json) = (Vec::new(), Vec::new(), Vec::new());
        put_number(&mut inner, 1, time.0 as u64);
        put_number(&mut inner, 2, time.1 as u64);
        put_bytes(&mut raw, message.field(field).unwrap().number(), &inner);
        let through_json = to_json(message, &raw, None, &mut json).map(|_| serde_json::from_slice::<T>(&json).unwrap());
        let typed = decode::<T>(message, &raw, None).map(|(value, _)| value);
        assert_eq!(typed.as_ref().ok(), through_json.as_ref().ok(), "{field} {time:?}");
        let place = |error: &Error| (error.path_text(), error.offset(), error.kind().clone());
        assert_eq!(typed.as_ref().err().map(place), through_json.as_ref().err().map(place), "{field} {time:?}");
    }
    let zero = -62_135_596_800;
    for seconds in [zero, zero - 1, zero + 1, 0, 1, 1_700_000_000, 253_402_207_200, 253_402_300_800, i64::MIN, i64::MAX]
    {
        for nanos in [0, 1, 999, 1000, 999_999_999, 1_000_000_000, -1] {
            let time = (seconds, nanos);
            check::<ObjectMeta>("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "deletionTimestamp", time);
            check::<LeaseSpec>("io.k8s.api.coordination.v1.LeaseSpec", "renewTime", time);
        }
    }
}

#[test]
fn wrappers_are_bare_lists() {
    let resource = Table::builtin().message("io.k8s.apimachinery.pkg.apis.meta.v1.APIResource").unwrap();
    let with = |verbs: &str| format!(r#"{{"name":"","singularName":"","namespaced":false,"kind":"","verbs":{verbs}}}"#);
    for verbs in [r#"["get","list"]"#, "[]", "null"] {
        assert_eq!(round(resource, &with(verbs)), with(verbs));
        let mut lean = Vec::new();
        from_json(resource, with(verbs).as_bytes(), Zeros::LeftOut, &mut lean).unwrap();
        assert_eq!(json(resource, &lean), with(verbs));
    }
    assert_eq!(json(resource, &[]), with("null"));
}

#[test]
fn bytes_are_base64_and_an_empty_value_is_one() {
    let secret = message("v1", "Secret");
    let text = r#"{"metadata":{},"data":{"a":"aGk=","b":""}}"#;
    assert_eq!(round(secret, text), text);
    assert_eq!(round(secret, r#"{"data":{"a":"aG\nk="}}"#), r#"{"metadata":{},"data":{"a":"aGk="}}"#);
    let error = protobuf(secret, r#"{"data":{"a":"!"}}"#).unwrap_err();
    assert_eq!(error.path_text(), "data.a");
    let error = protobuf(secret, r#"{"data":{"a":"aGk"}}"#).unwrap_err();
    assert!(!error.to_string().contains("aGk"), "a Secret's value must not be shown: {error}");
}

#[test]
fn an_object_in_an_extension_may_be_protobuf() {
    let map = message("v1", "ConfigMap");
    let inner = protobuf(map, r#"{"metadata":{"name":"a"},"data":{"k":"v"}}"#).unwrap();
    let (mut envelope, mut frame) = (Vec::new(), Vec::new());
    write_envelope("v1", "ConfigMap", &inner, &mut envelope);
    write_watch_event("ADDED", "v1", "ConfigMap", &inner, &mut frame).unwrap();
    let content = split_frame(&frame, 1 << 20).unwrap().unwrap();
    assert_eq!(content.end, frame.len());
    let event = WatchFrame::parse(&frame[content.clone()]).unwrap();
    assert_eq!((event.event(), event.object()), ("ADDED", envelope.as_slice()));
    assert_eq!(&frame[content.clone()][event.object_range()], envelope);
    let text =
        r#"{"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"v"}}}"#;
    assert_eq!(json(message("v1", "WatchEvent"), &frame[content.clone()]), text);
    let (value, _) = decode::<serde_json::Value>(message("v1", "WatchEvent"), &frame[content], None).unwrap();
    assert_eq!(value, serde_json::from_str::<serde_json::Value>(text).unwrap());
    assert!(split_frame(&frame[..frame.len() - 1], 1 << 20).unwrap().is_none());
    assert!(split_frame(&frame, 10).is_err());
}

#[test]
fn wrong_types_speak_as_an_api_server_does() {
    let deployment = message("apps/v1", "Deployment");
    for (text, says) in [
        (
            r#"{"spec":{"replicas":"3"}}"#,
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            r#"{"spec":{"replicas":3000000000}}"#,
            "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":1}]}}}}"#,
            "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.name of type string",
        ),
        (
            r#"{"metadata":{"labels":["a"]}}"#,
            "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
        ),
        (
            r#"{"metadata":{"labels":{"a":1}}}"#,
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels.a of type string",
        ),
        (
            r#"{"spec":[]}"#,
            "json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec",
        ),
    ] {
        let error = protobuf(deployment, text).unwrap_err();
        assert_eq!(error.kind().to_string(), says);
    }
    let error = protobuf(deployment, r#"{"spec":{"template":{"spec":{"containers":[{},{"name":1}]}}}}"#).unwrap_err();
    assert_eq!((error.path_text().as_str(), error.offset()), ("spec.template.spec.containers[1].name", Some(54)));
    assert!(protobuf(deployment, "[]").is_err() && protobuf(deployment, "3").is_err());
}

#[test]
fn strict_readers_hear_of_unknown_and_repeated_fields() {
    let deployment = message("apps/v1", "Deployment");
    let text = br#"{"Spec":1,"spec":{"replicas":1,"foo":{"x":1},"replicas":2,"template":{"spec":{"containers":[{"bar":1}]}}},"metadata":{"labels":{"a":"1","a":"2"}}}"#;
    let mut from = FromJson::new();
    from.read(text).unwrap();
    let (mut strict, mut raw) = (Vec::new(), Vec::new());
    from.write(deployment, Zeros::Written, Some(&mut strict), &mut raw).unwrap();
    let mut said: Vec<_> = strict.iter().map(ToString::to_string).collect();
    said.sort();
    assert_eq!(
        said,
        [
            r#"duplicate field "metadata.labels.a""#,
            r#"duplicate field "spec.replicas""#,
            r#"unknown field "Spec""#,
            r#"unknown field "spec.foo""#,
            r#"unknown field "spec.template.spec.containers[0].bar""#,
        ]
    );
    let text = json(deployment, &raw);
    assert!(text.contains(r#""replicas":2"#) && text.contains(r#""labels":{"a":"2"}"#), "{text}");
}

#[test]
fn kinds_without_protobuf_say_so() {
    let table = message("v1", "Table");
    assert_eq!(protobuf(table, "{}").unwrap_err().kind(), &ErrorKind::NoProtobuf("Table"));
    let mut envelope = Vec::new();
    write_envelope("example.com/v1", "Foo", b"", &mut envelope);
    let error = Envelope::parse(&envelope).unwrap().message().unwrap_err();
    assert_eq!(error.to_string(), "kind Foo of example.com/v1 is not built in; use JSON");
    assert_eq!(Envelope::parse(b"{}").unwrap_err().kind(), &ErrorKind::NoEnvelope);
}

#[test]
fn recorded_answers_of_an_api_server_are_read_and_written_alike() {
    use base64::Engine as _;
    let recorded: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/data/recorded-protobuf.json")).unwrap();
    let mut seen = 0;
    for sample in recorded["samples"].as_array().unwrap() {
        let bytes = base64::engine::general_purpose::STANDARD.decode(sample.as_str().unwrap()).unwrap();
        let envelope = Envelope::parse(&bytes).unwrap();
        let entry = envelope.entry().unwrap();
        let (mut json, mut raw, mut again) = (Vec::new(), Vec::new(), Vec::new());
        to_json(entry.message(), envelope.raw(), envelope.type_meta(), &mut json).unwrap();
        from_json(entry.message(), &json, Zeros::Written, &mut raw).unwrap();
        write_envelope(envelope.api_version(), envelope.kind(), &raw, &mut again);
        assert_eq!(again, bytes, "{}", String::from_utf8_lossy(&json));
        if entry.is_list() {
            let item = entry.item().unwrap();
            let mut items = ListItems::new(envelope.raw());
            assert!(!items.metadata().unwrap().resource_version.is_empty());
            let codec = Codec::for_kind(item.group(), item.version(), item.kind()).unwrap();
            for range in items.by_ref() {
                codec.protobuf(&envelope.raw()[range.unwrap()], None).unwrap();
            }
        } else {
            Codec::for_kind(entry.group(), entry.version(), entry.kind())
                .unwrap()
                .protobuf(envelope.raw(), envelope.type_meta())
                .unwrap();
        }
        if let Some(text) = recorded["json"].get(seen).and_then(serde_json::Value::as_str) {
            assert_eq!(String::from_utf8(json).unwrap(), text);
        }
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn an_object_in_an_extension_may_be_scattered() {
    use crate::wire::put_bytes;
    let (mut inner, mut envelope, mut extension, mut raw) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    put_bytes(&mut inner, 2, &[0x0a, 1, b'b', 0x12, 1, b'1']);
    put_bytes(&mut inner, 1, &[0x0a, 1, b'n']);
    put_bytes(&mut inner, 2, &[0x0a, 1, b'a', 0x12, 1, b'2']);
    write_envelope("v1", "ConfigMap", &inner, &mut envelope);
    put_bytes(&mut extension, 1, &envelope);
    put_bytes(&mut raw, 2, &extension);
    let list = message("v1", "List");
    let text = r#"{"metadata":{},"items":[{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"n"},"data":{"a":"2","b":"1"}}]}"#;
    assert_eq!(json(list, &raw), text);
    let (value, _) = decode::<serde_json::Value>(list, &raw, None).unwrap();
    assert_eq!(value, serde_json::from_str::<serde_json::Value>(text).unwrap());
}

#[test]
fn errors_show_no_texts() {
    use k8s_openapi::api::core::v1::Secret;
    let codec = Codec::for_type::<Secret>().unwrap();
    let error = codec.json(br#"{"metadata":{},"data":"hunter2"}"#).unwrap_err();
    let said = |error: &crate::codec::DecodeError| format!("{error}: {}", error.source);
    assert_eq!(error.source.offset(), Some(30));
    assert!(!said(&error).contains("hunter2") && said(&error).contains("expected a map"), "{}", said(&error));
    let error = codec.protobuf(&[], Some(("v2", "Secret"))).unwrap_err();
    assert!(!said(&error).contains("v2") && said(&error).contains("expected v1"), "{}", said(&error));
}

/// It was `[]` in JSON, where Go leaves it out: reading no elements makes no list.
#[test]
fn a_packed_list_without_elements_is_no_list() {
    let message = Table::builtin().message("io.k8s.api.core.v1.PodSecurityContext").unwrap();
    let number = message.field("supplementalGroups").unwrap().number();
    let (empty, long) = ([(number << 3 | 2) as u8, 0], [(number << 3 | 2) as u8, 0x80, 0]);
    let (element, other) = ([(number << 3) as u8, 7], [(message.field("runAsUser").unwrap().number() << 3) as u8, 9]);
    let shown = |parts: &[&[u8]]| {
        let (raw, mut json) = (parts.concat(), Vec::new());
        assert_eq!(to_json(message, &raw, None, &mut json), Ok(Lossiness::Exact));
        let tree: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(decode::<serde_json::Value>(message, &raw, None).unwrap().0, tree);
        String::from_utf8(json).unwrap()
    };
    assert_eq!(shown(&[&empty]), "{}");
    assert_eq!(shown(&[&long, &other]), r#"{"runAsUser":9}"#);
    for parts in [[&empty[..], &element, &other], [&empty, &other, &element], [&element, &other, &long]] {
        assert_eq!(shown(&parts), r#"{"runAsUser":9,"supplementalGroups":[7]}"#, "{parts:?}");
    }
}
