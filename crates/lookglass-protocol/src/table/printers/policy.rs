//! Budgets of disruptions.

use super::{super::words::set_or, Object, Row};

pub(super) fn pod_disruption_budget(object: &Object<'_>, row: &mut Row) {
    let [least, most] = object.spec.members(["minAvailable", "maxUnavailable"]);
    row.cells = vec![
        object.name(),
        set_or(least, "N/A"),
        set_or(most, "N/A"),
        object.status.member("disruptionsAllowed").integer().into(),
        object.age(),
    ];
}
