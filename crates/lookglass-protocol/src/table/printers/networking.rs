//! How traffic finds its way.

use super::{
    super::{
        Node,
        words::{join, selector_or_none, set_or},
    },
    Object, Row,
    core::load_balancer,
};

pub(super) fn ingress(object: &Object<'_>, row: &mut Row) {
    let [class, rules, tls] = object.spec.members(["ingressClassName", "rules", "tls"]);
    let ports = if tls.items().next().is_some() { "80, 443" } else { "80" };
    row.cells = vec![
        object.name(),
        set_or(class, "<none>"),
        hosts(rules).into(),
        load_balancer(object.status).into(),
        ports.into(),
        object.age(),
    ];
}

/// The first three hosts; the number of those left out counts rules, as the real server does.
fn hosts(rules: Node<'_>) -> String {
    let mut shown = Vec::new();
    let mut more = false;
    for rule in rules.items() {
        more |= shown.len() == 3;
        if !more {
            shown.extend(rule.member("host").filled());
        }
    }
    match join(shown, ",") {
        none if none.is_empty() => "*".to_owned(),
        shown if more => format!("{shown} + {} more...", rules.count() - 3),
        shown => shown,
    }
}

pub(super) fn ingress_class(object: &Object<'_>, row: &mut Row) {
    let [controller, parameters] = object.spec.members(["controller", "parameters"]);
    let shown = if parameters.is_set() {
        let [kind, group, name] = parameters.members(["kind", "apiGroup", "name"]);
        let dot = if group.is_set() { "." } else { "" };
        format!("{}{dot}{}/{}", kind.text(), group.text(), name.text()).into()
    } else {
        "<none>".into()
    };
    row.cells = vec![object.name(), controller.into(), shown, object.age()];
}

pub(super) fn ip_address(object: &Object<'_>, row: &mut Row) {
    let parent = object.spec.member("parentRef");
    let shown = if parent.is_set() {
        let [group, resource, namespace, name] = parent.members(["group", "resource", "namespace", "name"]);
        let mut shown = resource.text().to_lowercase();
        for (between, part) in [(".", group.text().to_lowercase().into()), ("/", namespace.text())] {
            if !part.is_empty() {
                shown.push_str(between);
                shown.push_str(&part);
            }
        }
        format!("{shown}/{}", name.text()).into()
    } else {
        "<none>".into()
    };
    row.cells = vec![object.name(), shown];
}

pub(super) fn network_policy(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![object.name(), selector_or_none(object.spec.member("podSelector")), object.age()];
}

pub(super) fn service_cidr(object: &Object<'_>, row: &mut Row) {
    let cidrs = join(object.spec.member("cidrs").items().map(Node::text), ",");
    row.cells = vec![object.name(), cidrs.into(), object.age()];
}
