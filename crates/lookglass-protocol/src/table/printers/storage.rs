//! Where volumes come from.

use super::{
    super::{
        Node,
        words::{filled_or, join, or},
    },
    Object, Row,
};

pub(super) fn csi_driver(object: &Object<'_>, row: &mut Row) {
    let [attach, info, capacity, tokens, republish, modes] = object.spec.members([
        "attachRequired",
        "podInfoOnMount",
        "storageCapacity",
        "tokenRequests",
        "requiresRepublish",
        "volumeLifecycleModes",
    ]);
    let audiences = join(tokens.items().map(|token| token.member("audience").text()), ",");
    row.cells = vec![
        object.name(),
        (!attach.is_set() || attach.is_true()).into(),
        info.is_true().into(),
        capacity.is_true().into(),
        if tokens.is_set() { audiences.into() } else { "<unset>".into() },
        republish.is_true().into(),
        filled_or(join(modes.items().map(Node::text), ","), "<none>"),
        object.age(),
    ];
}

pub(super) fn csi_node(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![object.name(), object.spec.member("drivers").count().into(), object.age()];
}

pub(super) fn storage_class(object: &Object<'_>, row: &mut Row) {
    let [provisioner, policy, binding, expansion] =
        object.root.members(["provisioner", "reclaimPolicy", "volumeBindingMode", "allowVolumeExpansion"]);
    row.cells = vec![
        object.name_or_default(&[
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
        ]),
        provisioner.into(),
        or(policy, "Delete"),
        or(binding, "Immediate"),
        expansion.is_true().into(),
        object.age(),
    ];
}

pub(super) fn volume_attachment(object: &Object<'_>, row: &mut Row) {
    let [attacher, source, node] = object.spec.members(["attacher", "source", "nodeName"]);
    row.cells = vec![
        object.name(),
        attacher.into(),
        source.member("persistentVolumeName").into(),
        node.into(),
        object.status.member("attached").is_true().into(),
        object.age(),
    ];
}

pub(super) fn volume_attributes_class(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![
        object.name_or_default(&["volumeattributesclass.alpha.kubernetes.io/is-default-class"]),
        object.root.member("driverName").into(),
        object.age(),
    ];
}
