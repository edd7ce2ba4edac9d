//! Nodes.

use super::{
    super::{
        Cell, Node,
        words::{filled_or, join, or},
    },
    Object, Row,
};

pub(super) fn node(object: &Object<'_>, row: &mut Row) {
    let [conditions, addresses, info] = object.status.members(["conditions", "addresses", "nodeInfo"]);
    let ready = conditions.items().filter(|condition| condition.member("type").is("Ready")).last();
    let mut state = match ready {
        Some(condition) if condition.member("status").is("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if object.spec.member("unschedulable").is_true() {
        state.push_str(",SchedulingDisabled");
    }
    let [version, image, kernel, runtime] =
        info.members(["kubeletVersion", "osImage", "kernelVersion", "containerRuntimeVersion"]);
    row.cells = vec![
        object.name(),
        state.into(),
        roles(object.metadata.member("labels")),
        object.age(),
        version.into(),
        address(addresses, "InternalIP"),
        address(addresses, "ExternalIP"),
        or(image, "<unknown>"),
        or(kernel, "<unknown>"),
        or(runtime, "<unknown>"),
    ];
}

fn roles(labels: Node<'_>) -> Cell {
    let mut roles: Vec<_> = labels
        .entries()
        .filter_map(|(name, value)| match name.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role.to_owned()),
            None if name == "kubernetes.io/role" => Some(value.text().into_owned()),
            None => None,
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort_unstable();
    roles.dedup();
    filled_or(join(roles.into_iter().map(Into::into), ","), "<none>")
}

fn address(addresses: Node<'_>, kind: &str) -> Cell {
    let found = addresses.items().find(|address| address.member("type").is(kind));
    found.map_or("<none>".into(), |address| address.member("address").into())
}
