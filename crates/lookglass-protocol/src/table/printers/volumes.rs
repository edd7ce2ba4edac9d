//! Persistent volumes and the claims on them.

use std::borrow::Cow;

use super::{
    super::{
        Cell, Node,
        words::{access_modes, quantity, set_or},
    },
    Object, Row,
};

/// The annotation that named the class before there was a field.
const CLASS: &str = "volume.beta.kubernetes.io/storage-class";

fn class(object: &Object<'_>) -> Cell {
    let old = object.metadata.member("annotations").member(CLASS);
    if old.is_set() { old.into() } else { object.spec.member("storageClassName").into() }
}

fn phase(object: &Object<'_>) -> Cell {
    if object.is_terminating() { "Terminating".into() } else { object.status.member("phase").into() }
}

pub(super) fn volume(object: &Object<'_>, row: &mut Row) {
    let [capacity, modes, policy, claim, attributes, mode] = object.spec.members([
        "capacity",
        "accessModes",
        "persistentVolumeReclaimPolicy",
        "claimRef",
        "volumeAttributesClassName",
        "volumeMode",
    ]);
    let claim = if claim.is_set() {
        let [namespace, name] = claim.members(["namespace", "name"]);
        format!("{}/{}", namespace.text(), name.text()).into()
    } else {
        "".into()
    };
    row.cells = vec![
        object.name(),
        quantity(capacity.member("storage")).into_owned().into(),
        access_modes(modes).into(),
        policy.into(),
        phase(object),
        claim,
        class(object),
        set_or(attributes, "<unset>"),
        object.status.member("reason").into(),
        object.age(),
        set_or(mode, "<unset>"),
    ];
}

pub(super) fn claim(object: &Object<'_>, row: &mut Row) {
    let [volume, attributes, mode] = object.spec.members(["volumeName", "volumeAttributesClassName", "volumeMode"]);
    let [capacity, modes] = object.status.members(["capacity", "accessModes"]);
    // What a claim has is known only once it is bound.
    let bound = volume.filled().is_some();
    let capacity = if bound { quantity(capacity.member("storage")) } else { Cow::Borrowed("") };
    let modes = if bound { access_modes(modes) } else { String::new() };
    row.cells = vec![
        object.name(),
        phase(object),
        Node::into(volume),
        capacity.into_owned().into(),
        modes.into(),
        class(object),
        set_or(attributes, "<unset>"),
        object.age(),
        set_or(mode, "<unset>"),
    ];
}
