//! Devices, claimed dynamically.

use super::{Object, Row};

pub(super) fn claim(object: &Object<'_>, row: &mut Row) {
    let [allocation, reserved] = object.status.members(["allocation", "reservedFor"]);
    let state = match (object.is_terminating(), allocation.is_set(), reserved.items().next().is_some()) {
        (false, false, _) => "pending",
        (false, true, false) => "allocated",
        (false, true, true) => "allocated,reserved",
        (true, false, _) => "deleted",
        (true, true, false) => "deleted,allocated",
        (true, true, true) => "deleted,allocated,reserved",
    };
    row.cells = vec![object.name(), state.into(), object.age()];
}

pub(super) fn slice(object: &Object<'_>, row: &mut Row) {
    let [node, driver, pool] = object.spec.members(["nodeName", "driver", "pool"]);
    row.cells = vec![object.name(), node.into(), driver.into(), pool.member("name").into(), object.age()];
}
