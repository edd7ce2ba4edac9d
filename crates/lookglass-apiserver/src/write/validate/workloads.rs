//! The rules of what makes pods.

use lookglass_object::StatusCause;
use lookglass_protocol::Resource;
use serde_json::Value;

use super::{
    cause::{invalid, required, unsupported},
    meta, pods,
};
use crate::write::tree::{Tree, at};

/// Replicas, selector and template.
pub(super) fn spec(resource: &Resource, tree: &Tree, causes: &mut Vec<StatusCause>) {
    causes.extend(super::replicas(at(tree, &["spec", "replicas"])));
    let selector = at(tree, &["spec", "selector"]);
    let is_empty = |selector: &Value| selector.as_object().is_none_or(|members| members.values().all(is_nothing));
    match selector {
        None | Some(Value::Null) => causes.push(required("spec.selector", "")),
        Some(selector) if is_empty(selector) => {
            // The real server says this of ReplicaSets, too.
            let of = match resource.gvr.resource() {
                "statefulsets" => "statefulset",
                "daemonsets" => "daemonset",
                _ => "deployment",
            };
            causes.push(invalid("spec.selector", selector, &format!("empty selector is invalid for {of}")));
        }
        Some(_) => {}
    }
    let labels = at(tree, &["spec", "template", "metadata", "labels"]);
    let matching = match selector {
        None | Some(Value::Null) => false,
        Some(selector) => is_empty(selector) || matches(selector, labels),
    };
    if !matching {
        let shown = labels.cloned().unwrap_or_default();
        causes.push(invalid("spec.template.metadata.labels", &shown, "`selector` does not match template `labels`"));
    }
    meta::labels(labels, "spec.template.labels", causes);
    pods::spec(at(tree, &["spec", "template", "spec"]), "spec.template.spec", causes);
    let restart = at(tree, &["spec", "template", "spec", "restartPolicy"]).and_then(Value::as_str);
    if let Some(restart) = restart.filter(|restart| *restart != "Always") {
        causes.push(unsupported("spec.template.spec.restartPolicy", restart, &["Always"]));
    }
}

/// What may not change.
pub(super) fn update(resource: &Resource, new: &Tree, old: &Tree, causes: &mut Vec<StatusCause>) {
    let fixed: &[&str] = if resource.gvr.resource() == "jobs" { &["selector", "template"] } else { &["selector"] };
    for name in fixed {
        let (now, before) = (at(new, &["spec", name]), at(old, &["spec", name]));
        if now != before {
            let shown = now.cloned().unwrap_or_default();
            causes.push(invalid(format!("spec.{name}"), &shown, "field is immutable"));
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether a label selector matches labels. One that makes no sense matches nothing.
fn matches(selector: &Value, labels: Option<&Value>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    let wanted = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
    let mut expressions = selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    wanted.into_iter().all(|(key, value)| label(key) == value.as_str())
        && expressions.all(|expression| {
            let found = label(expression.get("key").and_then(Value::as_str).unwrap_or_default());
            let values = expression.get("values").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let listed = found.is_some_and(|found| values.iter().any(|value| value.as_str() == Some(found)));
            match expression.get("operator").and_then(Value::as_str) {
                Some("In") => listed,
                Some("NotIn") => !listed,
                Some("Exists") => found.is_some(),
                Some("DoesNotExist") => found.is_none(),
                _ => false,
            }
        })
}
