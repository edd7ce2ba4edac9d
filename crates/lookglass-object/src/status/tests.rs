use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Gvk, Gvr};

fn lines(data: &str) -> impl Iterator<Item = Value> + '_ {
    data.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn read(json: Value) -> Status {
    serde_json::from_value(json).unwrap()
}

#[test]
fn recorded_answers_read_and_write_unchanged() {
    let mut checked = 0;
    for line in include_str!("../../tests/data/statuses-recorded.jsonl").lines() {
        let status: Status = serde_json::from_str(line).unwrap();
        let kube: kube_core::Status = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_value(&status).unwrap(), serde_json::from_str::<Value>(line).unwrap(), "{line}");
        assert_eq!(status.to_string(), if kube.is_success() { "Success" } else { &*kube.message });
        assert_eq!(
            (
                status.is_success(),
                status.is_not_found(),
                status.is_conflict(),
                status.is_invalid(),
                status.is_forbidden()
            ),
            (kube.is_success(), kube.is_not_found(), kube.is_conflict(), kube.is_invalid(), kube.is_forbidden()),
        );
        assert_eq!(Status::from(kube.clone()), status);
        assert_eq!(kube_core::Status::from(status), kube);
        checked += 1;
    }
    assert!(checked > 100, "only {checked} recorded answers");
}

#[test]
fn writes_fields_in_the_order_of_kubernetes() {
    let pods = Gvr::core("v1", "pods");
    assert_eq!(
        serde_json::to_string(&Status::not_found(&pods, "a")).unwrap(),
        r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"a\" not found","reason":"NotFound","details":{"name":"a","kind":"pods"},"code":404}"#
    );
}

#[test]
fn builds_what_go_builds() {
    let (pods, deployments) = (Gvr::core("v1", "pods"), Gvr::new("apps", "v1", "deployments"));
    let kind = Gvk::new("apps", "v1", "Deployment");
    let required = || StatusCause::new("FieldValueRequired", "Required value", "spec.replicas");
    let invalid = || StatusCause::new("FieldValueInvalid", "Invalid value: \"x\": bad", "spec.replicas");
    let owned = StatusCause::new(StatusCause::FIELD_MANAGER_CONFLICT, "m", ".f");
    let mut checked = 0;
    for line in lines(include_str!("../../tests/data/statuses-built.jsonl")) {
        let code = u16::try_from(line["status"]["code"].as_i64().unwrap()).unwrap();
        let constructor = line["constructor"].as_str().unwrap();
        let status = match constructor {
            "not_found pods" => Status::not_found(&pods, "a"),
            "not_found deployments" => Status::not_found(&deployments, "a\"b"),
            "already_exists" => Status::already_exists(&deployments, "a"),
            "generate_name_conflict" => Status::generate_name_conflict(&pods, "a", 1),
            "unauthorized" => Status::unauthorized("because"),
            "unauthorized empty" => Status::unauthorized(""),
            "forbidden" => Status::forbidden(Some(&deployments), "a", "because"),
            "forbidden unnamed" => Status::forbidden(Some(&deployments), "", "because"),
            "forbidden nothing" => Status::forbidden(None, "", "because"),
            "conflict" => Status::conflict(&deployments, "a", "because"),
            "apply_conflict" => Status::apply_conflict(vec![owned.clone()], "because"),
            "gone" => Status::gone("because"),
            "expired" => Status::expired("because"),
            "invalid none" => Status::invalid(&kind, "a", vec![]),
            "invalid one" => Status::invalid(&kind, "a", vec![invalid()]),
            "invalid two" => Status::invalid(&kind, "a", vec![required(), invalid(), required()]),
            "bad_request" => Status::bad_request("because"),
            "too_many_requests" => Status::too_many_requests("because", 3),
            "service_unavailable" => Status::service_unavailable("because"),
            "method_not_supported" => Status::method_not_supported(&deployments, "patch"),
            "server_timeout" => Status::server_timeout(&deployments, "list", 2),
            "internal_error" => Status::internal_error("because"),
            "timeout" => Status::timeout("because", 5),
            "request_entity_too_large" => Status::request_entity_too_large("because"),
            "response" => Status::from_response(code, "GET", Some(&deployments), "a", "said", 7, true),
            "response POST" => Status::from_response(code, "POST", Some(&pods), "", "", 0, false),
            "response nothing" => Status::from_response(code, "PUT", None, "a", "unknown", 0, false),
            other => panic!("no counterpart of {other}"),
        };
        let mut written = serde_json::to_value(&status).unwrap();
        // Go's own structs lack these until they are written to the wire.
        written.as_object_mut().unwrap().retain(|name, _| name != "kind" && name != "apiVersion");
        assert_eq!(written, line["status"], "{constructor}");
        checked += 1;
    }
    assert!(checked > 70, "only {checked} golden lines");
}

#[test]
fn recognises_what_go_recognises() {
    let mut checked = 0;
    for line in lines(include_str!("../../tests/data/statuses-recognised.jsonl")) {
        let code = i32::try_from(line["code"].as_i64().unwrap()).unwrap();
        let status = Status::failure(Reason::from(line["reason"].as_str().unwrap()), "").with_code(code);
        let is = [
            ("not_found", status.is_not_found()),
            ("already_exists", status.is_already_exists()),
            ("conflict", status.is_conflict()),
            ("invalid", status.is_invalid()),
            ("gone", status.is_gone()),
            ("resource_expired", status.is_resource_expired()),
            ("not_acceptable", status.is_not_acceptable()),
            ("unsupported_media_type", status.is_unsupported_media_type()),
            ("method_not_supported", status.is_method_not_supported()),
            ("service_unavailable", status.is_service_unavailable()),
            ("bad_request", status.is_bad_request()),
            ("unauthorized", status.is_unauthorized()),
            ("forbidden", status.is_forbidden()),
            ("timeout", status.is_timeout()),
            ("server_timeout", status.is_server_timeout()),
            ("internal_error", status.is_internal_error()),
            ("too_many_requests", status.is_too_many_requests()),
            ("request_entity_too_large", status.is_request_entity_too_large()),
            ("store_read_error", status.is_store_read_error()),
        ];
        let names: Vec<&str> = is.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        assert_eq!(json!(names), line["is"], "{line}");
        assert_eq!(status.is_expired(), status.is_gone() || status.is_resource_expired());
        checked += 1;
    }
    assert!(checked > 300, "only {checked} golden lines");
}

#[test]
fn a_version_from_the_future_is_recognised_in_all_its_wordings() {
    assert!(Status::too_large_resource_version(9, 7, 1).is_too_large_resource_version());
    let old = |details: Value| {
        read(json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Timeout", "code": 504,
                    "message": "Timeout: Too large resource version: 9, current: 7", "details": details}))
    };
    assert!(old(json!({"causes": [{"message": "Too large resource version"}]})).is_too_large_resource_version());
    assert!(old(json!({})).is_too_large_resource_version());
    assert!(!old(json!(null)).is_too_large_resource_version());
    assert!(!Status::timeout("slow", 1).is_too_large_resource_version());
}

#[test]
fn says_how_long_to_wait() {
    let pods = Gvr::core("v1", "pods");
    assert_eq!(Status::too_many_requests("", 3).retry_after(), Some(Duration::from_secs(3)));
    assert_eq!(Status::too_many_requests("", 0).retry_after(), None);
    assert_eq!(Status::too_many_requests("", -3).retry_after(), None);
    assert_eq!(Status::server_timeout(&pods, "list", 0).retry_after(), Some(Duration::ZERO));
    assert_eq!(Status::bad_request("").retry_after(), None);
}

#[test]
fn refuses_what_is_no_status() {
    let refused = |json: Value| serde_json::from_value::<Status>(json).unwrap_err().to_string();
    assert_eq!(
        refused(json!({"kind": "Pod", "apiVersion": "v1"})),
        r#"expected a v1 Status, found kind "Pod" of "v1""#
    );
    assert_eq!(
        refused(json!({"kind": "Status", "apiVersion": "x/v1"})),
        r#"expected a v1 Status, found kind "Status" of "x/v1""#
    );
    assert_eq!(refused(json!({"error": "teapot"})), "missing field `kind`");
    assert!(read(json!({"kind": "Status", "apiVersion": "meta.k8s.io/v1"})).code() == 0);
}

#[test]
fn tolerates_nulls_and_unknown_fields() {
    let status = read(json!({
        "kind": "Status", "apiVersion": "v1", "metadata": null, "status": null, "message": null, "reason": null,
        "details": {"name": null, "causes": [{"reason": null, "message": null, "field": null}], "retryAfterSeconds": null},
        "code": null, "novel": {"a": [1]},
    }));
    assert_eq!((status.causes().len(), status.code(), status.reason()), (1, 0, &Reason::Unknown));
    assert!(read(json!({"kind": "Status", "apiVersion": "v1", "details": {"causes": null}})).causes().is_empty());
}

#[test]
fn an_expired_list_can_go_on() {
    let status = Status::expired("too old").with_continue_token("abc");
    assert_eq!(status.continue_token(), Some("abc"));
    assert_eq!(status.metadata().continue_.as_deref(), Some("abc"));
    assert_eq!(Status::expired("too old").continue_token(), None);
}

#[test]
fn shows_something_in_every_case() {
    assert_eq!(Status::failure(Reason::Conflict, "").to_string(), "Conflict (code 409)");
    assert_eq!(Status::failure(Reason::Unknown, "").to_string(), "code 500, no reason given");
    assert_eq!(Status::failure(Reason::Unknown, "").with_code(0).to_string(), "failure, no reason given");
    assert_eq!(Status::success(None).to_string(), "Success");
    assert_eq!(
        format!("{:?}", Status::gone("away")),
        r#"Status { status: "Failure", code: 410, reason: "Gone", message: "away", .. }"#
    );
    assert_eq!(size_of::<Result<(), Status>>(), size_of::<usize>());
}

proptest! {
    #[test]
    fn reads_back_what_it_writes(
        reason in "[A-Za-z]{0,8}|NotFound|Expired", message in "\\PC{0,20}", code: i32, name in "\\PC{0,8}",
        causes in prop::collection::vec(("[a-zA-Z]{0,5}", "\\PC{0,8}", "[a-z.]{0,8}"), 0..3), wait: i32, token in "[a-z]{1,5}",
    ) {
        let details = StatusDetails {
            name,
            causes: causes.into_iter().map(|(r, m, f)| StatusCause::new(r, m, f)).collect(),
            retry_after_seconds: wait,
            ..StatusDetails::default()
        };
        let status = Status::failure(Reason::from(&*reason), message).with_code(code).with_details(details).with_continue_token(token);
        prop_assert_eq!(status.reason().as_str(), reason);
        let text = serde_json::to_string(&status).unwrap();
        prop_assert_eq!(serde_json::from_str::<Status>(&text).unwrap(), status);
    }
}
