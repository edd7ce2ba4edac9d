//! The fair queueing of requests.

use super::{
    super::{Cell, Node, words::set_or},
    Object, Row,
};

pub(super) fn flow_schema(object: &Object<'_>, row: &mut Row) {
    let [level, precedence, distinguisher] =
        object.spec.members(["priorityLevelConfiguration", "matchingPrecedence", "distinguisherMethod"]);
    let conditions = object.status.member("conditions");
    let dangling = conditions.items().find(|condition| condition.member("type").is("Dangling"));
    row.cells = vec![
        object.name(),
        level.member("name").into(),
        precedence.integer().into(),
        set_or(distinguisher.member("type"), "<none>"),
        object.age(),
        dangling.map_or("?".into(), |condition| condition.member("status").into()),
    ];
}

pub(super) fn priority_level(object: &Object<'_>, row: &mut Row) {
    let [kind, limited] = object.spec.members(["type", "limited"]);
    let [shares, response] = limited.members(["nominalConcurrencyShares", "limitResponse"]);
    let queuing = response.member("queuing").members(["queues", "handSize", "queueLengthLimit"]);
    let number = |node: Node<'_>| -> Cell { if node.is_set() { node.integer().into() } else { "<none>".into() } };
    row.cells = vec![object.name(), kind.into(), number(shares)];
    row.cells.extend(queuing.map(number));
    row.cells.push(object.age());
}
