//! What runs many copies of a pod.

use super::{
    super::words::{containers, labels, selector, selector_or_none},
    Object, Row,
};

pub(super) fn replication_controller(object: &Object<'_>, row: &mut Row) {
    replicas(object, row);
    row.cells.push(labels(object.spec.member("selector")));
}

pub(super) fn replica_set(object: &Object<'_>, row: &mut Row) {
    replicas(object, row);
    row.cells.push(selector_or_none(object.spec.member("selector")));
}

fn replicas(object: &Object<'_>, row: &mut Row) {
    let [desired, template] = object.spec.members(["replicas", "template"]);
    let [current, ready] = object.status.members(["replicas", "readyReplicas"]);
    let [names, images] = containers(template.member("spec"));
    row.cells = vec![
        object.name(),
        desired.integer().into(),
        current.integer().into(),
        ready.integer().into(),
        object.age(),
        names,
        images,
    ];
}

pub(super) fn daemon_set(object: &Object<'_>, row: &mut Row) {
    let [chosen, template] = object.spec.members(["selector", "template"]);
    let counts = object.status.members([
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    ]);
    let pod = template.member("spec");
    row.cells = vec![object.name()];
    row.cells.extend(counts.map(|count| count.integer().into()));
    row.cells.extend([labels(pod.member("nodeSelector")), object.age()]);
    row.cells.extend(containers(pod));
    row.cells.push(selector_or_none(chosen));
}

pub(super) fn deployment(object: &Object<'_>, row: &mut Row) {
    let [desired, chosen, template] = object.spec.members(["replicas", "selector", "template"]);
    let [ready, updated, available] = object.status.members(["readyReplicas", "updatedReplicas", "availableReplicas"]);
    let [names, images] = containers(template.member("spec"));
    row.cells = vec![
        object.name(),
        format!("{}/{}", ready.integer(), desired.integer()).into(),
        updated.integer().into(),
        available.integer().into(),
        object.age(),
        names,
        images,
        selector(chosen).into(),
    ];
}

pub(super) fn stateful_set(object: &Object<'_>, row: &mut Row) {
    let [desired, template] = object.spec.members(["replicas", "template"]);
    let ready = object.status.member("readyReplicas");
    let [names, images] = containers(template.member("spec"));
    row.cells =
        vec![object.name(), format!("{}/{}", ready.integer(), desired.integer()).into(), object.age(), names, images];
}

pub(super) fn controller_revision(object: &Object<'_>, row: &mut Row) {
    let owners = object.metadata.member("ownerReferences");
    let controller = owners.items().find(|owner| owner.member("controller").is_true());
    let controller = controller.map_or("<none>".into(), |owner| {
        let [version, kind, name] = owner.members(["apiVersion", "kind", "name"]);
        let (version, kind) = (version.text(), kind.text());
        let kind = match version.split_once('/') {
            Some((group, _)) => format!("{kind}.{group}"),
            None => kind.into_owned(),
        };
        format!("{}/{}", kind.to_lowercase(), name.text()).into()
    });
    row.cells = vec![object.name(), controller, object.root.member("revision").integer().into(), object.age()];
}
