//! Admission: webhooks and policies.

use super::{
    super::{Cell, Node},
    Object, Row,
};

pub(super) fn webhooks(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![object.name(), object.root.member("webhooks").count().into(), object.age()];
}

pub(super) fn mutating_policy(object: &Object<'_>, row: &mut Row) {
    policy(object, row, "mutations");
}

pub(super) fn validating_policy(object: &Object<'_>, row: &mut Row) {
    policy(object, row, "validations");
}

fn policy(object: &Object<'_>, row: &mut Row, rules: &str) {
    let [rules, parameter] = object.spec.members([rules, "paramKind"]);
    let shown: Cell = if parameter.is_set() {
        let [version, kind] = parameter.members(["apiVersion", "kind"]);
        format!("{}/{}", version.text(), kind.text()).into()
    } else {
        "<unset>".into()
    };
    row.cells = vec![object.name(), rules.count().into(), shown, object.age()];
}

pub(super) fn policy_binding(object: &Object<'_>, row: &mut Row) {
    let [policy, parameter] = object.spec.members(["policyName", "paramRef"]);
    row.cells = vec![object.name(), policy.into(), parameter_of(parameter), object.age()];
}

fn parameter_of(reference: Node<'_>) -> Cell {
    let [namespace, name, selector] = reference.members(["namespace", "name", "selector"]);
    match (name.filled(), namespace.filled()) {
        (Some(name), Some(namespace)) => format!("{namespace}/{name}").into(),
        // Whether it lies in a namespace at all cannot be told from here.
        (Some(name), None) => format!("*/{name}").into(),
        (None, _) if selector.is_set() => super::super::words::selector(selector).into(),
        (None, _) => "<unset>".into(),
    }
}
