//! Kinds of which there is little to show.

use super::{Object, Row};

pub(super) fn name_and_age(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![object.name(), object.age()];
}

pub(super) fn lease(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![object.name(), object.spec.member("holderIdentity").into(), object.age()];
}

pub(super) fn runtime_class(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![object.name(), object.root.member("handler").into(), object.age()];
}

pub(super) fn priority_class(object: &Object<'_>, row: &mut Row) {
    let [value, default, preemption] = object.root.members(["value", "globalDefault", "preemptionPolicy"]);
    row.cells = vec![object.name(), value.integer().into(), default.is_true().into(), object.age(), preemption.into()];
}
