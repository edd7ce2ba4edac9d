//! Questions that are asked by creating: they are answered and not kept.
//!
//! Everybody may do everything here, as on a server with the authorization mode `AlwaysAllow`.

use lookglass_object::Status;
use lookglass_protocol::{Answer, Caller, Content, Resource, params::WriteParams};
use serde_json::{Value, json};

use super::{
    body,
    encode::answered,
    tree::{Tree, at},
    validate,
};

/// The answer to a question; `None` if the resource is none that asks.
pub(super) fn answer(
    resource: &Resource,
    caller: &Caller,
    json: &[u8],
    params: &WriteParams,
) -> Option<Result<Answer, Status>> {
    let status: fn(&Caller) -> Value = match (resource.gvr.group(), resource.gvr.resource()) {
        ("authorization.k8s.io", "selfsubjectaccessreviews" | "subjectaccessreviews" | "localsubjectaccessreviews") => {
            |_| json!({"allowed": true})
        }
        ("authorization.k8s.io", "selfsubjectrulesreviews") => |_| {
            json!({
                "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
                "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
                "incomplete": false,
            })
        },
        ("authentication.k8s.io", "selfsubjectreviews") => {
            |caller| json!({"userInfo": {"username": caller.user, "groups": caller.groups}})
        }
        // The tokens that are known are no business of what writes; to say no is what a server says of a token it does not know.
        ("authentication.k8s.io", "tokenreviews") => |_| json!({"user": {}, "error": "invalid bearer token"}),
        _ => return None,
    };
    Some(body::read(resource, json, params.field_validation).and_then(|body::Read { mut tree, warnings }| {
        let causes = problems(resource, &tree);
        if !causes.is_empty() {
            return Err(Status::invalid(&resource.kind, "", causes));
        }
        tree.insert("status".to_owned(), status(caller));
        Ok(Answer::new(201, Content::Object(answered(resource, &tree))).with_warnings(warnings))
    }))
}

fn problems(resource: &Resource, tree: &Tree) -> Vec<lookglass_object::StatusCause> {
    let has = |name: &str| at(tree, &["spec", name]).is_some_and(|value| !value.is_null());
    let text = |name: &str| at(tree, &["spec", name]).and_then(Value::as_str).unwrap_or_default();
    let mut causes = Vec::new();
    match resource.gvr.resource() {
        "selfsubjectrulesreviews" if text("namespace").is_empty() => {
            causes.push(validate::required("spec.namespace", "namespace is required"));
        }
        "tokenreviews" if text("token").is_empty() => causes.push(validate::required("spec.token", "")),
        "selfsubjectaccessreviews" | "subjectaccessreviews" | "localsubjectaccessreviews" => {
            let both = has("resourceAttributes") && has("nonResourceAttributes");
            if both {
                let why = "cannot be specified in combination with resourceAttributes";
                causes.push(validate::invalid("spec.nonResourceAttributes", &json!(""), why));
            } else if !has("resourceAttributes") && !has("nonResourceAttributes") {
                let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
                causes.push(validate::invalid("spec.resourceAttributes", &Value::Null, why));
            }
        }
        _ => {}
    }
    causes
}
