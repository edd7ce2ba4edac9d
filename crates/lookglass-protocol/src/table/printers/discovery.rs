//! Slices of endpoints.

use std::borrow::Cow;

use super::{
    super::{
        Node,
        words::{filled_or, three},
    },
    Object, Row,
};

pub(super) fn endpoint_slice(object: &Object<'_>, row: &mut Row) {
    let [kind, ports, endpoints] = object.root.members(["addressType", "ports", "endpoints"]);
    let port = |port: Node<'_>| {
        let [number, name] = port.members(["port", "name"]);
        match (number.is_set(), name.is_set()) {
            (true, _) => number.text().into_owned(),
            (false, true) => name.text().into_owned(),
            (false, false) => "*".to_owned(),
        }
    };
    let ports: Vec<String> = ports.items().map(port).collect();
    let addresses = endpoints.items().flat_map(|endpoint| endpoint.member("addresses").items());
    let addresses: Vec<String> = addresses.map(Node::text).map(Cow::into_owned).collect();
    row.cells = vec![
        object.name(),
        kind.into(),
        filled_or(three(&ports), "<unset>"),
        filled_or(three(&addresses), "<unset>"),
        object.age(),
    ];
}
